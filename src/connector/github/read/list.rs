//! One page of one list: which of its items are new, what they tell, and whether older pages are still to be read. The first page is asked for
//! at every reading, on condition; further pages only where it was new through and through, or on a first reading.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{Reach, parse};
use crate::connector::Batch;
use crate::connector::facts::Facts;
use crate::connector::github::cursor::{
    List, OpenDeployment, OpenRun, Place, Todo, Walk, place_key,
};
use crate::connector::github::fault::refused;
use crate::connector::github::translate::{change, commit, deployment, gate, issue, run};
use crate::connector::github::wire::{
    Commit, Deployment, Environment, Issue, Pull, Release, Run, Tag,
};
use crate::connector::http::page::Links;
use crate::connector::http::{Answer, Stop};
use crate::connector::origin::Origin;
use crate::connector::piece::Done;
use crate::connector::rows::put;
use crate::event::ticket::tickets;
use crate::event::time::Timestamp;

/// Which page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    First,
    /// The next older one, until everything is read.
    Walk,
    /// One whose turn it is to be looked at again.
    Sweep,
}

/// A page to be read, and what is known of its list.
#[derive(Clone, Debug)]
pub struct Page {
    pub origin: Origin,
    pub list: List,
    pub place: Place,
    pub way: Way,
    /// Runs that are being watched already, by key.
    pub open: BTreeMap<String, OpenRun>,
    /// Tags that are known by name.
    pub tags: Vec<String>,
    /// The default branch, which the list of commits is of.
    pub branch: Option<String>,
}

impl Page {
    fn number(&self) -> u32 {
        match &self.place.walk {
            _ if self.way == Way::Sweep => self.place.sweep.next(),
            Some(walk) if self.way == Way::Walk => walk.page,
            _ => 1,
        }
    }

    /// What is being read, in words.
    #[must_use]
    pub fn what(&self) -> String {
        format!("{}: {}", self.origin.repository, self.list.word())
    }

    fn path(&self, since: Timestamp) -> String {
        let asked = match self.list {
            List::Pulls | List::Issues => {
                format!(
                    "{}?state=all&sort=updated&direction=desc&",
                    self.list.word()
                )
            }
            List::Runs => "actions/runs?exclude_pull_requests=true&".to_owned(),
            List::Commits => format!("commits?since={since}&"),
            other => format!("{}?", other.word()),
        };
        let page = match self.number() {
            1 => String::new(),
            page => format!("&page={page}"),
        };
        format!(
            "/repos/{}/{asked}per_page=100{page}",
            self.origin.repository
        )
    }
}

/// An item of a list that is ordered by time, newest first.
trait Timed: DeserializeOwned {
    /// The time that orders the list.
    fn order(&self) -> Timestamp;
    fn changed(&self) -> Timestamp;
}

impl Timed for Pull {
    fn order(&self) -> Timestamp {
        self.updated_at
    }
    fn changed(&self) -> Timestamp {
        self.updated_at
    }
}

impl Timed for Issue {
    fn order(&self) -> Timestamp {
        self.updated_at
    }
    fn changed(&self) -> Timestamp {
        self.updated_at
    }
}

impl Timed for Run {
    fn order(&self) -> Timestamp {
        self.created_at
    }
    fn changed(&self) -> Timestamp {
        self.updated_at
    }
}

impl Timed for Deployment {
    fn order(&self) -> Timestamp {
        self.created_at
    }
    fn changed(&self) -> Timestamp {
        self.updated_at
    }
}

impl Timed for Release {
    fn order(&self) -> Timestamp {
        self.created_at
    }
    fn changed(&self) -> Timestamp {
        self.published_at
            .unwrap_or(self.created_at)
            .max(self.created_at)
    }
}

/// Reads the page.
pub async fn read(reach: &Reach<'_>, mut page: Page) -> Result<Done, Stop> {
    let branch = page.place.branch.as_ref();
    if page.way == Way::First && branch.is_some_and(|branch| page.branch.as_ref() != Some(branch)) {
        // How far another branch was read says nothing of this one.
        page.place = Place {
            since: page.place.since,
            ..Place::default()
        };
    }
    let since = page.place.since.unwrap_or(reach.since);
    let etag = page.place.etag.as_deref();
    let etag = etag.filter(|_| page.way == Way::First);
    let answer = reach.ask(&page.path(since), etag).await?;
    if answer.moved {
        return Ok(Done {
            moved: true,
            ..Done::default()
        });
    }
    // A repository without a commit, and one whose issues are switched off.
    let is_empty = matches!(
        (page.list, answer.status),
        (List::Commits, 409) | (List::Issues, 410)
    );
    if answer.is_unchanged() || is_empty {
        return Ok(Done::default());
    }
    if !answer.is_success() {
        return Err(refused(reach.source, &page.what(), &answer).into());
    }
    let what = page.what();
    match Digest::new(page, &answer, since, reach.now).run(&answer.body) {
        Ok(done) => Ok(done),
        Err(why) => Err(reach.unreadable(&what, &why)),
    }
}

