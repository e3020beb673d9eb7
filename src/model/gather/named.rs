//! What changes and tickets say of each other, and which change a commit names.

use rustc_hash::FxHashSet;

use super::Gatherer;
use crate::model::called::{called, with_repository};
use crate::model::entity::ChangeAt;
use crate::model::name::Name;

impl Gatherer {
    /// The change that a commit says it belongs to: one of its repository by its id, else one that its name means with a repository, else a new one.
    pub(super) fn change_named(&mut self, repository: Option<Name>, name: Name) -> ChangeAt {
        let known = {
            let meant = with_repository(&self.workload.names, name);
            let meant = meant.map(|(of, id)| (Some(of), id));
            let mut ids = std::iter::once((repository, name)).chain(meant);
            ids.find_map(|id| self.change_of.get(&id).copied())
        };
        known.unwrap_or_else(|| self.change_at(repository, name))
    }

    /// Tickets that name a change, and changes that name a ticket, know each other; tickets of other workloads are left out.
    pub(super) fn link_tickets(&mut self) {
        let workload = &mut self.workload;
        let asked = workload.tickets.iter();
        let asked = asked.flat_map(|ticket| ticket.changes.iter().copied());
        let meant = called(&workload.names, &workload.changes, asked);
        for ticket in &workload.tickets {
            for place in (ticket.changes.iter())
                .filter_map(|name| meant.get(name))
                .flatten()
            {
                let tickets = &mut workload.changes[*place as usize].tickets;
                if !tickets.contains(&ticket.id) {
                    tickets.push(ticket.id);
                }
            }
        }
        let wanted: FxHashSet<Name> = workload
            .changes
            .iter()
            .flat_map(|change| change.tickets.iter().copied())
            .collect();
        workload
            .tickets
            .retain(|ticket| wanted.contains(&ticket.id));
    }
}
