//! A workload, of the partitions that have to do with it: brought from the snapshot where they are not at hand.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use super::{Engine, unreadable};
use crate::app::discover;
use crate::event::time::Timestamp;
use crate::fold::{Partition, artifact_name};
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::gather::{Facts, Gathered, Surroundings, gather};
use crate::model::name::Names;
use crate::store::StoreError;

/// Facts that may stay in memory between questions.
const MOST_AT_HAND: usize = 50_000;

/// From so many names on, another thread gets ready to look them up.
const MANY_NAMES: usize = 20_000;

/// Which tickets a question needs.
#[derive(Clone, Copy)]
enum Tickets {
    None,
    /// Those that name changes.
    Linking,
    /// Those, and those that the changes of the workload name.
    All,
}

impl Engine {
    /// A workload as of an instant.
    pub fn workload(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
    ) -> Result<Workload, StoreError> {
        self.workload_with(definition, as_of, Tickets::All)
    }

    /// A workload as of an instant, whose changes bear the tickets that they name and those that name them; what is told of tickets is left out.
    pub fn workload_with_links(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
    ) -> Result<Workload, StoreError> {
        self.workload_with(definition, as_of, Tickets::Linking)
    }

    /// A workload as of an instant, whose changes bear the tickets that they name.
    pub fn workload_without_tickets(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
    ) -> Result<Workload, StoreError> {
        self.workload_with(definition, as_of, Tickets::None)
    }

    /// Whether some ticket names changes: if none does, changes bear the tickets that they name, and no others.
    #[must_use]
    pub fn tickets_link(&self) -> bool {
        !self.fold.catalogue.linking().is_empty()
    }

    fn workload_with(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
        wanted: Tickets,
    ) -> Result<Workload, StoreError> {
        if self.at_hand > MOST_AT_HAND {
            self.fold.forget();
            self.at_hand = 0;
        }
        let gathered = self.gather(definition, as_of)?;
        let tickets = match wanted {
            Tickets::None => Vec::new(),
            Tickets::Linking => self.fold.catalogue.linking().iter().copied().collect(),
            Tickets::All => self.tickets_of(&gathered),
        };
        self.bring(&tickets)?;
        Ok(gathered.with_tickets(&self.rules, &self.facts(&tickets)))
    }

    /// The partitions of the tickets that have to do with a workload.
    fn tickets_of(&self, gathered: &Gathered) -> Vec<u32> {
        let catalogue = &self.fold.catalogue;
        let named = gathered.tickets().into_iter();
        let named = named.filter_map(|ticket| catalogue.of_ticket(ticket));
        let numbers: BTreeSet<u32> = named.chain(catalogue.linking().iter().copied()).collect();
        numbers.into_iter().collect()
    }

    fn gather(
        &mut self,
        definition: &Definition,
        as_of: Timestamp,
    ) -> Result<Gathered, StoreError> {
        let numbers = discover::partitions(definition, &self.fold.catalogue);
        let homeless = self.homeless();
        let all = homeless.iter().map(|(number, ..)| *number);
        self.bring(&all.chain(numbers.iter().copied()).collect::<Vec<u32>>())?;
        let adopted = self.adopt(homeless, &numbers, as_of);
        let mut facts = self.facts(&numbers);
        facts.extend(adopted.iter().map(facts_of));
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

    /// The facts of partitions that were brought.
    fn facts(&self, numbers: &[u32]) -> Vec<Facts<'_>> {
        let known = numbers.iter().filter_map(|number| self.fold.get(*number));
        known.map(facts_of).collect()
    }

    /// The facts of one partition, for those who look at what nobody claims.
    pub fn partition(&mut self, number: u32) -> Result<Option<&Partition>, StoreError> {
        self.bring(&[number])?;
        Ok(self.fold.get(number))
    }

    /// Brings partitions. Where what was kept of one is damaged, the log is read anew, and all of them are brought again: the log has it all.
    pub(super) fn bring(&mut self, numbers: &[u32]) -> Result<(), StoreError> {
        if self.load(numbers)? {
            return Ok(());
        }
        self.start_over();
        self.refresh(&mut |_, _| {})?;
        if self.load(numbers)? {
            return Ok(());
        }
        Err(unreadable())
    }

    /// Loads those that are not at hand; `false` where one is damaged.
    fn load(&mut self, numbers: &[u32]) -> Result<bool, StoreError> {
        for number in numbers {
            if self.fold.get(*number).is_some() {
                continue;
            }
            match self.kept(*number)? {
                Kept::Absent => {}
                Kept::Whole(partition) => {
                    self.fold.put(*number, partition);
                    if let Some(partition) = self.fold.get(*number) {
                        self.at_hand += partition.facts().len();
                        learn(&partition.names);
                    }
                }
                Kept::Damaged => return Ok(false),
            }
        }
        Ok(true)
    }

    fn kept(&self, number: u32) -> Result<Kept, StoreError> {
        if self.fold.is_fresh(number) {
            return Ok(Kept::Whole(Partition::default()));
        }
        let mut kept = None;
        self.store.read_piece(number, &mut |from, length| {
            let partition = Partition::read(from, length)?;
            kept = Some(partition.map_or(Kept::Damaged, Kept::Whole));
            Ok(())
        })?;
        Ok(match kept {
            Some(kept) => kept,
            // That more came to it says that it is there.
            None if self.fold.has_pile(number) => Kept::Damaged,
            None => Kept::Absent,
        })
    }
}

fn facts_of(partition: &Partition) -> Facts<'_> {
    Facts {
        names: &partition.names,
        facts: partition.facts(),
    }
}

/// Gets many names ready to be looked up, while their facts are worked with. Who looks one up before that is done waits.
fn learn(names: &Arc<Names>) {
    if names.len() > MANY_NAMES {
        let names = Arc::clone(names);
        // Without a thread, whoever looks first gets them ready.
        let _thread = thread::Builder::new().spawn(move || names.learn());
    }
}

/// What a snapshot has of a partition.
enum Kept {
    Absent,
    Damaged,
    Whole(Partition),
}