/// Makes events, rows and the new place of one answer.
pub(super) struct Digest {
    pub(super) page: Page,
    since: Timestamp,
    pub(super) now: Timestamp,
    pub(super) links: Links,
    pub(super) place: Place,
    facts: Facts,
    pub(super) todos: Vec<Todo>,
    pub(super) complaints: Vec<String>,
    goes_on: bool,
}

impl Digest {
    fn new(page: Page, answer: &Answer, since: Timestamp, now: Timestamp) -> Self {
        let mut place = page.place.clone();
        place.since = Some(since);
        let links = Links::read(answer.header("link"));
        if page.way == Way::First {
            place.etag = answer.etag();
            place.pages = links.last_page();
        }
        Self {
            page,
            since,
            now,
            links,
            place,
            facts: Facts::default(),
            todos: Vec::new(),
            complaints: Vec::new(),
            goes_on: false,
        }
    }

    fn run(mut self, body: &str) -> Result<Done, String> {
        if self.page.way == Way::Sweep {
            self.sweep(body)?;
            return Ok(self.done());
        }
        match self.page.list {
            List::Pulls => self.timed(body, None, Self::pull)?,
            List::Runs => self.timed(body, Some("workflow_runs"), Self::run_of_actions)?,
            List::Deployments => self.timed(body, None, Self::deployment)?,
            List::Releases => self.timed(body, None, |digest, release: Release| {
                let facts = commit::release(&digest.page.origin, &release);
                digest.facts.add(facts);
            })?,
            List::Issues => self.timed(body, None, |digest, listed: Issue| {
                let facts = issue::issue(&digest.page.origin, &listed);
                digest.facts.add(facts);
            })?,
            List::Commits => self.commits(body)?,
            List::Tags => self.tags(body)?,
            List::Environments => self.environments(body)?,
        }
        self.walk_on();
        Ok(self.done())
    }

    fn timed<T: Timed>(
        &mut self,
        body: &str,
        field: Option<&str>,
        mut tell: impl FnMut(&mut Self, T),
    ) -> Result<(), String> {
        let parsed = parse::list::<T>(body, field)?;
        self.complaints = parsed.complaints;
        let until = self.until().0.unwrap_or(self.since);
        let changed = self.page.place.changed.unwrap_or(self.since);
        let mut oldest = None;
        for item in parsed.items {
            let order = item.order();
            oldest = oldest.min(Some(order)).or(Some(order));
            self.place.newest = self.place.newest.max(Some(order));
            if self.page.way == Way::First {
                self.place.changed = self.place.changed.max(Some(item.changed()));
            }
            if order >= until || (self.page.way == Way::First && item.changed() >= changed) {
                tell(self, item);
            }
        }
        self.goes_on = oldest.is_none_or(|oldest| oldest >= until);
        Ok(())
    }

    /// Where what was read before begins: the walk's own end, or the newest of the last reading.
    fn until(&self) -> (Option<Timestamp>, Option<String>) {
        match &self.page.place.walk {
            Some(walk) if self.page.way == Way::Walk => (walk.until, walk.until_top.clone()),
            _ => (self.page.place.newest, self.page.place.top.clone()),
        }
    }

    fn pull(&mut self, pull: Pull) {
        self.facts.add(change::pull(&self.page.origin, &pull));
        let stands = match pull.state.as_str() {
            "open" => Some(true),
            "closed" if pull.merged_at.is_none() => Some(false),
            _ => None,
        };
        if self.place.closed.is_again(pull.number, stands) {
            let event = change::reopened(&self.page.origin, &pull);
            self.facts.events.push(event);
        }
        self.todos.push(Todo::Pull(Box::new(slim(pull))));
    }

    pub(super) fn run_of_actions(&mut self, listed: Run) {
        self.facts.add(run::run(&self.page.origin, &listed));
        let mut open = OpenRun::new(listed);
        let key = Todo::Run(Box::new(open.clone())).key(&self.page.origin.repository);
        if let Some(known) = self.page.open.get(&key) {
            open = OpenRun {
                run: open.run,
                fresh: true,
                ..known.clone()
            };
        }
        self.todos.push(Todo::Run(Box::new(open)));
    }

