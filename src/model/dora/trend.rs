//! How figures move: a window against the one before it, the five figures week by week or month by month, and where the lead times lie. Every point is
//! told from raw observations, as a row of figures is.

use serde::Serialize;

use super::figures::{Pool, figures};
use super::{FailRate, Figures, LeadTime, Material, Recovery, ReworkRate, Wanted};
use crate::event::time::{Span, Timestamp};
use crate::model::statistic::{Spread, quantile};
use crate::model::window::{Buckets, Window};

/// A figure that changed by no more than this part of what it was is the same.
const STEADY: f64 = 0.2;

/// Fewer observations than this on either side say nothing of a pace.
const ENOUGH: usize = 5;

/// A longer window is told by the month.
const MONTHS_FROM_WEEKS: f64 = 26.5;

/// A window's figures, those of the window of the same length before it, and what became of each metric.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    pub now: Figures,
    pub before: Figures,
    pub changes: [Change; 5],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Seconds, median.
    ChangeLeadTime,
    /// A week.
    DeploymentFrequency,
    /// `0..=1`
    ChangeFailRate,
    /// Seconds, median.
    FailedDeploymentRecovery,
    /// `0..=1`
    DeploymentReworkRate,
}

/// What became of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    pub metric: Metric,
    pub now: Option<f64>,
    pub before: Option<f64>,
    pub direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Better,
    Worse,
    Same,
    /// One side is not known, or only as the least that there was; or less than half of the window before is.
    Unknown,
}

/// The figures of a window against those of the window before.
#[must_use]
pub fn comparison(name: &str, materials: &[&Material], window: Window) -> Comparison {
    let now = figures(name, materials, window, &Wanted::default());
    let earlier = window.before();
    let before = figures(name, materials, earlier, &Wanted::default());
    let mut changes = [
        lead_time(&now, &before),
        frequency(&now, &before),
        fail_rate(&now, &before),
        recovery(&now, &before),
        rework_rate(&now, &before),
    ];
    let known = before.known_from.map(|from| earlier.clipped(from).days());
    if known.is_none_or(|days| days * 2.0 < earlier.days()) {
        for change in &mut changes {
            change.direction = Direction::Unknown;
        }
    }
    Comparison {
        now,
        before,
        changes,
    }
}

fn lead_time(now: &Figures, before: &Figures) -> Change {
    let of = |figures: &Figures| figures.change_lead_time.p50_seconds.map(Span::seconds);
    Change::new(Metric::ChangeLeadTime, (of(now), of(before)), smaller)
}

fn recovery(now: &Figures, before: &Figures) -> Change {
    let of = |figures: &Figures| {
        let p50 = figures.failed_deployment_recovery.p50_seconds;
        p50.map(Span::seconds)
    };
    Change::new(
        Metric::FailedDeploymentRecovery,
        (of(now), of(before)),
        smaller,
    )
}

fn frequency(now: &Figures, before: &Figures) -> Change {
    let values = (now.deployments_per_week, before.deployments_per_week);
    Change::new(Metric::DeploymentFrequency, values, |now, before| {
        smaller(before, now)
    })
}

fn fail_rate(now: &Figures, before: &Figures) -> Change {
    let of = |figures: &Figures| {
        let told = figures.change_fail_rate;
        (told.n, told.rate, told.at_least)
    };
    Change::of_rates(Metric::ChangeFailRate, of(now), of(before))
}

fn rework_rate(now: &Figures, before: &Figures) -> Change {
    let of = |figures: &Figures| {
        let told = figures.deployment_rework_rate;
        (told.n, told.rate, told.at_least)
    };
    Change::of_rates(Metric::DeploymentReworkRate, of(now), of(before))
}

impl Change {
    fn new(
        metric: Metric,
        (now, before): (Option<f64>, Option<f64>),
        judge: impl Fn(f64, f64) -> Direction,
    ) -> Self {
        let known = now.zip(before);
        Self {
            metric,
            now,
            before,
            direction: known.map_or(Direction::Unknown, |(now, before)| judge(now, before)),
        }
    }

    /// Rates that differ by less than one deployment of the smaller side are the same; the least that there was is no rate to compare.
    #[expect(clippy::cast_precision_loss, reason = "counts of deployments")]
    fn of_rates(
        metric: Metric,
        now: (usize, Option<f64>, bool),
        before: (usize, Option<f64>, bool),
    ) -> Self {
        let fewest = now.0.min(before.0) as f64;
        let mut change = Self::new(metric, (now.1, before.1), |now, before| {
            // A little less than one, since 3/10 - 2/10 is not quite 1/10.
            if (now - before).abs() * fewest < 0.999 {
                Direction::Same
            } else {
                smaller(now, before)
            }
        });
        if now.2 || before.2 {
            change.direction = Direction::Unknown;
        }
        change
    }
}

/// Where less is better.
fn smaller(now: f64, before: f64) -> Direction {
    if is_steady(now, before) {
        Direction::Same
    } else if now < before {
        Direction::Better
    } else {
        Direction::Worse
    }
}

/// Told of the larger of the two, so that a figure that doubles and one that halves have moved as far, whichever way one looks.
fn is_steady(now: f64, before: f64) -> bool {
    (now - before).abs() <= STEADY * now.max(before)
}

/// By what a trend is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Whole ISO weeks.
    Week,
    Month,
}

impl Every {
    /// Weeks, and months where a window is longer than half a year.
    #[must_use]
    pub fn of(window: &Window) -> Self {
        if window.days() > MONTHS_FROM_WEEKS * 7.0 {
            Self::Month
        } else {
            Self::Week
        }
    }

    fn buckets(self, window: &Window) -> Buckets {
        match self {
            Self::Week => window.weeks(),
            Self::Month => window.months(),
        }
    }
}

