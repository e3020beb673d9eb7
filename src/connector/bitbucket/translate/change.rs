//! Requests, their reviews and their commits.

use super::Origin;
use crate::connector::bitbucket::wire::{Activity, Commit, Pull, User};
use crate::connector::facts::{Facts, given};
use crate::connector::message;
use crate::connector::ticket::tickets;
use crate::event::kind::{self, Change, ChangePhase, Kind, ReviewState};
use crate::event::time::Timestamp;

/// A request with all that is known of it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub pull: &'a Pull,
    pub activity: &'a [Activity],
    pub commits: &'a [Commit],
    /// The commit that merged it.
    pub merge: Option<&'a Commit>,
}

/// The name of a change: what people write.
#[must_use]
pub fn change_id(number: i64) -> String {
    format!("#{number}")
}

/// Everything that a request tells.
#[must_use]
pub fn pull(origin: &Origin, seen: &Seen<'_>) -> Facts {
    let mut facts = Facts::default();
    let pull = seen.pull;
    let Some(created) = pull.created_on else {
        facts.unknown("pull.created_on", "none");
        return facts;
    };
    let known = known(origin, seen);
    let mut tell = |what: String, at: Timestamp, change: Change<String>| {
        let id = format!("pull/{}/{what}", pull.id);
        facts
            .events
            .push(origin.event(id, at, Kind::Change(change)));
    };
    tell("opened".to_owned(), created, known.clone());
    // When it became what it is now: its log says so, else when it was last changed.
    let turned = |state: &str| {
        let updates = seen.activity.iter().filter_map(|one| one.update.as_ref());
        let fits = updates.filter(|update| update.state == state);
        fits.filter_map(|update| update.date)
            .min()
            .or(pull.updated_on)
    };
    match pull.state.as_str() {
        "MERGED" => {
            let change = Change {
                phase: ChangePhase::Merged,
                sha: seen.merge.map(|commit| commit.hash.clone()),
                ..known.clone()
            };
            tell(
                "merged".to_owned(),
                turned("MERGED").unwrap_or(created),
                change,
            );
        }
        state @ ("DECLINED" | "SUPERSEDED") => {
            let change = Change {
                phase: ChangePhase::Abandoned,
                ..known.clone()
            };
            tell(
                "closed".to_owned(),
                turned(state).unwrap_or(created),
                change,
            );
        }
        _ => {}
    }
    if !matches!(
        pull.state.as_str(),
        "OPEN" | "MERGED" | "DECLINED" | "SUPERSEDED"
    ) {
        facts.unknown("pull.state", &pull.state);
    }
    commits(origin, seen, &known, &mut facts);
    reviews(origin, seen, &mut facts);
    facts
}

fn known(origin: &Origin, seen: &Seen<'_>) -> Change<String> {
    let pull = seen.pull;
    let branch = pull
        .source
        .branch
        .as_ref()
        .map(|branch| branch.name.clone());
    let text = pull.description.clone().unwrap_or_default();
    let texts = [&pull.title, &text, branch.as_ref().unwrap_or(&text)];
    Change {
        change: change_id(pull.id),
        repository: Some(origin.repository.clone()),
        title: given(Some(&pull.title)),
        bot: pull.author.as_ref().is_some_and(User::is_bot),
        author: pull.author.as_ref().and_then(User::name),
        url: pull.links.html.as_ref().map(|link| link.href.clone()),
        // The newest comes first; the request itself names only a part of it.
        head: seen.commits.first().map(|commit| commit.hash.clone()),
        tickets: tickets(texts.into_iter().map(String::as_str)).into(),
        reviewers: pull.reviewers.iter().filter_map(User::name).collect(),
        draft: pull.draft,
        branch,
        ..Change::default()
    }
}

/// Which commits it holds, as of its newest, and the commits themselves.
fn commits(origin: &Origin, seen: &Seen<'_>, known: &Change<String>, facts: &mut Facts) {
    let Some(newest) = seen.commits.first() else {
        return;
    };
    let created = seen.pull.created_on;
    let at = newest.date.max(created).unwrap_or_default();
    let change = Change {
        phase: ChangePhase::Updated,
        commits: seen.commits.iter().map(|one| one.hash.clone()).collect(),
        ..known.clone()
    };
    let id = format!("pull/{}/commits/{}", seen.pull.id, newest.hash);
    facts
        .events
        .push(origin.event(id, at, Kind::Change(change)));
    for one in seen.commits.iter().chain(seen.merge) {
        let Some(date) = one.date else { continue };
        let fact = kind::Commit {
            sha: one.hash.clone(),
            repository: Some(origin.repository.clone()),
            author: author(one),
            message: message::told(&one.message, &[]),
            // It may be in several: the requests say which they hold.
            parents: one
                .parents
                .as_ref()
                .map(|all| all.iter().map(|parent| parent.hash.clone()).collect()),
            ..kind::Commit::default()
        };
        let id = format!("commit/{}", one.hash);
        facts
            .events
            .push(origin.event(id, date, Kind::Commit(fact)));
    }
}

/// Who wrote a commit: the account, else the name before the address.
fn author(commit: &Commit) -> Option<String> {
    let account = commit.author.user.as_ref().and_then(User::name);
    account.or_else(|| {
        let (name, _) = commit.author.raw.split_once('<')?;
        given(Some(&name.trim().to_owned()))
    })
}

fn reviews(origin: &Origin, seen: &Seen<'_>, facts: &mut Facts) {
    let author = seen.pull.author.as_ref().and_then(User::name);
    let mut tell = |state: ReviewState, what: String, at: Option<Timestamp>, by: Option<&User>| {
        let Some(at) = at else { return };
        let change = Change {
            change: change_id(seen.pull.id),
            repository: Some(origin.repository.clone()),
            phase: ChangePhase::Reviewed,
            state: Some(state),
            bot: by.is_some_and(User::is_bot),
            reviewer: by.and_then(User::name),
            ..Change::default()
        };
        let id = format!("pull/{}/{what}", seen.pull.id);
        facts
            .events
            .push(origin.event(id, at, Kind::Change(change)));
    };
    let second = |at: Option<Timestamp>| at.map_or(0, |at| at.micros() / 1_000_000);
    for one in seen.activity {
        if let Some(said) = &one.approval {
            let what = format!("approved/{}", second(said.date));
            tell(ReviewState::Approved, what, said.date, said.user.as_ref());
        }
        if let Some(said) = &one.changes_requested {
            let what = format!("changes_requested/{}", second(said.date));
            tell(
                ReviewState::ChangesRequested,
                what,
                said.date,
                said.user.as_ref(),
            );
        }
        if let Some(said) = &one.comment {
            let by = said.user.as_ref();
            // Who answers in an own request does not review it.
            if by.and_then(User::name) != author {
                let what = format!("comment/{}", said.id);
                tell(ReviewState::Commented, what, said.created_on, by);
            }
        }
    }
}
