//! Commits, the end of the default branch, tags and releases.

use super::{Origin, login};
use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{Commit, Release, Tag};
use crate::connector::message::told;
use crate::event::kind::{self, Kind};
use crate::event::time::Timestamp;

/// A commit. The same whichever list it was read from, so the request that it belongs to is told by the request.
#[must_use]
pub fn commit(origin: &Origin, commit: &Commit) -> Facts {
    let mut facts = Facts::default();
    let body = &commit.commit;
    let authored = body.author.as_ref().and_then(|author| author.date);
    let committed = body.committer.as_ref().and_then(|author| author.date);
    let Some(at) = authored.or(committed) else {
        facts.unknown("commit.author.date", "none");
        return facts;
    };
    let named = body.author.as_ref().and_then(|author| author.name.clone());
    let parents = commit
        .parents
        .as_ref()
        .map(|parents| parents.iter().map(|parent| parent.sha.clone()).collect());
    let fact = kind::Commit {
        sha: commit.sha.clone(),
        repository: Some(origin.repository.clone()),
        author: login(commit.author.as_ref()).or(named),
        message: body
            .message
            .as_deref()
            .and_then(|message| told(message, &[])),
        parents,
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
    let [committed, authored] = [&tip.commit.committer, &tip.commit.author]
        .map(|signature| signature.as_ref().and_then(|signature| signature.date));
    let Some(at) = committed.or(authored) else {
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

/// A tag, at the time of its commit: the list of tags tells none.
#[must_use]
pub fn tag(origin: &Origin, tag: &Tag, at: Timestamp) -> Facts {
    let fact = kind::Tag {
        tag: tag.name.clone(),
        repository: Some(origin.repository.clone()),
        sha: Some(tag.commit.sha.clone()),
        ..kind::Tag::default()
    };
    let id = format!("tag/{}/{}", tag.name, tag.commit.sha);
    origin.event(id, at, Kind::Tag(fact)).into()
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
