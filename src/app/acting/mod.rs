//! Acting, put together: what is asked becomes a plan with the help of the sources' connectors ([`plan`]), a confirmed plan is carried out under a lock,
//! with the journal in the log's own file ([`carry`]), and what was left open is found out ([`follow`]).

pub mod carry;
pub mod follow;
pub mod plan;

use std::fs::File;
use std::path::Path;

use crate::config::Config;
use crate::connector::{Actor, Connector};
use crate::event::time::Span;
use crate::journal::chain::{self, Break, Line};
use crate::journal::story::{Story, stories};
use crate::journal::{Entry, Person};
use crate::plan::request::Verb;
use crate::store::{JournalLine, Store, StoreError};

use super::sync::Feed;

/// A source in which leadtime may act.
pub struct Hand {
    pub name: String,
    pub connector: Box<dyn Connector>,
    /// What can be asked of it.
    pub acts: &'static [Verb],
    /// A step's way may name it.
    pub goes: bool,
    /// The configuration says that nothing may be done there.
    pub read_only: bool,
}

impl Hand {
    /// How it acts.
    #[must_use]
    pub fn actor(&self) -> Option<&dyn Actor> {
        self.connector.actor()
    }
}

/// What acting needs beside the engine: the sources, the journal, and who sits there.
pub struct Acting {
    pub hands: Vec<Hand>,
    pub store: Box<dyn Store>,
    pub person: Person,
    /// How long the event that proves an action may take.
    pub seen_within: Span,
    lock: Lock,
}

/// What keeps two processes from acting at once on one log; none where the log is in memory.
pub(super) struct Lock(Option<std::path::PathBuf>);

impl Lock {
    /// Takes it; `None` where another process has it.
    pub(super) fn take(&self) -> Option<Held> {
        let Some(path) = &self.0 else {
            return Some(Held(None));
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .ok()?;
        file.try_lock().ok()?;
        Some(Held(Some(file)))
    }
}

/// The lock, until it is dropped, or the process ends in whatever way.
pub(super) struct Held(#[expect(dead_code, reason = "the lock is the open file")] Option<File>);

impl Acting {
    /// `log` is the file that `store` has open; none where it is in memory.
    #[must_use]
    pub fn new(
        feeds: Vec<Feed>,
        config: &Config,
        store: Box<dyn Store>,
        log: Option<&Path>,
        person: Person,
    ) -> Self {
        let hands = feeds.into_iter().map(|feed| {
            let source = config
                .sources
                .iter()
                .find(|source| source.name == feed.name);
            let descriptor = source.and_then(super::registry::descriptor);
            Hand {
                acts: descriptor.map_or(&[], |known| known.capability.acts),
                goes: descriptor.is_some_and(|known| !known.capability.ways.is_empty()),
                read_only: source.is_some_and(|source| source.read_only),
                name: feed.name,
                connector: feed.connector,
            }
        });
        Self {
            hands: hands.collect(),
            store,
            person,
            seen_within: config.acting.seen_within,
            lock: Lock(log.map(|log| log.with_extension("acting"))),
        }
    }

    /// Every action that was ever taken on this log, the oldest first.
    pub fn stories(&self) -> Result<Vec<Story>, StoreError> {
        Ok(stories(
            entries(&*self.store)?.into_iter().map(|(_, entry)| entry),
        ))
    }
}

/// The journal's lines that can be read, with their numbers.
pub fn entries(store: &dyn Store) -> Result<Vec<(u64, Entry)>, StoreError> {
    let lines = store.journal(0)?;
    let read = |line: &JournalLine| Some((line.number, chain::read(&line.body)?.entry));
    Ok(lines.iter().filter_map(read).collect())
}

/// Where the journal is not as it was written.
pub fn verify(store: &dyn Store, noted: Option<&str>) -> Result<Vec<Break>, StoreError> {
    let line = |line: JournalLine| Line {
        number: line.number,
        hash: line.hash,
        body: line.body,
    };
    let lines: Vec<Line> = store.journal(0)?.into_iter().map(line).collect();
    let head = store.journal_head()?;
    let head = head.as_ref().map(|head| (head.number, head.hash.as_str()));
    Ok(chain::verify(&lines, head, noted))
}

/// Adds a line; it is on the disk on return.
pub(super) fn write(store: &mut dyn Store, entry: &Entry) -> Result<(), StoreError> {
    store.journal_add(&mut |head| {
        let head = head.map(|head| (head.number, head.hash.as_str()));
        let line = chain::link(entry.clone(), head);
        JournalLine {
            number: line.number,
            hash: line.hash,
            body: line.body,
        }
    })?;
    Ok(())
}
