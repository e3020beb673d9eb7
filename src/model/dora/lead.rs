//! Change lead time: from the first commit of a change, or its opening where that was earlier, to the row that shipped it first; and the parts of it.

use serde::{Deserialize, Serialize};

use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::delivery::{Arrival, ArrivalKind, Delivery};
use crate::model::entity::{Change, ChangeAt, CommitAt};

/// The lead time of a change. Where the parts are told, they add up to `lead`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    pub start: Timestamp,
    pub deployed: Timestamp,
    pub attempt: u32,
    pub lead: Span,
    /// First commit to opening.
    pub coding: Option<Span>,
    /// Opening to first review.
    pub pickup: Option<Span>,
    /// First review, or opening, to merge.
    pub review: Option<Span>,
    /// Merge to production.
    pub deploy: Option<Span>,
    /// For a request that was merged.
    pub merge_to_production: Option<Span>,
    pub shipped_before_merge: bool,
    pub inferred: bool,
}

/// When a change was started: what its own commits say, or its opening where that was earlier.
#[must_use]
pub fn start(workload: &Workload, change: &Change) -> Option<Timestamp> {
    let time = |at: &CommitAt| {
        let commit = workload.commits.get(*at as usize)?;
        commit.at.or(commit.committed)
    };
    let own = change.commits.iter().filter(|at| Some(**at) != change.sha);
    let written = own
        .filter_map(time)
        .min()
        .or_else(|| change.sha.as_ref().and_then(time))
        .or_else(|| change.head.as_ref().and_then(time));
    if change.direct {
        return written.or(change.opened);
    }
    written.into_iter().chain(change.opened).min()
}

/// The first review by another human than the author, after the opening and not after the merge.
#[must_use]
pub fn first_review(change: &Change) -> Option<Timestamp> {
    let opened = change.opened?;
    let mut times: Vec<Timestamp> = change
        .reviews
        .iter()
        .filter(|review| {
            !review.bot && (review.reviewer.is_none() || review.reviewer != change.author)
        })
        .map(|review| review.at)
        .filter(|at| *at >= opened && change.merged.is_none_or(|merged| *at <= merged))
        .collect();
    times.sort_unstable();
    times.first().copied()
}

/// When a change that has a lead time last went live before an instant.
#[must_use]
pub fn latest(workload: &Workload, delivery: &Delivery, before: Timestamp) -> Option<Timestamp> {
    let mut latest = None;
    let changes = workload.changes.iter().zip(&delivery.arrivals);
    // The last ones first: few of the others went live later.
    for (change, arrival) in changes.rev() {
        let counts = |arrival: &&Arrival| arrival.counts() && arrival.at < before;
        let arrival = arrival.as_ref().filter(counts).map(|arrival| arrival.at);
        if arrival > latest && start(workload, change).is_some() {
            latest = arrival;
        }
    }
    latest
}

/// The lead time of a change that came to the environment; none where it did not, where the first deployment brought it, or where nobody knows when it
/// was started.
#[must_use]
pub fn lead(workload: &Workload, delivery: &Delivery, at: ChangeAt) -> Option<Lead> {
    let change = workload.changes.get(at as usize)?;
    let arrival = delivery.arrival(at).filter(|arrival| arrival.counts())?;
    let deployed = arrival.at;
    let start = start(workload, change)?.min(deployed);
    let before_merge = !change.direct && change.merged.is_none_or(|merged| merged > deployed);
    let mut lead = Lead {
        start,
        deployed,
        attempt: arrival.attempt,
        lead: deployed - start,
        coding: None,
        pickup: None,
        review: None,
        deploy: None,
        merge_to_production: None,
        shipped_before_merge: before_merge,
        inferred: arrival.kind == ArrivalKind::Inferred,
    };
    if change.direct {
        return Some(lead);
    }
    let merged = change.merged.unwrap_or(deployed).clamp(start, deployed);
    let merge_to_production = deployed - merged;
    lead.merge_to_production = change.merged.map(|_| merge_to_production);
    if let Some(opened) = change.opened {
        let opened = opened.clamp(start, deployed);
        let review = first_review(change).map(|at| at.clamp(opened, deployed));
        let merged = merged.max(review.unwrap_or(opened));
        lead.coding = Some(opened - start);
        lead.pickup = review.map(|review| review - opened);
        lead.review = Some(merged - review.unwrap_or(opened));
        lead.deploy = Some(deployed - merged);
    } else {
        lead.coding = Some(merged - start);
        lead.deploy = Some(merge_to_production);
    }
    Some(lead)
}
