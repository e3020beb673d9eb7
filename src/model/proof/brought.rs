//! What the version brought, and what went with the one before it.

use super::{Brought, Case, Reviewed};
use crate::event::kind::ReviewState;
use crate::model::Workload;
use crate::model::delivery::{ArrivalKind, Row};
use crate::model::entity::{Change, Review};
use crate::model::notes::note;
use crate::model::version::difference;

/// The changes that it brought, and the deployment that did, where it was another.
pub(super) fn changes(case: &Case<'_>) -> (Vec<Brought>, Option<String>) {
    let (workload, delivery, live) = (case.lives.workload, case.delivery, case.live);
    let changes = live.changes.iter().filter_map(|place| {
        let change = workload.changes.get(*place as usize)?;
        let arrival = delivery.arrival(*place);
        let since = arrival.map_or(live.since, |arrival| arrival.at);
        let inferred = arrival.is_some_and(|arrival| arrival.kind == ArrivalKind::Inferred);
        Some(Brought {
            change: note(workload, change, since, inferred),
            direct: change.direct,
            merged: change.merged,
            reviews: reviews(workload, change),
        })
    });
    let other = || {
        let row = first(case)?;
        let attempt = delivery.attempt(row.attempt)?;
        let own = case.attempt.is_some_and(|own| !own.changes.is_empty());
        (!own && attempt.deployment != live.record.deployment).then_some(attempt)
    };
    let by = other().map(|attempt| workload.text(attempt.deployment).to_owned());
    (changes.collect(), by)
}

/// The row that first brought the version there.
pub(super) fn first<'a>(case: &Case<'a>) -> Option<&'a Row> {
    let delivery = case.delivery;
    delivery.row(delivery.live(case.live.subject.commit?)?)
}

/// The last word of each reviewer before the merge.
fn reviews(workload: &Workload, change: &Change) -> Vec<Reviewed> {
    let mut all: Vec<&Review> = change.reviews.iter().collect();
    all.retain(|review| change.merged.is_none_or(|merged| review.at <= merged));
    all.sort_by_key(|review| review.at);
    let mut last: Vec<(&Review, &'static str)> = Vec::new();
    for review in all {
        let said = match review.state {
            Some(ReviewState::Approved) => "approved",
            Some(ReviewState::ChangesRequested) => "changes_requested",
            _ => continue,
        };
        last.retain(|(known, _)| known.reviewer.is_none() || known.reviewer != review.reviewer);
        last.push((review, said));
    }
    let told = last.into_iter().map(|(review, said)| Reviewed {
        by: review.reviewer.map(|name| workload.text(name).to_owned()),
        said,
        at: review.at,
        bot: review.bot,
    });
    told.collect()
}

/// The changes that what ran before had, and this version has not.
pub(super) fn leaves(case: &Case<'_>) -> Vec<String> {
    let workload = case.lives.workload;
    let before = || {
        let row = case.delivery.row(case.row?.baseline?)?;
        workload.records.get(row.record as usize)?.commit
    };
    let way =
        before().and_then(|before| difference(workload, Some(before), case.live.subject.commit));
    let left = way.map_or_else(Vec::new, |way| way.leaves);
    let left = left
        .iter()
        .filter_map(|place| workload.changes.get(*place as usize));
    left.map(|change| workload.text(change.id).to_owned())
        .collect()
}
