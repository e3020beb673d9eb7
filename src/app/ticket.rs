//! What tickets are called: of those that a page names, without making the workloads that name them again.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Engine;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::fold::{Class, exact};
use crate::model::locate::Unnamed;
use crate::model::name::Name;
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
        let Some(number) = self.catalogue().number(Class::Tickets, "") else {
            return Ok(None);
        };
        let Some(partition) = self.partition(number)? else {
            return Ok(None);
        };
        let wanted = exact(reference);
        let mut found: Option<Unnamed> = None;
        for fact in partition.facts().iter().filter(|fact| fact.at <= as_of) {
            let Kind::Ticket(ticket) = &fact.kind else {
                continue;
            };
            let text = |name: Name| partition.names.text(name).to_owned();
            if exact(partition.names.text(ticket.ticket)) == wanted {
                let known = found.get_or_insert_with(|| Unnamed {
                    ticket: text(ticket.ticket),
                    title: None,
                    url: None,
                });
                known.title = ticket.summary.map(text).or(known.title.take());
                known.url = ticket.url.map(text).or(known.url.take());
            }
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
        let Some(number) = self.catalogue().number(Class::Tickets, "") else {
            return Ok(called);
        };
        let Some(partition) = self.partition(number)? else {
            return Ok(called);
        };
        for fact in partition.facts().iter().filter(|fact| fact.at <= as_of) {
            let Kind::Ticket(ticket) = &fact.kind else {
                continue;
            };
            let id = partition.names.text(ticket.ticket);
            if wanted.contains(id) {
                let text = |name: Option<Name>| name.map(|name| partition.names.text(name).into());
                let known = called.entry(id.to_owned()).or_default();
                known.title = text(ticket.summary).or(known.title.take());
                known.url = text(ticket.url).or(known.url.take());
            }
        }
        Ok(called)
    }
}
