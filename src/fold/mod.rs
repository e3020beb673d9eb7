//! Events into what is known. The fold sorts every fact into the partition of the thing that it is about (a repository, a service, an artifact) and notes
//! in the catalogue which of those belong together. It decides nothing: a partition is the *set* of its facts in one canonical order, so any order,
//! repetition or splitting of the same events gives the same partitions. What the facts mean is the model's business, and is worked out for one
//! workload at a time, which is why a question about one workload costs nothing for the thousands of others.
//!
//! Pure: what comes to the partitions lies on a pile ([`Pile`]), and the caller brings the partition as it is kept outside ([`Fold::put`]) when it is
//! asked for, or when both are to be kept as one ([`Fold::piece`]).

mod bytes;
mod catalogue;
mod orphan;
mod partition;
mod pending;
mod pile;
mod reference;
mod route;

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

pub use catalogue::{Catalogue, SourceSummary, Summary};
pub use orphan::Orphans;
pub use partition::Partition;
use pending::Pending;
use pile::{Pile, Spot};
pub use reference::{exact, range};
pub use route::{Class, artifact_name};

/// Which code can read a snapshot: to be raised with every change of what is kept or how.
pub const FORMAT: u32 = 16;

/// The fold: the catalogue, the partitions that are at hand, and what is to be kept.
#[derive(Debug, Default)]
pub struct Fold {
    pub catalogue: Catalogue,
    /// Those that somebody works with, with what lies on the pile for them.
    partitions: FxHashMap<u32, Partition>,
    /// What came to all of them and is not kept outside.
    pile: Pile,
    /// Those of which nothing is kept outside.
    fresh: FxHashSet<u32>,
    /// Where the pile ended at [`Fold::watch`].
    watched: Option<Spot>,
    references: Pending,
}

impl Fold {
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            catalogue,
            ..Self::default()
        }
    }

    /// Brings a partition as it is kept outside; an empty one where nothing of it is.
    pub fn put(&mut self, number: u32, mut partition: Partition) {
        partition.add(self.pile.facts(number, &self.catalogue.sources));
        self.partitions.insert(number, partition);
    }

    /// Whether some of a partition is not kept outside.
    #[must_use]
    pub fn has_pile(&self, number: u32) -> bool {
        self.pile.has(number)
    }

    /// Whether nothing of a partition is kept outside.
    #[must_use]
    pub fn is_fresh(&self, number: u32) -> bool {
        self.fresh.contains(&number)
    }

    /// A partition that was brought.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Partition> {
        self.partitions.get(&number)
    }

    /// Adds the fact at a place of the log. An event must come once; the log sees to that.
    pub fn apply(&mut self, event: &Event<Cow<'_, str>>, place: u64, arrived: Timestamp) {
        let source = self.catalogue.count(event, arrived);
        let mut things = route::things(&event.kind).into_iter().flatten();
        let Some(home) = things.next().or_else(|| route::sender(event)) else {
            return;
        };
        let number = self.catalogue.thing(home);
        if let Some(two) = things.next() {
            let two = self.catalogue.thing(two);
            self.catalogue.relate(number, two);
            if let Some(three) = things.next() {
                let three = self.catalogue.thing(three);
                self.catalogue.relate(number, three);
                self.catalogue.relate(two, three);
            }
        }
        if let Kind::Ticket(fact) = &event.kind
            && !fact.changes.is_empty()
        {
            self.catalogue.link(number);
        }
        reference::note(&event.kind, number, &mut self.references);
        let summary = &mut self.catalogue.partitions[number as usize];
        let is_first = summary.events == 0;
        summary.count(event.at);
        if is_first {
            self.fresh.insert(number);
        }
        self.pile.push(number, event, place, source);
        if let Some(partition) = self.partitions.get_mut(&number) {
            partition.push(event, place);
        }
    }

    /// Begins to note what is touched.
    pub fn watch(&mut self) {
        self.watched = Some(self.pile.end());
    }

    /// Whether a partition got facts since [`Fold::watch`]; before the first, whether any of it is not kept outside.
    #[must_use]
    pub fn is_touched(&self, number: u32) -> bool {
        match self.watched {
            Some(end) => self.pile.has_since(number, end),
            None => self.pile.has(number),
        }
    }

    /// Puts every partition that got facts into canonical order. To be called before partitions are read or kept.
    pub fn settle(&mut self) {
        for partition in self.partitions.values_mut() {
            partition.settle();
        }
    }

    /// The partitions that have to be kept, ascending.
    #[must_use]
    pub fn changed(&self) -> Vec<u32> {
        let mut changed = self.pile.numbers().to_vec();
        changed.sort_unstable();
        changed
    }

    /// A partition as it is to be kept, of how it was kept before; `None` where that is damaged.
    #[must_use]
    pub fn piece(&self, number: u32, kept: Option<&[u8]>) -> Option<Vec<u8>> {
        if let Some(partition) = self.partitions.get(&number) {
            return partition.to_bytes();
        }
        let mut partition = if self.is_fresh(number) {
            Partition::default()
        } else {
            Partition::from_bytes(kept?)?
        };
        partition.add(self.pile.facts(number, &self.catalogue.sources));
        partition.to_bytes()
    }

    /// References to add to the index, sorted and each once.
    pub fn take_references(&mut self) -> Vec<(i64, u32)> {
        self.references.take()
    }

    /// They could not be added.
    pub fn give_back(&mut self, references: Vec<(i64, u32)>) {
        self.references.give_back(references);
    }

    /// The pieces that know a reference among those not yet handed over by [`Fold::take_references`].
    pub fn pending_with(&self, from: i64, to: i64) -> impl Iterator<Item = u32> {
        self.references
            .iter()
            .filter(move |(key, _)| (from..=to).contains(key))
            .map(|(_, number)| number)
    }

    /// All that is known is kept outside now.
    pub fn rest(&mut self) {
        self.fresh.clear();
        self.pile.clear();
        self.watched = None;
        self.forget();
    }

    /// Lets go of partitions that can be brought again, to free memory.
    pub fn forget(&mut self) {
        self.partitions.clear();
    }
}
