//! What every piece of a reading needs, and how its errors say what could not be read.

use serde::de::DeserializeOwned;

use crate::connector::github::client::Crab;
use crate::connector::github::config::Base;
use crate::connector::github::cursor::Todo;
use crate::connector::github::fault::refused;
use crate::connector::http::page::Links;
use crate::connector::http::{Answer, Http, Stop, parse};
use crate::connector::piece::Done;
use crate::event::time::{Span, Timestamp};

/// A run or a deployment that has not moved for so long never will: GitHub itself gives up after 35 days.
pub const GIVEN_UP: Span = Span::from_seconds(40 * 24 * 3600);

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

/// Every page of a list, unless its first page is what it was.
pub struct All<T> {
    pub items: Vec<T>,
    pub etag: Option<String>,
}

/// Reads it.
pub async fn all<T: DeserializeOwned>(
    reach: &Reach<'_>,
    ask: &Ask<'_>,
    done: &mut Done,
) -> Result<Option<All<T>>, Stop> {
    let mut all = All {
        items: Vec::new(),
        etag: None,
    };
    for page in 1.. {
        let path = match page {
            1 => ask.path.clone(),
            page => format!("{}&page={page}", ask.path),
        };
        let etag = ask.etag.filter(|_| page == 1);
        let answer = reach.ask(&path, etag).await?;
        if answer.is_unchanged() {
            return Ok(None);
        }
        if !answer.is_success() {
            return Err(refused(reach.source, ask.what, &answer).into());
        }
        let parsed =
            parse::list(&answer.body, ask.field).map_err(|why| reach.unreadable(ask.what, &why))?;
        for complaint in parsed.complaints {
            done.warn(ask.what, &format!("{complaint}; left out"));
        }
        all.items.extend(parsed.items);
        let more = Links::read(answer.header("link")).next.is_some();
        if page == 1 && !more {
            all.etag = answer.etag();
        }
        if !more {
            break;
        }
    }
    Ok(Some(all))
}

/// What is asked for.
pub struct Ask<'a> {
    pub what: &'a str,
    pub path: String,
    pub field: Option<&'a str>,
    pub etag: Option<&'a str>,
}
