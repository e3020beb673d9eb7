//! The branches that hold a commit, for somebody who asks where it is: what is not merged is at least on a branch.

use std::path::Path;

use gix::ObjectId;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::client;
use super::refs::Refs;

/// Clocks go wrong: a parent may be younger than its child by so many seconds.
const SLACK: i64 = 86_400;

/// The names of the branches that hold a commit: those of this clone, else those of its remotes. None where the branch that requests are merged into holds
/// it, or where the repository cannot tell.
#[must_use]
pub fn branches(path: &Path, sha: &str) -> Vec<String> {
    read(path, sha).unwrap_or_default()
}

fn read(path: &Path, sha: &str) -> Option<Vec<String>> {
    let repository = client::open(path).ok()?;
    let commit = ObjectId::from_hex(sha.as_bytes()).ok()?;
    let made = repository.find_commit(commit).ok()?.time().ok()?.seconds;
    let refs = Refs::read(&repository).ok()?;
    let holds = |tip: ObjectId| {
        let sorting = Sorting::ByCommitTimeCutoff {
            order: CommitTimeOrder::NewestFirst,
            seconds: made.saturating_sub(SLACK),
        };
        let walk = repository.rev_walk([tip]).sorting(sorting).all();
        walk.is_ok_and(|mut walk| walk.any(|met| met.is_ok_and(|met| met.id == commit)))
    };
    let line = refs.line.as_ref().and_then(|line| refs.heads.get(line));
    if line.is_some_and(|tip| holds(*tip)) {
        return None;
    }
    let under = |prefix: &str| -> Vec<String> {
        let all = refs.heads.iter();
        let named = all.filter_map(|(name, tip)| Some((name.strip_prefix(prefix)?, *tip)));
        let held = named.filter(|(_, tip)| holds(*tip));
        held.map(|(name, _)| name.to_owned()).collect()
    };
    let own = under("refs/heads/");
    Some(if own.is_empty() {
        under("refs/remotes/")
    } else {
        own
    })
}
