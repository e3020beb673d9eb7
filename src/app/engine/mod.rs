//! The engine: a log and what is known from it. Opening takes the snapshot and folds only what came after it; a question loads only the partitions of the
//! workloads that it is about.

mod follow;

use std::ops::{ControlFlow, RangeInclusive};

use rustc_hash::FxHashSet;

use crate::event::Event;
use crate::event::cdevents;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::fold::{Catalogue, Class, FORMAT, Fold, Partition, artifact_name, exact, range};
use crate::model::Workload;
use crate::model::definition::{Definition, Rules};
use crate::model::gather::{Facts, Surroundings, gather};
use crate::store::{Seq, SnapshotHead, SnapshotUpdate, Store, StoreError};

use super::assemble::Configured;
use super::discover::{self, Claims};

/// Facts that may stay in memory between questions.
const MOST_AT_HAND: usize = 200_000;

/// Events folded between two snapshots of a log that is being read from its beginning.
const AT_ONCE: u64 = 4_000_000;

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
        };
        let head = engine.store.head()?;
        engine.take_up(0..=head)?;
        engine.refresh(watch)?;
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

    /// Folds what is new in the log, and keeps a snapshot of it. A snapshot that turns out to be damaged is made anew from the log.
    pub fn refresh(&mut self, watch: Watch<'_>) -> Result<(), StoreError> {
        let head = self.store.head()?;
        let from = self.seq;
        let mut started_over = false;
        loop {
            if !self.catch_up(&mut |done| watch(done.saturating_sub(from), head - from))? {
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
            self.keep()?;
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

    /// Folds the next events, so many that their partitions fit in memory. `false` where a partition that is kept cannot be read.
    fn catch_up(&mut self, watch: &mut dyn FnMut(Seq)) -> Result<bool, StoreError> {
        let (store, fold) = (&self.store, &mut self.fold);
        let mut seq = self.seq;
        let mut left = AT_ONCE;
        let mut failed = None;
        let mut damaged = false;
        store.read_after(self.seq, &mut |number, arrived, body| {
            let event = read(body);
            if let Some(needed) = fold.needs(&event) {
                match kept(&**store, needed) {
                    Ok(Kept::Whole(partition)) => fold.put(needed, partition),
                    Ok(Kept::Absent | Kept::Damaged) => {
                        damaged = true;
                        return ControlFlow::Break(());
                    }
                    Err(error) => {
                        failed = Some(error);
                        return ControlFlow::Break(());
                    }
                }
            }
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
        if let Some(error) = failed {
            return Err(error);
        }
        self.fold.settle();
        self.seq = seq;
        Ok(!damaged)
    }

    /// Keeps what changed since the last snapshot. Another process may have been faster; then its snapshot stands, and this one goes on in memory.
    fn keep(&mut self) -> Result<(), StoreError> {
        if self.kept == Some(self.seq) || self.seq == 0 || self.store.is_read_only() {
            return Ok(());
        }
        let (changed, references) = self.fold.take_changes();
        let pieces = changed
            .into_iter()
            .filter_map(|number| Some((number, self.fold.get(number)?.to_bytes()?)))
            .collect();
        let Some(bytes) = self.fold.catalogue.to_bytes() else {
            return Ok(());
        };
        let update = SnapshotUpdate {
            head: SnapshotHead {
                format: FORMAT,
                seq: self.seq,
                bytes,
            },
            base: self.kept,
            pieces,
            references,
        };
        match self.store.save_snapshot(&update) {
            Ok(true) => {
                self.kept = Some(self.seq);
                self.fold.forget();
                self.at_hand = 0;
                Ok(())
            }
            // Somebody else's snapshot stands. What is here is whole, and is read on from memory; it is not kept, nor thrown away.
            Ok(false) | Err(StoreError::Busy { .. } | StoreError::ReadOnly { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Closes the log. Memory is left to the process, which is to end.
    pub fn close(self) {
        let Self { store, fold, .. } = self;
        std::mem::forget(fold);
        drop(store);
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

    /// Whether a snapshot is kept of all that is known.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.kept == Some(self.seq)
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
        let facts: Vec<Facts<'_>> = numbers
            .iter()
            .filter_map(|number| self.fold.get(*number))
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
        match kept(&*self.store, number)? {
            Kept::Absent => Ok(()),
            Kept::Whole(partition) => {
                self.at_hand += partition.facts().len();
                self.fold.put(number, partition);
                Ok(())
            }
            Kept::Damaged => {
                // The log has it all.
                self.start_over();
                self.refresh(&mut |_, _| {})
            }
        }
    }

    /// The workloads that may know a reference; a ticket is known by the changes that it names, too.
    pub fn candidates(&self, reference: &str) -> Result<Candidates, StoreError> {
        let mut pieces = self.pieces(reference)?;
        let tickets = self.fold.catalogue.number(Class::Tickets, "");
        let ticket = tickets.filter(|tickets| pieces.contains(tickets));
        if let Some(tickets) = ticket {
            for change in self.changes_of_ticket(tickets, reference)? {
                pieces.extend(self.pieces(&change)?);
            }
        }
        let catalogue = &self.fold.catalogue;
        let is_candidate = |definition: &&Definition| {
            discover::partitions(definition, catalogue)
                .iter()
                .any(|number| Some(*number) != tickets && pieces.contains(number))
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

    fn changes_of_ticket(&self, tickets: u32, reference: &str) -> Result<Vec<String>, StoreError> {
        let kept = match self.fold.get(tickets) {
            Some(_) => Kept::Absent,
            None => kept(&*self.store, tickets)?,
        };
        let ((Some(partition), _) | (None, Kept::Whole(partition))) =
            (self.fold.get(tickets), &kept)
        else {
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

fn kept(store: &dyn Store, number: u32) -> Result<Kept, StoreError> {
    let mut kept = Kept::Absent;
    store.piece(number, &mut |bytes| {
        kept = Partition::from_bytes(bytes).map_or(Kept::Damaged, Kept::Whole);
    })?;
    Ok(kept)
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
