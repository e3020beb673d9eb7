//! The engine beside a log that grows: what came in is folded as it comes, and a snapshot is kept now and then.

use super::{AT_ONCE, Engine};
use crate::app::discover;
use crate::fold::Class;
use crate::store::{Seq, StoreError};

/// So many events are folded before it is looked whether somebody else keeps a snapshot.
const ALONE: u64 = 4_000;
/// After so many events a snapshot is kept.
const KEEP: u64 = 20_000;

/// So many events are folded before it is looked whether who fills the log is done.
const AHEAD: u64 = 100_000;

impl Engine {
    /// Folds some of what was not read yet, while the log is being filled by somebody else; `false` where there is nothing to do by now, or no room for more.
    pub fn read_ahead(&mut self) -> Result<bool, StoreError> {
        if self.not_kept() + AHEAD > AT_ONCE || self.store.head()? == self.seq {
            return Ok(false);
        }
        self.catch_up(AHEAD, &mut |_| {})?;
        Ok(true)
    }

    /// Folds what is new in the log, and keeps no snapshot of it yet: for who follows a log that grows. Tells the workloads, by place, that have to do
    /// with what came.
    pub fn follow(&mut self) -> Result<Vec<usize>, StoreError> {
        if self.store.head()? == self.seq {
            return Ok(Vec::new());
        }
        let before = self.fold.catalogue.extent();
        if self.not_kept() > ALONE {
            // Whoever writes the log may keep snapshots of it, too: then nothing up to there need stay in memory.
            self.take_up(self.kept.unwrap_or(0) + 1..=self.seq)?;
        }
        self.fold.watch();
        self.catch_up(AT_ONCE, &mut |_| {})?;
        if self.fold.catalogue.extent() != before {
            self.define();
        }
        let catalogue = &self.fold.catalogue;
        if (catalogue.of_class(Class::Source)).any(|(number, _)| self.fold.is_touched(number)) {
            // What names nothing but its subject may be of any of them.
            return Ok((0..self.definitions.len()).collect());
        }
        // Tickets are no workload's own: one says nothing of where a change is.
        let is_touched = |number: &u32| self.fold.is_touched(*number);
        let places = self.definitions.iter().enumerate();
        Ok(places
            .filter(|(_, definition)| {
                let own = discover::partitions(definition, catalogue);
                own.iter().any(is_touched)
            })
            .map(|(place, _)| place)
            .collect())
    }

    /// Keeps a snapshot where enough was folded since the last one.
    pub fn rest_if_due(&mut self) -> Result<(), StoreError> {
        if self.not_kept() > KEEP {
            self.rest()?;
        }
        Ok(())
    }

    /// Keeps a snapshot of what was folded since the last one.
    pub fn rest(&mut self) -> Result<(), StoreError> {
        if !self.keep()? {
            // The log has it all.
            self.start_over();
            self.refresh(&mut |_, _| {})?;
        }
        Ok(())
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
