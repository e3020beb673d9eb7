//! One reading: the list, cut to what tells that something happened; then each application of which it does, whole, several at once, newest operation
//! first. What they bring is handed over a handful at a time, each with its row, so that a kill between any two loses and doubles nothing.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use futures::{StreamExt, stream};

use super::client::{Place, Reach};
use super::config::Selection;
use super::cursor::{self, OpenGate, Row, mark};
use super::translate::gate::{self, Opening};
use super::translate::{self, Origin, Revision, deployment};
use super::wire::{Application, RevisionMetadata, SyncWindows};
use crate::connector::error::ErrorKind;
use crate::connector::facts::{Facts, Unknown};
use crate::connector::health;
use crate::connector::rows::{Rows, put};
use crate::connector::{Batch, ConnectorError, Finding, Progress, Severity, Sink};
use crate::event::time::Timestamp;

/// Requests under way at once.
const AT_ONCE: usize = 6;
/// Applications in one batch.
const CHUNK: usize = 24;
/// So many failures in a row end the reading.
const FAILURES: usize = 5;

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub origin: Origin<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted of an application that was never read.
    pub since: Option<Timestamp>,
}

/// An application under way.
type Piece<'p> =
    Pin<Box<dyn Future<Output = (&'p Application, Result<Read, ConnectorError>)> + Send + 'p>>;

/// What one application brought.
struct Read {
    facts: Facts,
    row: Row,
}

impl Reader<'_> {
    pub async fn read(
        &self,
        selection: &Selection,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let (listed, complaints) = self.reach.list(selection).await?;
        let is_whole = complaints.is_empty();
        for complaint in complaints {
            let text = format!("an application of the list cannot be read: {complaint}");
            sink.finding(warning("the applications", text));
        }
        if let Some(finding) = health::clock(&self.reach.instance.http, &self.reach.instance.source)
        {
            sink.finding(finding);
        }
        if is_whole {
            self.forget(&listed, selection, sink)?;
        }
        let mut wanted = listed;
        wanted.retain(|one| selection.wants(&one.spec.project, &one.metadata.name));
        wanted.retain(|application| self.is_news(application));
        let began = |one: &Application| one.status.operation_state.as_ref()?.started_at;
        wanted.sort_by_key(|one| (std::cmp::Reverse(began(one)), one.key()));
        self.each(&wanted, sink).await
    }

    /// Whether anything can have happened. What is out of sync is always looked at: a newer revision does not show in the list.
    fn is_news(&self, application: &Application) -> bool {
        let row = cursor::row(&self.rows, &application.key());
        row.is_none_or(|row| {
            row.is_moving()
                || row.seen != mark(application)
                || application.status.sync.status == "OutOfSync"
        })
    }

    async fn each(
        &self,
        wanted: &[Application],
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let mut told = BTreeSet::new();
        let mut failures = 0;
        let mut done = 0;
        for chunk in wanted.chunks(CHUNK) {
            let pieces: Vec<Piece<'_>> = chunk.iter().map(|listed| self.piece(listed)).collect();
            let read: Vec<_> = stream::iter(pieces).buffered(AT_ONCE).collect().await;
            let mut batch = Batch::default();
            let mut ended = None;
            for (listed, result) in read {
                match result {
                    Ok(read) => {
                        failures = 0;
                        for unknown in &read.facts.unknown {
                            if told.insert(unknown.clone()) {
                                sink.finding(not_known(unknown));
                            }
                        }
                        self.take(listed, read, &mut batch);
                    }
                    Err(error) => {
                        failures += 1;
                        if failures >= FAILURES || ends(error.kind) {
                            ended = ended.or(Some(error));
                            continue;
                        }
                        sink.finding(warning(&listed.key(), error.to_string()));
                    }
                }
            }
            if !batch.events.is_empty() || !batch.cursors.is_empty() {
                sink.batch(batch)?;
            }
            if let Some(error) = ended {
                return Err(error);
            }
            done += chunk.len() as u64;
            sink.progress(Progress {
                what: "applications".to_owned(),
                done,
                total: Some(wanted.len() as u64),
            });
        }
        Ok(())
    }

    fn take(&self, listed: &Application, mut read: Read, batch: &mut Batch) {
        let application = listed.key();
        let before = cursor::row(&self.rows, &application);
        if before.is_none()
            && let Some(since) = self.since
        {
            read.facts.events.retain(|event| event.at >= since);
        }
        batch.events.append(&mut read.facts.events);
        if before.as_ref() != Some(&read.row) {
            put(batch, cursor::key(&application), &read.row);
        }
    }

    fn piece<'p>(&'p self, listed: &'p Application) -> Piece<'p> {
        Box::pin(async move { (listed, self.one(listed).await) })
    }

    /// An application, whole, and what is new of it.
    async fn one(&self, listed: &Application) -> Result<Read, ConnectorError> {
        let place = Place::of(listed);
        let application = self.reach.application(&place).await?;
        let mut row = cursor::row(&self.rows, &listed.key()).unwrap_or_default();
        // By the list, since that is what the next list is held against.
        row.seen = mark(listed);
        row.project.clone_from(&application.spec.project);
        let mut facts = deployment::since(&self.origin, &application, &mut row, self.now);
        let found = self.gate(&place, &application, &mut row).await;
        facts.add(found);
        known_words(&application, &mut facts);
        Ok(Read { facts, row })
    }

    async fn gate(&self, place: &Place, application: &Application, row: &mut Row) -> Facts {
        let mut facts = Facts::default();
        let is_synced = |open: &OpenGate| gate::is_synced(application, open);
        if gate::is_unsaid(application) && !row.gate.as_ref().is_some_and(is_synced) {
            // What was so stays so.
            return facts;
        }
        let mut waiting = gate::waiting(application);
        let is_same = |open: &Revision| {
            let known = row.gate.as_ref();
            known.is_some_and(|known| known.revision == open.id())
        };
        let mut why = None;
        if waiting.is_some() && application.auto_sync().is_some() {
            let windows: Result<SyncWindows, _> = self.reach.of(place, &["syncwindows"], &[]).await;
            match windows {
                Ok(windows) => {
                    why = gate::barred(&windows);
                    waiting = waiting.filter(|_| why.is_some());
                }
                // Not known: what was so stays so.
                Err(_) => waiting = waiting.filter(|open| is_same(open)),
            }
        }
        if waiting.as_ref().is_some_and(is_same) {
            return facts;
        }
        if let Some(open) = row.gate.take() {
            facts = gate::closed(&self.origin, application, &open, self.now);
            row.waited = row.waited.max(Some(open.opened));
        }
        if let Some(revision) = waiting {
            let opening = Opening {
                committed: self.committed(place, application, &revision).await,
                may_decide: self.reach.may("sync", application).await,
                why,
                before: row.waited,
            };
            let (more, open) =
                gate::opened(&self.origin, application, &revision, opening, self.now);
            facts.events.extend(more.events);
            row.gate = Some(open);
        }
        facts
    }

    /// When a revision was committed; a chart was not.
    async fn committed(
        &self,
        place: &Place,
        application: &Application,
        revision: &Revision,
    ) -> Option<Timestamp> {
        let sha = revision.sha(application.sources())?;
        // One of several sources would have to be named by its number, which changes.
        (application.sources().len() < 2).then_some(())?;
        let pieces = ["revisions", sha.as_str(), "metadata"];
        let told: RevisionMetadata = self.reach.of(place, &pieces, &[]).await.ok()?;
        told.date
    }

    /// Forgets the applications that are gone; what was under way in them is over. Of one that is only not asked for any more nothing can be told.
    fn forget(
        &self,
        present: &[Application],
        selection: &Selection,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let present: BTreeSet<String> = present.iter().map(Application::key).collect();
        let mut batch = Batch::default();
        for gone in cursor::applications(&self.rows) {
            let row = cursor::row(&self.rows, gone).unwrap_or_default();
            if !present.contains(gone) && selection.asks_for(&row.project) {
                let facts = translate::gone(&self.origin, gone, &row, self.now);
                batch.events.extend(facts.events);
                batch.cursors.push((cursor::key(gone), None));
            }
        }
        if batch.cursors.is_empty() {
            return Ok(());
        }
        sink.batch(batch)
    }
}

/// Whether an error means all of it and not one application.
fn ends(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unauthorized | ErrorKind::Network | ErrorKind::RateLimited | ErrorKind::Store
    )
}

fn known_words(application: &Application, facts: &mut Facts) {
    let sync = application.status.sync.status.as_str();
    if !matches!(sync, "" | "Synced" | "OutOfSync" | "Unknown") {
        facts.unknown("sync.status", sync);
    }
}

fn not_known(unknown: &Unknown) -> Finding {
    let text = format!(
        "leadtime does not know {} = {:?}; it is kept as it is",
        unknown.field, unknown.value
    );
    warning("the applications", text)
}

fn warning(subject: &str, text: String) -> Finding {
    Finding {
        subject: subject.to_owned(),
        severity: Severity::Warning,
        text,
    }
}
