//! One reading: the repositories; then of each, several at once, its lists in turn, newest first: requests with their reviews, commits and what other tools say
//! of them, runs with their jobs, the default branch, releases and tags, incidents. What a list brings is handed over when it is read, with the repository's
//! row, so that a kill between any two loses nothing, and what is read again is the same events.

mod find;
mod list;

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use super::client::Reach;
use super::cursor::{Row, key};
use super::wire::Repository;
use crate::connector::error::ErrorKind;
use crate::connector::facts::Unknown;
use crate::connector::origin::Origin;
use crate::connector::piece::{End, Failures};
use crate::connector::rows::{Rows, put};
use crate::connector::selection::Selection;
use crate::connector::{Batch, ConnectorError, Finding, Progress, Severity, Sink, health};
use crate::event::time::Timestamp;

use list::Brought;

pub use find::repositories;

/// Repositories under way at once.
const AT_ONCE: usize = 4;

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted of a repository that was never read.
    pub since: Timestamp,
}

/// The lists of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Pulls,
    Runs,
    Commits,
    Releases,
    Tags,
    Issues,
}

impl List {
    const ALL: [Self; 6] = [
        Self::Pulls,
        Self::Runs,
        Self::Commits,
        Self::Releases,
        Self::Tags,
        Self::Issues,
    ];

    /// The word for it, for people.
    fn word(self) -> &'static str {
        match self {
            Self::Pulls => "pull requests",
            Self::Runs => "runs",
            Self::Commits => "commits",
            Self::Releases => "releases",
            Self::Tags => "tags",
            Self::Issues => "issues",
        }
    }

    /// Whether a repository may do without: it is switched off there, or this Gitea is too old.
    fn is_optional(self) -> bool {
        !matches!(self, Self::Commits)
    }
}

type Piece<'p> = BoxFuture<'p, Result<(Brought, Row), ConnectorError>>;

/// A repository that is read, and what is left of it.
struct Under {
    repository: Repository,
    row: Row,
    gone: bool,
}

impl Reader<'_> {
    pub async fn read(
        &self,
        selection: &Selection,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let mut told = BTreeSet::new();
        let mut failures = Failures::default();
        let (found, complaints) = find::repositories(self.reach, selection).await?;
        for (subject, text) in complaints {
            sink.finding(warning(&subject, text));
        }
        if let Some(finding) = health::clock(&self.reach.instance.http, &self.reach.instance.source)
        {
            sink.finding(finding);
        }
        let mut all: Vec<Under> = found
            .into_iter()
            .filter(|repository| !repository.empty)
            .map(|repository| Under {
                row: self
                    .rows
                    .get(&key(&repository.full_name))
                    .unwrap_or_default(),
                repository,
                gone: false,
            })
            .collect();
        let total = (all.len() * List::ALL.len()) as u64;
        let mut done = 0;
        for list in List::ALL {
            for chunk in all.chunks_mut(AT_ONCE) {
                let pieces: Vec<Piece<'_>> = chunk
                    .iter()
                    .map(|under| self.piece(under, list).boxed())
                    .collect();
                let read: Vec<_> = stream::iter(pieces).buffered(AT_ONCE).collect().await;
                for (under, result) in chunk.iter_mut().zip(read) {
                    let kept = take(under, (list, result), &mut told, sink);
                    if let Err(end) =
                        kept.and_then(|error| failed(under, list, error, &mut failures, sink))
                    {
                        return end.outcome();
                    }
                }
                done += chunk.len() as u64;
                sink.progress(Progress {
                    what: list.word().to_owned(),
                    done,
                    total: Some(total),
                });
            }
        }
        Ok(())
    }

    async fn piece(&self, under: &Under, list: List) -> Result<(Brought, Row), ConnectorError> {
        let mut row = under.row.clone();
        if under.gone {
            return Ok((Brought::default(), row));
        }
        let of = list::Of {
            reach: self.reach,
            origin: Origin::new(
                &self.reach.instance.source,
                &under.repository.full_name,
                self.now,
            ),
            now: self.now,
            since: self.since,
        };
        let brought = match list {
            List::Pulls => of.pulls(&mut row).await,
            List::Runs => of.runs(&mut row).await,
            List::Commits => of.commits(&under.repository.default_branch, &mut row).await,
            List::Releases => of.releases(&mut row).await,
            List::Tags => of.tags(&mut row).await,
            List::Issues => of.issues(&mut row).await,
        };
        Ok((brought?, row))
    }
}

/// Hands over what a list brought; tells the error where it brought none.
fn take(
    under: &mut Under,
    (list, result): (List, Result<(Brought, Row), ConnectorError>),
    told: &mut BTreeSet<Unknown>,
    sink: &mut dyn Sink,
) -> Result<Option<ConnectorError>, End> {
    let (Brought { facts, complaints }, row) = match result {
        Ok(read) => read,
        Err(error) if error.kind == ErrorKind::NotFound && list.is_optional() => {
            return Ok(None);
        }
        Err(error) => return Ok(Some(error)),
    };
    for unknown in facts.unknown {
        if told.insert(unknown.clone()) {
            sink.finding(unknown.told("Gitea"));
        }
    }
    for complaint in complaints {
        let subject = format!("{}: {}", under.repository.full_name, list.word());
        sink.finding(warning(&subject, format!("cannot be read: {complaint}")));
    }
    let mut batch = Batch {
        events: facts.events,
        ..Batch::default()
    };
    if row != under.row {
        put(&mut batch, key(&under.repository.full_name), &row);
        under.row = row;
    }
    if batch.events.is_empty() && batch.cursors.is_empty() {
        return Ok(None);
    }
    sink.batch(batch).map_err(End::Failed)?;
    Ok(None)
}

/// One list failed: told, and the others go on, unless none can.
fn failed(
    under: &mut Under,
    list: List,
    error: Option<ConnectorError>,
    failures: &mut Failures,
    sink: &mut dyn Sink,
) -> Result<(), End> {
    let Some(error) = error else {
        failures.none();
        return Ok(());
    };
    let error = failures.one(error)?;
    under.gone |= error.kind == ErrorKind::NotFound;
    let subject = format!("{}: {}", under.repository.full_name, list.word());
    sink.finding(warning(&subject, error.to_string()));
    Ok(())
}

fn warning(subject: &str, text: String) -> Finding {
    Finding {
        subject: subject.to_owned(),
        severity: Severity::Warning,
        text,
    }
}
