//! The engine: a log and what is known from it. Opening takes the snapshot and folds only what came after it; a question loads only the partitions of the
//! workloads that it is about.

mod adopt;
mod follow;

use std::ops::{ControlFlow, RangeInclusive};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::event::Event;
use crate::event::cdevents;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::fold::{
    Catalogue, Class, FORMAT, Fold, Orphans, Partition, artifact_name, exact, range,
};
use crate::model::Workload;
use crate::model::definition::{Definition, Rules};
use crate::model::gather::{Facts, Surroundings, gather};
use crate::store::{Seq, SnapshotHead, SnapshotUpdate, Store, StoreError};

use super::assemble::Configured;
use super::discover::{self, Claims};

/// Facts that may stay in memory between questions.
const MOST_AT_HAND: usize = 50_000;

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

/// The workloads that may know a reference.
#[derive(Debug)]
pub struct Candidates {
    pub workloads: Vec<Definition>,
    /// Whether some ticket is called so, or names what is.
    pub is_ticket: bool,
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
                    return Err(StoreError::Failed {
                        path: "the snapshot".to_owned(),
                        detail: "what was just written cannot be read back: check the disk"
                            .to_owned(),
                    });
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

    /// Keeps what changed since the last snapshot. Another process may have been faster; then its snapshot stands, and this one goes on in memory. `false`
    /// where what was kept cannot be read.
    fn keep(&mut self) -> Result<bool, StoreError> {
        if self.kept == Some(self.seq) || self.seq == 0 || self.store.is_read_only() {
            return Ok(true);
        }
        let Some(bytes) = self.fold.catalogue.to_bytes() else {
            return Ok(true);
        };
        let update = SnapshotUpdate {
            head: SnapshotHead {
                format: FORMAT,
                seq: self.seq,
                bytes,
            },
            base: self.kept,
            pieces: self.fold.changed(),
            references: self.fold.take_references(),
        };
        let mut is_damaged = false;
        let fold = &self.fold;
        let saved = self.store.save_snapshot(&update, &mut |number, before| {
            let piece = fold.piece(number, before);
            is_damaged = piece.is_none();
            piece
        });
        if let Ok(true) = saved {
            self.kept = Some(self.seq);
            self.fold.rest();
            self.at_hand = 0;
            return Ok(true);
        }
        // Somebody else's snapshot stands, say. What is here goes on in memory; it is not kept, nor thrown away.
        self.fold.give_back(update.references);
        match saved {
            Ok(_) | Err(StoreError::Busy { .. } | StoreError::ReadOnly { .. }) => Ok(!is_damaged),
            Err(error) => Err(error),
        }
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

    /// A workload as of an instant.
    pub fn workload(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
    ) -> Result<Workload, StoreError> {
        self.gather(definition, as_of, true)
    }

    /// A workload as of an instant without its tickets, which are many and kept together: for questions that are not about them.
    pub fn workload_without_tickets(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
    ) -> Result<Workload, StoreError> {
        self.gather(definition, as_of, false)
    }

    fn gather(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
        with_tickets: bool,
    ) -> Result<Workload, StoreError> {
        let mut numbers = discover::partitions(definition, &self.fold.catalogue);
        if !with_tickets {
            let tickets = self.fold.catalogue.number(Class::Tickets, "");
            numbers.retain(|number| Some(*number) != tickets);
        }
        if self.at_hand > MOST_AT_HAND {
            self.fold.forget();
            self.at_hand = 0;
        }
        for number in &numbers {
            self.load(*number)?;
        }
        let adopted = self.adopt(&numbers, as_of)?;
        let own = numbers.iter().filter_map(|number| self.fold.get(*number));
        let facts: Vec<Facts<'_>> = own
            .chain(&adopted)
            .map(|partition| Facts {
                names: &partition.names,
                facts: partition.facts(),
            })
            .collect();
        let claims = &self.claims;
        let claimed = |service: &str| claims.services.contains(service);
        let around = Surroundings {
            claimed: &claimed,
            artifact_name: &|text| artifact_name(text).into_owned(),
            incident_source: (self.fold.catalogue.first_incident)
                .is_some_and(|first| first <= as_of),
        };
        Ok(gather(definition, &self.rules, &facts, &around, as_of))
    }

    /// The facts of one partition, for those who look at what nobody claims.
    pub fn partition(&mut self, number: u32) -> Result<Option<&Partition>, StoreError> {
        self.load(number)?;
        Ok(self.fold.get(number))
    }

    fn load(&mut self, number: u32) -> Result<(), StoreError> {
        if self.fold.get(number).is_some() {
            return Ok(());
        }
        match self.kept(number)? {
            Kept::Absent => Ok(()),
            Kept::Whole(partition) => {
                self.fold.put(number, partition);
                self.at_hand += self.fold.get(number).map_or(0, |one| one.facts().len());
                Ok(())
            }
            Kept::Damaged => {
                // The log has it all.
                self.start_over();
                self.refresh(&mut |_, _| {})
            }
        }
    }

    fn kept(&self, number: u32) -> Result<Kept, StoreError> {
        if self.fold.is_fresh(number) {
            return Ok(Kept::Whole(Partition::default()));
        }
        // That more came to it says that it is there.
        let mut kept = if self.fold.has_pile(number) {
            Kept::Damaged
        } else {
            Kept::Absent
        };
        self.store.piece(number, &mut |bytes| {
            kept = Partition::from_bytes(bytes).map_or(Kept::Damaged, Kept::Whole);
        })?;
        Ok(kept)
    }

    /// The workloads that may know a reference; a ticket is known by the changes that it names, too.
    pub fn candidates(&mut self, reference: &str) -> Result<Candidates, StoreError> {
        let mut pieces = self.pieces(reference)?;
        let tickets = self.fold.catalogue.number(Class::Tickets, "");
        let ticket = tickets.filter(|tickets| pieces.contains(tickets));
        if let Some(tickets) = ticket {
            for change in self.changes_of_ticket(tickets, reference)? {
                pieces.extend(self.pieces(&change)?);
                // A change that is named with its repository may be called by its number alone.
                if let Some((_, number)) = change.rsplit_once(['#', '!']) {
                    pieces.extend(self.pieces(number)?);
                }
            }
        }
        // Every workload reads tickets and marks: that one of them knows it says of no workload that it does.
        let marks = self.fold.catalogue.number(Class::Marks, "");
        for of_all in [tickets, marks].into_iter().flatten() {
            pieces.remove(&of_all);
        }
        let catalogue = &self.fold.catalogue;
        let is_candidate = |definition: &&Definition| {
            let numbers = discover::partitions(definition, catalogue);
            numbers.iter().any(|number| pieces.contains(number))
        };
        let candidates = self.definitions.iter().filter(is_candidate);
        Ok(Candidates {
            workloads: candidates.cloned().collect(),
            is_ticket: ticket.is_some(),
        })
    }

    /// The partitions that know a reference.
    fn pieces(&self, reference: &str) -> Result<FxHashSet<u32>, StoreError> {
        let key = exact(reference);
        let mut pieces = FxHashSet::default();
        for (from, to) in [(key, key)].into_iter().chain(range(reference)) {
            pieces.extend(self.store.pieces_with(from, to)?);
            pieces.extend(self.fold.pending_with(from, to));
        }
        Ok(pieces)
    }

    fn changes_of_ticket(
        &mut self,
        tickets: u32,
        reference: &str,
    ) -> Result<Vec<String>, StoreError> {
        let Some(partition) = self.partition(tickets)? else {
            return Ok(Vec::new());
        };
        let mut changes = Vec::new();
        for fact in partition.facts() {
            if let Kind::Ticket(ticket) = &fact.kind
                && exact(partition.names.text(ticket.ticket)) == exact(reference)
            {
                let names = ticket.changes.iter();
                changes.extend(names.map(|name| partition.names.text(*name).to_owned()));
            }
        }
        Ok(changes)
    }
}

/// What a snapshot has of a partition.
enum Kept {
    Absent,
    Damaged,
    Whole(Partition),
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
