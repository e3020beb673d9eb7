//! Which changes a commit stands for: those that it is the merge or the own head of. Nearly always one, and a long history has many commits, so that one has
//! its place and further ones stand beside.

use rustc_hash::FxHashMap;

use crate::model::Workload;
use crate::model::entity::{Change, ChangeAt, CommitAt};

pub(super) struct ByCommit {
    /// By the place of the commit.
    first: Vec<Option<ChangeAt>>,
    more: FxHashMap<CommitAt, Vec<ChangeAt>>,
}

impl ByCommit {
    pub(super) fn of(workload: &Workload) -> Self {
        let mut all = Self {
            first: vec![None; workload.commits.len()],
            more: FxHashMap::default(),
        };
        for (at, change) in (0u32..).zip(&workload.changes) {
            if !belongs(workload, change) {
                continue;
            }
            let head = change.head.filter(|head| is_own(workload, *head, at));
            let own = change.sha.into_iter().chain(head);
            let direct = change.direct.then(|| change.commits.first().copied());
            for commit in own.chain(direct.flatten()) {
                all.add(commit, at);
            }
        }
        all
    }

    fn add(&mut self, commit: CommitAt, change: ChangeAt) {
        match self.first.get_mut(commit as usize) {
            Some(first @ None) => *first = Some(change),
            Some(Some(first)) if *first != change => {
                let more = self.more.entry(commit).or_default();
                if !more.contains(&change) {
                    more.push(change);
                }
            }
            _ => {}
        }
    }

    /// In the order of the changes.
    pub(super) fn get(&self, commit: CommitAt) -> impl Iterator<Item = ChangeAt> {
        let first = self.first.get(commit as usize).copied().flatten();
        let more = first.and_then(|_| self.more.get(&commit));
        first.into_iter().chain(more.into_iter().flatten().copied())
    }
}

/// A merged request's head is its own. One that is not merged may stand on a commit of somebody else, whose shipping says nothing of it.
fn is_own(workload: &Workload, head: CommitAt, at: ChangeAt) -> bool {
    let Some(change) = workload.changes.get(at as usize) else {
        return false;
    };
    let commit = workload.commits.get(head as usize);
    change.merged.is_some()
        || change.direct
        || change.commits.contains(&head)
        || commit.is_some_and(|commit| commit.change == Some(at))
}

/// Whether a change is part of the workload: not given up, and touching its part of the repository as far as paths are known. A merge commit touches
/// what its branch does, so its own word is not asked.
pub(super) fn belongs(workload: &Workload, change: &Change) -> bool {
    if change.merged.is_none() && change.abandoned.is_some() {
        return false;
    }
    let commit = |at: &CommitAt| workload.commits.get(*at as usize);
    let mut own = change
        .commits
        .iter()
        .filter(|at| Some(**at) != change.sha)
        .filter_map(commit)
        .peekable();
    let branch = own.peek().is_none() || own.any(|commit| commit.touches);
    branch
        && change.sha.is_none_or(|sha| {
            commit(&sha).is_none_or(|commit| commit.touches || workload.graph.is_merge(sha))
        })
}
