//! One row of figures: what a window holds of one workload, or of several. Several are pooled as raw observations; no mean or median is ever made of
//! others. Nothing to measure is null, and a note says why.

use super::judge::{Basis, Verdict, judge};
use super::lead::{Lead, lead};
use super::{FailRate, Figures, LeadTime, QuickCheck, Recovery, ReworkRate, list, score};
use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::delivery::{Attempt, AttemptOutcome, Delivery};
use crate::model::entity::{ChangeAt, Incident};
use crate::model::incident::{Link, link};
use crate::model::level;
use crate::model::statistic::{quantile, ratio};
use crate::model::window::{Buckets, Window};

/// What to tell beyond the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub deployments: bool,
    pub changes: bool,
    pub incidents: bool,
    /// The report whose names for levels are asked for.
    pub levels: Option<u16>,
}

/// A workload with all that was told of its deliveries.
pub(super) struct Part<'a> {
    pub workload: &'a Workload,
    pub delivery: &'a Delivery,
    pub links: Vec<Link>,
    pub verdicts: Vec<Verdict>,
    /// Of every change that has one.
    pub leads: Vec<(ChangeAt, Lead)>,
}

impl<'a> Part<'a> {
    fn of(workload: &'a Workload, delivery: &'a Delivery, rules: &Rules) -> Self {
        let links = link(workload, delivery, rules);
        let verdicts = judge(workload, delivery, &links, rules);
        let changes = 0..u32::try_from(workload.changes.len()).unwrap_or(u32::MAX);
        let leads = changes
            .filter_map(|at| Some((at, lead(workload, delivery, at)?)))
            .collect();
        Self {
            workload,
            delivery,
            links,
            verdicts,
            leads,
        }
    }

    pub(super) fn judged(&self) -> impl Iterator<Item = (&'a Attempt, &Verdict)> {
        self.delivery.attempts.iter().zip(&self.verdicts)
    }

    pub(super) fn incident(&self, place: u32) -> Option<&'a Incident> {
        self.workload.incidents.get(place as usize)
    }

    /// Somebody tells of incidents, of this workload or of another. This is the one place that decides whether "no incident" means that nothing broke.
    pub(super) fn has_source(&self) -> bool {
        self.workload.incident_source || !self.workload.incidents.is_empty()
    }
}

/// One row: the raw observations of all workloads given, pooled.
#[must_use]
pub fn figures(
    name: &str,
    parts: &[(&Workload, &Delivery)],
    rules: &Rules,
    window: Window,
    wanted: &Wanted,
) -> Figures {
    let parts: Vec<Part> = parts
        .iter()
        .map(|(workload, delivery)| Part::of(workload, delivery, rules))
        .collect();
    let known = parts
        .iter()
        .filter_map(|part| Some(part.workload.known?.0))
        .min();
    let window = known.map_or(window, |known| window.clipped(known));
    let pool = Pool {
        parts: &parts,
        window,
    };
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
            .then(|| list::deployments(&parts, window)),
        change_list: wanted.changes.then(|| list::changes(&parts, window)),
        incident_list: wanted.incidents.then(|| list::incidents(&parts, window)),
    };
    figures.quick_check = score::quick_check(&figures, frequency.step);
    figures.levels = wanted
        .levels
        .and_then(|report| score::levels(&figures, report));
    figures.notes = list::notes(&parts, window, &figures, *wanted);
    figures
}

struct Pool<'a> {
    parts: &'a [Part<'a>],
    window: Window,
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
    fn deployments(&self) -> impl Iterator<Item = (&Part<'_>, &Attempt, &Verdict)> {
        self.attempts().filter(|(_, _, verdict)| verdict.counted)
    }

    fn attempts(&self) -> impl Iterator<Item = (&Part<'_>, &Attempt, &Verdict)> {
        self.parts.iter().flat_map(|part| {
            part.judged()
                .filter(|(attempt, _)| self.window.contains(attempt.at))
                .map(move |(attempt, verdict)| (part, attempt, verdict))
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of deployments")]
    fn frequency(&self) -> Frequency {
        let window = &self.window;
        let mut all = self.parts.iter().flat_map(Part::judged);
        let tried =
            |attempt: &Attempt| attempt.at < window.to && attempt.outcome != AttemptOutcome::Other;
        let days = window.days();
        if !all.any(|(attempt, _)| tried(attempt)) || days <= 0.0 {
            return Frequency::default();
        }
        let mut dates: Vec<_> = self
            .deployments()
            .map(|(_, attempt, _)| window.day(attempt.at))
            .collect();
        let n = dates.len();
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
        let lately = |(attempt, verdict): (&Attempt, &Verdict)| {
            verdict.counted && lately.contains(attempt.at)
        };
        let lately = self.parts.iter().flat_map(Part::judged).any(lately);
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
        for part in self.parts {
            let counted = part.judged().filter(|(_, verdict)| verdict.counted);
            let times = counted.map(|(attempt, _)| attempt.at);
            let times: Vec<Timestamp> = times.filter(|at| self.window.contains(*at)).collect();
            gaps.extend(times.windows(2).filter_map(|pair| match pair {
                [one, other] => Some(*other - *one),
                _ => None,
            }));
        }
        gaps.sort_unstable();
        quantile(&gaps, 0.5)
    }

    fn lead_time(&self, value: impl Fn(&Lead) -> Option<Span>) -> LeadTime {
        let mut inferred = false;
        let mut values = Vec::new();
        for (_, lead) in self.parts.iter().flat_map(|part| &part.leads) {
            if let Some(value) = value(lead).filter(|_| self.window.contains(lead.deployed)) {
                values.push(value);
                inferred |= lead.inferred;
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

    fn fail_rate(&self) -> FailRate {
        let told = self.told(|verdict| verdict.failed);
        FailRate {
            n: told.n,
            failed: told.counted,
            rate: told.counted.and_then(|failed| ratio(failed, told.n)),
            inferred: told.inferred,
            at_least: told.at_least,
        }
    }

    fn rework_rate(&self) -> ReworkRate {
        let told = self.told(|verdict| verdict.rework);
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
    fn told(&self, basis: impl Fn(&Verdict) -> Option<Basis>) -> Told {
        let (mut n, mut seen, mut inferred) = (0, 0, false);
        let (mut sourced, mut blind) = (false, false);
        for (part, _, verdict) in self.deployments() {
            n += 1;
            let basis = basis(verdict);
            seen += usize::from(basis.is_some());
            inferred |= basis == Some(Basis::Inferred);
            sourced |= part.has_source();
            blind |= !part.has_source();
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
        for (_, attempt, _) in self.attempts() {
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
    fn recovery(&self) -> Recovery {
        let mut spans = Spans::default();
        for (_, verdict) in self.parts.iter().flat_map(Part::judged) {
            if let Some((start, end)) = verdict.broken {
                let inferred = verdict.failed == Some(Basis::Inferred) || verdict.inferred;
                spans.add(self.window, (start, end), inferred);
            }
        }
        spans.told()
    }

    /// From opening to resolving, over all incidents, whatever caused them.
    fn restore(&self) -> Recovery {
        let mut spans = Spans::default();
        for part in self.parts {
            let incidents = part.links.iter().filter_map(|l| part.incident(l.incident));
            for incident in incidents {
                spans.add(self.window, (incident.opened, incident.resolved), false);
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
