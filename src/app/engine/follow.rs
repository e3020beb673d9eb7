//! The engine beside a log that grows: what came in is folded as it comes, and a snapshot is kept now and then.

use super::Engine;
use crate::app::discover;
use crate::fold::Class;
use crate::store::{Seq, StoreError};

/// So many events are folded before it is looked whether somebody else keeps a snapshot.
const ALONE: u64 = 4_000;
/// After so many events a snapshot is kept, whatever memory they take.
const KEEP: u64 = 20_000;
/// So many facts in memory are too many to go on with: what is kept is let go, and what is not is kept.
const CROWDED: usize = 250_000;
/// For fewer events no snapshot is kept: the facts may be of one thing, which will be there again at once.
const WORTHWHILE: u64 = 1_000;

impl Engine {
    /// Folds what is new in the log, and keeps no snapshot of it yet: for who follows a log that grows. Tells the workloads, by place, that have to do
    /// with what came.
    pub fn follow(&mut self) -> Result<Vec<usize>, StoreError> {
        if self.store.head()? == self.seq {
            return Ok(Vec::new());
        }
        let before = self.fold.catalogue.extent();
        if self.is_crowded() {
            self.fold.forget();
        }
        if self.is_full(ALONE) {
            // Whoever writes the log may keep snapshots of it, too: then nothing up to there need stay in memory.
            self.take_up(self.kept.unwrap_or(0) + 1..=self.seq)?;
        }
        self.fold.watch();
        if !self.catch_up(&mut |_| {})? {
            self.start_over();
            self.refresh(&mut |_, _| {})?;
            return Ok((0..self.definitions.len()).collect());
        }
        if self.fold.catalogue.extent() != before {
            self.define();
        }
        let catalogue = &self.fold.catalogue;
        // A ticket says nothing of where a change is.
        let tickets = catalogue.number(Class::Tickets, "");
        let touched =
            |number: &u32| Some(*number) != tickets && self.fold.touched().contains(number);
        let places = self.definitions.iter().enumerate();
        Ok(places
            .filter(|(_, definition)| {
                let own = discover::partitions(definition, catalogue);
                own.iter().any(touched)
            })
            .map(|(place, _)| place)
            .collect())
    }

    fn is_crowded(&self) -> bool {
        self.fold.facts() > CROWDED
    }

    /// Whether more events than so many are in memory alone, or what they are about takes much of it.
    fn is_full(&self, many: u64) -> bool {
        let not_kept = self.not_kept();
        not_kept > many || (not_kept > WORTHWHILE && self.is_crowded())
    }

    /// Keeps a snapshot where enough was folded since the last one, or it takes much memory.
    pub fn rest_if_due(&mut self) -> Result<(), StoreError> {
        if self.is_full(KEEP) {
            self.keep()?;
        }
        Ok(())
    }

    /// Keeps a snapshot of what was folded since the last one.
    pub fn rest(&mut self) -> Result<(), StoreError> {
        self.keep()
    }

    /// How many events were folded since the last snapshot.
    #[must_use]
    pub fn not_kept(&self) -> u64 {
        self.seq - self.kept.unwrap_or(0)
    }

    /// The place of the last event that is known.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }
}
