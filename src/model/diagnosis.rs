//! How the program itself is, as plain data: what `leadtime doctor` and the page of sources tell. Nothing here is worked out from deliveries; it stands here
//! because both the engine, which assembles it, and the reports, which word it, know the model.

use serde::Serialize;

use crate::event::time::{Span, Timestamp};

/// `leadtime/doctor/v1`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Doctor {
    pub sources: Vec<SourceLine>,
    /// Events that no workload could be found for, by reason.
    pub unlinked: Vec<Unlinked>,
    pub clocks: Vec<Clock>,
    pub config_warnings: Vec<String>,
    pub log: LogLine,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    pub name: String,
    pub kind: String,
    pub state: SourceState,
    pub last_read: Option<Timestamp>,
    /// From the newest fact that it told to the reading.
    pub lag_seconds: Option<Span>,
    pub events: u64,
    pub facts: Vec<String>,
    pub findings: Vec<Found>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    Ok,
    Warning,
    Error,
    #[default]
    NeverRead,
}

/// Something that a source told of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// `note`, `warning` or `error`.
    pub severity: &'static str,
    pub subject: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unlinked {
    pub reason: String,
    pub count: u64,
    pub example: Option<String>,
    /// What to do, down to the line of configuration; none where nothing is to be done.
    pub fix: Option<String>,
}

/// A source whose clock is not ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    pub source: String,
    /// How far its times lie ahead of their arrival.
    pub ahead_seconds: Span,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Where the log is kept; without password.
    pub place: String,
    pub events: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub bytes: Option<u64>,
    /// Of the snapshot that start-up reads, if there is one.
    pub snapshot: Option<Timestamp>,
}

impl Doctor {
    /// Whether there is anything to mend: exit code 1.
    #[must_use]
    pub fn found(&self) -> bool {
        let ill =
            |source: &SourceLine| matches!(source.state, SourceState::Error | SourceState::Warning);
        self.sources.iter().any(ill)
            || self.unlinked.iter().any(|one| one.fix.is_some())
            || !self.clocks.is_empty()
            || !self.config_warnings.is_empty()
    }
}

/// What was sent by producers of one name, whoever brought it into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub producer: String,
    /// How many sources of it there are, such as one a repository.
    pub sources: usize,
    pub events: u64,
    /// Its newest fact.
    pub last: Timestamp,
    /// Its newest arrival.
    pub arrived: Timestamp,
}
