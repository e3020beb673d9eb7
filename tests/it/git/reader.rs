//! A source with a log beside it, so that a test can ask what is known after one or several readings.

use std::collections::BTreeMap;
use std::path::Path;

use leadtime::connector::error::ErrorKind;
use leadtime::connector::git::{Config, Git};
use leadtime::connector::{Batch, Connector, ConnectorError, Finding, Progress, Reading, Sink};
use leadtime::event::Event;
use leadtime::event::kind::{Change, Commit, Kind, Tag};
use leadtime::event::time::Timestamp;

use super::repo::{HOUR, START};

/// A source with its log, its cursors, and what was told.
pub struct Reader {
    pub config: Config,
    pub log: BTreeMap<(String, String), Event<String>>,
    pub cursors: BTreeMap<String, String>,
    pub findings: Vec<Finding>,
    pub progress: Vec<Progress>,
    /// Batches of the last reading: how many events, and whether cursors came with them.
    pub batches: Vec<(usize, bool)>,
    /// The commit dates of the last reading, in the order in which they came.
    pub order: Vec<Timestamp>,
    /// Where the default branch was seen to end: of all that is told, only this depends on when the repository is read.
    pub ends: Vec<Event<String>>,
    /// How many batches are kept before the store fails.
    pub room: usize,
    /// How many hours later it is than at the first reading.
    pub hours: i64,
}

impl Sink for Reader {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        if self.batches.len() == self.room {
            return Err(ConnectorError::new(ErrorKind::Store, "log", "full"));
        }
        let (ends, events): (Vec<_>, Vec<_>) = batch
            .events
            .into_iter()
            .partition(|event| matches!(event.kind, Kind::Branch(_)));
        self.ends.extend(ends);
        self.batches.push((events.len(), !batch.cursors.is_empty()));
        for event in events {
            if let Kind::Commit(commit) = &event.kind {
                self.order.push(commit.committed.unwrap_or(event.at));
            }
            let identity = (event.source.clone(), event.id.clone());
            self.log.entry(identity).or_insert(event);
        }
        for (key, value) in batch.cursors {
            match value {
                Some(value) => self.cursors.insert(key, value),
                None => self.cursors.remove(&key),
            };
        }
        Ok(())
    }

    fn progress(&mut self, progress: Progress) {
        self.progress.push(progress);
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Reader {
    pub fn new(path: &Path) -> Self {
        Self {
            config: Config {
                name: "here".to_owned(),
                path: path.to_owned(),
                repository: None,
                touched_paths: false,
            },
            log: BTreeMap::new(),
            cursors: BTreeMap::new(),
            findings: Vec::new(),
            progress: Vec::new(),
            batches: Vec::new(),
            order: Vec::new(),
            ends: Vec::new(),
            room: usize::MAX,
            hours: 0,
        }
    }

    pub fn try_read(&mut self) -> Result<(), ConnectorError> {
        self.batches.clear();
        self.findings.clear();
        self.order.clear();
        let git = Git::new(self.config.clone());
        let cursors = self.cursors.clone().into_iter().collect();
        let now = Timestamp::from_seconds(START + (10_000 + self.hours) * HOUR);
        let since = None;
        futures::executor::block_on(git.read(
            Reading {
                cursors,
                since,
                now,
            },
            self,
        ))
    }

    pub fn read(&mut self) {
        self.try_read().unwrap();
    }

    pub fn event(&self, id: &str) -> &Event<String> {
        self.log
            .values()
            .find(|event| event.id == id)
            .unwrap_or_else(|| panic!("no {id} among {:?}", self.log.keys()))
    }

    pub fn commits(&self) -> Vec<&Commit<String>> {
        let kinds = self.log.values().map(|event| &event.kind);
        kinds
            .filter_map(|kind| match kind {
                Kind::Commit(commit) => Some(commit),
                _ => None,
            })
            .collect()
    }

    pub fn commit(&self, sha: &str) -> &Commit<String> {
        let found = self.commits().into_iter().find(|commit| commit.sha == sha);
        found.unwrap()
    }

    pub fn changes(&self) -> Vec<&Change<String>> {
        let kinds = self.log.values().map(|event| &event.kind);
        kinds
            .filter_map(|kind| match kind {
                Kind::Change(change) => Some(change),
                _ => None,
            })
            .collect()
    }

    pub fn tags(&self) -> Vec<(&Tag<String>, Timestamp)> {
        let events = self.log.values();
        events
            .filter_map(|event| match &event.kind {
                Kind::Tag(tag) => Some((tag, event.at)),
                _ => None,
            })
            .collect()
    }

    pub fn told(&self, words: &str) -> bool {
        self.findings.iter().any(|told| told.text.contains(words))
    }
}
