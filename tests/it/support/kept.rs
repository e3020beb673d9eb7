//! A sink that remembers what it was given, as a store would: events once each by identity, cursors as they stand. It can refuse a batch, which is
//! what a kill looks like from the outside: nothing of that batch is there.

use std::collections::BTreeMap;

use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Batch, ConnectorError, Finding, Progress, Reading, Sink};
use leadtime::event::Event;
use leadtime::event::time::Timestamp;

#[derive(Debug, Default)]
pub struct Kept {
    pub events: BTreeMap<(String, String), Event<String>>,
    pub cursors: BTreeMap<String, String>,
    pub findings: Vec<Finding>,
    pub progress: Vec<Progress>,
    pub batches: usize,
    /// Events that were there already, and differed.
    pub differing: Vec<(Event<String>, Event<String>)>,
    /// After so many batches, the next one is refused.
    pub killed_after: Option<usize>,
}

impl Kept {
    pub fn reading(&self, now: Timestamp) -> Reading {
        Reading {
            cursors: self.cursors.clone().into_iter().collect(),
            since: None,
            now,
        }
    }

    pub fn ids(&self) -> Vec<&str> {
        self.events.keys().map(|(_, id)| id.as_str()).collect()
    }

    pub fn event(&self, id: &str) -> &Event<String> {
        let found = self.events.values().find(|event| event.id == id);
        found.unwrap_or_else(|| panic!("no event {id} among {:?}", self.ids()))
    }

    /// The findings as text, for looking into.
    pub fn told(&self) -> String {
        let lines = self.findings.iter().map(|finding| {
            format!(
                "{:?} {}: {}\n",
                finding.severity, finding.subject, finding.text
            )
        });
        lines.collect()
    }
}

impl Sink for Kept {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        if self.killed_after == Some(self.batches) {
            return Err(ConnectorError::new(ErrorKind::Store, "test", "killed"));
        }
        self.batches += 1;
        for event in batch.events {
            let identity = (event.source.clone(), event.id.clone());
            match self.events.get(&identity) {
                Some(known) if *known != event => self.differing.push((known.clone(), event)),
                Some(_) => {}
                None => {
                    self.events.insert(identity, event);
                }
            }
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
