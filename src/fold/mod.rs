//! Events into what is known. The fold sorts every fact into the partition of the thing that it is about (a repository, a service, an artifact) and notes
//! in the catalogue which of those belong together. It decides nothing: a partition is the *set* of its facts in one canonical order, so any order,
//! repetition or splitting of the same events gives the same partitions. What the facts mean is the model's business, and is worked out for one
//! workload at a time, which is why a question about one workload costs nothing for the thousands of others.
//!
//! Pure: where a partition that is needed is kept outside, the caller is told ([`Fold::needs`]) and brings it ([`Fold::put`]).

mod catalogue;
mod partition;
mod reference;
mod route;

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::event::Event;
use crate::event::time::Timestamp;

pub use catalogue::{Catalogue, Class, SourceSummary, Summary};
pub use partition::Partition;
pub use reference::{exact, range};
pub use route::artifact_name;

/// Which code can read a snapshot: to be raised with every change of what is kept or how.
pub const FORMAT: u32 = 9;

/// The fold: the catalogue, and the partitions that are at hand.
#[derive(Debug, Default)]
pub struct Fold {
    pub catalogue: Catalogue,
    partitions: FxHashMap<u32, Partition>,
    changed: FxHashSet<u32>,
    /// Changed since [`Fold::watch`].
    touched: FxHashSet<u32>,
    references: Vec<(i64, u32)>,
}

impl Fold {
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            catalogue,
            ..Self::default()
        }
    }

    /// The partition that this event goes to, where it has facts already and is not at hand.
    #[must_use]
    pub fn needs(&self, event: &Event<Cow<'_, str>>) -> Option<u32> {
        let number = self.catalogue.known(route::home(event)?)?;
        (self.catalogue.partitions[number as usize].events > 0
            && !self.partitions.contains_key(&number))
        .then_some(number)
    }

    /// Brings a partition that is kept outside.
    pub fn put(&mut self, number: u32, partition: Partition) {
        self.partitions.insert(number, partition);
    }

    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Partition> {
        self.partitions.get(&number)
    }

    /// Adds the fact at a place of the log. An event must come once; the log sees to that. A partition that was kept by somebody who had read further
    /// has the fact already.
    pub fn apply(&mut self, event: &Event<Cow<'_, str>>, place: u64, arrived: Timestamp) {
        self.catalogue.count(event, arrived);
        let Some(home) = route::home(event) else {
            return;
        };
        let number = self.catalogue.thing(home);
        let mut others = route::things(&event.kind).into_iter().flatten().skip(1);
        if let Some(two) = others.next() {
            let two = self.catalogue.thing(two);
            self.catalogue.relate(number, two);
            if let Some(three) = others.next() {
                let three = self.catalogue.thing(three);
                self.catalogue.relate(number, three);
                self.catalogue.relate(two, three);
            }
        }
        let references = &mut self.references;
        reference::of(&event.kind, |key| references.push((key, number)));
        self.catalogue.partitions[number as usize].count(event.at);
        if self
            .partitions
            .entry(number)
            .or_default()
            .push(event, place)
        {
            self.changed.insert(number);
            self.touched.insert(number);
        }
    }

    /// Begins to note what is touched.
    pub fn watch(&mut self) {
        self.touched.clear();
    }

    /// The partitions that got facts since [`Fold::watch`].
    #[must_use]
    pub const fn touched(&self) -> &FxHashSet<u32> {
        &self.touched
    }

    /// Puts every changed partition into canonical order. To be called before partitions are read or kept.
    pub fn settle(&mut self) {
        for number in &self.changed {
            if let Some(partition) = self.partitions.get_mut(number) {
                partition.settle();
            }
        }
    }

    /// What changed since the last call: partitions, and references to add to the index, sorted and each once.
    pub fn take_changes(&mut self) -> (Vec<u32>, Vec<(i64, u32)>) {
        self.settle();
        let mut references = std::mem::take(&mut self.references);
        references.sort_unstable();
        references.dedup();
        let mut changed: Vec<u32> = std::mem::take(&mut self.changed).into_iter().collect();
        changed.sort_unstable();
        (changed, references)
    }

    /// The pieces that know a reference among those not yet handed over by [`Fold::take_changes`].
    pub fn pending_with(&self, from: i64, to: i64) -> impl Iterator<Item = u32> {
        self.references
            .iter()
            .filter(move |(key, _)| (from..=to).contains(key))
            .map(|(_, number)| *number)
    }

    /// How many facts are at hand.
    #[must_use]
    pub fn facts(&self) -> usize {
        let partitions = self.partitions.values();
        partitions.map(|partition| partition.facts().len()).sum()
    }

    /// Lets go of partitions that are kept outside, to free memory.
    pub fn forget(&mut self) {
        let changed = &self.changed;
        self.partitions.retain(|number, _| changed.contains(number));
    }
}
