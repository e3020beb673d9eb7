//! Requests, their reviews and their commits.

use std::collections::HashSet;

use crate::connector::bitbucket::wire::{Activity, Commit, Pull, User};
use crate::connector::facts::{Facts, given};
use crate::connector::message;
use crate::connector::origin::Origin;
use crate::event::kind::{self, Change, ChangePhase, Kind, ReviewState};
use crate::event::ticket::tickets_of;
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
    if let Some(updated) = pull.updated_on.filter(|at| *at > created) {
        let change = Change {
            phase: ChangePhase::Updated,
            ..known.clone()
        };
        tell(format!("updated/{updated}"), updated, change);
    }
    // When it became what it is now: its log says so, else when it was last changed.
    let turned = |state: &str| {
        let updates = seen.activity.iter().filter_map(|one| one.update.as_ref());
        let fits = updates.filter(|update| update.state == state);
        fits.filter_map(|update| update.date)
            .min()
            .or(pull.updated_on)
    };
    let ended = match pull.state.as_str() {
        "MERGED" => Some(("merged", ChangePhase::Merged, seen.merge)),
        "DECLINED" | "SUPERSEDED" => Some(("closed", ChangePhase::Abandoned, None)),
        _ => None,
    };
    if let Some((word, phase, merge)) = ended {
        let change = Change {
            phase,
            sha: merge.map(|commit| commit.hash.clone()),
            ..known.clone()
        };
        let at = turned(&pull.state).unwrap_or(created);
        tell(word.to_owned(), at, change);
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
        tickets: tickets_of(&origin.repository, texts.into_iter().map(String::as_str)).into(),
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
    let pushed = newest.date.map(|at| at.min(origin.now));
    let at = pushed.max(created).unwrap_or_default();
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
        let fact = kind::Commit {
            sha: one.hash.clone(),
            author: author(one),
            message: message::told(&one.message, &[]),
            // It may be in several: the requests say which they hold.
            parents: one
                .parents
                .as_ref()
                .map(|all| all.iter().map(|parent| parent.hash.clone()).collect()),
            ..kind::Commit::default()
        };
        // It tells one date, which is the author's.
        facts.add(origin.commit([one.date, None], "commit.date", fact));
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
    let mut used = HashSet::new();
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
        let mut id = format!("pull/{}/{what}", seen.pull.id);
        // Of two in one second, the later is known by who it was, too.
        if !used.insert(id.clone()) {
            let by = change.reviewer.as_deref().unwrap_or_default();
            id = format!("{id}/{by}");
        }
        facts
            .events
            .push(origin.event(id, at, Kind::Change(change)));
    };
    let second = |at: Option<Timestamp>| at.map_or(0, |at| at.micros() / 1_000_000);
    let mut activity: Vec<&Activity> = seen.activity.iter().collect();
    let said = |one: &Activity| {
        one.approval
            .as_ref()
            .or(one.changes_requested.as_ref())?
            .date
    };
    activity.sort_by_key(|one| said(one));
    for one in activity {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pull: &serde_json::Value, activity: &serde_json::Value) -> Facts {
        let now = Timestamp::parse("2026-03-02T12:00:00Z").unwrap();
        let origin = Origin::new("bitbucket:bb.example", "acme/shop", now);
        let activity: Vec<Activity> = serde_json::from_value(activity.clone()).unwrap();
        let seen = Seen {
            pull: &serde_json::from_value(pull.clone()).unwrap(),
            activity: &activity,
            commits: &[],
            merge: None,
        };
        super::pull(&origin, &seen)
    }

    #[test]
    fn what_changes_of_a_request_is_told_and_its_issues_with_their_repository() {
        let pull = serde_json::json!({
            "id": 7, "title": "Round up", "description": "Fixes #3", "state": "OPEN", "draft": false,
            "created_on": "2026-03-02T09:00:00Z", "updated_on": "2026-03-02T10:00:00Z",
        });
        let facts = told(&pull, &serde_json::json!([]));
        let [_, updated] = facts.events.as_slice() else {
            panic!("{facts:?}")
        };
        assert_eq!(updated.id, "pull/7/updated/2026-03-02T10:00:00Z");
        let Kind::Change(change) = &updated.kind else {
            panic!("{updated:?}")
        };
        assert_eq!(
            (change.phase, change.draft),
            (ChangePhase::Updated, Some(false))
        );
        assert_eq!(change.tickets.to_vec(), ["acme/shop#3"]);
    }

    #[test]
    fn of_two_who_approve_in_one_second_both_are_told() {
        let pull =
            serde_json::json!({"id": 7, "state": "OPEN", "created_on": "2026-03-02T09:00:00Z"});
        let said = |name: &str, at: &str| serde_json::json!({"approval": {"date": format!("2026-03-02T10:00:00.{at}Z"), "user": {"nickname": name}}});
        let newest_first = serde_json::json!([said("omar", "9"), said("li", "1")]);
        let facts = told(&pull, &newest_first);
        let ids: Vec<&str> = facts.events.iter().map(|one| one.id.as_str()).collect();
        let second = "pull/7/approved/1772445600";
        assert_eq!(ids, ["pull/7/opened", second, &format!("{second}/omar")]);
    }
}
