//! What a reading hands over and tells: batches as they come, each unknown word once, and what a part that failed means for the others.

use std::collections::BTreeSet;

use super::facts::{Facts, Unknown};
use super::http::instance::Instance;
use super::piece::Failures;
use super::series::Series;
use super::{Batch, ConnectorError, Finding, Progress, Severity, Sink, health};

/// A sink, and what was told to it already.
pub struct Telling<'s> {
    sink: &'s mut dyn Sink,
    /// Who says the words that are not known.
    tool: &'static str,
    told: BTreeSet<Unknown>,
    failures: Failures,
}

impl<'s> Telling<'s> {
    pub fn new(sink: &'s mut dyn Sink, tool: &'static str) -> Self {
        Self {
            sink,
            tool,
            told: BTreeSet::new(),
            failures: Failures::default(),
        }
    }

    /// Puts facts into a batch; words that are not known are told, once each.
    pub fn take(&mut self, batch: &mut Batch, facts: Facts) {
        batch.events.extend(facts.events);
        for one in facts.unknown {
            if self.told.insert(one.clone()) {
                self.sink.finding(one.told(self.tool));
            }
        }
    }

    /// Hands a batch over, where there is anything in it.
    pub fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        if batch.events.is_empty() && batch.cursors.is_empty() {
            return Ok(());
        }
        self.sink.batch(batch)
    }

    /// A page of a series; where it could not be had, what is kept of that.
    pub fn page<T>(
        &mut self,
        series: &Series<'_>,
        place: &str,
        read: Result<T, ConnectorError>,
    ) -> Result<T, ConnectorError> {
        if let Err(error) = &read {
            self.batch(series.lost(place, error))?;
        }
        read
    }

    pub fn warn(&mut self, subject: &str, text: impl Into<String>) {
        self.sink.finding(Finding {
            subject: subject.to_owned(),
            severity: Severity::Warning,
            text: text.into(),
        });
    }

    /// Items of a list that cannot be read.
    pub fn complain(&mut self, subject: &str, complaints: Vec<String>) {
        for complaint in complaints {
            self.warn(subject, complaint);
        }
    }

    pub fn progress(&mut self, what: &str, done: usize, total: usize) {
        self.sink.progress(Progress {
            what: what.to_owned(),
            done: done as u64,
            total: Some(total as u64),
        });
    }

    /// The same of a list of which nobody says how long it is.
    pub fn going(&mut self, what: String, done: usize) {
        self.sink.progress(Progress {
            what,
            done: done as u64,
            total: None,
        });
    }

    /// How a part of the reading went: one that failed is told, and the others go on, unless none can.
    pub fn part(
        &mut self,
        subject: &str,
        result: Result<(), ConnectorError>,
    ) -> Result<(), ConnectorError> {
        match result {
            Ok(()) => self.failures.none(),
            Err(error) => match self.failures.one(error) {
                Ok(error) => self.warn(subject, error.to_string()),
                Err(end) => return end.outcome(),
            },
        }
        Ok(())
    }

    /// Tells of a clock that does not go as this machine's does.
    pub fn clock(&mut self, instance: &Instance) {
        if let Some(finding) = health::clock(&instance.http, &instance.source) {
            self.sink.finding(finding);
        }
    }
}
