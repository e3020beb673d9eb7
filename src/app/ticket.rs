//! What tickets are called: of those that a page names, without making the workloads that name them again.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Engine;
use crate::event::kind::{Kind, Ticket};
use crate::event::time::Timestamp;
use crate::fold::exact;
use crate::model::locate::Unnamed;
use crate::model::name::{Name, Names};
use crate::store::StoreError;

/// What a ticket is called, and its own page.
#[derive(Clone, Debug, Default)]
pub struct Called {
    pub title: Option<String>,
    pub url: Option<String>,
}

impl Engine {
    /// The ticket that a reference is the name of, whether or not changes name it.
    pub fn ticket(
        &mut self,
        reference: &str,
        as_of: Timestamp,
    ) -> Result<Option<Unnamed>, StoreError> {
        let wanted = exact(reference);
        let mut found: Option<Unnamed> = None;
        for number in self.tickets_with(reference)? {
            self.for_each_ticket(number, as_of, |ticket, names| {
                let text = |name: Name| names.text(name).to_owned();
                if exact(names.text(ticket.ticket)) == wanted {
                    let known = found.get_or_insert_with(|| Unnamed {
                        ticket: text(ticket.ticket),
                        title: None,
                        url: None,
                    });
                    known.title = ticket.summary.map(text).or(known.title.take());
                    known.url = ticket.url.map(text).or(known.url.take());
                }
            })?;
        }
        Ok(found)
    }

    /// What tickets are called, and their own pages, of those that are asked for.
    pub fn tickets(
        &mut self,
        wanted: &FxHashSet<&str>,
        as_of: Timestamp,
    ) -> Result<FxHashMap<String, Called>, StoreError> {
        let mut called: FxHashMap<String, Called> = FxHashMap::default();
        let catalogue = self.catalogue();
        let numbers = wanted.iter().filter_map(|one| catalogue.of_ticket(one));
        let numbers: BTreeSet<u32> = numbers.collect();
        for number in numbers {
            self.for_each_ticket(number, as_of, |ticket, names| {
                let id = names.text(ticket.ticket);
                if wanted.contains(id) {
                    let text = |name: Option<Name>| name.map(|name| names.text(name).into());
                    let known = called.entry(id.to_owned()).or_default();
                    known.title = text(ticket.summary).or(known.title.take());
                    known.url = text(ticket.url).or(known.url.take());
                }
            })?;
        }
        Ok(called)
    }

    /// Shows what the facts of a partition up to an instant say of tickets.
    fn for_each_ticket(
        &mut self,
        number: u32,
        as_of: Timestamp,
        mut show: impl FnMut(&Ticket<Name>, &Names),
    ) -> Result<(), StoreError> {
        let Some(partition) = self.partition(number)? else {
            return Ok(());
        };
        for fact in partition.facts().iter().filter(|fact| fact.at <= as_of) {
            if let Kind::Ticket(ticket) = &fact.kind {
                show(ticket, &partition.names);
            }
        }
        Ok(())
    }
}
