//! When a change may be live: from changes that were at least as old in the same step, how much longer those took. Empirical, and only as good as its n.

use serde::Serialize;

use super::state::{End, Life, Lives};
use super::statistic::{quantile, ratio};
use crate::event::time::{Span, Timestamp};

/// When it will be live; dates, from `n` changes that were at least as old in the same step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Forecast {
    pub p50: Option<Timestamp>,
    pub p85: Option<Timestamp>,
    pub n: usize,
    /// Why there is none.
    pub why_not: Option<String>,
    /// How far earlier ones came true; `None` where nobody asked.
    pub calibration: Option<Calibration>,
}

impl Forecast {
    /// Whether there is anything to be forecast.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.n > 0 || self.why_not.is_some()
    }
}

/// How many forecasts of the past came true: those that could have been made as each delivered change came to a step, from what had been delivered by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    pub n: usize,
    /// The part that was live by the p50; about a half where the past is a guide. From 0 to 1.
    pub by_p50: Option<f64>,
    /// The part that was live by the p85; about 0.85.
    pub by_p85: Option<f64>,
}

/// With fewer changes to go by, none is given.
const FEWEST: usize = 10;

/// How long one delivered change was at each step of its path, and how long it then still took.
#[derive(Clone, Debug)]
pub struct Past {
    pub delivered: Timestamp,
    /// By name of the step: time at it, and time from its end to delivery.
    pub steps: Vec<(String, Span, Span)>,
}

/// The delivered changes of a workload, newest 1000.
#[must_use]
pub fn past(lives: &Lives<'_>) -> Vec<Past> {
    let mut arrived: Vec<(Timestamp, u32)> = (0..)
        .zip(&lives.workload.changes)
        .filter_map(|(place, _)| Some((lives.arrival(place)?, place)))
        .filter(|(arrival, _)| arrival.counts())
        .map(|(arrival, place)| (arrival.at, place))
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
    Past {
        delivered: end,
        steps,
    }
}

/// A forecast for a change that has been at a step for so long: from its own workload's past where that has enough of them, else from all of its path's:
/// its own, and what is given of the others.
#[must_use]
pub fn forecast(step: &str, age: Span, now: Timestamp, own: &[Past], others: &[Past]) -> Forecast {
    let mut visits = 0;
    let mut remaining = |past: &[Past]| -> Vec<Span> {
        let past = past.iter().flat_map(|past| &past.steps);
        let here: Vec<_> = past.filter(|(name, _, _)| name == step).collect();
        visits += here.len();
        let older = here.into_iter().filter(|(_, at, _)| *at >= age);
        older.map(|(_, at, after)| *at - age + *after).collect()
    };
    let mut spans = remaining(own);
    if spans.len() < FEWEST {
        spans.extend(remaining(others));
    }
    spans.sort_unstable();
    let n = spans.len();
    if n < FEWEST {
        return Forecast {
            n,
            why_not: Some(too_few(n, visits, step)),
            ..Forecast::default()
        };
    }
    Forecast {
        p50: quantile(&spans, 0.5).map(|span| now + span),
        p85: quantile(&spans, 0.85).map(|span| now + span),
        n,
        ..Forecast::default()
    }
}

/// How far forecasts at a step came true: of each delivered change the one that could have been made as it came there.
#[must_use]
pub fn calibration(step: &str, own: &[Past]) -> Calibration {
    // When each came to the step, and how long it took from there.
    let mut came: Vec<(Timestamp, Span)> = Vec::new();
    let mut delivered: Vec<(Timestamp, Span)> = Vec::new();
    for past in own {
        let visits = past.steps.iter().filter(|(name, ..)| name == step);
        for took in visits.map(|(_, at, after)| *at + *after) {
            came.push((past.delivered - took, took));
            delivered.push((past.delivered, took));
        }
    }
    came.sort_unstable();
    delivered.sort_unstable();
    let mut delivered = delivered.into_iter().peekable();
    let mut known: Vec<Span> = Vec::new();
    let (mut n, mut by) = (0, [0, 0]);
    for (at, took) in came {
        while let Some((_, span)) = delivered.next_if(|(then, _)| *then < at) {
            known.insert(known.partition_point(|other| *other < span), span);
        }
        if known.len() < FEWEST {
            continue;
        }
        n += 1;
        for (q, count) in [0.5, 0.85].into_iter().zip(&mut by) {
            *count += usize::from(quantile(&known, q).is_some_and(|most| took <= most));
        }
    }
    Calibration {
        n,
        by_p50: ratio(by[0], n),
        by_p85: ratio(by[1], n),
    }
}

