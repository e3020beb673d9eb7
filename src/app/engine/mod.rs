//! The engine: a log and what is known from it. Opening takes the snapshot and folds only what came after it; a question loads only the partitions of the
//! workloads that it is about.

mod adopt;
mod candidates;
mod follow;
mod gather;
mod keep;

use std::ops::{ControlFlow, RangeInclusive};

use rustc_hash::FxHashMap;

use crate::event::Event;
use crate::event::cdevents;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::fold::{Catalogue, FORMAT, Fold, Orphans};
use crate::model::definition::{Definition, Rules};
use crate::store::{Seq, Store, StoreError};

use super::assemble::Configured;
use super::discover::{self, Claims};

/// Events folded between two snapshots of a log that is being read from its beginning: so many that their partitions fit in memory.
const AT_ONCE: u64 = 2_500_000;

/// So few events are folded by everybody who opens the log: to keep a snapshot of them, the pieces that they touch would be written anew, which takes longer.
const FEW: u64 = 2_000;

/// A log, and what is known from it.
pub struct Engine {
    store: Box<dyn Store>,
    fold: Fold,
    /// Up to which event the fold speaks.
    seq: Seq,
    /// Of the snapshot that is kept; `None` where there is none that fits.
    kept: Option<Seq>,
    pub rules: Rules,
    configured: Vec<Configured>,
    definitions: Vec<Definition>,
    claims: Claims,
    at_hand: usize,
    orphans: FxHashMap<u32, Orphans>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("seq", &self.seq)
            .finish_non_exhaustive()
    }
}

/// Told while the log is being read: events done, events in all.
pub type Watch<'a> = &'a mut dyn FnMut(u64, u64);

impl Engine {
    /// Opens a log: by its snapshot where that fits, else by reading it all.
    pub fn open(
        store: Box<dyn Store>,
        configured: Vec<Configured>,
        rules: Rules,
        watch: Watch<'_>,
    ) -> Result<Self, StoreError> {
        let mut engine = Self::begin(store, configured, rules)?;
        engine.refresh(watch)?;
        Ok(engine)
    }

    /// Begins at the snapshot, where that fits; nothing else is known of the log until it is read.
    pub fn begin(
        store: Box<dyn Store>,
        configured: Vec<Configured>,
        rules: Rules,
    ) -> Result<Self, StoreError> {
        let mut engine = Self {
            store,
            fold: Fold::default(),
            seq: 0,
            kept: None,
            rules,
            configured,
            definitions: Vec::new(),
            claims: Claims::default(),
            at_hand: 0,
            orphans: FxHashMap::default(),
        };
        let head = engine.store.head()?;
        engine.take_up(0..=head)?;
        Ok(engine)
    }

    /// Goes on from the snapshot that is kept, where it fits and speaks of the log up to one of these places.
    fn take_up(&mut self, range: RangeInclusive<Seq>) -> Result<(), StoreError> {
        if let Some(head) = self.store.snapshot()?
            && head.format == FORMAT
            && range.contains(&head.seq)
            && let Some(catalogue) = Catalogue::from_bytes(&head.bytes)
        {
            self.fold = Fold::new(catalogue);
            (self.seq, self.kept, self.at_hand) = (head.seq, Some(head.seq), 0);
        }
        Ok(())
    }

    /// Folds what is new in the log, and keeps a snapshot of it where that is not little. A snapshot that turns out to be damaged is made anew from the log.
    pub fn refresh(&mut self, watch: Watch<'_>) -> Result<(), StoreError> {
        let head = self.store.head()?;
        let from = self.seq;
        let mut started_over = false;
        loop {
            // Where nothing can be kept, all stays in memory.
            let left = if self.store.is_read_only() {
                u64::MAX
            } else {
                AT_ONCE.saturating_sub(self.not_kept())
            };
            self.catch_up(left, &mut |done| {
                watch(done.saturating_sub(from), head - from);
            })?;
            let is_little = self.kept.is_some() && self.not_kept() < FEW && self.seq >= head;
            if !is_little && !self.keep()? {
                if std::mem::replace(&mut started_over, true) {
                    return Err(unreadable());
                }
                self.start_over();
                continue;
            }
            if self.seq >= head {
                break;
            }
        }
        self.define();
        Ok(())
    }

    /// Forgets everything but the log.
    fn start_over(&mut self) {
        self.fold = Fold::default();
        (self.seq, self.kept, self.at_hand) = (0, None, 0);
    }

    /// Works out which workloads there are.
    fn define(&mut self) {
        let catalogue = &self.fold.catalogue;
        self.definitions = if self.configured.is_empty() {
            discover::workloads(catalogue)
        } else {
            let configured: Vec<Definition> = self
                .configured
                .iter()
                .map(|workload| workload.definition(catalogue))
                .collect();
            let claims = Claims::of(&configured);
            let complete = |one| discover::complete(one, &claims, catalogue);
            configured.into_iter().map(complete).collect()
        };
        let described = |one| discover::described(one, catalogue);
        let definitions = std::mem::take(&mut self.definitions);
        self.definitions = definitions.into_iter().map(described).collect();
        self.claims = Claims::of(&self.definitions);
    }

    /// Folds the next events, and at most so many.
    fn catch_up(&mut self, most: u64, watch: &mut dyn FnMut(Seq)) -> Result<(), StoreError> {
        let (store, fold) = (&self.store, &mut self.fold);
        let mut seq = self.seq;
        let mut left = most.max(1);
        store.read_after(self.seq, &mut |number, arrived, body| {
            let event = read(body);
            fold.apply(&event, number, arrived);
            seq = number;
            left -= 1;
            if left.is_multiple_of(16_384) {
                watch(number);
            }
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        self.fold.settle();
        self.seq = seq;
        Ok(())
    }

    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.fold.catalogue
    }

    #[must_use]
    pub fn log(&self) -> &dyn Store {
        &*self.store
    }

    /// The workloads: as configured, else as found.
    #[must_use]
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// When the last event arrived that the snapshot knows; `None` where there is none.
    pub fn kept_until(&self) -> Result<Option<Timestamp>, StoreError> {
        let last = self.kept.map(|seq| self.store.event(seq)).transpose()?;
        Ok(last.flatten().map(|event| event.arrived))
    }

    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.configured.is_empty()
    }
}

/// What was just made anew is damaged again.
fn unreadable() -> StoreError {
    StoreError::Failed {
        path: "the snapshot".to_owned(),
        detail: "what was just written cannot be read back: check the disk".to_owned(),
    }
}

/// An event of the log. What cannot be read (it was kept by a newer leadtime, say) is counted and otherwise left alone.
fn read(body: &str) -> Event<std::borrow::Cow<'_, str>> {
    cdevents::read(body).unwrap_or_else(|_| Event {
        source: "".into(),
        id: "".into(),
        at: Timestamp::MIN,
        kind: Kind::Other("unreadable".into()),
    })
}
