//! The commit graph, as far as a reading needs it. Each commit is decoded once, when it is first met; a walk goes by commit date, newest first,
//! which is also the order in which packs hold commits. What git's own walks cannot know without generation numbers, these cannot either: dates
//! that run backwards are followed through, up to a day beyond the oldest commit of interest.

use gix::ObjectId;
use gix::hashtable::{HashMap, HashSet};

use super::client::{Commits, Facts, Unread};
use super::paths::Pair;
use super::walk::{KNOWN, WANTED, Walk};

pub use super::walk::Place;

enum State {
    Unmet,
    Read(Box<Facts>, Vec<Place>),
    Unreadable(Unread),
}

/// Commits by place, read as they are met.
pub struct Graph<'a> {
    commits: &'a mut dyn Commits,
    places: HashMap<ObjectId, Place>,
    ids: Vec<ObjectId>,
    states: Vec<State>,
    /// Where a shallow clone ends: parents of these are not there.
    ends: HashSet<ObjectId>,
    read: u64,
}

/// What a merge on the line brought in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// By parent, from the second one.
    pub by_parent: Vec<Vec<Place>>,
    /// `false`: the history ends within it, so that what is there may be more or less than it was.
    pub whole: bool,
}

impl<'a> Graph<'a> {
    pub fn new(commits: &'a mut dyn Commits, ends: impl IntoIterator<Item = ObjectId>) -> Self {
        Self {
            commits,
            places: HashMap::default(),
            ids: Vec::new(),
            states: Vec::new(),
            ends: ends.into_iter().collect(),
            read: 0,
        }
    }

    pub fn id(&self, place: Place) -> ObjectId {
        self.ids[place as usize]
    }

    /// The facts of a commit that was met; `None` where it cannot be read.
    pub fn facts(&self, place: Place) -> Option<&Facts> {
        match self.states.get(place as usize) {
            Some(State::Read(facts, _)) => Some(facts),
            _ => None,
        }
    }

    /// Every commit that was looked for and cannot be read, with the reason.
    pub fn unreadable(&self) -> impl Iterator<Item = (ObjectId, &Unread)> {
        self.ids
            .iter()
            .zip(&self.states)
            .filter_map(|(id, state)| match state {
                State::Unreadable(why) => Some((*id, why)),
                _ => None,
            })
    }

    pub fn place(&mut self, id: ObjectId) -> Place {
        if let Some(place) = self.places.get(&id) {
            return *place;
        }
        let place = Place::try_from(self.ids.len()).unwrap_or(Place::MAX);
        self.places.insert(id, place);
        self.ids.push(id);
        self.states.push(State::Unmet);
        place
    }

    /// Reads a commit unless it was read before, and says when it was committed.
    pub fn meet(&mut self, place: Place) -> Option<i64> {
        let index = place as usize;
        if matches!(self.states[index], State::Unmet) {
            let id = self.ids[index];
            self.states[index] = match self.commits.commit(&id) {
                Ok(facts) => {
                    self.read += 1;
                    let followed = if self.ends.contains(&id) {
                        Vec::new()
                    } else {
                        facts.parents.iter().map(|id| self.place(*id)).collect()
                    };
                    State::Read(Box::new(facts), followed)
                }
                Err(why) => State::Unreadable(why),
            };
        }
        self.facts(place).map(|facts| facts.committed)
    }

    fn parents(&self, place: Place) -> &[Place] {
        match &self.states[place as usize] {
            State::Read(_, parents) => parents,
            _ => &[],
        }
    }

    /// Whether the history ends here although the commit has parents, or the commit itself cannot be read.
    fn is_end(&self, place: Place) -> bool {
        match &self.states[place as usize] {
            State::Read(facts, followed) => followed.len() < facts.parents.len(),
            _ => true,
        }
    }

    /// The tree of a commit and that of its first parent; `None` where one of them is not there.
    pub fn pair(&mut self, place: Place) -> Option<Pair> {
        self.meet(place)?;
        let tree = self.facts(place)?.tree;
        if self.facts(place)?.parents.is_empty() {
            return Some(Pair { tree, before: None });
        }
        let parent = *self.parents(place).first()?;
        self.meet(parent)?;
        let before = Some(self.facts(parent)?.tree);
        Some(Pair { tree, before })
    }

