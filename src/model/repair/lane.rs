//! What the hotfix lane is worth: lead times of unplanned changes beside those of the others.

use rustc_hash::FxHashSet;

use super::Lanes;
use crate::event::time::Span;
use crate::model::delivery::Kind;
use crate::model::dora::judge::{Basis, judge, unplanned};
use crate::model::dora::lead::lead;
use crate::model::entity::ChangeAt;
use crate::model::incident::link;
use crate::model::name::Name;
use crate::model::state::Lives;
use crate::model::statistic::Spread;
use crate::model::window::Window;

/// The lead times themselves, so that those of several workloads can be laid together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneTimes {
    pub hotfix: Vec<Span>,
    pub usual: Vec<Span>,
}

impl Lanes {
    /// The lanes of several workloads as one: a quantile of all their lead times, not of their quantiles.
    #[must_use]
    pub fn pooled(times: &[&LaneTimes]) -> Self {
        let lane = |of: fn(&LaneTimes) -> &Vec<Span>| {
            Spread::of(times.iter().flat_map(|one| of(one)).copied().collect())
        };
        Self {
            hotfix: lane(|times| &times.hotfix),
            usual: lane(|times| &times.usual),
        }
    }
}

/// Spread of the lead times in each lane.
#[must_use]
pub fn lanes(lives: &Lives<'_>, window: Window) -> Lanes {
    Lanes::pooled(&[&lane_times(lives, window)])
}

/// Lead times of the changes that went live in a window. A change is a hotfix when it says so itself; where a deployment is known to be unplanned and
/// none of its changes says so, all of them are.
#[must_use]
pub fn lane_times(lives: &Lives<'_>, window: Window) -> LaneTimes {
    let (workload, delivery) = (lives.workload, lives.production());
    let links = link(workload, delivery, lives.rules);
    let verdicts = judge(workload, delivery, &links, lives.rules);
    let incidents: FxHashSet<Name> = workload.incidents.iter().map(|i| i.id).collect();
    let says = |place: ChangeAt| {
        let change = workload.changes.get(place as usize);
        change.is_some_and(|change| unplanned(workload, lives.rules, &incidents, change))
    };
    let mut times = LaneTimes::default();
    for (attempt, verdict) in delivery.attempts.iter().zip(&verdicts) {
        let whole = verdict.rework == Some(Basis::Known)
            && attempt.kind != Kind::Rollback
            && !attempt.changes.iter().any(|place| says(*place));
        for place in &attempt.changes {
            let Some(lead) = lead(workload, delivery, *place) else {
                continue;
            };
            if !window.contains(lead.deployed) {
                continue;
            }
            let lane = if whole || says(*place) {
                &mut times.hotfix
            } else {
                &mut times.usual
            };
            lane.push(lead.lead);
        }
    }
    times
}
