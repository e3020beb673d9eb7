//! Which part of a feature waits for the others: when work was left on each, laid side by side. From this a change that is ready knows that it waits for
//! a release, and for which workload.

use std::collections::BTreeMap;

use super::FeaturePart;
use super::across::behind;
use crate::event::time::Timestamp;

/// From when until when; to [`Timestamp::MAX`] where it has not ended.
pub type Stretch = (Timestamp, Timestamp);

/// For each ticket that other workloads have changes of, when work was left on it: seen from one workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Releases(BTreeMap<String, Release>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Release {
    own: Vec<Stretch>,
    others: Vec<Stretch>,
    /// The workload furthest behind, of those on which work is left.
    last: Option<String>,
}

impl Releases {
    /// Of a workload, from the parts of all; each part comes with the name of its workload.
    #[must_use]
    pub fn of<'a>(own: &str, parts: impl Iterator<Item = (&'a str, &'a FeaturePart)>) -> Self {
        let mut by_ticket: BTreeMap<&str, Vec<(&str, &FeaturePart)>> = BTreeMap::new();
        for (workload, part) in parts {
            let known = by_ticket.entry(&part.feature).or_default();
            known.push((workload, part));
        }
        let release = |(ticket, parts): (&str, Vec<(&str, &FeaturePart)>)| {
            let (own, others): (Vec<_>, Vec<_>) = parts
                .into_iter()
                .partition(|(workload, _)| *workload == own);
            let left = |parts: &[(&str, &FeaturePart)]| {
                union(parts.iter().flat_map(|(_, part)| part.unready.clone()))
            };
            let release = Release {
                own: left(&own),
                others: left(&others),
                last: others
                    .iter()
                    .filter(|(_, part)| part.unready.iter().any(|(_, to)| *to == Timestamp::MAX))
                    .min_by(|one, two| behind(one.1, two.1).then_with(|| one.0.cmp(two.0)))
                    .map(|(workload, _)| (*workload).to_owned()),
            };
            (!own.is_empty() && !release.others.is_empty()).then(|| (ticket.to_owned(), release))
        };
        Self(by_ticket.into_iter().filter_map(release).collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of the workload's own part was ready at an instant, and another's was not.
    #[must_use]
    pub fn waits(&self, ticket: &str, at: Timestamp) -> bool {
        self.0
            .get(ticket)
            .is_some_and(|one| covers(&one.others, at) && !covers(&one.own, at))
    }

    /// When that may have turned.
    pub fn turns(&self, ticket: &str) -> impl Iterator<Item = Timestamp> {
        let release = self.0.get(ticket).into_iter();
        let stretches = release.flat_map(|one| one.own.iter().chain(&one.others));
        stretches.flat_map(|(from, to)| [*from, *to])
    }

    /// The workload that the others wait for now.
    #[must_use]
    pub fn last(&self, ticket: &str) -> Option<&str> {
        self.0.get(ticket)?.last.as_deref()
    }
}

fn covers(stretches: &[Stretch], at: Timestamp) -> bool {
    stretches.iter().any(|(from, to)| *from <= at && at < *to)
}

/// The time that stretches cover together, without overlap.
#[must_use]
pub fn union(stretches: impl Iterator<Item = Stretch>) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = stretches.filter(|(from, to)| from < to).collect();
    all.sort_unstable();
    let mut covered: Vec<Stretch> = Vec::new();
    for (from, to) in all {
        match covered.last_mut() {
            Some((_, until)) if from <= *until => *until = to.max(*until),
            _ => covered.push((from, to)),
        }
    }
    covered
}