    /// How many commits were read so far.
    pub const fn read(&self) -> u64 {
        self.read
    }

    /// Begins a walk to what is reachable from `wanted` and not from `known`.
    pub fn walk(&mut self, wanted: &[Place], known: &[Place]) -> Walk {
        let mut walk = Walk::default();
        for (places, paint) in [(wanted, WANTED), (known, KNOWN)] {
            for place in places {
                self.paint(&mut walk, *place, paint);
            }
        }
        walk
    }

    /// Goes on with a walk, and leaves at most so many commits; `false` where it is over.
    pub fn go_on(&mut self, walk: &mut Walk, most: usize) -> bool {
        for _ in 0..most {
            let Some((date, place)) = walk.pop().filter(|(date, _)| !walk.is_over(*date)) else {
                return false;
            };
            let paint = walk.leave(date, place);
            for at in 0..self.parents(place).len() {
                let parent = self.parents(place)[at];
                self.paint(walk, parent, paint);
            }
        }
        true
    }

    /// What is reachable from `wanted` and not from `known`, newest first.
    pub fn reach(&mut self, wanted: &[Place], known: &[Place]) -> Vec<Place> {
        let mut walk = self.walk(wanted, known);
        while self.go_on(&mut walk, usize::MAX) {}
        walk.found()
    }

    fn paint(&mut self, walk: &mut Walk, place: Place, paint: u8) {
        if walk.needs(place, paint)
            && let Some(date) = self.meet(place)
        {
            walk.paint(date, place, paint);
        }
    }

    /// The first parents from `tip` down to `known`, newest first, without `known`. `true`: `known` was met.
    pub fn line(&mut self, tip: Place, known: Option<Place>) -> (Vec<Place>, bool) {
        let mut line = Vec::new();
        let mut next = Some(tip);
        while let Some(place) = next {
            if Some(place) == known {
                return (line, true);
            }
            if self.meet(place).is_none() {
                break;
            }
            line.push(place);
            next = self.parents(place).first().copied();
        }
        (line, false)
    }

    /// What each commit of a line brought in besides itself: oldest first, whatever is not yet there and reachable from its other parents.
    /// `fresh` is everything reachable from the line's tip that was not there before the line's oldest commit.
    pub fn brought(&self, line: &[Place], fresh: &[Place]) -> Vec<Brought> {
        let mut missing = vec![false; self.ids.len()];
        for place in fresh {
            missing[*place as usize] = true;
        }
        let mut brought: Vec<Brought> = line
            .iter()
            .rev()
            .map(|place| {
                missing[*place as usize] = false;
                self.bring(*place, &mut missing)
            })
            .collect();
        brought.reverse();
        brought
    }

    fn bring(&self, merge: Place, missing: &mut [bool]) -> Brought {
        let mut brought = Brought {
            by_parent: Vec::new(),
            whole: !self.is_end(merge),
        };
        for parent in self.parents(merge).iter().skip(1) {
            let (mut found, mut open) = (Vec::new(), vec![*parent]);
            while let Some(place) = open.pop() {
                if !std::mem::take(&mut missing[place as usize]) {
                    continue;
                }
                brought.whole &= !self.is_end(place);
                found.push(place);
                open.extend_from_slice(self.parents(place));
            }
            brought.by_parent.push(found);
        }
        brought
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Commits by number: the parents and the date of each.
    struct Table(Vec<(Vec<usize>, i64)>);

    fn id(number: usize) -> ObjectId {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&(number as u64 + 1).to_be_bytes());
        ObjectId::Sha1(bytes)
    }

    impl Commits for Table {
        fn commit(&mut self, wanted: &ObjectId) -> Result<Facts, Unread> {
            let number = (0..self.0.len()).find(|number| id(*number) == *wanted);
            let (parents, date) = number
                .and_then(|number| self.0.get(number))
                .ok_or(Unread::Missing)?;
            Ok(Facts {
                tree: id(0),
                parents: parents.iter().map(|parent| id(*parent)).collect(),
                author: String::new(),
                authored: *date,
                committed: *date,
                message: String::new(),
                requests: Vec::new(),
            })
        }
    }

