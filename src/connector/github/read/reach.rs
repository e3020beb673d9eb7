//! What every piece of a reading needs, and how its errors say what could not be read.

use crate::connector::github::client::Crab;
use crate::connector::github::config::Base;
use crate::connector::github::cursor::Todo;
use crate::connector::http::{Answer, Http, Stop, parse};
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
        parse::unreadable(what, why)
            .hinted(format!(
                "it is asked for again at the next reading of source {:?}",
                self.source
            ))
            .into()
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