    fn deployment(&mut self, listed: Deployment) {
        let facts = deployment::deployment(&self.page.origin, &listed, &self.page.tags);
        self.facts.add(facts);
        self.todos.push(Todo::Deployment(Box::new(OpenDeployment {
            deployment: listed,
            etag: None,
        })));
    }

    fn commits(&mut self, body: &str) -> Result<(), String> {
        let parsed = parse::list::<Commit>(body, None)?;
        self.complaints = parsed.complaints;
        if self.page.way == Way::First
            && let Some(first) = parsed.items.first()
        {
            self.place.top = Some(first.sha.clone());
            self.place.branch.clone_from(&self.page.branch);
            let branch = self.page.branch.as_deref().unwrap_or("HEAD");
            self.facts
                .add(commit::branch(&self.page.origin, branch, first));
        }
        let until = self.until().1;
        self.goes_on = true;
        for item in parsed.items {
            if until.as_ref() == Some(&item.sha) {
                self.goes_on = false;
                break;
            }
            self.facts.add(commit::commit(&self.page.origin, &item));
        }
        Ok(())
    }

    fn tags(&mut self, body: &str) -> Result<(), String> {
        let parsed = parse::list::<Tag>(body, None)?;
        self.complaints = parsed.complaints;
        let names: Vec<String> = parsed.items.iter().map(Tag::known_by).collect();
        let known = &self.page.place.seen;
        let walks = self.page.way == Way::Walk;
        let is_new = |named: &String| walks || !known.contains(named);
        self.goes_on = names.iter().all(is_new);
        let new = parsed.items.into_iter().zip(&names);
        let new = new.filter(|(_, named)| is_new(named));
        self.todos.extend(new.map(|(tag, _)| Todo::Tag(tag)));
        self.saw(names);
        Ok(())
    }

    fn environments(&mut self, body: &str) -> Result<(), String> {
        let parsed = parse::list::<Environment>(body, Some("environments"))?;
        self.complaints = parsed.complaints;
        self.goes_on = true;
        if self.page.way == Way::First {
            self.place.approvers.clear();
        }
        for environment in parsed.items {
            for rule in &environment.protection_rules {
                let known = ["required_reviewers", "wait_timer", "branch_policy"];
                if !known.contains(&rule.kind.as_str()) {
                    // A rule of an app's own: it holds the run like the others, and is told as a gate when it does.
                    tracing::debug!(rule = rule.kind, "a protection rule of an app");
                }
            }
            if let Some(approvers) = gate::required(&environment) {
                self.place.approvers.insert(environment.name, approvers);
            }
        }
        Ok(())
    }

    /// Moves the walk: on to the next page, to its end, or back to its beginning when so much is new that pages have shifted.
    fn walk_on(&mut self) {
        let goes_on = self.goes_on && self.links.next.is_some();
        let last = self.links.last_page();
        let walk = self.place.walk.take();
        self.place.walk = match (goes_on, self.page.way == Way::Walk, walk) {
            (true, true, Some(walk)) => Some(Walk {
                page: walk.page + 1,
                last: last.or(walk.last),
                ..walk
            }),
            (true, _, Some(walk)) => Some(Walk {
                page: 2,
                last,
                ..walk
            }),
            (true, _, None) => {
                let (until, until_top) = self.until();
                Some(Walk {
                    page: 2,
                    until: until.or(Some(self.since)),
                    until_top,
                    last,
                })
            }
            (false, true, _) => None,
            (false, false, walk) => walk,
        };
    }

    fn done(self) -> Done {
        let repository = &self.page.origin.repository;
        let what = self.page.what();
        let mut batch = Batch {
            events: self.facts.events,
            cursors: Vec::new(),
        };
        for todo in &self.todos {
            put(&mut batch, todo.key(repository), todo);
        }
        put(
            &mut batch,
            place_key(repository, self.page.list),
            &self.place,
        );
        let mut done = Done {
            batch,
            unknown: self.facts.unknown,
            page: true,
            ..Done::default()
        };
        for complaint in self.complaints {
            done.warn(&what, &format!("{complaint}; left out"));
        }
        done
    }
}

/// A request without its text, of which only the tickets are needed later.
fn slim(mut pull: Pull) -> Pull {
    let named = tickets(pull.body.as_deref());
    let words = named.iter().map(|ticket| {
        if ticket.contains('#') {
            format!("refs {ticket}")
        } else {
            ticket.clone()
        }
    });
    let words: Vec<String> = words.collect();
    pull.body = (!words.is_empty()).then(|| words.join(", "));
    pull
}
