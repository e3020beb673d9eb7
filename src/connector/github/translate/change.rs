//! Pull requests, their reviews and their commits.

use super::{is_bot, login};
use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{Commit, Pull, Review, Team};
use crate::connector::origin::Origin;
use crate::event::Event;
use crate::event::kind::{Change, ChangePhase, Kind, ReviewState};
use crate::event::ticket::tickets_of;
use crate::event::time::Timestamp;

/// The name of a change: what people write, and what commits and reviews refer to.
#[must_use]
pub fn change_id(number: i64) -> String {
    format!("#{number}")
}

/// The life of a request as far as the list of requests tells it.
#[must_use]
pub fn pull(origin: &Origin, pull: &Pull) -> Facts {
    let mut facts = Facts::default();
    let number = pull.number;
    let mut tell = |what: String, at: Timestamp, change: Change<String>| {
        let id = format!("pull/{number}/{what}");
        let event = origin.event(id, at, Kind::Change(change));
        facts.events.push(event);
    };
    let known = facts_of(origin, pull);
    tell("opened".to_owned(), pull.created_at, known.clone());
    if pull.updated_at > pull.created_at {
        let phase = ChangePhase::Updated;
        let updated = Change {
            phase,
            ..known.clone()
        };
        tell(
            format!("updated/{}", pull.updated_at),
            pull.updated_at,
            updated,
        );
    }
    if let Some(at) = pull.merged_at {
        let merged = Change {
            phase: ChangePhase::Merged,
            sha: given(pull.merge_commit_sha.as_ref()),
            ..known
        };
        tell("merged".to_owned(), at, merged);
    } else if let Some(at) = pull.closed_at {
        let abandoned = Change {
            phase: ChangePhase::Abandoned,
            ..known
        };
        // A request can be closed, opened again, and closed again.
        tell(format!("closed/{at}"), at, abandoned);
    }
    if !["open", "closed"].contains(&pull.state.as_str()) {
        facts.unknown("pull.state", &pull.state);
    }
    facts
}

/// It was closed, and is open again.
#[must_use]
pub fn reopened(origin: &Origin, pull: &Pull) -> Event<String> {
    let at = pull.updated_at;
    let id = format!("pull/{}/reopened/{at}", pull.number);
    origin.event(id, at, Kind::Change(facts_of(origin, pull)))
}

fn facts_of(origin: &Origin, pull: &Pull) -> Change<String> {
    let texts = [pull.title.as_deref(), pull.body.as_deref()];
    let texts = texts.into_iter().flatten();
    Change {
        change: change_id(pull.number),
        repository: Some(origin.repository.clone()),
        title: given(pull.title.as_ref()),
        author: login(pull.user.as_ref()),
        url: given(pull.html_url.as_ref()),
        branch: Some(pull.head.branch.clone()),
        head: Some(pull.head.sha.clone()),
        labels: pull
            .labels
            .iter()
            .filter_map(|label| label.name.clone())
            .collect(),
        tickets: tickets_of(&origin.repository, texts.chain([pull.head.branch.as_str()])).into(),
        reviewers: asked(pull).into(),
        bot: is_bot(pull.user.as_ref()),
        draft: pull.draft,
        ..Change::default()
    }
}

/// Who was asked to review: people by login, teams with an `@`.
fn asked(pull: &Pull) -> Vec<String> {
    let people = pull
        .requested_reviewers
        .iter()
        .filter_map(|user| login(Some(user)));
    let teams = pull.requested_teams.iter().filter_map(team);
    people.chain(teams).collect()
}

fn team(team: &Team) -> Option<String> {
    let name = team.slug.as_ref().or(team.name.as_ref())?;
    Some(format!("@{name}"))
}

/// Which commits a request holds, as of its newest.
#[must_use]
pub fn commits(origin: &Origin, pull: &Pull, commits: &[Commit]) -> Facts {
    let mut facts = Facts::default();
    if commits.is_empty() {
        return facts;
    }
    let newest = commits
        .iter()
        .filter_map(|commit| commit.commit.committer.as_ref()?.date)
        .max()
        .map(|at| at.min(origin.now));
    // Known when it was pushed, which is not told: not before the commit and the request were made, and not after the request was done.
    let at = newest.unwrap_or(pull.created_at).max(pull.created_at);
    let done = pull.merged_at.or(pull.closed_at);
    let at = done.map_or(at, |done| at.min(done));
    let change = Change {
        phase: ChangePhase::Updated,
        commits: commits.iter().map(|commit| commit.sha.clone()).collect(),
        ..facts_of(origin, pull)
    };
    let id = format!("pull/{}/commits/{}", pull.number, pull.head.sha);
    facts
        .events
        .push(origin.event(id, at, Kind::Change(change)));
    for commit in commits {
        facts.add(super::commit::commit(origin, commit));
    }
    facts
}

/// A review. One that is still being written is nobody's fact yet.
#[must_use]
pub fn review(origin: &Origin, number: i64, review: &Review) -> Facts {
    let mut facts = Facts::default();
    let Some(at) = review.submitted_at else {
        return facts;
    };
    let (state, suffix) = match review.state.to_ascii_uppercase().as_str() {
        "APPROVED" => (ReviewState::Approved, ""),
        "CHANGES_REQUESTED" => (ReviewState::ChangesRequested, ""),
        "COMMENTED" => (ReviewState::Commented, ""),
        // The same review said something else before; that stays true.
        "DISMISSED" => (ReviewState::Other, "/dismissed"),
        _ => {
            facts.unknown("review.state", &review.state);
            (ReviewState::Other, "")
        }
    };
    let change = Change {
        change: change_id(number),
        repository: Some(origin.repository.clone()),
        phase: ChangePhase::Reviewed,
        state: Some(state),
        reviewer: login(review.user.as_ref()),
        head: given(review.commit_id.as_ref()),
        url: given(review.html_url.as_ref()),
        bot: is_bot(review.user.as_ref()),
        ..Change::default()
    };
    let id = format!("pull/{number}/review/{}{suffix}", review.id);
    facts
        .events
        .push(origin.event(id, at, Kind::Change(change)));
    facts
}