/// So many changes were at the step for that long, of all that were there.
fn too_few(n: usize, visits: usize, step: &str) -> String {
    let earlier = match (n, visits) {
        (0, 0) => return format!("no earlier change was at {step}; {FEWEST} are needed"),
        (0, 1) => "the only earlier change was not".to_owned(),
        (0, _) => format!("none of {visits} earlier changes was"),
        (1, 1) => "only 1 earlier change was".to_owned(),
        (1, _) => format!("only 1 of {visits} earlier changes was"),
        (n, visits) if n == visits => format!("only {n} earlier changes were"),
        (n, visits) => format!("only {n} of {visits} earlier changes were"),
    };
    format!("{earlier} at {step} for that long; {FEWEST} are needed")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hours(hours: i64) -> Span {
        Span::from_seconds(hours * 3_600)
    }

    /// Changes that were so many hours at the gate, and an hour from there to delivery.
    fn past(stays: &[i64]) -> Vec<Past> {
        let one = |stay: &i64| Past {
            delivered: Timestamp::from_seconds(0),
            steps: vec![("cab".to_owned(), hours(*stay), hours(1))],
        };
        stays.iter().map(one).collect()
    }

    fn told(age: i64, own: &[i64], others: &[i64]) -> Forecast {
        let now = Timestamp::from_seconds(0);
        forecast("cab", hours(age), now, &past(own), &past(others))
    }

    #[test]
    fn a_path_is_all_of_its_workloads() {
        let both = told(2, &[3; 4], &[5; 6]);
        assert_eq!((both.n, both.why_not), (10, None));
        assert_eq!(both.p50, Some(Timestamp::from_seconds(0) + hours(4)));
        // Its own are enough.
        let own = told(2, &[3; 10], &[50; 10]);
        assert_eq!(own.n, 10);
        assert_eq!(own.p85, Some(Timestamp::from_seconds(0) + hours(2)));
    }

    #[test]
    fn what_is_missing_is_told() {
        let why = |age, own: &[i64], others: &[i64]| {
            let told = told(age, own, others);
            assert_eq!((told.p50, told.p85), (None, None));
            let why = told.why_not.unwrap();
            why.strip_suffix("; 10 are needed").unwrap().to_owned()
        };
        assert_eq!(why(2, &[], &[]), "no earlier change was at cab");
        assert_eq!(
            why(2, &[1], &[]),
            "the only earlier change was not at cab for that long"
        );
        assert_eq!(
            why(9, &[3; 12], &[5; 12]),
            "none of 24 earlier changes was at cab for that long"
        );
        assert_eq!(
            why(2, &[3], &[]),
            "only 1 earlier change was at cab for that long"
        );
        assert_eq!(
            why(2, &[3; 4], &[5; 5]),
            "only 9 earlier changes were at cab for that long"
        );
        assert_eq!(
            why(4, &[3; 4], &[5]),
            "only 1 of 5 earlier changes was at cab for that long"
        );
        assert_eq!(
            why(4, &[3; 40], &[5; 5]),
            "only 5 of 45 earlier changes were at cab for that long"
        );
    }

    /// Changes that were delivered one after the other, each so many hours after it came to the gate.
    fn delivered(stays: &[i64]) -> Vec<Past> {
        let one = |(place, stay): (i64, &i64)| Past {
            delivered: Timestamp::from_seconds(0) + hours(place * 100),
            steps: vec![("cab".to_owned(), hours(*stay), hours(0))],
        };
        (0..).zip(stays).map(one).collect()
    }

    #[test]
    fn forecasts_are_held_against_what_came() {
        // Ten have to be delivered before the first that is judged: two of the next four took no longer than half of those before, three no longer than 85 of 100.
        let told = calibration(
            "cab",
            &delivered(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 3, 8, 90]),
        );
        assert_eq!(told.n, 4);
        assert_eq!((told.by_p50, told.by_p85), (Some(0.5), Some(0.75)));
        // What was on its way when the tenth was delivered is not judged: nobody could have told by then.
        let told = calibration("cab", &delivered(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 101]));
        assert_eq!(told, Calibration::default());
        assert_eq!(
            calibration("test", &delivered(&[1; 40])),
            Calibration::default()
        );
    }

    proptest! {
        #[test]
        fn the_order_of_the_past_is_not_asked(stays in prop::collection::vec(0_i64..300, 0..40), by in 0_usize..40) {
            let all = delivered(&stays);
            let told = calibration("cab", &all);
            let mut turned = all;
            let by = by.min(turned.len());
            turned.rotate_left(by);
            prop_assert_eq!(calibration("cab", &turned), told);
            prop_assert!(told.n <= stays.len().saturating_sub(FEWEST));
            prop_assert!(told.by_p50 <= told.by_p85);
        }
    }
}