/// The five figures of one week or month. A count is 0 where nothing happened and null where nothing was known yet; a time is null in both.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TrendPoint {
    pub from: Timestamp,
    pub to: Timestamp,
    /// The first event known came within it: it may hold less than there was.
    pub partial: bool,
    pub deployments: Option<usize>,
    pub change_lead_time: LeadTime,
    pub change_fail_rate: FailRate,
    pub failed_deployment_recovery: Recovery,
    pub deployment_rework_rate: ReworkRate,
}

/// The five figures over every whole week or month of a window, oldest first.
#[must_use]
pub fn trend(materials: &[&Material], window: Window, every: Every) -> Vec<TrendPoint> {
    let known = materials.iter().filter_map(|one| one.known).min();
    let buckets = every.buckets(&window);
    let spans = (0..buckets.count).map(|place| match every {
        Every::Week => window.week(buckets, place),
        Every::Month => window.month(buckets, place),
    });
    spans
        .map(|window| {
            let pool = Pool { materials, window };
            TrendPoint {
                from: window.from,
                to: window.to,
                partial: known.is_some_and(|at| window.from < at && at < window.to),
                deployments: pool.count(),
                change_lead_time: pool.lead_time(|lead| Some(lead.lead)),
                change_fail_rate: pool.fail_rate(),
                failed_deployment_recovery: pool.recovery(),
                deployment_rework_rate: pool.rework_rate(),
            }
        })
        .collect()
}

/// Upper limits of the bars of a histogram, each its own bar's: hour, 4 hours, day, 2 days, week, 2 weeks, month (DORA's, 730 hours).
pub const LIMITS: [Span; 7] = [
    Span::from_seconds(3_600),
    Span::from_seconds(4 * 3_600),
    Span::from_seconds(86_400),
    Span::from_seconds(2 * 86_400),
    Span::from_seconds(7 * 86_400),
    Span::from_seconds(14 * 86_400),
    Span::from_seconds(730 * 3_600),
];

/// How lead times spread over bars that people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Histogram {
    pub n: usize,
    pub bars: [Bar; LIMITS.len() + 1],
    pub p50_seconds: Option<Span>,
    pub p90_seconds: Option<Span>,
    /// The bars that they fall into.
    pub p50_bar: Option<usize>,
    pub p90_bar: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// Its values are no longer than this; the last bar has no limit.
    pub up_to_seconds: Option<Span>,
    pub count: usize,
}

/// How times spread; those of a window are [`Material::lead_times`].
#[must_use]
pub fn distribution(times: impl IntoIterator<Item = Span>) -> Histogram {
    let mut times: Vec<Span> = times.into_iter().collect();
    times.sort_unstable();
    let below = |limit: Span| times.partition_point(|time| *time <= limit);
    let bars = std::array::from_fn(|place| {
        let limit = LIMITS.get(place).copied();
        let from = place
            .checked_sub(1)
            .and_then(|before| LIMITS.get(before).copied());
        let to = limit.map_or(times.len(), below);
        Bar {
            up_to_seconds: limit,
            count: to - from.map_or(0, below),
        }
    });
    let bar = |time: Span| LIMITS.partition_point(|limit| *limit < time);
    let (p50, p90) = (quantile(&times, 0.5), quantile(&times, 0.9));
    Histogram {
        n: times.len(),
        bars,
        p50_seconds: p50,
        p90_seconds: p90,
        p50_bar: p50.map(bar),
        p90_bar: p90.map(bar),
    }
}

/// The median lead time of each of so many equal parts of a window, oldest first; none where nothing was delivered.
#[must_use]
pub fn lead_trend(material: &Material, window: Window, buckets: usize) -> Vec<Option<Span>> {
    let mut parts: Vec<Vec<Span>> = vec![Vec::new(); buckets];
    let length = i128::from((window.to - window.from).micros()).max(1);
    for delivered in material.delivered(window) {
        let into = i128::from((delivered.lead.deployed - window.from).micros());
        let place = into * i128::try_from(buckets).unwrap_or(0) / length;
        let part = usize::try_from(place).ok();
        if let Some(part) = part.and_then(|place| parts.get_mut(place)) {
            part.push(delivered.lead.lead);
        }
    }
    parts
        .into_iter()
        .map(|mut part| {
            part.sort_unstable();
            quantile(&part, 0.5)
        })
        .collect()
}

/// Whether changes come faster than they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Faster,
    Slower,
    Steady,
    /// Fewer than five changes on one side.
    Unknown,
}

/// A median and of how many.
#[derive(Clone, Copy, Debug)]
pub struct Middle {
    pub n: usize,
    pub p50: Option<Span>,
}

impl From<LeadTime> for Middle {
    fn from(lead: LeadTime) -> Self {
        Self {
            n: lead.n,
            p50: lead.p50_seconds,
        }
    }
}

impl From<Spread> for Middle {
    fn from(spread: Spread) -> Self {
        Self {
            n: spread.n,
            p50: spread.p50_seconds,
        }
    }
}

/// Slower or faster where medians of at least five changes on each side differ by more than a fifth of the longer.
#[must_use]
pub fn verdict(now: impl Into<Middle>, before: impl Into<Middle>) -> Verdict {
    let (now, before): (Middle, Middle) = (now.into(), before.into());
    let enough = now.n >= ENOUGH && before.n >= ENOUGH;
    match now.p50.zip(before.p50).filter(|_| enough) {
        None => Verdict::Unknown,
        Some((now, before)) => match smaller(now.seconds(), before.seconds()) {
            Direction::Better => Verdict::Faster,
            Direction::Worse => Verdict::Slower,
            Direction::Same | Direction::Unknown => Verdict::Steady,
        },
    }
}
