//! Commits, the end of the default branch, tags and releases.

use super::{Origin, said};
use crate::connector::facts::Facts;
use crate::connector::gitea::wire::{Commit, Release, Tag, login};
use crate::connector::message::told;
use crate::event::kind::{self, Kind};

/// A commit. The same whichever list it was read from.
#[must_use]
pub fn commit(origin: &Origin, commit: &Commit) -> Facts {
    let mut facts = Facts::default();
    let body = &commit.commit;
    let committed = body.committer.date;
    let Some(at) = body.author.date.or(committed) else {
        facts.unknown("commit.author.date", "none");
        return facts;
    };
    let parents = commit.parents.as_ref();
    let fact = kind::Commit {
        sha: commit.sha.clone(),
        repository: Some(origin.repository.clone()),
        author: login(commit.author.as_ref()).or_else(|| said(&body.author.name)),
        message: told(&body.message, &[]),
        parents: parents.map(|all| all.iter().map(|one| one.sha.clone()).collect()),
        committed: committed.filter(|committed| *committed != at),
        ..kind::Commit::default()
    };
    let id = format!("commit/{}", commit.sha);
    facts.events.push(origin.event(id, at, Kind::Commit(fact)));
    facts
}

/// The default branch was seen to end at a commit.
#[must_use]
pub fn branch(origin: &Origin, name: &str, tip: &Commit) -> Facts {
    let Some(at) = tip.commit.committer.date.or(tip.commit.author.date) else {
        // Told with the commit itself.
        return Facts::default();
    };
    let fact = kind::Branch {
        branch: name.to_owned(),
        repository: Some(origin.repository.clone()),
        sha: Some(tip.sha.clone()),
        target: true,
    };
    let id = format!("branch/{name}/{}", tip.sha);
    origin.event(id, at, Kind::Branch(fact)).into()
}

/// A tag, at the time of its commit: the list of tags tells none of its own.
#[must_use]
pub fn tag(origin: &Origin, tag: &Tag) -> Facts {
    let Some(at) = tag.commit.created else {
        return Facts::default();
    };
    let fact = kind::Tag {
        tag: tag.name.clone(),
        repository: Some(origin.repository.clone()),
        sha: said(&tag.commit.sha),
        ..kind::Tag::default()
    };
    let id = format!("tag/{}/{}", tag.name, tag.commit.sha);
    origin.event(id, at, Kind::Tag(fact)).into()
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
