//! One reading: which projects, the first page of every list of each, then, in turns, what is to be read in detail, newest first, and one older page of each
//! list. Several requests are under way at once; what they bring is handed over one batch at a time, each with the rows that say that it was read, so that a
//! kill between any two loses and doubles nothing.

mod changing;
pub mod detail;
pub mod find;
pub mod list;
pub mod page;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::{StreamExt, stream};
use globset::GlobBuilder;

use super::client::Reach;
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
use crate::event::time::Timestamp;

/// Requests under way at once.
const AT_ONCE: usize = 6;
/// Details between two looks at what was refused.
const CHUNK: usize = 48;

/// One reading, under way.
pub struct Reader<'a> {
    reach: &'a Reach<'a>,
    sink: &'a mut dyn Sink,
    rows: Rows,
    told: BTreeSet<Unknown>,
    /// Rows, lists and projects that are not asked for again in this reading.
    handled: HashSet<String>,
    pages: u64,
    failures: Failures,
}

impl<'a> Reader<'a> {
    pub fn new(reach: &'a Reach<'a>, sink: &'a mut dyn Sink, rows: Rows) -> Self {
        Self {
            reach,
            sink,
            rows,
            told: BTreeSet::new(),
            handled: HashSet::new(),
            pages: 0,
            failures: Failures::default(),
        }
    }

    /// Reads what is new. An allowance that is used up is an ordinary end.
    pub async fn read(mut self, selection: &Selection) -> Result<(), ConnectorError> {
        let ended = self.read_all(selection).await;
        if let Some(finding) = health::clock(&self.reach.instance.http, &self.reach.instance.host) {
            self.sink.finding(finding);
        }
        ended.or_else(End::outcome)
    }

    async fn read_all(&mut self, selection: &Selection) -> Result<(), End> {
        let mut projects = self.find(selection).await?;
        let moved = self.heads(&projects).await?;
        if !moved.is_empty() {
            projects.retain(|name| !moved.contains(name));
            let present = self.find_again(&moved).await?;
            self.heads(&present).await?;
            projects.extend(present);
        }
        loop {
            let read = self.details(&projects).await?;
            let walked = self.walk(&projects).await?;
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
        for (group, deep) in selection.groups() {
            let subject = Subject::of(&group, "projects");
            let (rows, selection) = (self.rows.clone(), selection.clone());
            pieces.push(Box::pin(async move {
                let done = find::grouped(reach, &rows, &selection, (&group, deep)).await;
                (subject, done)
            }));
        }
        let brought = self.run(pieces).await?;
        let mut found = brought.found;
        found.extend(self.find_again(&brought.moved).await?);
        let mut seen = HashSet::new();
        found.retain(|name| seen.insert(name.to_lowercase()));
        Ok(found)
    }

    fn one(&self, named: Named<Known>) -> Piece<'a> {
        let subject = Subject::of(named.address(), "project");
        let reach = self.reach;
        Box::pin(async move { (subject, find::one(reach, named).await) })
    }

    /// Asks for projects whose addresses have moved, and forgets where they stood: under the new name everything is told anew.
    async fn find_again(&mut self, moved: &BTreeSet<String>) -> Result<Vec<String>, End> {
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        for name in moved {
            let keys = self.rows.keys(name);
            self.keep(Batch {
                events: Vec::new(),
                cursors: keys.into_iter().map(|key| (key, None)).collect(),
            })?;
            pieces.push(self.one(Named::new(name)));
        }
        Ok(self.run(pieces).await?.found)
    }

    /// The first page of every list, requests first: where those are not to be had, the project is not.
    async fn heads(&mut self, projects: &[String]) -> Result<BTreeSet<String>, End> {
        let mut moved = BTreeSet::new();
        // Deployments last: which of them bear a version, the tags tell.
        let last = List::ALL.len() - 1;
        for lists in [&List::ALL[..1], &List::ALL[1..last], &List::ALL[last..]] {
            let mut pieces = Vec::new();
            for list in lists {
                for project in projects {
                    let gone = self.handled.contains(project) || moved.contains(project);
                    if !gone {
                        pieces.push(self.page(project, *list, false));
                    }
                }
            }
            moved.extend(self.run(pieces).await?.moved);
        }
        Ok(moved)
    }

    fn known(&self, project: &str) -> Option<Known> {
        self.rows.get(&known_key(project))
    }

    fn open(&self, project: &str) -> BTreeMap<String, Todo> {
        todos(&self.rows, project).into_iter().collect()
    }

