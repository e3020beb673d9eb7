//! The facts of several partitions as those of one: up to an instant, in canonical order.

use std::sync::Arc;

use crate::event::Event;
use crate::event::time::Timestamp;
use crate::model::name::{Name, Names};

/// The facts of one partition, in canonical order, and the table that their names are of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub names: &'a Arc<Names>,
    pub facts: &'a [Event<Name>],
}

/// In which order to read them.
pub(super) struct Order<'a> {
    pub partitions: &'a [Facts<'a>],
    /// The place of a partition, and that of a fact of it.
    places: Vec<(u32, u32)>,
}

impl<'a> Order<'a> {
    pub fn of(partitions: &'a [Facts<'a>], as_of: Timestamp) -> Self {
        let mut places: Vec<(u32, u32)> = Vec::new();
        for (partition, facts) in (0..).zip(partitions) {
            let until = facts.facts.partition_point(|fact| fact.at <= as_of);
            places.extend((0..).take(until).map(|fact| (partition, fact)));
        }
        let mut order = Self { partitions, places };
        if partitions.len() > 1 {
            order.sort();
        }
        order
    }

    fn sort(&mut self) {
        let fact_at = |(partition, fact): (u32, u32)| {
            let partition = self.partitions[partition as usize];
            (partition.names, &partition.facts[fact as usize])
        };
        self.places.sort_by(|one, two| {
            let ((one_of, one), (two_of, two)) = (fact_at(*one), fact_at(*two));
            one.at
                .cmp(&two.at)
                .then_with(|| one_of.text(one.source).cmp(two_of.text(two.source)))
                .then_with(|| one_of.text(one.id).cmp(two_of.text(two.id)))
        });
    }

    /// The facts, each with the place of its partition.
    pub fn facts(&self) -> impl Iterator<Item = (usize, &'a Event<Name>)> {
        self.places.iter().map(|(partition, fact)| {
            let partition = *partition as usize;
            (partition, &self.partitions[partition].facts[*fact as usize])
        })
    }
}
