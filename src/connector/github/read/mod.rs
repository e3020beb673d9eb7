//! One reading: which repositories, the first page of every list of each, then, in turns, what is to be read in detail, newest first, and one
//! older page of each list. Several requests are under way at once; what they bring is handed over one batch at a time, each with the rows that
//! say that it was read, so that a kill between any two loses and doubles nothing.

pub mod detail;
pub mod find;
pub mod list;
mod reach;
mod run;
mod sweep;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use futures::{StreamExt, stream};

use super::config::Selection;
use super::cursor::{Known, List, Todo, place, todos};
use super::translate::origin;
use crate::connector::error::ErrorKind;
use crate::connector::facts::Unknown;
use crate::connector::health;
use crate::connector::http::Stop;
use crate::connector::naming::{self, Named, known_key};
use crate::connector::piece::{Done, End, Failures, Piece, Subject, barred};
use crate::connector::rows::Rows;
use crate::connector::{Batch, ConnectorError, Finding, Progress, Severity, Sink};
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

use list::Way;
use reach::part;

pub use crate::connector::http::parse;
pub use reach::Reach;

/// Requests under way at once.
const AT_ONCE: usize = 6;
/// Details between two looks at what was refused.
const CHUNK: usize = 48;

/// One reading, under way.
pub struct Reader<'a> {
    reach: &'a Reach<'a>,
    sink: &'a mut dyn Sink,
    rows: Rows,
    host: String,
    told: BTreeSet<Unknown>,
    /// Rows, lists and repositories that are not asked for again in this reading.
    handled: HashSet<String>,
    dates: HashMap<String, Timestamp>,
    /// Repositories that had news.
    lively: HashSet<String>,
    pages: u64,
    failures: Failures,
}

impl<'a> Reader<'a> {
    pub fn new(reach: &'a Reach<'a>, sink: &'a mut dyn Sink, rows: Rows) -> Self {
        Self {
            reach,
            sink,
            rows,
            host: reach.base.host.clone(),
            told: BTreeSet::new(),
            handled: HashSet::new(),
            dates: HashMap::new(),
            lively: HashSet::new(),
            pages: 0,
            failures: Failures::default(),
        }
    }

    /// Reads what is new. An allowance that is used up is an ordinary end.
    pub async fn read(mut self, selection: &Selection) -> Result<(), ConnectorError> {
        let ended = self.read_all(selection).await;
        if let Some(finding) = health::clock(self.reach.http, &self.reach.base.host) {
            self.sink.finding(finding);
        }
        ended.or_else(End::outcome)
    }

    async fn read_all(&mut self, selection: &Selection) -> Result<(), End> {
        let mut repositories = self.find(selection).await?;
        let behind = self.behind(&repositories);
        let moved = self.heads(&repositories).await?;
        if !moved.is_empty() {
            repositories.retain(|name| !moved.contains(name));
            let present = self.find_again(&moved).await?;
            self.heads(&present).await?;
            repositories.extend(present);
        }
        self.sweep(behind).await?;
        loop {
            let read = self.details(&repositories).await?;
            let walked = self.walk(&repositories).await?;
            if !read && !walked {
                return Ok(());
            }
        }
    }

    async fn find(&mut self, selection: &Selection) -> Result<Vec<String>, End> {
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        let reach = self.reach;
        for named in naming::named::<Known>(&self.rows, &selection.named) {
            pieces.push(self.one(named));
        }
        for owner in selection.owners() {
            let subject = Subject::of(owner, "repositories");
            let (rows, selection) = (self.rows.clone(), selection.clone());
            let owner = owner.to_owned();
            pieces.push(Box::pin(async move {
                let done = find::owned(reach, &rows, &selection, &owner).await;
                (subject, done)
            }));
        }
        let brought = self.run(pieces).await?;
        let mut found = brought.found;
        found.extend(self.find_again(&brought.moved).await?);
        let mut seen = HashSet::new();
        found.retain(|name| seen.insert(name.to_ascii_lowercase()));
        Ok(found)
    }

