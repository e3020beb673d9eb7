//! Cherry-picks: a commit whose message says `(cherry picked from commit X)`.

use super::Delivery;
use crate::model::Workload;
use crate::model::entity::{ChangeAt, CommitAt};

/// Whether a change that just arrived is nothing but copies of commits that had arrived.
pub(super) fn is_copy(workload: &Workload, delivery: &Delivery, at: ChangeAt) -> bool {
    let Some(change) = workload.changes.get(at as usize) else {
        return false;
    };
    let commit = |at: CommitAt| workload.commits.get(at as usize);
    // What it was merged as counts only where it has no other commits.
    let is_other = |at: &CommitAt| Some(*at) != change.sha;
    let several = change.commits.iter().any(is_other);
    let own = change.commits.iter().copied();
    let own = own.filter(|at| !several || is_other(at));
    let alone = change.commits.is_empty();
    let landed = change.sha.or(change.head).filter(|_| alone);
    let mut own = own.chain(landed).peekable();
    own.peek().is_some()
        && own.all(|one| {
            let source = commit(one).and_then(|commit| commit.copy_of);
            source.is_some_and(|source| {
                // An earlier form of itself is no other change.
                let of = commit(source).and_then(|commit| commit.change);
                let itself = of == Some(at) || change.commits.contains(&source);
                let arrived = of.is_some_and(|of| delivery.arrival(of).is_some());
                !itself && (arrived || delivery.live(source).is_some())
            })
        })
}
