//! One row of figures: what a window holds of one workload, or of several. Several are pooled as raw observations; no mean or median is ever made of
//! others. Nothing to measure is null, and a note says why.

use super::judge::Basis;
use super::lead::Lead;
use super::material::{Attempt, Material};
use super::{FailRate, Figures, LeadTime, QuickCheck, Recovery, ReworkRate, Wanted, list, score};
use crate::event::time::{Span, Timestamp};
use crate::model::delivery::AttemptOutcome;
use crate::model::level;
use crate::model::statistic::{quantile, ratio};
use crate::model::window::{Buckets, Window};

/// One row: the raw observations of all materials given, pooled.
#[must_use]
pub fn figures(name: &str, materials: &[&Material], window: Window, wanted: &Wanted) -> Figures {
    let known = materials.iter().filter_map(|one| one.known).min();
    let window = known.map_or(window, |known| window.clipped(known));
    let pool = Pool { materials, window };
    let frequency = pool.frequency();
    let mut figures = Figures {
        workload: name.to_owned(),
        known_from: known.map(|_| window.from),
        deployments: frequency.n,
        deployments_per_week: frequency.per_week,
        deployment_days_per_week_median: frequency.days_per_week,
        deployment_gap_p50_seconds: frequency.gap,
        change_lead_time: pool.lead_time(|lead| Some(lead.lead)),
        merge_to_production: pool.lead_time(|lead| lead.merge_to_production),
        change_fail_rate: pool.fail_rate(),
        failed_deployment_recovery: pool.recovery(),
        time_to_restore: pool.restore(),
        deployment_rework_rate: pool.rework_rate(),
        attempt_failure_rate: pool.attempt_failure_rate(),
        quick_check: QuickCheck::default(),
        levels: None,
        notes: Vec::new(),
        deployment_list: wanted
            .deployments
            .then(|| list::deployments(materials, window)),
        change_list: wanted.changes.then(|| list::changes(materials, window)),
        incident_list: wanted.incidents.then(|| list::incidents(materials, window)),
    };
    figures.quick_check = score::quick_check(&figures, frequency.step);
    figures.levels = wanted
        .levels
        .and_then(|report| score::levels(&figures, report));
    figures.notes = list::notes(materials, window, &figures, *wanted);
    figures
}

/// Materials and the window that is told of them.
pub(super) struct Pool<'a> {
    pub materials: &'a [&'a Material],
    pub window: Window,
}

#[derive(Default)]
struct Frequency {
    n: Option<usize>,
    per_week: Option<f64>,
    days_per_week: Option<f64>,
    gap: Option<Span>,
    step: Option<u8>,
}

