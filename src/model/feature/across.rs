//! Features over all workloads: the parts side by side, and what the finished ones wait for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Feature, FeaturePart, FeatureWorkload};
use crate::event::time::{Span, Timestamp};

/// The features that parts make, as of an instant, in the order in which they want somebody: those that are not done first, of them those of several workloads,
/// the longest wait first; then the newest done. Each part comes with the name of its workload.
#[must_use]
pub fn features<'a>(
    parts: impl Iterator<Item = (&'a str, &'a FeaturePart)>,
    as_of: Timestamp,
) -> Vec<Feature> {
    let mut by_id: BTreeMap<&str, Vec<(&str, &FeaturePart)>> = BTreeMap::new();
    for (workload, part) in parts {
        by_id
            .entry(&part.feature)
            .or_default()
            .push((workload, part));
    }
    let mut features: Vec<Feature> = by_id
        .into_iter()
        .map(|(id, parts)| feature(id, &parts, as_of))
        .collect();
    // Sorted by id so far, and the order of equals is kept.
    features.sort_by_key(|feature| {
        (
            feature.done.is_some(),
            feature.workloads.len() < 2,
            Reverse(feature.waited_seconds),
            Reverse(feature.done),
        )
    });
    features
}

fn feature(id: &str, parts: &[(&str, &FeaturePart)], as_of: Timestamp) -> Feature {
    let all = |of: fn(&FeaturePart) -> Option<Timestamp>| {
        let times = parts.iter().map(|(_, part)| of(part));
        times.reduce(|one, two| Some(one?.max(two?))).flatten()
    };
    let done = all(|part| part.done);
    // Until when the others waited: until the last was ready too.
    let until = all(ready).unwrap_or(as_of);
    let mut parts: Vec<(&str, &FeaturePart)> = parts.to_vec();
    parts.sort_by(|one, two| behind(one.1, two.1).then_with(|| one.0.cmp(two.0)));
    let workloads: Vec<FeatureWorkload> = parts
        .iter()
        .map(|(workload, part)| FeatureWorkload {
            workload: (*workload).to_owned(),
            stands: part.stands.clone(),
            changes: part.changes.clone(),
            ready: part.ready,
            done: part.done,
            waited_seconds: ready(part).map(|at| (until - at).max(Span::ZERO)),
        })
        .collect();
    let several = workloads.len() > 1;
    let first = |of: fn(&FeaturePart) -> Option<&String>| {
        parts.iter().find_map(|(_, part)| of(part)).cloned()
    };
    Feature {
        feature: id.to_owned(),
        title: first(|part| part.title.as_ref()),
        url: first(|part| part.url.as_ref()),
        held_up_by: workloads
            .first()
            .filter(|_| several)
            .map(|slowest| slowest.workload.clone()),
        done,
        waited_seconds: workloads.iter().filter_map(|one| one.waited_seconds).sum(),
        workloads,
    }
}

/// Since when a part keeps nobody waiting: live, or ready to be.
fn ready(part: &FeaturePart) -> Option<Timestamp> {
    part.ready.or(part.done)
}

/// The part furthest behind first: with work left, then the smaller share of its path, then the one that stands there longer; of those without work left,
/// the one that was ready last.
pub(super) fn behind(one: &FeaturePart, two: &FeaturePart) -> std::cmp::Ordering {
    let share =
        |part: &FeaturePart, other: &FeaturePart| part.stands.passed * other.stands.of.max(1);
    ready(one)
        .is_some()
        .cmp(&ready(two).is_some())
        .then_with(|| ready(two).cmp(&ready(one)))
        .then_with(|| share(one, two).cmp(&share(two, one)))
        .then_with(|| one.stands.since.cmp(&two.stands.since))
}
