//! Requests, their reviews and their commits.

use super::{commit, is_bot, said};
use crate::connector::facts::Facts;
use crate::connector::gitea::wire::{Commit, Pull, Review, login};
use crate::connector::origin::Origin;
use crate::event::Event;
use crate::event::kind::{Change, ChangePhase, Kind, ReviewState};
use crate::event::ticket::tickets_of;
use crate::event::time::Timestamp;

/// The name of a change: what people write.
#[must_use]
pub fn change_id(number: i64) -> String {
    format!("#{number}")
}

/// The life of a request as far as the list of requests tells it.
#[must_use]
pub fn pull(origin: &Origin, pull: &Pull) -> Facts {
    let mut facts = Facts::default();
    let Some(created) = pull.created_at else {
        facts.unknown("pull.created_at", "none");
        return facts;
    };
    let known = known(origin, pull);
    let mut tell = |what: String, at: Timestamp, change: Change<String>| {
        let id = format!("pull/{}/{what}", pull.number);
        let event = origin.event(id, at, Kind::Change(change));
        facts.events.push(event);
    };
    tell("opened".to_owned(), created, known.clone());
    if let Some(updated) = pull.updated_at.filter(|at| *at > created) {
        let change = Change {
            phase: ChangePhase::Updated,
            ..known.clone()
        };
        tell(format!("updated/{updated}"), updated, change);
    }
    if let (true, Some(at)) = (pull.merged, pull.merged_at.or(pull.closed_at)) {
        let change = Change {
            phase: ChangePhase::Merged,
            sha: said(&pull.merge_commit_sha),
            ..known
        };
        tell("merged".to_owned(), at, change);
    } else if let Some(at) = pull.closed_at.filter(|_| pull.state == "closed") {
        let change = Change {
            phase: ChangePhase::Abandoned,
            ..known
        };
        // A request can be closed, opened again, and closed again.
        tell(format!("closed/{at}"), at, change);
    }
    if !["open", "closed"].contains(&pull.state.as_str()) {
        facts.unknown("pull.state", &pull.state);
    }
    facts
}

/// It was closed, and is open again.
#[must_use]
pub fn reopened(origin: &Origin, pull: &Pull) -> Option<Event<String>> {
    let at = pull.updated_at?;
    let id = format!("pull/{}/reopened/{at}", pull.number);
    Some(origin.event(id, at, Kind::Change(known(origin, pull))))
}

fn known(origin: &Origin, pull: &Pull) -> Change<String> {
    let author = login(pull.user.as_ref());
    let texts = [&pull.title, &pull.body, &pull.head.name];
    let labels = pull.labels.iter().map(|label| label.name.clone());
    let asked = pull.requested_reviewers.iter();
    Change {
        change: change_id(pull.number),
        repository: Some(origin.repository.clone()),
        title: said(&pull.title),
        bot: is_bot(author.as_ref()),
        author,
        url: said(&pull.html_url),
        branch: said(&pull.head.name),
        head: said(&pull.head.sha),
        labels: labels.collect(),
        tickets: tickets_of(&origin.repository, texts.into_iter().map(String::as_str)).into(),
        reviewers: asked.filter_map(|user| login(Some(user))).collect(),
        draft: pull.draft,
        ..Change::default()
    }
}

/// Which commits a request holds, as of its newest.
#[must_use]
pub fn commits(origin: &Origin, pull: &Pull, commits: &[Commit]) -> Facts {
    let mut facts = Facts::default();
    let Some(created) = pull.created_at.filter(|_| !commits.is_empty()) else {
        return facts;
    };
    let newest = commits.iter().filter_map(|one| one.commit.committer.date);
    // When it was pushed is not told: not before the commit and the request were made, and not after the request was done.
    let newest = newest.max().map(|at| at.min(origin.now));
    let at = newest.unwrap_or(created).max(created);
    let done = pull.merged_at.or(pull.closed_at);
    let at = done.map_or(at, |done| at.min(done));
    let change = Change {
        phase: ChangePhase::Updated,
        commits: commits.iter().map(|one| one.sha.clone()).collect(),
        ..known(origin, pull)
    };
    let id = format!("pull/{}/commits/{}", pull.number, pull.head.sha);
    facts
        .events
        .push(origin.event(id, at, Kind::Change(change)));
    for one in commits {
        facts.add(commit::commit(origin, one));
    }
    facts
}

/// A review. One that is asked for, or still being written, is nobody's fact yet.
#[must_use]
pub fn review(origin: &Origin, number: i64, review: &Review) -> Facts {
    let mut facts = Facts::default();
    let (state, suffix) = match review.state.as_str() {
        "REQUEST_REVIEW" | "PENDING" => return facts,
        // It said something before; that stays true.
        _ if review.dismissed => (ReviewState::Other, "/dismissed"),
        "APPROVED" => (ReviewState::Approved, ""),
        "REQUEST_CHANGES" => (ReviewState::ChangesRequested, ""),
        "COMMENT" => (ReviewState::Commented, ""),
        other => {
            facts.unknown("review.state", other);
            (ReviewState::Other, "")
        }
    };
    let Some(at) = review.submitted_at else {
        return facts;
    };
    let reviewer = login(review.user.as_ref());
    let change = Change {
        change: change_id(number),
        repository: Some(origin.repository.clone()),
        phase: ChangePhase::Reviewed,
        state: Some(state),
        bot: is_bot(reviewer.as_ref()),
        reviewer,
        head: said(&review.commit_id),
        url: said(&review.html_url),
        ..Change::default()
    };
    let id = format!("pull/{number}/review/{}{suffix}", review.id);
    facts
        .events
        .push(origin.event(id, at, Kind::Change(change)));
    facts
}
