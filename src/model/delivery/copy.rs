//! Cherry-picks: a commit whose message ends in `(cherry picked from commit X)`.

use super::Delivery;
use crate::model::Workload;
use crate::model::entity::{Change, Commit, CommitAt};

/// Whether a change that just arrived is nothing but copies of commits that had arrived.
pub(super) fn is_copy(workload: &Workload, delivery: &Delivery, change: &Change) -> bool {
    let commit = |at: CommitAt| workload.commits.get(at as usize);
    let mut own: Vec<CommitAt> = change.commits.clone();
    if own.iter().any(|at| Some(*at) != change.sha) {
        own.retain(|at| Some(*at) != change.sha);
    }
    if own.is_empty() {
        own.extend(change.sha.or(change.head));
    }
    !own.is_empty()
        && own.iter().all(|at| {
            let source = commit(*at).and_then(|commit| source(workload, commit));
            source.is_some_and(|source| {
                !change.commits.contains(&source) && is_live(workload, delivery, source)
            })
        })
}

fn is_live(workload: &Workload, delivery: &Delivery, at: CommitAt) -> bool {
    let change = workload
        .commits
        .get(at as usize)
        .and_then(|commit| commit.change);
    delivery.live(at).is_some() || change.is_some_and(|change| delivery.arrival(change).is_some())
}

fn source(workload: &Workload, commit: &Commit) -> Option<CommitAt> {
    const TRAILER: &str = "(cherry picked from commit ";
    let message = workload.text(commit.message?);
    let (_, rest) = message.rsplit_once(TRAILER)?;
    let (sha, _) = rest.split_once(')')?;
    workload
        .commit_of
        .get(&workload.names.get(sha.trim())?)
        .copied()
}
