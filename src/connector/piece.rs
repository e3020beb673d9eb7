//! A piece of a reading, where several are under way at once: what it is for, what it brings, and what its failing means for the others.

use futures::future::BoxFuture;

use super::error::ErrorKind;
use super::facts::{Facts, Unknown};
use super::http::Stop;
use super::{Batch, ConnectorError, Finding, Severity};

/// So many failures of the server in a row end a reading.
const FAILURES: usize = 5;

pub type Piece<'a> = BoxFuture<'a, (Subject, Result<Done, Stop>)>;

/// What a piece is for.
#[derive(Clone, Debug)]
pub struct Subject {
    pub repository: String,
    /// Which list, or which kind of detail.
    pub part: &'static str,
    /// The row of a detail.
    pub row: Option<String>,
}

impl Subject {
    #[must_use]
    pub fn of(repository: &str, part: &'static str) -> Self {
        Self {
            repository: repository.to_owned(),
            part,
            row: None,
        }
    }
}

/// What a piece brought.
#[derive(Debug, Default)]
pub struct Done {
    pub batch: Batch,
    pub unknown: Vec<Unknown>,
    pub findings: Vec<Finding>,
    /// Repositories that were found.
    pub found: Vec<String>,
    /// The repository has another name now.
    pub moved: bool,
    /// It was a page of a list.
    pub page: bool,
}

impl Done {
    pub fn take(&mut self, facts: Facts) {
        self.batch.events.extend(facts.events);
        self.unknown.extend(facts.unknown);
    }

    pub fn tell(&mut self, severity: Severity, subject: &str, text: &str) {
        self.findings.push(Finding {
            subject: subject.to_owned(),
            severity,
            text: text.to_owned(),
        });
    }

    pub fn warn(&mut self, subject: &str, text: &str) {
        self.tell(Severity::Warning, subject, text);
    }

    pub fn note(&mut self, subject: &str, text: &str) {
        self.tell(Severity::Note, subject, text);
    }
}

/// The mark for a part of a repository that is not asked for again in this reading.
#[must_use]
pub fn barred(repository: &str, part: &str) -> String {
    format!("{repository} barred {part}")
}

/// Why a reading ends before it is through.
#[derive(Debug)]
pub enum End {
    /// The allowance is used up; told, and fine.
    Budget,
    Failed(ConnectorError),
}

impl End {
    /// What the reading comes to.
    pub fn outcome(self) -> Result<(), ConnectorError> {
        match self {
            Self::Budget => Ok(()),
            Self::Failed(error) => Err(error),
        }
    }
}

/// The pieces that failed one after the other.
#[derive(Debug, Default)]
pub struct Failures(usize);

impl Failures {
    /// A piece did not fail.
    pub fn none(&mut self) {
        self.0 = 0;
    }

    /// One failed: that is told, and the others go on, unless none can.
    pub fn one(&mut self, error: ConnectorError) -> Result<ConnectorError, End> {
        match error.kind {
            ErrorKind::Unauthorized
            | ErrorKind::RateLimited
            | ErrorKind::Network
            | ErrorKind::Configuration
            | ErrorKind::Store => return Err(End::Failed(error)),
            ErrorKind::Unavailable => {
                self.0 += 1;
                if self.0 >= FAILURES {
                    return Err(End::Failed(error));
                }
            }
            ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Malformed => self.none(),
        }
        Ok(error)
    }
}
