//! Merge requests, what was said about them, and their commits. Approvals are system notes, with their time; the list of approvers fills in what notes do not say.

use super::{is_bot, login};
use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::ticket::tickets;
use crate::connector::gitlab::wire::{Approvals, Commit, Note, Request};
use crate::connector::origin::Origin;
use crate::event::Event;
use crate::event::kind::{Change, ChangePhase, Kind, ReviewState};
use crate::event::time::Timestamp;

/// The name of a change: what people write, and what commits and notes refer to.
#[must_use]
pub fn change_id(iid: i64) -> String {
    format!("!{iid}")
}

/// The life of a request as far as the list of requests tells it.
#[must_use]
pub fn request(origin: &Origin, request: &Request) -> Facts {
    let mut facts = Facts::default();
    let iid = request.iid;
    let mut tell = |what: String, at: Timestamp, change: Change<String>| {
        let id = format!("mr/{iid}/{what}");
        let event = origin.event(id, at, Kind::Change(change));
        facts.events.push(event);
    };
    let known = facts_of(origin, request);
    tell("opened".to_owned(), request.created_at, known.clone());
    if request.updated_at > request.created_at {
        let phase = ChangePhase::Updated;
        let updated = Change {
            phase,
            ..known.clone()
        };
        tell(
            format!("updated/{}", request.updated_at),
            request.updated_at,
            updated,
        );
    }
    let merged = request.state == "merged";
    if let Some(at) = request
        .merged_at
        .or(merged.then_some(request.closed_at).flatten())
    {
        // A squash without a merge commit (fast-forward) leaves only its own; a plain fast-forward leaves the head.
        let sha = given(request.merge_commit_sha.as_ref())
            .or_else(|| given(request.squash_commit_sha.as_ref()))
            .or_else(|| given(request.sha.as_ref()));
        let merged = Change {
            phase: ChangePhase::Merged,
            sha,
            ..known
        };
        tell("merged".to_owned(), at, merged);
    } else if let Some(at) = request.closed_at.filter(|_| request.state != "opened") {
        let abandoned = Change {
            phase: ChangePhase::Abandoned,
            ..known
        };
        // A request can be closed, opened again, and closed again.
        tell(format!("closed/{at}"), at, abandoned);
    }
    if !["opened", "closed", "locked", "merged"].contains(&request.state.as_str()) {
        facts.unknown("merge_request.state", &request.state);
    }
    facts
}

/// It was closed, and is open again.
#[must_use]
pub fn reopened(origin: &Origin, request: &Request) -> Event<String> {
    let at = request.updated_at;
    let id = format!("mr/{}/reopened/{at}", request.iid);
    origin.event(id, at, Kind::Change(facts_of(origin, request)))
}

fn facts_of(origin: &Origin, request: &Request) -> Change<String> {
    let branch = given(request.source_branch.as_ref());
    let texts = [
        request.title.as_deref(),
        request.description.as_deref(),
        branch.as_deref(),
    ];
    Change {
        change: change_id(request.iid),
        repository: Some(origin.repository.clone()),
        title: given(request.title.as_ref()),
        author: login(request.author.as_ref()),
        url: given(request.web_url.as_ref()),
        tickets: tickets(&origin.repository, texts.into_iter().flatten()).into(),
        branch,
        head: given(request.sha.as_ref()),
        labels: request.labels.clone().unwrap_or_default().into(),
        reviewers: request
            .reviewers
            .iter()
            .filter_map(|user| login(Some(user)))
            .collect(),
        bot: is_bot(request.author.as_ref()),
        draft: request.draft.or(request.work_in_progress),
        ..Change::default()
    }
}

/// Which commits a request holds, as of its newest.
#[must_use]
pub fn commits(origin: &Origin, request: &Request, commits: &[Commit]) -> Facts {
    let mut facts = Facts::default();
    let Some(head) = given(request.sha.as_ref()).filter(|_| !commits.is_empty()) else {
        return facts;
    };
    let dates = commits.iter().filter_map(|commit| commit.committed_date);
    // Known when it was pushed, which is not told: not before the commit and the request were made, and not after the request was done.
    let at = dates
        .max()
        .map_or(request.created_at, |at| at.min(origin.now))
        .max(request.created_at);
    let done = request.merged_at.or(request.closed_at);
    let at = done.map_or(at, |done| at.min(done));
    let change = Change {
        phase: ChangePhase::Updated,
        commits: commits.iter().map(|commit| commit.id.clone()).collect(),
        ..facts_of(origin, request)
    };
    let id = format!("mr/{}/commits/{head}", request.iid);
    facts
        .events
        .push(origin.event(id, at, Kind::Change(change)));
    for commit in commits {
        facts.add(super::commit::commit(origin, commit));
    }
    facts
}

/// What was said about a request: approvals, refusals, and what somebody other than the author wrote. GitLab's other notes of its own are no review.
#[must_use]
pub fn notes(origin: &Origin, request: &Request, notes: &[Note]) -> Facts {
    let mut facts = Facts::default();
    let author = login(request.author.as_ref());
    for note in notes {
        let by = login(note.author.as_ref());
        let body = note.body.as_deref().unwrap_or_default();
        let state = match (note.system, body.trim()) {
            (true, "approved this merge request") => ReviewState::Approved,
            (true, "requested changes") => ReviewState::ChangesRequested,
            (true, "unapproved this merge request") => ReviewState::Other,
            (false, text) if by != author && !text.is_empty() => ReviewState::Commented,
            _ => continue,
        };
        let url = given(request.web_url.as_ref()).map(|url| format!("{url}#note_{}", note.id));
        let change = Change {
            reviewer: by,
            url,
            bot: is_bot(note.author.as_ref()),
            ..reviewed(origin, request, state)
        };
        let id = format!("mr/{}/note/{}", request.iid, note.id);
        facts
            .events
            .push(origin.event(id, note.created_at, Kind::Change(change)));
    }
    facts
}

/// Approvals that no note tells of: of versions that wrote none, or whose notes are gone.
#[must_use]
pub fn approvals(
    origin: &Origin,
    request: &Request,
    approvals: &Approvals,
    notes: &[Note],
) -> Facts {
    let mut facts = Facts::default();
    for approval in &approvals.approved_by {
        let Some(by) = login(approval.user.as_ref()) else {
            continue;
        };
        let is_told = notes.iter().any(|note| {
            note.system
                && note.body.as_deref() == Some("approved this merge request")
                && login(note.author.as_ref()).as_ref() == Some(&by)
        });
        if is_told {
            continue;
        }
        let done = request.merged_at.or(request.closed_at);
        let at = approval
            .approved_at
            .unwrap_or(done.unwrap_or(request.updated_at));
        let change = Change {
            reviewer: Some(by.clone()),
            url: given(request.web_url.as_ref()),
            bot: is_bot(approval.user.as_ref()),
            ..reviewed(origin, request, ReviewState::Approved)
        };
        let id = format!("mr/{}/approval/{by}", request.iid);
        facts
            .events
            .push(origin.event(id, at, Kind::Change(change)));
    }
    facts
}

fn reviewed(origin: &Origin, request: &Request, state: ReviewState) -> Change<String> {
    Change {
        change: change_id(request.iid),
        repository: Some(origin.repository.clone()),
        phase: ChangePhase::Reviewed,
        state: Some(state),
        ..Change::default()
    }
}
