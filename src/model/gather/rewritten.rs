//! Requests whose merge was rewritten. A branch that was forced to another history holds some of its merges under other names, and some not at all. Said
//! of a request only where it is certain: where the branch was seen to hold its merge, and does not hold it any more.

use rustc_hash::FxHashSet;

use super::Gatherer;
use crate::event::time::Timestamp;
use crate::model::entity::{ChangeAt, CommitAt};

impl Gatherer {
    /// Takes of several merges of one request the one that the branch holds, and gives up a request of whose merges it holds none any more.
    pub(super) fn follow_rewriting(&mut self) {
        let held_once = self.held_once();
        if held_once.is_empty() {
            return;
        }
        let mut landings: Vec<_> = std::mem::take(&mut self.landings).into_iter().collect();
        landings.sort_unstable_by_key(|(place, _)| *place);
        for (place, landings) in landings {
            self.follow(place, &landings, &held_once);
        }
    }

    fn follow(&mut self, place: ChangeAt, merges: &[(Timestamp, CommitAt)], held_once: &[bool]) {
        let lost = |commit: CommitAt| held_once[commit as usize];
        let Some(change) = self.workload.changes.get_mut(place as usize) else {
            return;
        };
        if !change.sha.is_some_and(lost) {
            return;
        }
        let held = merges.iter().find(|(_, commit)| !lost(*commit));
        if let Some((_, commit)) = held {
            // It was merged when it was merged first; only its commit bears another name now.
            change.sha = Some(*commit);
        } else {
            // When it was taken out nobody wrote down: not before the branch ended elsewhere.
            change.abandoned = change.abandoned.or(change.merged.max(self.rewritten_at));
        }
    }

    /// Which commits a target branch was seen to hold, and holds no more; empty where there are none.
    fn held_once(&self) -> Vec<bool> {
        let mut found = Vec::new();
        for end in &self.left {
            for commit in self.beside(*end) {
                found.resize(self.reached.len(), false);
                found[commit as usize] = true;
            }
        }
        found
    }

    /// What an earlier end of a branch holds and no branch does now. Clocks go wrong: an end that is ahead of where a branch is taken to end was never
    /// left behind.
    fn beside(&self, end: CommitAt) -> FxHashSet<CommitAt> {
        let mut found = FxHashSet::default();
        let mut open = vec![end];
        while let Some(place) = open.pop() {
            if self.heads.values().any(|head| *head == place) {
                return FxHashSet::default();
            }
            if !self.reached[place as usize] && found.insert(place) {
                open.extend(self.workload.graph.parents(place));
            }
        }
        found
    }
}
