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

/// Lead times of the changes that went live in a window. A change is a hotfix when it says so itself; where a deployment is known to be unplanned and
/// none of its changes says so, all of them are.
#[must_use]
pub fn lanes(lives: &Lives<'_>, window: Window) -> Lanes {
    let (workload, delivery) = (lives.workload, lives.production());
    let links = link(workload, delivery, lives.rules);
    let verdicts = judge(workload, delivery, &links, lives.rules);
    let incidents: FxHashSet<Name> = workload.incidents.iter().map(|i| i.id).collect();
    let says = |place: ChangeAt| {
        let change = workload.changes.get(place as usize);
        change.is_some_and(|change| unplanned(workload, lives.rules, &incidents, change))
    };
    let (mut hotfix, mut usual): (Vec<Span>, Vec<Span>) = (Vec::new(), Vec::new());
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
                &mut hotfix
            } else {
                &mut usual
            };
            lane.push(lead.lead);
        }
    }
    Lanes {
        hotfix: Spread::of(hotfix),
        usual: Spread::of(usual),
    }
}
