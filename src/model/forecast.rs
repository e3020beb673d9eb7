//! When a change may be live: from changes that were at least as old in the same step, how much longer those took. Empirical, and only as good as its n.

use serde::Serialize;

use super::state::{End, Life, Lives};
use super::statistic::quantile;
use crate::event::time::{Span, Timestamp};

/// When it will be live; dates, from `n` changes that were at least as old in the same step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Forecast {
    pub p50: Option<Timestamp>,
    pub p85: Option<Timestamp>,
    pub n: usize,
    /// Why there is none.
    pub why_not: Option<String>,
}

/// With fewer changes to go by, none is given.
const FEWEST: usize = 10;

/// How long one delivered change was at each step of its path, and how long it then still took.
#[derive(Clone, Debug)]
pub struct Past {
    /// By name of the step: time at it, and time from its end to delivery.
    pub steps: Vec<(String, Span, Span)>,
}

/// The delivered changes of a workload, newest 1000.
#[must_use]
pub fn past(lives: &Lives<'_>) -> Vec<Past> {
    let mut arrived: Vec<(Timestamp, u32)> = (0..)
        .zip(&lives.workload.changes)
        .filter_map(|(place, _)| Some((lives.arrival(place)?.at, place)))
        .collect();
    arrived.sort_unstable();
    arrived
        .into_iter()
        .rev()
        .take(1_000)
        .filter_map(|(_, place)| lives.life(place))
        .filter(|life| matches!(life.end, End::Delivered(_)))
        .map(|life| one(lives, &life))
        .collect()
}

fn one(lives: &Lives<'_>, life: &Life) -> Past {
    let end = life.until();
    let steps = lives
        .workload
        .path
        .steps
        .iter()
        .enumerate()
        .filter_map(|(place, step)| {
            let mut legs = life.legs.iter().filter(|leg| leg.step == place);
            let first = legs.next()?;
            let last = legs.next_back().unwrap_or(first);
            Some((step.name.clone(), last.to - first.from, end - last.to))
        })
        .collect();
    Past { steps }
}

/// A forecast for a change that has been at a step for so long: first from its own workload's past, then from all of its path's.
#[must_use]
pub fn forecast(step: &str, age: Span, now: Timestamp, own: &[Past], path: &[Past]) -> Forecast {
    let remaining = |past: &[Past]| {
        let mut spans: Vec<Span> = past
            .iter()
            .flat_map(|past| &past.steps)
            .filter(|(name, at, _)| name == step && *at >= age)
            .map(|(_, at, after)| *at - age + *after)
            .collect();
        spans.sort_unstable();
        spans
    };
    let mut spans = remaining(own);
    if spans.len() < FEWEST {
        spans = remaining(path);
    }
    let n = spans.len();
    if n < FEWEST {
        return Forecast {
            n,
            why_not: Some(too_few(n, step)),
            ..Forecast::default()
        };
    }
    Forecast {
        p50: quantile(&spans, 0.5).map(|span| now + span),
        p85: quantile(&spans, 0.85).map(|span| now + span),
        n,
        why_not: None,
    }
}

fn too_few(n: usize, step: &str) -> String {
    let earlier = match n {
        0 => "no earlier change was".to_owned(),
        1 => "only 1 earlier change was".to_owned(),
        _ => format!("only {n} earlier changes were"),
    };
    format!("{earlier} at {step} for that long; {FEWEST} are needed")
}
