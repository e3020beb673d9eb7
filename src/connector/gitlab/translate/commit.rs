//! Commits, the end of the default branch, tags and releases.

use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::wire::{Commit, Release, Tag};
use crate::connector::message::told;
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind};

/// What GitLab writes into the message of a merge.
const OWN: &[&str] = &["see merge request "];

/// A commit. The same whichever list it was read from, so the request that it belongs to is told by the request.
#[must_use]
pub fn commit(origin: &Origin, commit: &Commit) -> Facts {
    let committed = commit.committed_date.or(commit.created_at);
    let message = commit.message.as_ref().or(commit.title.as_ref());
    let fact = kind::Commit {
        sha: commit.id.clone(),
        author: given(commit.author_name.as_ref()),
        message: message.and_then(|message| told(message, OWN)),
        parents: commit.parent_ids.clone().map(Into::into),
        ..kind::Commit::default()
    };
    let dates = [commit.authored_date, committed];
    origin.commit(dates, "commit.authored_date", fact)
}

/// The default branch was seen to end at a commit.
#[must_use]
pub fn branch(origin: &Origin, name: &str, tip: &Commit) -> Facts {
    let told = tip.committed_date.or(tip.created_at).or(tip.authored_date);
    origin.branch(name, &tip.id, told)
}

/// A tag, and the commit that it is on. At the time when it was put, where that is told; else at the time of its commit.
#[must_use]
pub fn tag(origin: &Origin, tag: &Tag) -> Facts {
    let mut facts = commit(origin, &tag.commit);
    let commit = &tag.commit;
    let told = tag.created_at.or(commit.committed_date);
    if let Some(at) = told.or(commit.created_at) {
        facts.add(origin.tag(&tag.name, &commit.id, at));
    }
    facts
}

/// A release. One that is only planned is not out yet.
#[must_use]
pub fn release(origin: &Origin, release: &Release) -> Facts {
    let Some(at) = release
        .released_at
        .or(release.created_at)
        .filter(|_| !release.upcoming_release)
    else {
        return Facts::default();
    };
    let links = release.links.as_ref();
    let fact = kind::Tag {
        tag: release.tag_name.clone(),
        repository: Some(origin.repository.clone()),
        sha: release.commit.as_ref().map(|commit| commit.id.clone()),
        url: links.and_then(|links| given(links.itself.as_ref())),
        release: true,
        prerelease: false,
        ..kind::Tag::default()
    };
    let id = format!("release/{}", release.tag_name);
    origin.event(id, at, Kind::Tag(fact)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;

    #[test]
    fn a_clock_that_was_ahead_makes_no_commit_later_than_it_was_made_or_read() {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        let origin = Origin::new("gitlab:gitlab.com", "acme/shop", now);
        let at = |authored: &str, committed: &str| {
            let day = |hour: &str| format!("2026-03-02T{hour}:00:00Z");
            let told = serde_json::json!({"id": "a", "authored_date": day(authored), "committed_date": day(committed)});
            let facts = commit(&origin, &serde_json::from_value(told).unwrap());
            facts.events[0].at.to_string()[11..13].to_owned()
        };
        assert_eq!(at("05", "06"), "05");
        assert_eq!(at("07", "06"), "06");
        assert_eq!(at("12", "11"), "09");
    }
}
