//! The commit graph: what a commit reaches, and whether one is an ancestor of another. It may have holes (commits whose parents nobody told) and, in
//! broken data, cycles: a walk visits each commit once and always ends.

use rustc_hash::FxHashSet;

use super::entity::{Commit, CommitAt};

/// A set of commits.
#[derive(Clone, Debug, Default)]
pub struct Marks(Vec<u64>);

impl Marks {
    /// Adds a commit; false when it was there.
    pub fn insert(&mut self, commit: CommitAt) -> bool {
        let (word, bit) = (commit as usize / 64, 1u64 << (commit % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let Some(word) = self.0.get_mut(word) else {
            return false;
        };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    #[must_use]
    pub fn contains(&self, commit: CommitAt) -> bool {
        self.0
            .get(commit as usize / 64)
            .is_some_and(|word| word & (1 << (commit % 64)) != 0)
    }
}

/// What a walk met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// A commit whose parents are not known: what lies behind it was not seen.
    pub hole: bool,
    /// A commit that an earlier walk had entered: what lies behind it was seen then.
    pub joined: bool,
}

/// Visits what a commit reaches, itself included. `enter` says whether a commit is new; a walk does not go on behind one that is not, so walks that
/// share a memory visit each commit once between them.
pub fn walk(commits: &[Commit], from: CommitAt, mut enter: impl FnMut(CommitAt) -> bool) -> Met {
    let mut met = Met::default();
    // A commit that a merge leads to twice in one walk is no join with an earlier one.
    let mut own = FxHashSet::default();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let Some(commit) = commits.get(at as usize) else {
            met.hole = true;
            continue;
        };
        if own.contains(&at) {
            continue;
        }
        if !enter(at) {
            met.joined = true;
            continue;
        }
        own.insert(at);
        match &commit.parents {
            None => met.hole = true,
            Some(parents) => open.extend(parents),
        }
    }
    met
}

/// Longest way from each commit down to a root: what lets a search for an ancestor stop early.
#[derive(Clone, Debug)]
pub struct Depths(Vec<u32>);

impl Depths {
    #[must_use]
    pub fn of(commits: &[Commit]) -> Self {
        let mut depth = vec![0u32; commits.len()];
        let mut seen = Marks::default();
        let mut open = Vec::new();
        for first in 0..commits.len() {
            open.extend(CommitAt::try_from(first));
            while let Some(&at) = open.last() {
                let place = at as usize;
                let parents = parents(commits, at);
                if depth.get(place).is_none_or(|d| *d > 0) {
                    open.pop();
                } else if seen.insert(at) {
                    open.extend(parents.iter().filter(|parent| !seen.contains(**parent)));
                } else {
                    let below = parents
                        .iter()
                        .filter_map(|parent| depth.get(*parent as usize))
                        .max();
                    let below = below.copied().unwrap_or(0);
                    if let Some(depth) = depth.get_mut(place) {
                        *depth = below + 1;
                    }
                    open.pop();
                }
            }
        }
        Self(depth)
    }

    fn get(&self, commit: CommitAt) -> u32 {
        self.0.get(commit as usize).copied().unwrap_or(0)
    }

