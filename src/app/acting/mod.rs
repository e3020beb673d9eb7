//! Acting, put together: what is asked becomes a plan with the help of the sources' connectors ([`plan`]), a confirmed plan is carried out under a lock,
//! with the journal in the log's own file ([`carry`]), and what was left open is found out ([`follow`]).

pub mod carry;
pub mod follow;
pub mod plan;

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::config::{Config, Source};
use crate::event::time::{Span, Timestamp};
use crate::journal::chain::{self, Break};
use crate::journal::story::{Story, stories};
use crate::journal::{Entry, Person};
use crate::plan::request::Verb;
use crate::store::{JournalLine, Store, StoreError};

use super::sync::Feed;

/// What may be asked of a source.
pub struct Ability {
    pub acts: &'static [Verb],
    /// A step's way may name it.
    pub goes: bool,
    /// The configuration says that nothing may be done there.
    pub read_only: bool,
}

/// What acting needs beside the engine: the sources, the journal, and who sits there.
pub struct Acting {
    pub feeds: Vec<Feed>,
    /// As configured.
    sources: Vec<Source>,
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
    pub(super) fn take(&self) -> Result<Option<Held>, StoreError> {
        let Some(path) = &self.0 else {
            return Ok(Some(Held(None)));
        };
        let unwritable = |error: std::io::Error| StoreError::ReadOnly {
            path: path.display().to_string(),
            detail: format!("{error}; it stands beside the log: make that folder writable"),
        };
        let mut options = File::options();
        let options = options.create(true).truncate(false).write(true);
        let file = options.open(path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Held(Some(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unwritable(error)),
        }
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
        Self {
            feeds,
            sources: config.sources.clone(),
            store,
            person,
            seen_within: config.acting.seen_within,
            lock: Lock(log.map(|log| log.with_extension("acting"))),
        }
    }

    /// What may be asked of a source that can be read.
    #[must_use]
    pub fn ability(&self, name: &str) -> Ability {
        let source = self.sources.iter().find(|source| source.name == name);
        let known = source.and_then(super::registry::descriptor);
        let capability = known.map(|known| known.capability).unwrap_or_default();
        Ability {
            acts: capability.acts,
            goes: !capability.ways.is_empty(),
            read_only: source.is_some_and(|source| source.read_only),
        }
    }

    /// Every action that was ever taken on this log, the oldest first.
    pub fn stories(&self) -> Result<Vec<Story>, StoreError> {
        Ok(stories(entries(&*self.store)?))
    }
}

/// A name for an action that no other has: when it was asked, and a few digits.
#[must_use]
pub fn action_key(now: Timestamp) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unique = format!("{}/{}/{count}", now.micros(), std::process::id());
    let digits = chain::hash(&unique);
    let time: String = now
        .to_string()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(15)
        .collect();
    format!("{time}-{}", &digits[..6])
}

/// The journal's lines that can be read.
pub fn entries(store: &dyn Store) -> Result<Vec<Entry>, StoreError> {
    let lines = store.journal(0)?;
    let read = |line: &JournalLine| Some(chain::read(&line.body)?.entry);
    Ok(lines.iter().filter_map(read).collect())
}

/// Where the journal is not as it was written.
pub fn verify(store: &dyn Store, noted: Option<&str>) -> Result<Vec<Break>, StoreError> {
    let lines = store.journal(0)?;
    let head = store.journal_head()?;
    Ok(chain::verify(&lines, head.as_ref(), noted))
}

/// Adds a line; it is on the disk on return.
pub(super) fn write(store: &mut dyn Store, entry: &Entry) -> Result<(), StoreError> {
    store.journal_add(&mut |head| chain::link(entry.clone(), head))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_cannot_be_made_is_not_one_that_another_has() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock(Some(folder.path().join("log.acting")));
        let held = lock.take().unwrap();
        assert!(held.is_some());
        assert!(lock.take().unwrap().is_none(), "one acts at a time");
        drop(held);
        assert!(lock.take().unwrap().is_some());
        let nowhere = Lock(Some(folder.path().join("gone/log.acting")));
        let error = nowhere.take().err().unwrap().to_string();
        assert!(error.contains("log.acting cannot be written: "), "{error}");
    }
}
