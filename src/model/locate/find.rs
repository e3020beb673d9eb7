//! What a reference speaks of: a change, a commit or the beginning of its sha, a ticket, a version, a tag, a digest or an artifact.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::thing::Thing;
use crate::event::cdevents::purl::said;
use crate::model::Workload;
use crate::model::entity::{ChangeAt, Commit, CommitAt};
use crate::model::graph::{Marks, Walks};
use crate::model::name::Name;
use crate::model::state::Lives;

/// All that a reference speaks of.
#[derive(Debug, Default)]
pub struct Found {
    pub changes: BTreeSet<ChangeAt>,
    /// Commits that stand for themselves: no change is known of them, or they went out without theirs.
    pub commits: Vec<Thing>,
    /// Versions, where no change is called so.
    pub versions: Vec<Thing>,
}

impl Found {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.commits.is_empty() && self.versions.is_empty()
    }

    /// The changes that it comes to, and what stands for itself. A version stands for the changes that it was the first to bring to production; one that
    /// has not been there, for the change it was built from; any other for itself.
    #[must_use]
    pub fn split(&self, lives: &Lives<'_>) -> (Vec<ChangeAt>, Vec<&Thing>) {
        let mut changes = self.changes.clone();
        let mut alone: Vec<&Thing> = self.commits.iter().collect();
        for version in &self.versions {
            let mut of = version.brought(lives);
            if of.is_empty() && !version.went_live(lives) {
                of.extend(version.change(lives.workload));
            }
            if of.is_empty() {
                alone.push(version);
            }
            changes.extend(of);
        }
        (changes.into_iter().collect(), alone)
    }
}

/// A reference as it is compared: without case, a leading `#` or `!`, and the name of a digest's algorithm.
fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("sha256:").unwrap_or(&text);
    text.trim_start_matches(['#', '!']).to_owned()
}

/// The shortest beginning of a sha that is taken for one.
const SHORTEST_SHA: usize = 4;

/// The changes that a reference speaks of. A version or artifact speaks of the changes that it was the first to bring to production, else of the change it was built from.
#[must_use]
pub fn find(lives: &Lives<'_>, query: &str) -> Vec<ChangeAt> {
    let mut found = seek(lives, query);
    for version in &found.versions {
        let brought = version.brought(lives);
        let own = version.change(lives.workload).into_iter().collect();
        let of = if brought.is_empty() { own } else { brought };
        found.changes.extend(of);
    }
    found.changes.into_iter().collect()
}

/// All that a reference speaks of; the changes of versions are not looked up.
#[must_use]
pub fn seek(lives: &Lives<'_>, query: &str) -> Found {
    let workload = lives.workload;
    let wanted = plain(query);
    let mut found = Found::default();
    // Where ids name the repository, the number alone is enough.
    let number = |text: &String| text.rsplit_once('#').is_some_and(|(_, n)| n == wanted);
    for (place, change) in (0..).zip(&workload.changes) {
        let names = std::iter::once(&change.id).chain(&change.tickets);
        let mut texts = names.map(|name| plain(workload.text(*name)));
        if texts.any(|text| text == wanted || number(&text)) {
            found.changes.insert(place);
        }
    }
    let hexadecimal =
        wanted.len() >= SHORTEST_SHA && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (place, commit) in (0..).zip(&workload.commits) {
        let sha = workload.text(commit.sha);
        let same = (hexadecimal
            && sha.len() >= wanted.len()
            && sha[..wanted.len()].eq_ignore_ascii_case(&wanted))
            || sha.eq_ignore_ascii_case(&wanted);
        if same {
            take(lives, place, commit, &mut found);
        }
    }
    for one in &workload.outside {
        let called = plain(workload.text(one.change));
        let is_it = called == wanted || number(&called);
        let is_known = || {
            found
                .commits
                .iter()
                .any(|thing| thing.commit == Some(one.sha))
        };
        if is_it && !is_known() {
            found.commits.push(Thing::of_commit(workload, one.sha));
        }
    }
    if found.changes.is_empty() {
        let known = std::mem::take(&mut found.commits);
        found.versions = versions(workload, &wanted);
        let is_new = |commit: &Thing| found.versions.iter().all(|one| one.commit != commit.commit);
        found.commits = known.into_iter().filter(is_new).collect();
    }
    found
}

