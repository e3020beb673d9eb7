//! Everything that is known to have happened to one change, in order: what it is made of, who read it, what ran on it, what was built of it, who decided,
//! where it was deployed and what broke there. A run or a deployment is one happening, told when it ended (or began, where it has not ended).

mod way;

#[cfg(test)]
mod tests;

use super::Workload;
use super::entity::{Change, ChangeAt, CommitAt};
use super::environment::short;
use super::name::Name;
use super::state::Lives;
use super::step::producer;
use crate::event::kind::{Outcome, ReviewState};
use crate::event::time::{Span, Timestamp};

/// How a happening is to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
    /// Somebody must decide.
    Gate,
    /// It is going on.
    Going,
}

/// Something that happened to a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Happening {
    pub at: Timestamp,
    pub what: String,
    pub tone: Tone,
    /// Who did it.
    pub by: Option<String>,
    /// The tool that told of it.
    pub source: Option<String>,
    pub url: Option<String>,
    /// How long it took, where it began before it ended.
    pub took: Option<Span>,
    /// That it was this change's is told by time alone.
    pub inferred: bool,
}

/// What happened to a change, the first first. At the same instant: in the order in which a way goes.
#[must_use]
pub fn history(lives: &Lives<'_>, place: ChangeAt) -> Vec<Happening> {
    let workload = lives.workload;
    let Some(change) = workload.changes.get(place as usize) else {
        return Vec::new();
    };
    let mut teller = Teller {
        lives,
        workload,
        place,
        change,
        commits: way::commits(lives, place, change),
        told: Vec::new(),
    };
    teller.tickets();
    teller.written();
    teller.request();
    teller.ran();
    teller.built();
    teller.gates();
    teller.deployed();
    teller.incidents();
    let mut told = teller.told;
    told.retain(|one| one.at <= workload.as_of);
    told.sort_by_key(|one| one.at);
    told
}

/// Who gathers what is told of one change.
struct Teller<'l, 'w> {
    lives: &'l Lives<'w>,
    workload: &'w Workload,
    place: ChangeAt,
    change: &'w Change,
    /// Its own commits, and those that carried it.
    commits: Vec<CommitAt>,
    told: Vec<Happening>,
}

impl Teller<'_, '_> {
    fn text(&self, name: Option<Name>) -> Option<String> {
        name.map(|name| self.workload.text(name).to_owned())
    }

    fn is_own(&self, commit: Option<CommitAt>) -> bool {
        commit.is_some_and(|commit| self.commits.contains(&commit))
    }

    fn sha(&self, commit: CommitAt) -> &str {
        let commit = self.workload.commits.get(commit as usize);
        commit.map_or("", |commit| short(self.workload.text(commit.sha)))
    }

    /// Tells a happening; the tool is known by its own page where no source is.
    fn tell(&mut self, at: Timestamp, source: Option<Name>, mut happening: Happening) {
        happening.at = at;
        let source = self.text(source).or_else(|| happening.url.clone());
        happening.source = source.map(|source| producer(&source).to_owned());
        self.told.push(happening);
    }

    fn tickets(&mut self) {
        for ticket in &self.workload.tickets {
            let named = self.change.tickets.contains(&ticket.id);
            if !named && !ticket.changes.contains(&self.change.id) {
                continue;
            }
            let id = self.workload.text(ticket.id);
            let summary = colon(self.text(ticket.summary));
            let url = self.text(ticket.url);
            let line = |what: String| Happening {
                what,
                url: url.clone(),
                ..Happening::default()
            };
            let created = line(format!("ticket {id} created{summary}"));
            let closed = line(format!("ticket {id} closed"));
            self.tell(ticket.created, None, created);
            if let Some(at) = ticket.closed {
                self.tell(at, None, closed);
            }
        }
    }

    fn written(&mut self) {
        let mut own = self.change.commits.clone();
        own.extend(self.change.sha.filter(|_| self.change.direct));
        own.sort_unstable();
        own.dedup();
        for place in own {
            let Some(commit) = self.workload.commits.get(place as usize) else {
                continue;
            };
            let Some(at) = commit.at.or(commit.committed) else {
                continue;
            };
            let message = colon(self.text(commit.message));
            let one = Happening {
                what: format!("commit {}{message}", self.sha(place)),
                by: self.text(commit.author),
                ..Happening::default()
            };
            self.tell(at, None, one);
        }
        for tag in &self.workload.tags {
            if self.is_own(tag.commit) {
                let one = Happening {
                    what: format!("tagged {}", self.workload.text(tag.name)),
                    ..Happening::default()
                };
                self.tell(tag.at, Some(tag.source), one);
            }
        }
    }

    fn request(&mut self) {
        let change = self.change;
        if change.direct {
            return;
        }
        let url = self.text(change.url);
        let line = |what: String, tone| Happening {
            what,
            tone,
            url: url.clone(),
            ..Happening::default()
        };
        if let Some(at) = change.opened {
            let mut one = line("opened".to_owned(), Tone::Plain);
            one.by = self.text(change.author);
            self.tell(at, None, one);
        }
        for at in &change.updated {
            self.tell(
                *at,
                None,
                line("pushed to or edited".to_owned(), Tone::Plain),
            );
        }
        for review in &change.reviews {
            let (what, tone) = match review.state {
                Some(ReviewState::Approved) => ("approved in review", Tone::Good),
                Some(ReviewState::ChangesRequested) => ("sent back in review", Tone::Bad),
                Some(ReviewState::Commented) => ("commented on in review", Tone::Plain),
                _ => ("reviewed", Tone::Plain),
            };
            let by_program = if review.bot { " by a program" } else { "" };
            let mut one = line(format!("{what}{by_program}"), tone);
            one.by = self.text(review.reviewer);
            self.tell(review.at, None, one);
        }
        if let Some(at) = change.merged {
            let sha = change.sha.map(|sha| format!(" as {}", self.sha(sha)));
            let what = format!("merged{}", sha.unwrap_or_default());
            self.tell(at, None, line(what, Tone::Good));
        }
        if let Some(at) = change.abandoned {
            let what = match change.merged {
                None => "closed without a merge",
                Some(_) => "taken out again: its branch was rewritten without it",
            };
            self.tell(at, None, line(what.to_owned(), Tone::Bad));
        }
    }
}

/// How a thing ended, in a word and as it is to be taken; `None` while it goes on.
fn ended(finished: bool, outcome: Option<Outcome>) -> (&'static str, Tone) {
    match (finished, outcome) {
        (false, _) => ("under way", Tone::Going),
        (true, Some(Outcome::Success)) => ("passed", Tone::Good),
        (true, Some(Outcome::Failure)) => ("failed", Tone::Bad),
        (true, Some(Outcome::Cancelled)) => ("cancelled", Tone::Plain),
        (true, Some(Outcome::Skipped)) => ("skipped", Tone::Plain),
        (true, Some(Outcome::Other) | None) => ("ended", Tone::Plain),
    }
}

/// `: text`, or nothing.
fn colon(text: Option<String>) -> String {
    text.map_or_else(String::new, |text| format!(": {text}"))
}