    fn one(&self, named: Named<Known>) -> Piece<'a> {
        let subject = Subject::of(named.address(), "repository");
        let reach = self.reach;
        Box::pin(async move { (subject, find::one(reach, named).await) })
    }

    /// Asks for repositories whose addresses have moved, and forgets where they stood: under the new name everything is told anew.
    async fn find_again(&mut self, moved: &BTreeSet<String>) -> Result<Vec<String>, End> {
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        for name in moved {
            let keys = self.rows.keys(name);
            let forget = Batch {
                events: Vec::new(),
                cursors: keys.into_iter().map(|key| (key, None)).collect(),
            };
            self.keep(forget)?;
            pieces.push(self.one(Named::new(name)));
        }
        Ok(self.run(pieces).await?.found)
    }

    /// The first page of every list, requests first: where those are not to be had, the repository is not.
    async fn heads(&mut self, repositories: &[String]) -> Result<BTreeSet<String>, End> {
        let mut moved = BTreeSet::new();
        for lists in [&List::ALL[..1], &List::ALL[1..]] {
            let mut pieces = Vec::new();
            for list in lists {
                for repository in repositories {
                    let gone = self.handled.contains(repository) || moved.contains(repository);
                    if !gone {
                        pieces.push(self.page(repository, *list, Way::First));
                    }
                }
            }
            moved.extend(self.run(pieces).await?.moved);
        }
        Ok(moved)
    }

    fn page(&self, repository: &str, list: List, way: Way) -> Piece<'a> {
        let todos = if list == List::Runs {
            todos(&self.rows, repository)
        } else {
            Vec::new()
        };
        let open: BTreeMap<_, _> = todos
            .into_iter()
            .filter_map(|(key, todo)| match todo {
                Todo::Run(open) => Some((key, *open)),
                _ => None,
            })
            .collect();
        let page = list::Page {
            origin: origin(&self.host, repository, self.reach.now),
            list,
            place: place(&self.rows, repository, list),
            way,
            open,
            tags: self.tags(repository, list == List::Deployments),
            branch: self
                .rows
                .get::<Known>(&known_key(repository))
                .and_then(|known| known.branch),
        };
        let subject = Subject::of(repository, list.word());
        let reach = self.reach;
        Box::pin(async move { (subject, list::read(reach, page).await) })
    }

    fn tags(&self, repository: &str, wanted: bool) -> Vec<String> {
        if !wanted {
            return Vec::new();
        }
        let seen = place(&self.rows, repository, List::Tags).seen;
        let name = |seen: String| seen.rsplit_once('@').map(|(name, _)| name.to_owned());
        seen.into_iter().filter_map(name).collect()
    }

    /// Reads details, newest first. `false` when there were none.
    async fn details(&mut self, repositories: &[String]) -> Result<bool, End> {
        let mut rows: Vec<(Timestamp, String, String, Todo)> = Vec::new();
        for repository in repositories {
            for (key, todo) in todos(&self.rows, repository) {
                if !self.handled.contains(&key) {
                    rows.push((todo.changed(), key, repository.clone(), todo));
                }
            }
        }
        rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let any = !rows.is_empty();
        while !rows.is_empty() {
            let chunk: Vec<_> = rows.drain(..rows.len().min(CHUNK)).collect();
            let mut pieces = Vec::new();
            for (_, key, repository, todo) in chunk {
                let barred = self.handled.contains(&barred(&repository, part(&todo)));
                if self.handled.insert(key.clone()) && !barred {
                    pieces.push(self.detail(&repository, key, todo));
                }
            }
            self.run(pieces).await?;
            self.progress(rows.len(), repositories);
        }
        Ok(any)
    }

    fn detail(&self, repository: &str, key: String, todo: Todo) -> Piece<'a> {
        let subject = Subject {
            repository: repository.to_owned(),
            part: part(&todo),
            row: Some(key.clone()),
        };
        let dated = match &todo {
            Todo::Tag(tag) => self.dates.get(&tag.commit.sha).copied(),
            _ => None,
        };
        let approvers = match &todo {
            Todo::Run(_) => place(&self.rows, repository, List::Environments).approvers,
            _ => BTreeMap::new(),
        };
        let detail = detail::Detail {
            origin: origin(&self.host, repository, self.reach.now),
            key,
            tags: self.tags(repository, matches!(todo, Todo::Deployment(_))),
            todo,
            approvers: approvers.into_iter().collect(),
            dated,
        };
        let reach = self.reach;
        Box::pin(async move { (subject, detail::read(reach, detail).await) })
    }

    /// One older page of every list that has one. `false` when none has.
    async fn walk(&mut self, repositories: &[String]) -> Result<bool, End> {
        let mut pieces = Vec::new();
        for repository in repositories {
            for list in List::ALL {
                let walks = place(&self.rows, repository, list).walk.is_some();
                if walks && !self.handled.contains(&barred(repository, list.word())) {
                    pieces.push(self.page(repository, list, Way::Walk));
                }
            }
        }
        let any = !pieces.is_empty();
        self.run(pieces).await?;
        self.progress(0, repositories);
        Ok(any)
    }

    /// Runs pieces, several at once, and keeps what they bring in their order.
    async fn run(&mut self, pieces: Vec<Piece<'a>>) -> Result<Brought, End> {
        let mut brought = Brought::default();
        let mut running = stream::iter(pieces).buffered(AT_ONCE);
        while let Some((subject, result)) = running.next().await {
            match result {
                Ok(done) => {
                    self.failures.none();
                    brought.found.extend(done.found.iter().cloned());
                    if done.page {
                        self.lively.insert(subject.repository.clone());
                    }
                    if done.moved {
                        brought.moved.insert(subject.repository.clone());
                    }
                    self.take(done)?;
                }
                Err(Stop::Budget { until, limit }) => return Err(self.out_of_budget(until, limit)),
                Err(Stop::Failed(error)) => self.failed(&subject, error)?,
            }
        }
        Ok(brought)
    }

    fn take(&mut self, done: Done) -> Result<(), End> {
        for unknown in done.unknown {
            if self.told.insert(unknown.clone()) {
                self.sink.finding(unknown.told("GitHub"));
            }
        }
        for finding in done.findings {
            self.sink.finding(finding);
        }
        self.pages += u64::from(done.page);
        self.keep(done.batch)
    }

    fn keep(&mut self, batch: Batch) -> Result<(), End> {
        if batch.events.is_empty() && batch.cursors.is_empty() {
            return Ok(());
        }
        for event in &batch.events {
            if let Kind::Commit(commit) = &event.kind {
                let at = commit.committed.unwrap_or(event.at);
                self.dates.insert(commit.sha.clone(), at);
            }
        }
        self.rows.apply(&batch.cursors);
        self.sink.batch(batch).map_err(End::Failed)
    }

    fn out_of_budget(&mut self, until: Timestamp, limit: Option<u64>) -> End {
        let whole = limit.map_or(String::new(), |limit| {
            format!(" of {limit} requests an hour")
        });
        self.sink.finding(Finding {
            subject: self.host.clone(),
            severity: Severity::Warning,
            text: format!(
                "the allowance{whole} is used up but for a reserve; reading goes on after {until}"
            ),
        });
        End::Budget
    }

    /// One part failed: told, and the others go on, unless none can.
    fn failed(&mut self, subject: &Subject, error: ConnectorError) -> Result<(), End> {
        let error = self.failures.one(error)?;
        let is_gone = error.kind == ErrorKind::NotFound;
        if is_gone && subject.part == List::Pulls.word() {
            // No requests, no repository: its other lists are not asked for.
            self.handled.insert(subject.repository.clone());
        }
        let mut text = error.to_string();
        if subject.part == List::Runs.word() && is_gone {
            text = format!("Actions are off for this repository, or hidden from the token: {text}");
        }
        let row = subject.row.clone();
        match row {
            // What is gone will not come back.
            Some(row) if is_gone => self.keep(Batch {
                events: Vec::new(),
                cursors: vec![(row, None)],
            })?,
            Some(_) if error.kind != ErrorKind::Forbidden => {}
            _ => {
                self.handled
                    .insert(barred(&subject.repository, subject.part));
            }
        }
        self.sink.finding(Finding {
            subject: format!("{}: {}", subject.repository, subject.part),
            severity: Severity::Error,
            text,
        });
        Ok(())
    }

    fn progress(&mut self, details: usize, repositories: &[String]) {
        let mut left = details as u64;
        let mut what = String::from("details");
        for repository in repositories {
            for list in List::ALL {
                if let Some(walk) = place(&self.rows, repository, list).walk {
                    what = format!("{repository}: {}", list.word());
                    let last = walk.last.unwrap_or(walk.page).max(walk.page);
                    left += u64::from(last - walk.page + 1);
                }
            }
        }
        self.sink.progress(Progress {
            what,
            done: self.pages,
            total: Some(self.pages + left),
        });
    }
}

#[derive(Debug, Default)]
struct Brought {
    found: Vec<String>,
    moved: BTreeSet<String>,
}