/// Takes a commit for its change, for what it merged, or for itself.
fn take(lives: &Lives<'_>, place: CommitAt, commit: &Commit, found: &mut Found) {
    let production = lives.production();
    let went_alone =
        |change: ChangeAt| production.live(place).is_some() && production.arrival(change).is_none();
    match commit.change {
        Some(change) if !went_alone(change) => {
            found.changes.insert(change);
        }
        Some(_) => found.commits.push(Thing::of_commit(lives.workload, place)),
        None => {
            let brought = merged(lives.workload, place);
            // What it merged may have gone live on a line of its own, without the merge.
            let went_ahead = production.live(place).is_none()
                && brought
                    .iter()
                    .any(|change| production.arrival(*change).is_some());
            if brought.is_empty() || went_ahead {
                found.commits.push(Thing::of_commit(lives.workload, place));
            }
            found.changes.extend(brought);
        }
    }
}

/// The changes that a merge which nobody asked for brought: those behind its later parents, and not behind its first.
fn merged(workload: &Workload, commit: CommitAt) -> BTreeSet<ChangeAt> {
    let [first, others @ ..] = workload.graph.parents(commit) else {
        return BTreeSet::new();
    };
    let mut brought = BTreeSet::new();
    let mut seen = Marks::default();
    let mut walks = Walks::over(&workload.graph);
    if !others.is_empty() {
        walks.walk(*first, |at| seen.insert(at));
    }
    for other in others {
        walks.walk(*other, |at| {
            let new = seen.insert(at);
            let of = workload.commits.get(at as usize);
            brought.extend(of.and_then(|of| of.change).filter(|_| new));
            new
        });
    }
    brought
}

/// A version as it is compared: without the `v` before its number.
fn bare(text: &str) -> String {
    let text = plain(text);
    match text.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => text,
    }
}

/// The versions that are called so, or whose tag, digest, artifact or deployment is.
fn versions(workload: &Workload, wanted: &str) -> Vec<Thing> {
    // An image by its digest, a package URL: what it says is the digest.
    let digest = said(wanted).digest.map(Cow::into_owned);
    let wanted = bare(digest.as_deref().unwrap_or(wanted));
    let is_text = |text: &str| {
        let text = bare(text);
        text == wanted || (wanted.len() >= 12 && text.starts_with(&wanted))
    };
    let is = |names: &[Option<Name>]| {
        let mut names = names.iter().flatten();
        names.any(|name| is_text(workload.text(*name)))
    };
    let mut found: Vec<Thing> = Vec::new();
    let mut add = |thing: Thing| match (found.iter_mut()).find(|known| known.commit == thing.commit)
    {
        Some(known) => known.records.extend(thing.records),
        None => found.push(thing),
    };
    for tag in workload.tags.iter().filter(|tag| is(&[Some(tag.name)])) {
        if let Some(commit) = tag.commit {
            add(Thing::of_version(workload, Some(tag.name), commit));
        }
    }
    for artifact in &workload.artifacts {
        let names = [Some(artifact.id), artifact.digest, artifact.version];
        if let Some(commit) = artifact.commit.filter(|_| is(&names)) {
            add(Thing::of_version(workload, artifact.version, commit));
        }
    }
    for gate in &workload.gates {
        let said = gate.artifact.map(|name| said(workload.text(name)));
        let said = said.unwrap_or_default();
        let mut said = said.version.iter().chain(&said.digest);
        let is_it = is(&[gate.version, gate.artifact]) || said.any(|text| is_text(text));
        if let Some(commit) = gate.commit.filter(|_| is_it) {
            add(Thing::of_version(workload, gate.version, commit));
        }
    }
    for (place, record) in (0..).zip(&workload.records) {
        let names = [
            record.version,
            record.artifact,
            record.digest,
            Some(record.deployment),
        ];
        if is(&names) {
            add(Thing::of_record(workload, place, record));
        }
    }
    found
}
