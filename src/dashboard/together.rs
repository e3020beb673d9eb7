//! Which workloads take part in which features, so that a change that waits for another workload is told so, and worked out again when that one is ready.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::feature::{FeaturePart, Releases};
use crate::model::overview::{Detail, Overview};
use crate::model::state::State;

/// The places of the workloads that take part, by ticket.
#[derive(Debug, Default)]
pub struct Together(HashMap<String, BTreeSet<usize>>);

impl Together {
    /// As these overviews stand.
    #[must_use]
    pub fn of(overviews: &[Arc<Overview>]) -> Self {
        let mut together = Self::default();
        for (place, one) in overviews.iter().enumerate() {
            together.enter(place, one);
        }
        together
    }

    fn enter(&mut self, place: usize, one: &Overview) {
        for part in parts(one) {
            let places = self.0.entry(part.feature.clone()).or_default();
            places.insert(place);
        }
    }

    /// A workload is another than before. Tells whose changes wait for it otherwise than they did.
    pub fn changed(
        &mut self,
        place: usize,
        before: &Overview,
        overviews: &[Arc<Overview>],
    ) -> BTreeSet<usize> {
        let Some(after) = overviews.get(place) else {
            return BTreeSet::new();
        };
        // Nobody waits for a part on which no work was ever left, no more than for one that is not there.
        let left = |one, ticket| {
            let part = part(one, ticket).filter(|part| !part.unready.is_empty());
            part.map(|part| (&part.unready, part.stands.passed))
        };
        let tickets: BTreeSet<&str> = parts(before)
            .chain(parts(after))
            .map(|part| part.feature.as_str())
            .collect();
        for part in parts(before) {
            if let Some(places) = self.0.get_mut(&part.feature) {
                places.remove(&place);
            }
        }
        self.enter(place, after);
        let turned = tickets
            .into_iter()
            .filter(|ticket| left(before, ticket) != left(after, ticket));
        turned
            .flat_map(|ticket| {
                let others = self.0.get(ticket).into_iter().flatten().copied();
                others.filter(move |other| {
                    let one = overviews.get(*other);
                    *other != place && one.is_some_and(|one| waits(one, ticket))
                })
            })
            .collect()
    }

    /// Those of a workload's tickets that others bear, too.
    #[must_use]
    pub fn shared<'a>(
        &self,
        place: usize,
        tickets: impl Iterator<Item = &'a str>,
    ) -> BTreeSet<String> {
        let others = |ticket: &&str| {
            let places = self.0.get(*ticket);
            places.is_some_and(|places| places.iter().any(|other| *other != place))
        };
        tickets.filter(others).map(str::to_owned).collect()
    }

    /// What a workload waits for in others, by these parts of its own and by what was worked out of them.
    #[must_use]
    pub fn releases(
        &self,
        place: usize,
        own: (&str, &[FeaturePart]),
        overviews: &[Arc<Overview>],
    ) -> Releases {
        let (name, own) = own;
        let theirs = own.iter().flat_map(|part| {
            let places = self.0.get(&part.feature).into_iter().flatten();
            let others = places.filter(|other| **other != place);
            others.filter_map(|other| {
                let one = overviews.get(*other)?;
                let theirs = self::part(one, &part.feature)?;
                Some((one.summary.workload.as_str(), theirs))
            })
        });
        Releases::of(name, own.iter().map(|part| (name, part)).chain(theirs))
    }
}

fn parts(one: &Overview) -> impl Iterator<Item = &FeaturePart> {
    one.detail.iter().flat_map(|detail: &Detail| &detail.parts)
}

/// A workload's part in a feature: they are in the order of their tickets.
fn part<'a>(one: &'a Overview, ticket: &str) -> Option<&'a FeaturePart> {
    let parts = &one.detail.as_ref()?.parts;
    let place = parts.binary_search_by(|part| part.feature.as_str().cmp(ticket));
    parts.get(place.ok()?)
}

/// Whether a change of a ticket is ready and waits.
fn waits(one: &Overview, ticket: &str) -> bool {
    let words = [State::Waiting.word(), State::WaitingForRelease.word()];
    let changes = one.detail.iter().flat_map(|detail| &detail.changes);
    let mut of_ticket = changes.filter(|change| change.tickets.iter().any(|one| one == ticket));
    of_ticket.any(|change| words.contains(&change.state))
}
