//! One reading: what goes wrong now, compared with what did at the last. Alertmanager keeps nothing of what is over, so an incident ends at the reading that
//! does not find it any more; and goes on where a later one finds it again, since Alertmanager knows of nothing for a while after it was started.

use std::collections::BTreeMap;

use super::client::Reach;
use super::config::Labels;
use super::cursor::{OPEN, Open};
use super::translate::{Origin, Trouble};
use super::wire::Silence;
use crate::connector::health;
use crate::connector::pattern::Names;
use crate::connector::rows::{Rows, put};
use crate::connector::{Batch, ConnectorError, Finding, Reading, Severity, Sink};
use crate::event::time::{Span, Timestamp};

/// When an incident may have ended long before it was seen to have, that is told.
const LONG: Span = Span::from_seconds(900);
/// For so long it is remembered that an incident is over: it may be there again, and never have been.
const REMEMBERED: Span = Span::from_seconds(86_400);

pub async fn read(
    reach: &Reach<'_>,
    receivers: &Names,
    labels: &Labels,
    reading: Reading,
    sink: &mut dyn Sink,
) -> Result<(), ConnectorError> {
    let origin = Origin {
        instance: reach.instance,
        receivers,
        labels,
        now: reading.now,
    };
    let groups = reach.groups().await?;
    if let Some(finding) = health::clock(&reach.instance.http, &reach.instance.source) {
        sink.finding(finding);
    }
    let is_whole = groups.complaints.is_empty();
    for complaint in groups.complaints {
        let text = format!("a group of alerts cannot be read: {complaint}");
        sink.finding(Finding::warning(&reach.instance.source, text));
    }
    let troubles = origin.troubles(&groups.items);
    tell(reach, &troubles, sink).await;
    let rows = Rows::new(reading.cursors);
    let mut open: BTreeMap<String, Open> = rows
        .below(OPEN)
        .map(|(key, row)| (key.to_owned(), row))
        .collect();
    let mut batch = Batch::default();
    for (key, trouble) in troubles {
        let known = open.remove(&key);
        follow(&origin, (&key, trouble), known, &mut batch);
    }
    // What could not be read may still be there.
    for (key, row) in open.into_iter().filter(|_| is_whole) {
        gone(&origin, (format!("{OPEN}{key}"), row), &mut batch, sink);
    }
    if batch.cursors.is_empty() {
        return Ok(());
    }
    sink.batch(batch)
}

/// One thing that goes wrong now, by what is known of it.
fn follow(
    origin: &Origin<'_>,
    (key, trouble): (&str, Trouble),
    known: Option<Open>,
    batch: &mut Batch,
) {
    let key = format!("{OPEN}{key}");
    // All that was there at the last reading went, and came again: one is over, another has begun.
    let again = known.as_ref().is_some_and(|known| {
        known.incident != trouble.open.incident
            && known.seen.is_some_and(|seen| trouble.since > seen)
    });
    if let (true, Some(known)) = (again, known.as_ref().filter(|known| known.over.is_none())) {
        batch.events.push(origin.resolved(known, trouble.since));
    }
    let mut row = match known.filter(|_| !again) {
        Some(known) if known.over.is_some() => {
            let row = Open {
                over: None,
                turn: known.turn + 1,
                ..known
            };
            batch.events.push(origin.reopened(&row));
            row
        }
        Some(known) => known,
        // Somebody knew beforehand, or another alert says it already.
        None if trouble.quiet => {
            if again {
                batch.cursors.push((key, None));
            }
            return;
        }
        None => {
            batch.events.push(origin.detected(&trouble));
            trouble.open
        }
    };
    row.seen = Some(origin.now);
    put(batch, key, &row);
}

/// What is known and not there any more: it is over, and forgotten some time after.
fn gone(
    origin: &Origin<'_>,
    (key, mut row): (String, Open),
    batch: &mut Batch,
    sink: &mut dyn Sink,
) {
    if let Some(over) = row.over {
        if origin.now - over > REMEMBERED {
            batch.cursors.push((key, None));
        }
        return;
    }
    if let Some(seen) = row.seen.filter(|seen| origin.now - *seen > LONG) {
        let incident = &row.incident;
        let text = format!("{incident} is over, since when is not known: it was last seen {seen}");
        sink.finding(note(&origin.instance.source, text));
    }
    batch.events.push(origin.resolved(&row, origin.now));
    row.over = Some(origin.now);
    put(batch, key, &row);
}

/// Tells what belongs to nobody, and what is silenced by whom.
async fn tell(reach: &Reach<'_>, troubles: &BTreeMap<String, Trouble>, sink: &mut dyn Sink) {
    for trouble in troubles.values() {
        if trouble.open.service.is_none() {
            let text = "it names no service: give it a label `service`, or the source service = \"{label}\"";
            sink.finding(Finding::warning(&trouble.name, text));
        }
    }
    let quiet = || troubles.values().filter(|one| !one.silences.is_empty());
    if quiet().next().is_none() {
        return;
    }
    // Without their words the incidents are told all the same.
    let Ok(silences) = reach.silences().await else {
        return;
    };
    for trouble in quiet() {
        let of = silences
            .items
            .iter()
            .filter(|one| trouble.silences.contains(&one.id));
        for silence in of {
            sink.finding(note(&trouble.name, words(silence)));
        }
    }
}

fn words(silence: &Silence) -> String {
    let until = Timestamp::parse(&silence.ends_at).map(|at| format!(" until {at}"));
    format!(
        "silenced by {}{}: {}",
        silence.created_by,
        until.unwrap_or_default(),
        silence.comment
    )
}

fn note(subject: &str, text: String) -> Finding {
    Finding {
        severity: Severity::Note,
        ..Finding::warning(subject, text)
    }
}
