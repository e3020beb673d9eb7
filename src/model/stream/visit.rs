//! What the figures of a step are made of: the changes that came by, and what it cost each.

use crate::event::time::{Span, Timestamp};
use crate::model::calendar::Clock;
use crate::model::state::{Cost, Life};
use crate::model::statistic::{Spread, Times};

/// A change that came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    pub entered: Timestamp,
    pub process: Span,
    pub wait: Span,
    /// It held nothing up: the change was busy with another step meanwhile.
    pub beside: bool,
}

/// What the step cost a change that came by, whether it held the change up or not.
pub(super) fn visit(life: &Life, place: usize, clock: Clock) -> Option<Visit> {
    let first = life.legs.iter().find(|leg| leg.step == place);
    let (entered, cost) = match (first, &life.beside[place]) {
        (Some(leg), _) => (leg.from, life.cost_by(place, clock)),
        (None, Some(visit)) => (visit.entered, visit.cost(clock)),
        (None, None) => (life.handed[place]?, Cost::default()),
    };
    Some(Visit {
        entered,
        process: cost.process,
        wait: cost.wait,
        beside: first.is_none(),
    })
}

/// What visits cost, work and wait; the sums are of those that held a change up.
pub(super) fn times(visits: &[Visit]) -> (Times, Times) {
    let of = |cost: fn(&Visit) -> Span| {
        let spread = Spread::of(visits.iter().map(cost).collect());
        let held_up = visits.iter().filter(|visit| !visit.beside);
        let sum = held_up.fold(Span::ZERO, |sum, visit| sum + cost(visit));
        Times {
            n: spread.n,
            p50_seconds: spread.p50_seconds,
            p85_seconds: spread.p85_seconds,
            sum_seconds: (!visits.is_empty()).then_some(sum),
        }
    };
    (of(|visit| visit.process), of(|visit| visit.wait))
}
