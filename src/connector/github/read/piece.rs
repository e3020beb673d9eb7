//! A piece of reading: what it needs, what it is for, and what it brings.

use futures::future::BoxFuture;

use crate::connector::error::ErrorKind;
use crate::connector::facts::{Facts, Unknown};
use crate::connector::github::client::Crab;
use crate::connector::github::config::Base;
use crate::connector::github::cursor::Todo;
use crate::connector::http::{Answer, Http, Stop};
use crate::connector::{Batch, ConnectorError, Finding, Severity};
use crate::event::time::Timestamp;

/// What every request needs.
pub struct Reach<'a> {
    pub http: &'a Http<Crab>,
    pub base: &'a Base,
    pub source: &'a str,
    pub now: Timestamp,
    pub since: Timestamp,
}

impl Reach<'_> {
    /// Asks for a path below the base.
    pub async fn ask(&self, path: &str, etag: Option<&str>) -> Result<Answer, Stop> {
        self.http
            .get(&format!("{}{path}", self.base.url), etag)
            .await
    }

    /// The error for an answer that cannot be read.
    #[must_use]
    pub fn unreadable(&self, what: &str, why: &str) -> Stop {
        let detail = format!("the answer cannot be read: {why}");
        ConnectorError::new(ErrorKind::Malformed, what, detail)
            .hinted("it is asked for again at the next reading")
            .into()
    }
}

/// What one piece of reading brought.
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

/// What a piece of reading was for.
#[derive(Clone, Debug)]
pub struct Subject {
    pub repository: String,
    /// Which list, or which kind of detail.
    pub part: &'static str,
    /// The row of a detail.
    pub row: Option<String>,
}

pub type Piece<'a> = BoxFuture<'a, (Subject, Result<Done, Stop>)>;

impl Subject {
    pub fn of(repository: &str, part: &'static str) -> Self {
        Self {
            repository: repository.to_owned(),
            part,
            row: None,
        }
    }
}

pub fn part(todo: &Todo) -> &'static str {
    match todo {
        Todo::Pull(_) => "reviews and commits",
        Todo::Run(_) => "jobs",
        Todo::Deployment(_) => "deployment statuses",
        Todo::Tag(_) => "commits of tags",
    }
}

/// The mark for a part of a repository that is not asked for again in this reading.
pub fn barred(repository: &str, part: &str) -> String {
    format!("{repository} barred {part}")
}