    fn page(&self, project: &str, list: List, walking: bool) -> Piece<'a> {
        let watching = matches!(list, List::Pipelines | List::Deployments);
        let page = page::Page {
            origin: origin(&self.reach.instance.host, project, self.reach.now),
            list,
            place: place(&self.rows, project, list),
            walking,
            open: if watching {
                self.open(project)
            } else {
                BTreeMap::new()
            },
            tags: self.tags(project, list == List::Deployments),
            branch: self.known(project).and_then(|known| known.branch),
        };
        let subject = Subject::of(project, list.word());
        let reach = self.reach;
        Box::pin(async move { (subject, list::read(reach, page).await) })
    }

    fn tags(&self, project: &str, wanted: bool) -> Vec<String> {
        if !wanted {
            return Vec::new();
        }
        let seen = place(&self.rows, project, List::Tags).seen;
        let name = |seen: String| seen.rsplit_once('@').map(|(name, _)| name.to_owned());
        seen.into_iter().filter_map(name).collect()
    }

    /// Reads details, newest first. `false` when there were none.
    async fn details(&mut self, projects: &[String]) -> Result<bool, End> {
        let mut rows: Vec<(Timestamp, String, String, Todo)> = Vec::new();
        for project in projects {
            let in_turn = self.in_turn(project)?;
            for (key, todo) in todos(&self.rows, project) {
                let due = !todo.is_idle() || in_turn.as_ref() == Some(&key);
                if due && !self.handled.contains(&key) {
                    rows.push((todo.changed(), key, project.clone(), todo));
                }
            }
        }
        rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let any = !rows.is_empty();
        while !rows.is_empty() {
            let chunk: Vec<_> = rows.drain(..rows.len().min(CHUNK)).collect();
            let mut pieces = Vec::new();
            for (_, key, project, todo) in chunk {
                let barred = self.handled.contains(&barred(&project, part(&todo)));
                if self.handled.insert(key.clone()) && !barred {
                    pieces.push(self.detail(&project, key, todo));
                }
            }
            self.run(pieces).await?;
            self.progress(rows.len(), projects);
        }
        Ok(any)
    }

    /// Once in a reading, one of the pipelines that wait for a person, each in its turn: no list says that one was deleted.
    fn in_turn(&mut self, project: &str) -> Result<Option<String>, End> {
        let row = format!("{project} turn");
        if !self.handled.insert(row.clone()) {
            return Ok(None);
        }
        let all = todos(&self.rows, project).into_iter();
        let idle = all.filter(|(_, todo)| todo.is_idle() && matches!(todo, Todo::Pipeline(_)));
        let keys: Vec<String> = idle.map(|(key, _)| key).collect();
        let last: Option<String> = self.rows.get(&row);
        let next = keys.iter().find(|key| last.as_ref() < Some(key));
        let next = next.or(keys.first()).cloned();
        if next != last {
            let value = next
                .as_ref()
                .and_then(|key| serde_json::to_string(key).ok());
            self.keep(Batch {
                events: Vec::new(),
                cursors: vec![(row, value)],
            })?;
        }
        Ok(next)
    }

    fn detail(&self, project: &str, key: String, todo: Todo) -> Piece<'a> {
        let subject = Subject {
            repository: project.to_owned(),
            part: part(&todo),
            row: Some(key.clone()),
        };
        let known = match todo {
            Todo::Request(_) => BTreeMap::new(),
            _ => place(&self.rows, project, List::Protected).approvers,
        };
        let approvers = match &todo {
            Todo::Deployment(open) => approvers(&known, &open.deployment.environment.name),
            _ => Vec::new(),
        };
        let open = match todo {
            Todo::Pipeline(_) => self.open(project),
            _ => BTreeMap::new(),
        };
        let detail = detail::Detail {
            origin: origin(&self.reach.instance.host, project, self.reach.now),
            key,
            tags: self.tags(project, matches!(todo, Todo::Deployment(_))),
            todo,
            offers: detail::offers(&open, |name| self::approvers(&known, name)),
            approvers,
            project: self.known(project).map(|known| known.id),
            open,
        };
        let reach = self.reach;
        Box::pin(async move { (subject, detail::read(reach, detail).await) })
    }

    /// One older page of every list that has one. `false` when none has.
    async fn walk(&mut self, projects: &[String]) -> Result<bool, End> {
        let mut pieces = Vec::new();
        for project in projects {
            for list in List::ALL {
                let walks = place(&self.rows, project, list).walk.is_some();
                if walks && !self.handled.contains(&barred(project, list.word())) {
                    pieces.push(self.page(project, list, true));
                }
            }
        }
        let any = !pieces.is_empty();
        self.run(pieces).await?;
        self.progress(0, projects);
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
                self.sink.finding(unknown.told("GitLab"));
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
        self.rows.apply(&batch.cursors);
        self.sink.batch(batch).map_err(End::Failed)
    }

    fn out_of_budget(&mut self, until: Timestamp, limit: Option<u64>) -> End {
        let whole = limit.map_or(String::new(), |limit| format!(" of {limit} requests"));
        self.sink.finding(Finding {
            subject: self.reach.instance.host.clone(),
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
        if is_gone && subject.part == List::Requests.word() {
            // Requests that are switched off are forbidden; where they are not found, the project is not.
            self.handled.insert(subject.repository.clone());
        }
        match subject.row.clone() {
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
            text: error.to_string(),
        });
        Ok(())
    }

    fn progress(&mut self, details: usize, projects: &[String]) {
        let mut left = details as u64;
        let mut what = String::from("details");
        for project in projects {
            for list in List::ALL {
                if place(&self.rows, project, list).walk.is_some() {
                    what = format!("{project}: {}", list.word());
                    left += 1;
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

/// Who may decide in an environment: protected by its name, or by a pattern that it fits.
fn approvers(known: &BTreeMap<String, Vec<String>>, environment: &str) -> Vec<String> {
    if let Some(who) = known.get(environment) {
        return who.clone();
    }
    let fits = |pattern: &str| {
        pattern.contains('*')
            && GlobBuilder::new(pattern)
                .build()
                .is_ok_and(|glob| glob.compile_matcher().is_match(environment))
    };
    let mut all = known.iter();
    all.find(|(pattern, _)| fits(pattern))
        .map(|(_, who)| who.clone())
        .unwrap_or_default()
}

/// Which kind of detail it is, in words.
fn part(todo: &Todo) -> &'static str {
    match todo {
        Todo::Request(_) => "notes and commits",
        Todo::Pipeline(_) => "jobs",
        Todo::Deployment(_) => "approvals of deployments",
    }
}
