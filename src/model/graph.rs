//! The commit graph: what a commit reaches, and whether one is an ancestor of another. It may have holes (commits whose parents nobody told) and, in
//! broken data, cycles: a walk visits each commit once and always ends.

use std::num::NonZeroU32;

use rustc_hash::FxHashSet;

use super::entity::CommitAt;

/// What each commit comes from, as far as somebody told. A walk asks for nothing else of commits, so it stands apart from them: that little stays at hand.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// By the place of a commit.
    told: Vec<Option<Parents>>,
    /// The parents of one commit after those of the other.
    parents: Vec<CommitAt>,
}

/// Where the parents of a commit stand.
#[derive(Clone, Copy, Debug)]
struct Parents {
    end: NonZeroU32,
    count: u32,
}

impl Graph {
    /// Takes in one more commit, of which nobody told what it comes from.
    pub fn add(&mut self) {
        self.told.push(None);
    }

    /// Tells what a commit comes from; of a root, nothing. The first who tells it is believed.
    pub fn tell(&mut self, commit: CommitAt, parents: impl IntoIterator<Item = CommitAt>) {
        let Some(told @ None) = self.told.get_mut(commit as usize) else {
            return;
        };
        let before = self.parents.len();
        self.parents.extend(parents);
        // One more than where they end, which is never nothing.
        let end = u32::try_from(self.parents.len() + 1).ok();
        *told = end.and_then(NonZeroU32::new).map(|end| Parents {
            end,
            count: u32::try_from(self.parents.len() - before).unwrap_or(0),
        });
    }

    /// What a commit comes from; `None` where nobody told.
    #[must_use]
    pub fn told(&self, commit: CommitAt) -> Option<&[CommitAt]> {
        let Parents { end, count } = (*self.told.get(commit as usize)?)?;
        let end = end.get() as usize - 1;
        self.parents.get(end - count as usize..end)
    }

    /// The parents of a commit that are known.
    #[must_use]
    pub fn parents(&self, commit: CommitAt) -> &[CommitAt] {
        self.told(commit).unwrap_or(&[])
    }

    #[must_use]
    pub fn is_merge(&self, commit: CommitAt) -> bool {
        self.parents(commit).len() > 1
    }

    /// Whether nobody told what any commit comes from.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.told.iter().all(Option::is_none)
    }

    /// How many commits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.told.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    pub fn reserve(&mut self, commits: usize) {
        self.told.reserve(commits);
        self.parents.reserve(commits);
    }
}

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

    fn remove(&mut self, commit: CommitAt) {
        if let Some(word) = self.0.get_mut(commit as usize / 64) {
            *word &= !(1 << (commit % 64));
        }
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

/// Walks over a graph, one after the other: what they note on their way is thrown away, but not its room.
#[derive(Debug)]
pub struct Walks<'g> {
    graph: &'g Graph,
    /// What the walk has entered: a commit that a merge leads to twice in one walk is no join with an earlier one.
    own: Marks,
    entered: Vec<CommitAt>,
    open: Vec<CommitAt>,
}

