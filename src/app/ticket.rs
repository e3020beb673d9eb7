//! What tickets are called: of those that a page names, without making the workloads that name them again.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Engine;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::fold::Class;
use crate::model::name::Name;
use crate::store::StoreError;

/// What a ticket is called, and its own page.
#[derive(Clone, Debug, Default)]
pub struct Called {
    pub title: Option<String>,
    pub url: Option<String>,
}

impl Engine {
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
