//! The last step of gathering: what tickets say. Which of all tickets have to do with a workload is known when all else is.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::{Facts, Gatherer, Order};
use crate::event::kind::Kind;
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::name::Name;

/// A workload that is gathered but for what tickets say.
pub struct Gathered(pub(super) Gatherer);

impl Gathered {
    /// The tickets that its changes name.
    #[must_use]
    pub fn tickets(&self) -> BTreeSet<&str> {
        self.named()
            .map(|name| self.0.workload.text(name))
            .collect()
    }

    fn named(&self) -> impl Iterator<Item = Name> {
        let changes = self.0.workload.changes.iter();
        changes.flat_map(|change| change.tickets.iter().copied())
    }

    /// The workload, with what these facts say of the tickets that its changes name and of those that name changes. Other facts and other tickets may be
    /// among them.
    #[must_use]
    pub fn with_tickets(self, rules: &Rules, partitions: &[Facts<'_>]) -> Workload {
        let named: FxHashSet<Name> = self.named().collect();
        let Self(mut gatherer) = self;
        let order = Order::of(partitions, gatherer.workload.as_of);
        gatherer.read(&order, None, |kind, theirs, own| match kind {
            Kind::Ticket(fact) => {
                let known = own.get(theirs.text(fact.ticket));
                !fact.changes.is_empty() || known.is_some_and(|name| named.contains(&name))
            }
            _ => false,
        });
        gatherer.finish(rules)
    }
}