impl<'g> Walks<'g> {
    #[must_use]
    pub fn over(graph: &'g Graph) -> Self {
        Self {
            graph,
            own: Marks::default(),
            entered: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Visits what a commit reaches, itself included. `enter` says whether a commit is new; a walk does not go on behind one that is not, so walks that
    /// share a memory visit each commit once between them.
    pub fn walk(&mut self, from: CommitAt, mut enter: impl FnMut(CommitAt) -> bool) -> Met {
        let mut met = Met::default();
        self.open.push(from);
        while let Some(at) = self.open.pop() {
            if at as usize >= self.graph.len() {
                met.hole = true;
                continue;
            }
            if self.own.contains(at) {
                continue;
            }
            if !enter(at) {
                met.joined = true;
                continue;
            }
            self.own.insert(at);
            self.entered.push(at);
            match self.graph.told(at) {
                None => met.hole = true,
                Some(parents) => self.open.extend(parents),
            }
        }
        for at in self.entered.drain(..) {
            self.own.remove(at);
        }
        met
    }
}

/// Longest way from each commit down to a root: what lets a search for an ancestor stop early.
#[derive(Clone, Debug)]
pub struct Depths(Vec<u32>);

impl Depths {
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let mut depth = vec![0u32; graph.len()];
        let mut seen = Marks::default();
        let mut open = Vec::new();
        for first in 0..graph.len() {
            open.extend(CommitAt::try_from(first));
            while let Some(&at) = open.last() {
                let place = at as usize;
                let parents = graph.parents(at);
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
    pub fn is_ancestor(&self, graph: &Graph, ancestor: CommitAt, of: CommitAt) -> bool {
        if ancestor == of || ancestor as usize >= graph.len() {
            return false;
        }
        let least = self.get(ancestor);
        let mut seen = FxHashSet::default();
        let mut open = vec![of];
        while let Some(at) = open.pop() {
            if at == ancestor {
                return true;
            }
            if self.get(at) > least && seen.insert(at) {
                open.extend(graph.parents(at));
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph(parents: &[Option<Vec<CommitAt>>]) -> Graph {
        let mut graph = Graph::default();
        for (at, parents) in (0..).zip(parents) {
            graph.add();
            if let Some(parents) = parents {
                graph.tell(at, parents.iter().copied());
            }
        }
        graph
    }

    fn reached(graph: &Graph, from: CommitAt, seen: &mut Marks) -> (Vec<CommitAt>, Met) {
        let mut found = Vec::new();
        let met = Walks::over(graph).walk(from, |at| {
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
    fn who_tells_first_what_a_commit_comes_from_is_believed() {
        let mut graph = graph(&[None, Some(vec![]), Some(vec![0, 1])]);
        for at in 0..4 {
            graph.tell(at, [1]);
        }
        let told = [0, 1, 2, 3].map(|at| graph.told(at));
        assert_eq!(told, [Some(&[1][..]), Some(&[]), Some(&[0, 1]), None]);
        assert!(graph.is_merge(2) && !graph.is_merge(0) && !graph.is_unknown());
    }

    #[test]
    fn a_walk_goes_on_where_the_one_before_ended() {
        // 0 <- 1 <- 2 and 1 <- 3, merged by 4
        let graph = graph(&[
            Some(vec![]),
            Some(vec![0]),
            Some(vec![1]),
            Some(vec![1]),
            Some(vec![2, 3]),
        ]);
        let mut seen = Marks::default();
        assert_eq!(reached(&graph, 4, &mut Marks::default()).1, Met::default());
        assert_eq!(reached(&graph, 2, &mut seen).0, [0, 1, 2]);
        let (found, met) = reached(&graph, 4, &mut seen);
        assert_eq!(found, [3, 4]);
        assert!(met.joined && !met.hole);
    }

    #[test]
    fn a_hole_and_an_unknown_place_end_a_walk() {
        let graph = graph(&[None, Some(vec![0, 77])]);
        let (found, met) = reached(&graph, 1, &mut Marks::default());
        assert_eq!(found, [0, 1]);
        assert!(met.hole && !met.joined);
        assert!(reached(&graph, 99, &mut Marks::default()).1.hole);
    }

    #[test]
    fn an_ancestor_is_found_through_merges_only_upwards() {
        let graph = graph(&[
            Some(vec![]),
            Some(vec![0]),
            Some(vec![0]),
            Some(vec![1, 2]),
            Some(vec![3]),
        ]);
        let depths = Depths::of(&graph);
        assert!(depths.is_ancestor(&graph, 2, 4));
        assert!(depths.is_ancestor(&graph, 0, 1));
        assert!(!depths.is_ancestor(&graph, 1, 2));
        assert!(!depths.is_ancestor(&graph, 4, 0));
        assert!(!depths.is_ancestor(&graph, 4, 4));
    }

    proptest! {
        /// Any graph, cycles and places out of range included: walks end, and sharing a memory finds the same commits once.
        #[test]
        fn walks_end_and_visit_once(
            parents in prop::collection::vec(prop::option::of(prop::collection::vec(0u32..14, 0..3)), 1..12),
            from in prop::collection::vec(0u32..14, 1..5),
        ) {
            let graph = graph(&parents);
            let depths = Depths::of(&graph);
            let mut shared = Marks::default();
            let mut all = Vec::new();
            let mut apart = Vec::new();
            for at in &from {
                all.extend(reached(&graph, *at, &mut shared).0);
                apart.extend(reached(&graph, *at, &mut Marks::default()).0);
                prop_assert!(!depths.is_ancestor(&graph, *at, *at));
                let _ = depths.is_ancestor(&graph, *at, from[0]);
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
            let graph = graph(&parents);
            let depths = Depths::of(&graph);
            let (found, _) = reached(&graph, of, &mut Marks::default());
            for at in 0..10 {
                prop_assert_eq!(depths.is_ancestor(&graph, at, of), at != of && found.contains(&at));
            }
        }
    }
}
