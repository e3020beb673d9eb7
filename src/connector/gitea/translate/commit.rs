//! Commits, the end of the default branch, tags and releases.

use super::said;
use crate::connector::facts::Facts;
use crate::connector::gitea::wire::{Commit, Release, Tag, login};
use crate::connector::message::told;
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind};

/// A commit. The same whichever list it was read from.
#[must_use]
pub fn commit(origin: &Origin, commit: &Commit) -> Facts {
    let body = &commit.commit;
    let parents = commit.parents.as_ref();
    let fact = kind::Commit {
        sha: commit.sha.clone(),
        author: login(commit.author.as_ref()).or_else(|| said(&body.author.name)),
        message: told(&body.message, &[]),
        parents: parents.map(|all| all.iter().map(|one| one.sha.clone()).collect()),
        ..kind::Commit::default()
    };
    let dates = [body.author.date, body.committer.date];
    origin.commit(dates, "commit.author.date", fact)
}

/// The default branch was seen to end at a commit.
#[must_use]
pub fn branch(origin: &Origin, name: &str, tip: &Commit) -> Facts {
    let at = tip.commit.committer.date.or(tip.commit.author.date);
    origin.branch(name, &tip.sha, at)
}

/// A tag, at the time of its commit: the list of tags tells none of its own.
#[must_use]
pub fn tag(origin: &Origin, tag: &Tag) -> Facts {
    let told = |at| origin.tag(&tag.name, &tag.commit.sha, at);
    tag.commit.created.map(told).unwrap_or_default()
}

/// A release. A draft is not out yet.
#[must_use]
pub fn release(origin: &Origin, release: &Release) -> Facts {
    let at = release.published_at.or(release.created_at);
    let Some(at) = at.filter(|_| !release.draft) else {
        return Facts::default();
    };
    let target = &release.target_commitish;
    let is_sha = target.len() == 40 && target.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fact = kind::Tag {
        tag: release.tag_name.clone(),
        repository: Some(origin.repository.clone()),
        sha: is_sha.then(|| target.clone()),
        url: said(&release.html_url),
        release: true,
        prerelease: release.prerelease,
        ..kind::Tag::default()
    };
    let id = format!("release/{}", release.id);
    origin.event(id, at, Kind::Tag(fact)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;

    #[test]
    fn a_clock_that_was_ahead_makes_no_commit_later_than_it_was_made_or_read() {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        let origin = Origin::new("gitea:git.example.com", "acme/shop", now);
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