    /// Whether `of` reaches `ancestor`, which is not itself.
    #[must_use]
    pub fn is_ancestor(&self, commits: &[Commit], ancestor: CommitAt, of: CommitAt) -> bool {
        if ancestor == of {
            return false;
        }
        let least = self.get(ancestor);
        let mut seen = FxHashSet::default();
        let mut found = false;
        walk(commits, of, |at| {
            found |= at == ancestor;
            !found && self.get(at) > least && seen.insert(at)
        });
        found
    }
}

fn parents(commits: &[Commit], at: CommitAt) -> &[CommitAt] {
    commits
        .get(at as usize)
        .and_then(|commit| commit.parents.as_deref())
        .unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::name::Names;

    fn graph(parents: &[Option<Vec<CommitAt>>]) -> Vec<Commit> {
        let sha = Names::default().intern("sha");
        parents
            .iter()
            .map(|parents| Commit {
                sha,
                repository: None,
                at: None,
                committed: None,
                parents: parents.clone().map(Into::into),
                author: None,
                message: None,
                change: None,
                touches: true,
            })
            .collect()
    }

    fn reached(commits: &[Commit], from: CommitAt, seen: &mut Marks) -> (Vec<CommitAt>, Met) {
        let mut found = Vec::new();
        let met = walk(commits, from, |at| {
            let new = seen.insert(at);
            if new {
                found.push(at);
            }
            new
        });
        found.sort_unstable();
        (found, met)
    }

    #[test]
    fn a_walk_goes_on_where_the_one_before_ended() {
        // 0 <- 1 <- 2 and 1 <- 3, merged by 4
        let commits = graph(&[
            Some(vec![]),
            Some(vec![0]),
            Some(vec![1]),
            Some(vec![1]),
            Some(vec![2, 3]),
        ]);
        let mut seen = Marks::default();
        assert_eq!(
            reached(&commits, 4, &mut Marks::default()).1,
            Met::default()
        );
        assert_eq!(reached(&commits, 2, &mut seen).0, [0, 1, 2]);
        let (found, met) = reached(&commits, 4, &mut seen);
        assert_eq!(found, [3, 4]);
        assert!(met.joined && !met.hole);
    }

    #[test]
    fn a_hole_and_an_unknown_place_end_a_walk() {
        let commits = graph(&[None, Some(vec![0, 77])]);
        let (found, met) = reached(&commits, 1, &mut Marks::default());
        assert_eq!(found, [0, 1]);
        assert!(met.hole && !met.joined);
        assert!(reached(&commits, 99, &mut Marks::default()).1.hole);
    }

    #[test]
    fn an_ancestor_is_found_through_merges_only_upwards() {
        let commits = graph(&[
            Some(vec![]),
            Some(vec![0]),
            Some(vec![0]),
            Some(vec![1, 2]),
            Some(vec![3]),
        ]);
        let depths = Depths::of(&commits);
        assert!(depths.is_ancestor(&commits, 2, 4));
        assert!(depths.is_ancestor(&commits, 0, 1));
        assert!(!depths.is_ancestor(&commits, 1, 2));
        assert!(!depths.is_ancestor(&commits, 4, 0));
        assert!(!depths.is_ancestor(&commits, 4, 4));
    }

    proptest! {
        /// Any graph, cycles and places out of range included: walks end, and sharing a memory finds the same commits once.
        #[test]
        fn walks_end_and_visit_once(
            parents in prop::collection::vec(prop::option::of(prop::collection::vec(0u32..14, 0..3)), 1..12),
            from in prop::collection::vec(0u32..14, 1..5),
        ) {
            let commits = graph(&parents);
            let depths = Depths::of(&commits);
            let mut shared = Marks::default();
            let mut all = Vec::new();
            let mut apart = Vec::new();
            for at in &from {
                all.extend(reached(&commits, *at, &mut shared).0);
                apart.extend(reached(&commits, *at, &mut Marks::default()).0);
                prop_assert!(!depths.is_ancestor(&commits, *at, *at));
                let _ = depths.is_ancestor(&commits, *at, from[0]);
            }
            let n = all.len();
            all.sort_unstable();
            all.dedup();
            apart.sort_unstable();
            apart.dedup();
            prop_assert_eq!(n, all.len());
            prop_assert_eq!(all, apart);
        }

        /// Without cycles, an ancestor is what a walk reaches.
        #[test]
        fn ancestors_are_what_is_reached(
            parents in prop::collection::vec(prop::collection::vec(0u32..10, 0..3), 1..10),
            of in 0u32..10,
        ) {
            let parents: Vec<_> = (0u32..).zip(parents)
                .map(|(at, list)| Some(list.into_iter().filter(|p| *p < at).collect()))
                .collect();
            let commits = graph(&parents);
            let depths = Depths::of(&commits);
            let (found, _) = reached(&commits, of, &mut Marks::default());
            for at in 0..10 {
                prop_assert_eq!(depths.is_ancestor(&commits, at, of), at != of && found.contains(&at));
            }
        }
    }
}
