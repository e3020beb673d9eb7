//! How the program itself is: what each source told of its last reading, clocks that are off, the log, and, in steps ([`Search`]), the events that could
//! not be linked. Asked by `leadtime doctor` and by the page of sources.

mod outside;
mod trial;
mod twice;
mod unlinked;

use std::collections::BTreeMap;
use std::path::Path;

pub use trial::{BACK, Trial};
pub use unlinked::Search;

use super::Engine;
use super::sync::{note, severity_word};
use crate::connector::{Finding, Health};
use crate::event::time::Span;
use crate::model::diagnosis::{Clock, Found, LogLine, Sender, SourceLine, SourceState};
use crate::model::step::producer;
use crate::store::StoreError;

/// How a source is, by the note of its last reading and what it has sent; with what it told when it was asked just now, if it was.
pub fn source(
    engine: &Engine,
    name: &str,
    kind: &str,
    health: Option<Result<Health, String>>,
) -> Result<SourceLine, StoreError> {
    let note = note(engine.log(), name)?;
    let sent = || {
        let sources = engine.catalogue().sources.iter();
        sources.filter(|source| producer(&source.source) == kind)
    };
    let newest = sent().map(|source| source.last).max();
    let mut findings: Vec<Found> = note
        .findings
        .iter()
        .map(|one| found(grave(&one.severity), &one.subject, &one.text))
        .collect();
    if let Some(error) = &note.error {
        findings.push(found("error", "the last reading", error));
    }
    let mut facts = Vec::new();
    match health {
        Some(Ok(health)) => {
            facts = health.facts;
            add(&mut findings, health.findings.iter().map(of_finding));
        }
        Some(Err(error)) => findings.push(found("error", name, &error)),
        None => {}
    }
    Ok(SourceLine {
        name: name.to_owned(),
        kind: kind.to_owned(),
        state: state(&findings, note.tried.is_some()),
        last_read: note.read,
        lag_seconds: note
            .read
            .zip(newest)
            .map(|(read, newest)| (read - newest).max(Span::ZERO)),
        events: sent().map(|source| source.events).sum(),
        facts,
        findings,
    })
}

/// A source that cannot even be set up: without its token, say.
#[must_use]
pub fn refused(name: &str, kind: &str, reason: &str) -> SourceLine {
    SourceLine {
        name: name.to_owned(),
        kind: kind.to_owned(),
        state: SourceState::Error,
        last_read: None,
        lag_seconds: None,
        events: 0,
        facts: Vec::new(),
        findings: vec![found("error", name, reason)],
    }
}

/// What a connector found.
#[must_use]
pub fn of_finding(finding: &Finding) -> Found {
    found(
        severity_word(finding.severity),
        &finding.subject,
        &finding.text,
    )
}

/// Adds what is not there yet.
fn add(known: &mut Vec<Found>, more: impl Iterator<Item = Found>) {
    for one in more {
        if !known.iter().any(|known| known.text == one.text) {
            known.push(one);
        }
    }
}

fn state(findings: &[Found], tried: bool) -> SourceState {
    let has = |severity: &str| findings.iter().any(|found| found.severity == severity);
    if has("error") {
        SourceState::Error
    } else if has("warning") {
        SourceState::Warning
    } else if tried {
        SourceState::Ok
    } else {
        SourceState::NeverRead
    }
}

fn found(severity: &'static str, subject: &str, text: &str) -> Found {
    Found {
        severity,
        subject: subject.to_owned(),
        text: text.to_owned(),
    }
}

fn grave(word: &str) -> &'static str {
    match word {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

/// Sources whose clocks are ahead of ours.
#[must_use]
pub fn clocks(engine: &Engine) -> Vec<Clock> {
    let sources = engine.catalogue().sources.iter();
    sources
        .filter(|source| source.ahead > 0)
        .map(|source| Clock {
            source: source.source.clone(),
            ahead_seconds: source.ahead_by,
        })
        .collect()
}

/// Who has sent what is in the log, whoever brought it there; most first.
#[must_use]
pub fn senders(engine: &Engine) -> Vec<Sender> {
    let mut senders: BTreeMap<&str, Sender> = BTreeMap::new();
    for source in &engine.catalogue().sources {
        let producer = producer(&source.source);
        let sender = senders.entry(producer).or_insert_with(|| Sender {
            producer: producer.to_owned(),
            sources: 0,
            events: 0,
            last: source.last,
            arrived: source.arrived,
        });
        sender.sources += 1;
        sender.events += source.events;
        sender.last = sender.last.max(source.last);
        sender.arrived = sender.arrived.max(source.arrived);
    }
    let mut senders: Vec<Sender> = senders.into_values().collect();
    senders.sort_by_key(|sender| std::cmp::Reverse(sender.events));
    senders
}

/// The log and how far it reaches.
pub fn log(engine: &Engine, place: &Path) -> Result<LogLine, StoreError> {
    let catalogue = engine.catalogue();
    let partitions = || catalogue.partitions.iter().filter(|one| one.events > 0);
    Ok(LogLine {
        place: place.display().to_string(),
        events: catalogue.events,
        first: partitions().map(|one| one.first).min(),
        last: partitions().map(|one| one.last).max(),
        bytes: bytes(place),
        snapshot: engine.kept_until()?,
    })
}

/// How large the log is, with what was written last and waits beside it to be put in.
fn bytes(place: &Path) -> Option<u64> {
    let size = |file: &Path| std::fs::metadata(file).ok().map(|about| about.len());
    let mut beside = place.as_os_str().to_owned();
    beside.push("-wal");
    Some(size(place)? + size(Path::new(&beside)).unwrap_or(0))
}
