//! References that wait to be added to the index. Most are told again and again while they are new: a commit by each step that its run takes.

/// What finds a partition: a key, and its number.
pub type Reference = (i64, u32);

/// So many of those that came last are known, a power of two: few enough to stay in the caches of a processor.
const LATELY: usize = 1_024;
/// No partition's.
const NONE: Reference = (0, u32::MAX);
/// So many stand together: what is there is not moved as more come.
const TOGETHER: usize = 65_536;

/// References in the order in which they came; not each of them once, but few of them twice.
#[derive(Debug, Default)]
pub struct Pending {
    /// Each at a place that its key tells, until another takes it.
    lately: Vec<Reference>,
    all: Vec<Vec<Reference>>,
}

impl Pending {
    pub fn add(&mut self, key: i64, number: u32) {
        if !self.is_new(key, number) {
            return;
        }
        let reference = (key, number);
        if let Some(part) = self.all.last_mut().filter(|part| part.len() < TOGETHER) {
            part.push(reference);
            return;
        }
        // The first may stay small.
        let room = if self.all.is_empty() { 1 } else { TOGETHER };
        let mut part = Vec::with_capacity(room);
        part.push(reference);
        self.all.push(part);
    }

    /// Whether a reference did not come lately. It has from now on.
    pub fn is_new(&mut self, key: i64, number: u32) -> bool {
        let reference = (key, number);
        if self.lately.is_empty() {
            self.lately.resize(LATELY, NONE);
        }
        let [low, high, ..] = key.to_le_bytes();
        let place = usize::from(u16::from_le_bytes([low, high])) % LATELY;
        std::mem::replace(&mut self.lately[place], reference) != reference
    }

    pub fn iter(&self) -> impl Iterator<Item = Reference> {
        self.all.iter().flatten().copied()
    }

    /// All of them, sorted and each once; none is left.
    pub fn take(&mut self) -> Vec<Reference> {
        let mut references = std::mem::take(self).all.concat();
        references.sort_unstable();
        references.dedup();
        references
    }

    /// They could not be added.
    pub fn give_back(&mut self, references: Vec<Reference>) {
        self.all.push(references);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn none_is_lost_and_none_is_there_twice(some in prop::collection::vec((0_i64..20_000, 0_u32..3), 0..300), more in prop::collection::vec((0_i64..20_000, 0_u32..3), 0..50)) {
            let mut pending = Pending::default();
            for (key, number) in some.iter().chain(&some) {
                pending.add(*key, *number);
            }
            let taken = pending.take();
            let wanted: BTreeSet<Reference> = some.iter().copied().collect();
            prop_assert!(taken.iter().copied().eq(wanted.iter().copied()));
            prop_assert_eq!(pending.iter().count(), 0);
            // What is handed over is forgotten: it may come again.
            pending.give_back(taken);
            for (key, number) in &more {
                pending.add(*key, *number);
            }
            let wanted: BTreeSet<Reference> = wanted.into_iter().chain(more).collect();
            prop_assert!(pending.take().into_iter().eq(wanted));
        }
    }
}
