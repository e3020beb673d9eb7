//! What requests say of their own commits. Of requests that stand on one another each lists those below it, too, so a commit may be claimed by several;
//! it belongs to one. And where a request's own commits end (its head), where nobody says so.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Gatherer;
use crate::model::entity::{Change, ChangeAt, CommitAt};
use crate::model::name::Name;

/// What each request claims, of those that claim what another does.
type Sets = FxHashMap<ChangeAt, FxHashSet<CommitAt>>;

impl Gatherer {
    /// Gives every commit that events say belongs to a request to the one that it belongs to.
    pub(super) fn give_claimed(&mut self) {
        let members = std::mem::take(&mut self.members);
        let mut claims: Vec<(CommitAt, ChangeAt)> = members
            .into_iter()
            .map(|(commit, repository, change)| (commit, self.change_named(repository, change)))
            .collect();
        claims.extend(self.claimed_heads(&claims));
        let owners = self.owners(&claims);
        for (commit, change) in claims {
            if owners.get(&commit) == Some(&change) {
                self.give(commit, change);
            }
        }
    }

    /// The heads that belong to their requests as their commits do. A request that is still open may stand on a commit of the target branch, which is
    /// none of its own; and what that branch holds came there by a merge, which says whose it is.
    fn claimed_heads(&self, claims: &[(CommitAt, ChangeAt)]) -> Vec<(CommitAt, ChangeAt)> {
        let claims: FxHashSet<(CommitAt, ChangeAt)> = claims.iter().copied().collect();
        let is_headed =
            |repository: Option<Name>| self.heads.keys().any(|(of, _)| *of == repository);
        let commits = &self.workload.commits;
        let changes = (0..).zip(&self.workload.changes);
        let heads = changes.filter_map(|(place, change)| Some((change.head?, place, change)));
        let own = heads.filter(|(head, place, change)| {
            let Some(commit) = commits.get(*head as usize).filter(|one| one.at.is_some()) else {
                return false;
            };
            // Where nobody saw the target branch, what was deployed is taken for it, and may have been a branch.
            let deployed = change.merged.is_some() && !is_headed(commit.repository);
            let mut parents = self.workload.graph.parents(*head).iter();
            !self.reached[*head as usize]
                || deployed
                || parents.any(|parent| claims.contains(&(*parent, *place)))
        });
        own.map(|(head, place, _)| (head, place)).collect()
    }

    /// The request that each claimed commit belongs to.
    fn owners(&self, claims: &[(CommitAt, ChangeAt)]) -> FxHashMap<CommitAt, ChangeAt> {
        let mut owners = FxHashMap::default();
        let mut sets = Sets::default();
        for (commit, change) in claims {
            let owner = *owners.entry(*commit).or_insert(*change);
            if owner != *change {
                sets.entry(owner).or_default();
                sets.entry(*change).or_default();
            }
        }
        if sets.is_empty() {
            return owners;
        }
        for (commit, change) in claims {
            if let Some(set) = sets.get_mut(change) {
                set.insert(*commit);
            }
        }
        for (commit, change) in claims {
            if let Some(owner) = owners.get_mut(commit)
                && self.is_below(&sets, *change, *owner)
            {
                *owner = *change;
            }
        }
        owners
    }

    /// Whether of two requests that claim one commit another one stands on the first: it holds all of it and more, or else was opened later.
    fn is_below(&self, sets: &Sets, one: ChangeAt, other: ChangeAt) -> bool {
        let (Some(own), Some(others)) = (sets.get(&one), sets.get(&other)) else {
            return false;
        };
        if own.len() != others.len() {
            let (few, many) = if own.len() < others.len() {
                (own, others)
            } else {
                (others, own)
            };
            if few.is_subset(many) {
                return own.len() < others.len();
            }
        }
        let began = |place: ChangeAt| {
            let change = self.workload.changes.get(place as usize);
            change.and_then(|change| change.opened.or(change.merged))
        };
        match (began(one), began(other)) {
            (Some(one), Some(other)) => one < other,
            (one, other) => one.is_some() && other.is_none(),
        }
    }

    /// Finds the heads that nobody told of.
    pub(super) fn find_heads(&mut self) {
        for place in self.change_places() {
            let change = &self.workload.changes[place as usize];
            if change.head.is_none() && !change.direct {
                let head = self.tip(change, self.listed.get(&place).copied());
                self.workload.changes[place as usize].head = head;
            }
        }
    }

    /// The one of a request's own commits that no other of them stands on; where the graph does not tell, the last one listed, else the last one written.
    /// What the target branch holds of it under other names is no part of its branch.
    fn tip(&self, change: &Change, listed: Option<CommitAt>) -> Option<CommitAt> {
        let parents = |at: CommitAt| self.workload.graph.parents(at);
        let mut own: FxHashSet<CommitAt> = change.commits.iter().copied().collect();
        let mut landed = change.sha;
        while let Some(at) = landed {
            own.remove(&at);
            landed = match parents(at) {
                [parent] => Some(*parent).filter(|parent| own.contains(parent)),
                _ => None,
            };
        }
        let below: FxHashSet<CommitAt> = own.iter().flat_map(|at| parents(*at)).copied().collect();
        let mut tips = own.iter().filter(|at| !below.contains(at));
        match (tips.next(), tips.next()) {
            (Some(one), None) => Some(*one),
            _ => listed
                .filter(|listed| own.contains(listed))
                .or_else(|| self.written_last(&own)),
        }
    }

    /// Of commits of which nobody told what any of them stands on, the one that was written last.
    fn written_last(&self, own: &FxHashSet<CommitAt>) -> Option<CommitAt> {
        let mut times = Vec::new();
        for place in own {
            let commit = self.workload.commits.get(*place as usize)?;
            let is_told = self.workload.graph.told(*place).is_some();
            times.push((commit.at.filter(|_| !is_told)?, *place));
        }
        times.sort_unstable();
        match times.as_slice() {
            [.., (before, _), (last, place)] if before < last => Some(*place),
            _ => None,
        }
    }
}
