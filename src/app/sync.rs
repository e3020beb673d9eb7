//! Sources into the log: each is read on its own, keeps what it read batch by batch together with where it stands, and fails alone.

use std::collections::BTreeSet;
use std::ops::DerefMut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use serde::{Deserialize, Serialize};

use crate::connector::error::ErrorKind;
use crate::connector::{
    self, Connector, ConnectorError, Finding, Progress, Reading, Severity, Sink,
};
use crate::event::Event;
use crate::event::cdevents::Document;
use crate::event::time::{Span, Timestamp};
use crate::store::{Batch, Cursor, Entry, Store, StoreError};

use super::import::{entry, kept};

/// The cursor key under which the last reading of a source is noted, as a [`Note`]. Keys of connectors never begin so.
pub const NOTE: &str = "~reading";

/// A source that is to be read.
pub struct Feed {
    pub name: String,
    /// Shared with those who listen to it while it is read.
    pub connector: Arc<dyn Connector>,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

/// How the last reading of a source went: kept beside its cursors, shown by `doctor`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it was last tried.
    pub tried: Option<Timestamp>,
    /// When it was last read to the end.
    pub read: Option<Timestamp>,
    pub error: Option<String>,
    pub findings: Vec<NotedFinding>,
    /// Where what it told so far happened.
    #[serde(default)]
    pub origins: BTreeSet<String>,
}

/// So exactly it is told when a source was last read: to note it anew each time would make whoever asks twice in a row wait for the disk.
const EXACT: Span = Span::from_seconds(5);

impl Note {
    /// Whether it says nothing but that the same was found a moment later.
    fn says_no_more_than(&self, before: &Self) -> bool {
        let same = Self {
            tried: before.tried,
            read: before.read,
            ..self.clone()
        };
        let moment = |tried: Timestamp| {
            let later = self.tried.map(|now| now - tried);
            later.is_some_and(|later| (Span::ZERO..EXACT).contains(&later))
        };
        same == *before
            && self.read.is_some() == before.read.is_some()
            && before.tried.is_some_and(moment)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedFinding {
    pub subject: String,
    pub severity: String,
    pub text: String,
}

/// What reading one source did.
#[derive(Debug)]
pub struct Outcome {
    pub source: String,
    pub new: usize,
    pub known: usize,
    pub error: Option<ConnectorError>,
    pub findings: Vec<Finding>,
    /// Where what was read happened.
    pub origins: BTreeSet<String>,
}

/// Where an event happened, without what is below: `https://ci.example` of `https://ci.example/job/shop`.
#[must_use]
pub fn origin(source: &str) -> &str {
    let begin = source.find("://").map_or(0, |at| at + 3);
    let end = source[begin..].find('/');
    end.map_or(source, |end| &source[..begin + end])
}

/// So many origins of a source are remembered.
const MOST_ORIGINS: usize = 64;

/// Told while sources are read.
pub trait Listener: Sync {
    fn progress(&self, source: &str, progress: &Progress);
}

/// A word for how grave a finding is.
#[must_use]
pub const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Reads all sources side by side.
pub async fn sync(
    feeds: &[Feed],
    store: &mut dyn Store,
    now: Timestamp,
    listener: &dyn Listener,
) -> Result<Vec<Outcome>, StoreError> {
    let store = Mutex::new(store);
    let readings = feeds.iter().map(|feed| read(feed, &store, now, listener));
    join_all(readings).await.into_iter().collect()
}

/// Reads one source. The log is taken for moments alone, so that others can be read beside it.
pub async fn read<S: DerefMut<Target: Store> + Send>(
    feed: &Feed,
    store: &Mutex<S>,
    now: Timestamp,
    listener: &dyn Listener,
) -> Result<Outcome, StoreError> {
    let (cursors, before) = {
        let store = lock(store);
        (store.cursors(&feed.name)?, note(&**store, &feed.name)?)
    };
    let cursors = cursors
        .into_iter()
        .filter(|cursor| cursor.key != NOTE)
        .filter_map(|cursor| Some((cursor.key, cursor.value?)));
    let reading = Reading {
        cursors: cursors.collect(),
        since: feed.since,
        now,
    };
    let mut sink = Keeper {
        source: &feed.name,
        store,
        listener,
        now,
        outcome: Outcome {
            source: feed.name.clone(),
            new: 0,
            known: 0,
            error: None,
            findings: Vec::new(),
            origins: before.origins.clone(),
        },
    };
    tracing::info!(source = feed.name, kind = feed.connector.kind(), "reading");
    let result = feed.connector.read(reading, &mut sink).await;
    let mut outcome = sink.outcome;
    outcome.error = result.err();
    keep_note(&mut **lock(store), &outcome, &before, now)?;
    Ok(outcome)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the last reading of a source went.
pub fn note<S: Store + ?Sized>(store: &S, source: &str) -> Result<Note, StoreError> {
    let value = store.cursor(source, NOTE)?;
    Ok(value
        .and_then(|value| serde_json::from_str(&value).ok())
        .unwrap_or_default())
}

fn keep_note<S: Store + ?Sized>(
    store: &mut S,
    outcome: &Outcome,
    before: &Note,
    now: Timestamp,
) -> Result<(), StoreError> {
    let findings = outcome.findings.iter().map(|finding| NotedFinding {
        subject: finding.subject.clone(),
        severity: severity_word(finding.severity).to_owned(),
        text: finding.text.clone(),
    });
    let note = Note {
        tried: Some(now),
        read: if outcome.error.is_none() {
            Some(now)
        } else {
            before.read
        },
        error: outcome.error.as_ref().map(ConnectorError::cause_first),
        findings: findings.collect(),
        origins: outcome.origins.clone(),
    };
    if note.says_no_more_than(before) {
        return Ok(());
    }
    let batch = Batch {
        entries: Vec::new(),
        cursors: vec![Cursor {
            source: outcome.source.clone(),
            key: NOTE.to_owned(),
            value: serde_json::to_string(&note).ok(),
        }],
    };
    store.append(&batch, now).map(|_| ())
}

/// From how many events on two threads write them.
const MANY: usize = 2_000;

fn entries(mut events: Vec<Event<String>>) -> Vec<Entry> {
    if events.len() < MANY {
        return events.iter().map(entry).collect();
    }
    let second = events.split_off(events.len() / 2);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| second.iter().map(entry).collect::<Vec<_>>());
        let mut entries: Vec<Entry> = events.iter().map(entry).collect();
        // A thread that broke off is made good here.
        entries.extend(
            writing
                .join()
                .unwrap_or_else(|_| second.iter().map(entry).collect()),
        );
        entries
    })
}

