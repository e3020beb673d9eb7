//! Commits, the end of the default branch, tags and releases.

use super::login;
use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{Commit, Release, Tag};
use crate::connector::message::told;
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind};
use crate::event::time::Timestamp;

/// A commit. The same whichever list it was read from, so the request that it belongs to is told by the request.
#[must_use]
pub fn commit(origin: &Origin, commit: &Commit) -> Facts {
    let body = &commit.commit;
    let dates = [&body.author, &body.committer].map(|signature| signature.as_ref()?.date);
    let named = body.author.as_ref().and_then(|author| author.name.clone());
    let parents = commit
        .parents
        .as_ref()
        .map(|parents| parents.iter().map(|parent| parent.sha.clone()).collect());
    let fact = kind::Commit {
        sha: commit.sha.clone(),
        author: login(commit.author.as_ref()).or(named),
        message: body
            .message
            .as_deref()
            .and_then(|message| told(message, &[])),
        parents,
        ..kind::Commit::default()
    };
    origin.commit(dates, "commit.author.date", fact)
}

/// The default branch was seen to end at a commit.
#[must_use]
pub fn branch(origin: &Origin, name: &str, tip: &Commit) -> Facts {
    let [committed, authored] =
        [&tip.commit.committer, &tip.commit.author].map(|signature| signature.as_ref()?.date);
    origin.branch(name, &tip.sha, committed.or(authored))
}

/// A tag, at the time of its commit: the list of tags tells none.
#[must_use]
pub fn tag(origin: &Origin, tag: &Tag, at: Timestamp) -> Facts {
    origin.tag(&tag.name, &tag.commit.sha, at)
}

/// A release. A draft is not out yet.
#[must_use]
pub fn release(origin: &Origin, release: &Release) -> Facts {
    if release.draft {
        return Facts::default();
    }
    let target = release.target_commitish.as_ref();
    let is_sha =
        |text: &&String| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fact = kind::Tag {
        tag: release.tag_name.clone(),
        repository: Some(origin.repository.clone()),
        sha: target.filter(is_sha).cloned(),
        url: given(release.html_url.as_ref()),
        release: true,
        prerelease: release.prerelease,
        ..kind::Tag::default()
    };
    let at = release.published_at.unwrap_or(release.created_at);
    let id = format!("release/{}", release.id);
    origin.event(id, at, Kind::Tag(fact)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_ahead_makes_no_commit_later_than_it_was_made_or_read() {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        let origin = Origin::new("github:github.com", "acme/shop", now);
        let at = |authored: &str, committed: &str| {
            let day = |hour: &str| format!("2026-03-02T{hour}:00:00Z");
            let told = serde_json::json!({"sha": "a", "commit": {
                "author": {"date": day(authored)}, "committer": {"date": day(committed)}
            }});
            let facts = commit(&origin, &serde_json::from_value(told).unwrap());
            facts.events[0].at.to_string()[11..13].to_owned()
        };
        assert_eq!(at("05", "06"), "05");
        assert_eq!(at("07", "06"), "06");
        assert_eq!(at("12", "11"), "09");
    }
}