impl Pool<'_> {
    /// Counted deployments of the window.
    fn deployments(&self) -> impl Iterator<Item = (&Material, &Attempt)> {
        self.attempts().filter(|(_, attempt)| attempt.counted)
    }

    fn attempts(&self) -> impl Iterator<Item = (&Material, &Attempt)> {
        self.materials.iter().flat_map(|material| {
            let attempts = material.attempts.iter();
            attempts
                .filter(|attempt| self.window.contains(attempt.at))
                .map(|attempt| (*material, attempt))
        })
    }

    /// Every attempt, whatever the window.
    fn ever(&self) -> impl Iterator<Item = &Attempt> {
        self.materials.iter().flat_map(|one| &one.attempts)
    }

    /// How many deployments there were; none where none is known before the window's end. One that failed is none.
    pub(super) fn count(&self) -> Option<usize> {
        let before = |attempt: &Attempt| attempt.counted && attempt.at < self.window.to;
        let known = self.ever().any(before);
        known.then(|| self.deployments().count())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of deployments")]
    fn frequency(&self) -> Frequency {
        let window = &self.window;
        let days = window.days();
        let Some(n) = self.count().filter(|_| days > 0.0) else {
            return Frequency::default();
        };
        let mut dates: Vec<_> = self
            .deployments()
            .map(|(_, attempt)| window.day(attempt.at))
            .collect();
        dates.sort_unstable();
        dates.dedup();
        let per_day = n as f64 / days;
        let (weeks, months) = (window.weeks(), window.months());
        let in_week = dates.iter().filter_map(|day| window.week_in(weeks, *day));
        let in_month = dates.iter().filter_map(|day| window.month_in(months, *day));
        let days_per_week = if weeks.count >= 2 {
            median(weeks, in_week)
        } else {
            None
        };
        let days_per_month = median(months, in_month);
        let lately = Window {
            from: window.to - level::LONG,
            ..*window
        };
        let lately = |attempt: &Attempt| attempt.counted && lately.contains(attempt.at);
        let lately = self.ever().any(lately);
        Frequency {
            n: Some(n),
            per_week: Some(per_day * 7.0),
            days_per_week,
            gap: self.gap(),
            step: Some(level::frequency_step(
                days_per_week.unwrap_or(per_day * 7.0),
                // Where no whole month is known: one deployment in a month of 31 days is one a month.
                days_per_month.unwrap_or(per_day * 31.0),
                lately,
            )),
        }
    }

    /// Median time between consecutive deployments of a workload.
    fn gap(&self) -> Option<Span> {
        let mut gaps = Vec::new();
        for material in self.materials {
            let times = material.deployments().map(|attempt| attempt.at);
            let times: Vec<Timestamp> = times.filter(|at| self.window.contains(*at)).collect();
            gaps.extend(times.windows(2).filter_map(|pair| match pair {
                [one, other] => Some(*other - *one),
                _ => None,
            }));
        }
        gaps.sort_unstable();
        quantile(&gaps, 0.5)
    }

    pub(super) fn lead_time(&self, value: impl Fn(&Lead) -> Option<Span>) -> LeadTime {
        let mut inferred = false;
        let mut values = Vec::new();
        for material in self.materials {
            for delivered in material.delivered(self.window) {
                if let Some(value) = value(&delivered.lead) {
                    values.push(value);
                    inferred |= delivered.lead.inferred;
                }
            }
        }
        values.sort_unstable();
        LeadTime {
            n: values.len(),
            p50_seconds: quantile(&values, 0.5),
            p90_seconds: quantile(&values, 0.9),
            inferred,
        }
    }

    pub(super) fn fail_rate(&self) -> FailRate {
        let told = self.told(|attempt| attempt.failed);
        FailRate {
            n: told.n,
            failed: told.counted,
            rate: told.counted.and_then(|failed| ratio(failed, told.n)),
            inferred: told.inferred,
            at_least: told.at_least,
        }
    }

    pub(super) fn rework_rate(&self) -> ReworkRate {
        let told = self.told(|attempt| attempt.rework);
        ReworkRate {
            n: told.n,
            rework: told.counted,
            rate: told.counted.and_then(|rework| ratio(rework, told.n)),
            inferred: told.inferred,
            at_least: told.at_least,
        }
    }

    /// Counts judgements over the deployments of the window. Without anybody who tells of incidents, what is seen (rollbacks, marks) is the least that
    /// there was, and seeing nothing means nothing.
    fn told(&self, basis: impl Fn(&Attempt) -> Option<Basis>) -> Told {
        let (mut n, mut seen, mut inferred) = (0, 0, false);
        let (mut sourced, mut blind) = (false, false);
        for (material, attempt) in self.deployments() {
            n += 1;
            let basis = basis(attempt);
            seen += usize::from(basis.is_some());
            inferred |= basis == Some(Basis::Inferred);
            sourced |= material.has_source;
            blind |= !material.has_source;
        }
        let known = n > 0 && (sourced || seen > 0);
        Told {
            n,
            counted: known.then_some(seen),
            inferred,
            at_least: known && blind,
        }
    }

    fn attempt_failure_rate(&self) -> FailRate {
        let (mut n, mut failed) = (0, 0);
        for (_, attempt) in self.attempts() {
            n += usize::from(attempt.outcome != AttemptOutcome::Other);
            failed += usize::from(attempt.outcome == AttemptOutcome::Failed);
        }
        FailRate {
            n,
            failed: (n > 0).then_some(failed),
            rate: ratio(failed, n),
            ..FailRate::default()
        }
    }

    /// Recoveries that ended in the window, and those that had not by its end.
    pub(super) fn recovery(&self) -> Recovery {
        let mut spans = Spans::default();
        for attempt in self.ever() {
            if let Some((start, end)) = attempt.broken {
                let inferred = attempt.failed == Some(Basis::Inferred) || attempt.inferred_incident;
                spans.add(self.window, (start, end), inferred);
            }
        }
        spans.told()
    }

    /// From opening to resolving, over all incidents, whatever caused them.
    fn restore(&self) -> Recovery {
        let mut spans = Spans::default();
        for incident in self.materials.iter().flat_map(|one| &one.incidents) {
            // Of one whose opening nobody told of, there is nothing to measure.
            if let Some(opened) = incident.opened {
                spans.add(self.window, (opened, incident.resolved), false);
            }
        }
        spans.told()
    }
}

struct Told {
    n: usize,
    counted: Option<usize>,
    inferred: bool,
    at_least: bool,
}

#[derive(Default)]
struct Spans {
    ended: Vec<Span>,
    open: usize,
    inferred: bool,
}

impl Spans {
    fn add(&mut self, window: Window, time: (Timestamp, Option<Timestamp>), inferred: bool) {
        let (start, end) = time;
        match end.filter(|end| *end < window.to) {
            Some(end) if window.contains(end) => {
                self.ended.push((end - start).max(Span::ZERO));
                self.inferred |= inferred;
            }
            None if start < window.to => self.open += 1,
            _ => {}
        }
    }

    fn told(mut self) -> Recovery {
        self.ended.sort_unstable();
        Recovery {
            n: self.ended.len(),
            p50_seconds: quantile(&self.ended, 0.5),
            open: self.open,
            inferred: self.inferred,
        }
    }
}

/// Median of how many fall into each bucket, the empty ones too.
fn median(buckets: Buckets, places: impl Iterator<Item = usize>) -> Option<f64> {
    let mut counts = vec![0u32; buckets.count];
    for place in places {
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    counts.sort_unstable();
    let upper = counts.get(counts.len() / 2)?;
    let lower = counts.get((counts.len() - 1) / 2)?;
    Some(f64::midpoint(f64::from(*lower), f64::from(*upper)))
}