    fn ancestors(table: &[(Vec<usize>, i64)], from: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = vec![from];
        while let Some(number) = open.pop() {
            if found.insert(number) {
                open.extend(&table[number].0);
            }
        }
        found
    }

    fn numbers(graph: &Graph<'_>, places: &[Place], count: usize) -> BTreeSet<usize> {
        places
            .iter()
            .map(|place| {
                (0..count)
                    .find(|number| id(*number) == graph.id(*place))
                    .unwrap()
            })
            .collect()
    }

    prop_compose! {
        /// A history whose dates wander back by less than a day.
        fn history()(rows in prop::collection::vec((prop::collection::vec(any::<prop::sample::Index>(), 0..3), 0..86_400_i64), 1..40))
            -> Vec<(Vec<usize>, i64)> {
            rows.iter().enumerate().map(|(number, (parents, date))| {
                let parents: BTreeSet<usize> = parents.iter().filter(|_| number > 0).map(|parent| parent.index(number)).collect();
                (parents.into_iter().rev().collect(), *date)
            }).collect()
        }
    }

    proptest! {
        #[test]
        fn a_walk_finds_what_is_wanted_and_not_known(table in history(), wanted: prop::sample::Index, known: prop::sample::Index) {
            let count = table.len();
            let (wanted, known) = (wanted.index(count), known.index(count));
            let expected: BTreeSet<usize> = &ancestors(&table, wanted) - &ancestors(&table, known);
            let mut commits = Table(table);
            let mut graph = Graph::new(&mut commits, []);
            let (wanted, known) = (graph.place(id(wanted)), graph.place(id(known)));
            let found = graph.reach(&[wanted], &[known]);
            prop_assert_eq!(found.len(), expected.len());
            prop_assert_eq!(numbers(&graph, &found, count), expected);
        }

        #[test]
        fn a_merge_brings_what_its_first_parent_had_not(table in history()) {
            let count = table.len();
            let mut commits = Table(table.clone());
            let mut graph = Graph::new(&mut commits, []);
            let tip = graph.place(id(count - 1));
            let fresh = graph.reach(&[tip], &[]);
            let (line, _) = graph.line(tip, None);
            for (place, brought) in line.iter().zip(graph.brought(&line, &fresh)) {
                let number = *numbers(&graph, &[*place], count).first().unwrap();
                let mut expected = ancestors(&table, number);
                expected.remove(&number);
                if let Some(first) = table[number].0.first() {
                    expected = &expected - &ancestors(&table, *first);
                }
                prop_assert!(brought.whole);
                prop_assert_eq!(numbers(&graph, &brought.by_parent.concat(), count), expected);
            }
        }
    }

    #[test]
    fn a_missing_commit_ends_the_walk_and_is_told() {
        let mut commits = Table(vec![(vec![], 1), (vec![0, 77], 2), (vec![1], 3)]);
        let mut graph = Graph::new(&mut commits, []);
        let tip = graph.place(id(2));
        let found = graph.reach(&[tip], &[]);
        assert_eq!(numbers(&graph, &found, 3).len(), 3);
        let unreadable: Vec<_> = graph.unreadable().collect();
        assert_eq!(unreadable, [(id(77), &Unread::Missing)]);
        let (line, _) = graph.line(tip, None);
        let brought = graph.brought(&line, &found);
        assert!(brought.iter().all(|one| one.by_parent.concat().is_empty()));
    }

    #[test]
    fn a_shallow_end_is_not_followed() {
        let mut commits = Table(vec![(vec![9], 1), (vec![0], 2)]);
        let mut graph = Graph::new(&mut commits, [id(0)]);
        let tip = graph.place(id(1));
        assert_eq!(graph.reach(&[tip], &[]).len(), 2);
        assert_eq!(graph.unreadable().count(), 0);
    }
}