/// Keeps what one source hands over.
struct Keeper<'a, S> {
    source: &'a str,
    store: &'a Mutex<S>,
    listener: &'a dyn Listener,
    now: Timestamp,
    outcome: Outcome,
}

impl<S: DerefMut<Target: Store>> Keeper<'_, S> {
    fn came_from(&mut self, source: &str) {
        let origins = &mut self.outcome.origins;
        let origin = origin(source);
        if !origins.contains(origin) && origins.len() < MOST_ORIGINS {
            origins.insert(origin.to_owned());
        }
    }

    fn keep(
        &mut self,
        entries: Vec<Entry>,
        cursors: Vec<(String, Option<String>)>,
    ) -> Result<(), ConnectorError> {
        let cursors = cursors.into_iter().map(|(key, value)| Cursor {
            source: self.source.to_owned(),
            key,
            value,
        });
        let batch = Batch {
            entries,
            cursors: cursors.collect(),
        };
        let appended = lock(self.store).append(&batch, self.now);
        let appended = appended.map_err(|error| {
            ConnectorError::new(ErrorKind::Store, "keeping what was read", error.to_string())
        })?;
        self.outcome.new += appended.new;
        self.outcome.known += appended.known;
        Ok(())
    }
}

impl<S: DerefMut<Target: Store> + Send> Sink for Keeper<'_, S> {
    fn batch(&mut self, batch: connector::Batch) -> Result<(), ConnectorError> {
        for event in &batch.events {
            self.came_from(&event.source);
        }
        self.keep(entries(batch.events), batch.cursors)
    }

    fn documents(
        &mut self,
        documents: Vec<Document>,
        cursors: Vec<(String, Option<String>)>,
    ) -> Result<(), ConnectorError> {
        for document in &documents {
            self.came_from(&document.source);
        }
        let entries = documents.into_iter().map(kept).collect();
        self.keep(entries, cursors)
    }

    fn progress(&mut self, progress: Progress) {
        self.listener.progress(self.source, &progress);
    }

    fn finding(&mut self, finding: Finding) {
        if !self.outcome.findings.contains(&finding) {
            self.outcome.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_kept_anew_where_it_says_more() {
        let at = |seconds| Some(Timestamp::MIN + Span::from_seconds(seconds));
        let read = |seconds| Note {
            tried: at(seconds),
            read: at(seconds),
            ..Note::default()
        };
        let failed = |seconds| Note {
            tried: at(seconds),
            read: at(10),
            error: Some("refused".to_owned()),
            ..Note::default()
        };
        let before = read(10);
        assert!(read(10).says_no_more_than(&before));
        assert!(read(14).says_no_more_than(&before));
        assert!(!read(15).says_no_more_than(&before), "some time has passed");
        assert!(!read(9).says_no_more_than(&before), "a clock was put back");
        assert!(!failed(11).says_no_more_than(&before));
        assert!(!read(12).says_no_more_than(&failed(11)));
        assert!(!read(10).says_no_more_than(&Note::default()), "the first");
        let mut found = read(11);
        found.origins.insert("github.com".to_owned());
        assert!(!found.says_no_more_than(&before));
    }
}
