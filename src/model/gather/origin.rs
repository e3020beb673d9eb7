//! What texts that name something made (a package URL, a digest, a version, a tag) say of its commit. A version such as `main` and a tag that is moved name
//! one commit after the other: who speaks of one means the commit that it was at then.

use rustc_hash::FxHashMap;

use super::Gatherer;
use crate::event::time::Timestamp;
use crate::model::called::called;
use crate::model::entity::{Artifact, ChangeAt, CommitAt};
use crate::model::name::Name;

/// Commits by the texts that name them. Facts come in the order of their time, so each text has its commits in it.
#[derive(Default)]
pub(super) struct Origins {
    first: FxHashMap<Name, CommitAt>,
    /// Where it moved to since, of those that did: since when.
    later: FxHashMap<Name, Vec<(Timestamp, CommitAt)>>,
}

impl Origins {
    /// From an instant on, a text names a commit.
    pub(super) fn note(&mut self, text: Name, at: Timestamp, commit: CommitAt) {
        let first = *self.first.entry(text).or_insert(commit);
        let moved = self.later.get(&text).and_then(|later| later.last());
        if moved.map_or(first, |(_, commit)| *commit) != commit {
            self.later.entry(text).or_default().push((at, commit));
        }
    }

    /// The commit that a text named first.
    pub(super) fn first(&self, text: Name) -> Option<CommitAt> {
        self.first.get(&text).copied()
    }

    /// The commit that it named at an instant; what it named first, where that was later.
    fn at(&self, text: Name, at: Timestamp) -> Option<CommitAt> {
        let later = self.later.get(&text).into_iter().flatten();
        let moved = later.rev().find(|(since, _)| *since <= at);
        moved
            .map(|(_, commit)| *commit)
            .or_else(|| self.first(text))
    }
}

impl Gatherer {
    /// The commit of what was called so at an instant. What its maker says of it goes before a tag.
    pub(super) fn origin(&self, texts: [Option<Name>; 3], at: Timestamp) -> Option<CommitAt> {
        let mut texts = texts.into_iter().flatten();
        texts.find_map(|text| {
            self.made_of
                .at(text, at)
                .or_else(|| self.tagged.at(text, at))
        })
    }
}

impl Gatherer {
    /// Finds the commits of artifacts that say only which change they were made of. What else is said of one of their texts goes before.
    pub(super) fn trace_changes(&mut self) {
        let silent = |artifact: &&Artifact| artifact.commit.is_none() && artifact.change.is_some();
        if !self.workload.artifacts.iter().any(|one| silent(&one)) {
            return;
        }
        let artifacts = self.workload.artifacts.iter().filter(silent);
        let asked = artifacts.filter_map(|artifact| artifact.change);
        let called = called(&self.workload.names, &self.workload.changes, asked);
        for place in 0..self.workload.artifacts.len() {
            let artifact = &self.workload.artifacts[place];
            let Some(name) = artifact.change.filter(|_| silent(&artifact)) else {
                continue;
            };
            let made = artifact.packaged.or(artifact.published);
            let commit = match called.get(&name).map(Vec::as_slice) {
                Some([change]) => self.stood_at(*change, made),
                // An id that two repositories use names neither change.
                Some(_) => None,
                // A commit that nobody asked for is its own change.
                None => self.workload.commit_of.get(name),
            };
            let artifact = &mut self.workload.artifacts[place];
            artifact.commit = commit;
            let texts = [Some(artifact.id), artifact.digest, artifact.version];
            for text in texts.into_iter().flatten() {
                if let (Some(commit), None) = (commit, self.made_of.first(text)) {
                    self.made_of
                        .note(text, made.unwrap_or(self.workload.as_of), commit);
                }
            }
        }
    }

    /// The commit that stood for a change at an instant: its head until it was merged, then what it was merged as.
    fn stood_at(&self, change: ChangeAt, at: Option<Timestamp>) -> Option<CommitAt> {
        let change = self.workload.changes.get(change as usize)?;
        let before = at
            .zip(change.merged)
            .is_some_and(|(at, merged)| at < merged);
        let head = change.head.filter(|_| before);
        head.or(change.sha).or(change.head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Names;

    #[test]
    fn a_text_that_moves_names_what_it_named_then() {
        let mut names = Names::default();
        let (main, other) = (names.intern("main"), names.intern("other"));
        let at = Timestamp::from_seconds;
        let mut origins = Origins::default();
        for (second, commit) in [(10, 1), (20, 2), (30, 2), (40, 1)] {
            origins.note(main, at(second), commit);
        }
        let meant = |second| origins.at(main, at(second));
        assert_eq!([5, 10, 19].map(meant), [Some(1); 3]);
        assert_eq!([20, 35].map(meant), [Some(2); 2]);
        assert_eq!(meant(40), Some(1));
        assert_eq!(origins.at(other, at(40)), None);
    }
}
