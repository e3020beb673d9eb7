//! Which workloads may know a reference, by the index of what they know.

use rustc_hash::FxHashSet;

use super::Engine;
use crate::app::discover;
use crate::event::kind::Kind;
use crate::fold::{Class, exact, range};
use crate::model::definition::Definition;
use crate::store::StoreError;

/// The workloads that may know a reference.
#[derive(Debug)]
pub struct Candidates {
    pub workloads: Vec<Definition>,
    /// Whether some ticket is called so, or names what is.
    pub is_ticket: bool,
}

impl Engine {
    /// The workloads that may know a reference; a ticket is known by the changes that it names, too.
    pub fn candidates(&mut self, reference: &str) -> Result<Candidates, StoreError> {
        let mut pieces = self.pieces(reference)?;
        let tickets = self.ticket_pieces(&pieces);
        for change in self.changes_of_ticket(&tickets, reference)? {
            pieces.extend(self.pieces(&change)?);
            // A change that is named with its repository may be called by its number alone.
            if let Some((_, number)) = change.rsplit_once(['#', '!']) {
                pieces.extend(self.pieces(number)?);
            }
        }
        let catalogue = &self.fold.catalogue;
        // Every workload reads marks: that one of them knows it says of no workload that it does.
        if let Some(marks) = catalogue.number(Class::Marks, "") {
            pieces.remove(&marks);
        }
        let is_candidate = |definition: &&Definition| {
            let numbers = discover::partitions(definition, catalogue);
            numbers.iter().any(|number| pieces.contains(number))
        };
        let candidates = self.definitions.iter().filter(is_candidate);
        Ok(Candidates {
            workloads: candidates.cloned().collect(),
            is_ticket: !tickets.is_empty(),
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

    /// Those of them that are of tickets.
    fn ticket_pieces(&self, pieces: &FxHashSet<u32>) -> Vec<u32> {
        let partitions = &self.fold.catalogue.partitions;
        let is_of_tickets = |number: &u32| {
            let summary = partitions.get(*number as usize);
            summary.is_some_and(|summary| summary.class == Class::Tickets)
        };
        pieces.iter().copied().filter(is_of_tickets).collect()
    }

    /// The partitions of tickets that know a reference.
    pub fn tickets_with(&self, reference: &str) -> Result<Vec<u32>, StoreError> {
        Ok(self.ticket_pieces(&self.pieces(reference)?))
    }

    fn changes_of_ticket(
        &mut self,
        tickets: &[u32],
        reference: &str,
    ) -> Result<Vec<String>, StoreError> {
        let mut changes = Vec::new();
        for number in tickets {
            let Some(partition) = self.partition(*number)? else {
                continue;
            };
            for fact in partition.facts() {
                if let Kind::Ticket(ticket) = &fact.kind
                    && exact(partition.names.text(ticket.ticket)) == exact(reference)
                {
                    let names = ticket.changes.iter();
                    changes.extend(names.map(|name| partition.names.text(*name).to_owned()));
                }
            }
        }
        Ok(changes)
    }
}
