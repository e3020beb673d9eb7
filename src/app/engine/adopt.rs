//! Where the events belong that name nothing but their subject.

use super::Engine;
use crate::event::Event;
use crate::event::time::Timestamp;
use crate::fold::{Class, Orphans, Partition};
use crate::model::name::Name;
use crate::store::StoreError;

impl Engine {
    /// The partitions of events that name nothing that a workload could have, each with its source and how many it has.
    pub(super) fn homeless(&self) -> Vec<(u32, String, u64)> {
        let homeless = self.fold.catalogue.of_class(Class::Source);
        homeless
            .map(|(number, summary)| (number, summary.key.to_string(), summary.events))
            .filter(|(_, _, events)| *events > 0)
            .collect()
    }

    /// Those of them that are about what some partitions tell of. All of these were brought.
    pub(super) fn adopt(
        &mut self,
        homeless: Vec<(u32, String, u64)>,
        numbers: &[u32],
        as_of: Timestamp,
    ) -> Option<Partition> {
        if homeless.is_empty() {
            return None;
        }
        let mut home = Partition::default();
        for (number, source, events) in homeless {
            let Some(all) = self.fold.get(number) else {
                continue;
            };
            let known = self.orphans.entry(number);
            let known = known.or_insert_with(|| Orphans::of(&source, events, all));
            if !known.are_all(events) {
                *known = Orphans::of(&source, events, all);
            }
            let own = numbers.iter().filter_map(|number| self.fold.get(*number));
            known.adopt(all, own, as_of, &mut home);
        }
        home.settle();
        Some(home)
    }

    /// Shows those of which no workload was found that they belong to, among the workloads that were asked for, each with its source.
    pub fn for_each_orphan(
        &mut self,
        mut show: impl FnMut(&str, &Event<Name>),
    ) -> Result<(), StoreError> {
        for (number, source, _) in self.homeless() {
            self.bring(&[number])?;
            let Some(all) = self.fold.get(number) else {
                continue;
            };
            let known = self.orphans.get(&number);
            let is_adopted = |place| known.is_some_and(|known| known.is_adopted(place));
            for (place, fact) in (0..).zip(all.facts()) {
                if !is_adopted(place) {
                    show(&source, fact);
                }
            }
        }
        Ok(())
    }
}
