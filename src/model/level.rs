//! DORA's answer scale (six steps, the same since 2019), Quick Check scores, and the named levels of single reports. Levels are clusters that were found
//! in one year's survey, not thresholds: they are named per metric, by the nearest row of one report, and only on request.

use crate::event::time::Span;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
const WEEK: f64 = 7.0 * DAY;
/// DORA's own month and half year (2019 report, p. 23).
const MONTH: f64 = 730.0 * HOUR;
const HALF_YEAR: f64 = 4380.0 * HOUR;

/// Half a year, in which a deployment makes the difference between the two lowest steps of frequency.
pub const LONG: Span = Span::from_seconds(4380 * 3600);

/// Mean scores of all industries in 2025.
pub const BENCHMARK: Benchmark = Benchmark {
    lead_time: 5.5,
    frequency: 4.8,
    recovery: 7.4,
    fail_rate: 8.1,
    rework: 7.8,
    overall: 6.72,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Benchmark {
    pub lead_time: f64,
    pub frequency: f64,
    pub recovery: f64,
    pub fail_rate: f64,
    pub rework: f64,
    pub overall: f64,
}

/// The step of a lead time or a recovery: 6 is under an hour, 1 over half a year. A value on a limit goes to the slower side.
#[must_use]
pub fn time_step(time: Span) -> u8 {
    let slower = [HOUR, DAY, WEEK, MONTH, HALF_YEAR]
        .iter()
        .filter(|limit| time.seconds() >= **limit);
    6u8.saturating_sub(u8::try_from(slower.count()).unwrap_or(5))
}

/// The step of a frequency: deployment days a week, deployment days a month, and whether there was any in half a year. Steps 5 and 6 overlap and are
/// not told apart.
#[must_use]
pub fn frequency_step(per_week: f64, per_month: f64, lately: bool) -> u8 {
    if per_week >= 5.0 {
        6
    } else if per_week >= 1.0 {
        4
    } else if per_month >= 1.0 {
        3
    } else if lately {
        2
    } else {
        1
    }
}

/// The score of a step, 0 to 10.
#[must_use]
pub fn step_score(step: u8) -> f64 {
    f64::from(step.saturating_sub(1)) * 2.0
}

/// The score of a rate, 0 to 10.
#[must_use]
pub fn rate_score(rate: f64) -> f64 {
    10.0 - rate * 10.0
}

/// The mean of the scores that there are, to two places.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "at most five scores")]
pub fn mean_score(scores: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = scores.iter().copied().flatten().collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    (!known.is_empty()).then(|| (mean * 100.0).round() / 100.0)
}

/// The reports whose table is known.
pub const REPORTS: [u16; 3] = [2019, 2021, 2024];

/// Why there are no levels of a report, where there are none.
#[must_use]
pub fn why_none(report: u16) -> Option<String> {
    let known = REPORTS.map(|report| report.to_string()).join(", ");
    (!REPORTS.contains(&report)).then(|| {
        format!(
            "the report of {report} has no table of levels that is known here; there is one of {known}"
        )
    })
}

/// One row of a report's table: step of frequency, limits of lead time and recovery in seconds, of the fail rate in percent. Where the table says
/// "less than a day" below a row that says "less than an hour", the row stands for what lies between.
struct Level {
    name: &'static str,
    frequency: u8,
    lead_time: (f64, f64),
    fail_rate: (f64, f64),
    recovery: (f64, f64),
}

const fn level(
    name: &'static str,
    frequency: u8,
    lead_time: (f64, f64),
    fail_rate: (f64, f64),
    recovery: (f64, f64),
) -> Level {
    Level {
        name,
        frequency,
        lead_time,
        fail_rate,
        recovery,
    }
}

const EVER: f64 = f64::INFINITY;

const OF_2019: [Level; 4] = [
    level("elite", 6, (0.0, DAY), (0.0, 15.0), (0.0, HOUR)),
    level("high", 4, (DAY, WEEK), (0.0, 15.0), (HOUR, DAY)),
    level("medium", 3, (WEEK, MONTH), (0.0, 15.0), (HOUR, DAY)),
    level("low", 2, (MONTH, HALF_YEAR), (46.0, 60.0), (WEEK, MONTH)),
];
const OF_2021: [Level; 4] = [
    level("elite", 6, (0.0, HOUR), (0.0, 15.0), (0.0, HOUR)),
    level("high", 3, (DAY, WEEK), (16.0, 30.0), (HOUR, DAY)),
    level("medium", 2, (MONTH, HALF_YEAR), (16.0, 30.0), (DAY, WEEK)),
    level("low", 1, (HALF_YEAR, EVER), (16.0, 30.0), (HALF_YEAR, EVER)),
];
const OF_2024: [Level; 4] = [
    level("elite", 6, (0.0, DAY), (5.0, 5.0), (0.0, HOUR)),
    level("high", 4, (DAY, WEEK), (20.0, 20.0), (HOUR, DAY)),
    level("medium", 3, (WEEK, MONTH), (10.0, 10.0), (HOUR, DAY)),
    level("low", 2, (MONTH, HALF_YEAR), (40.0, 40.0), (WEEK, MONTH)),
];

fn table(report: u16) -> Option<&'static [Level; 4]> {
    match report {
        2019 => Some(&OF_2019),
        2021 => Some(&OF_2021),
        2024 => Some(&OF_2024),
        _ => None,
    }
}

/// The level of a lead time in a report.
#[must_use]
pub fn lead_time(report: u16, time: Span) -> Option<&'static str> {
    nearest(report, |row| {
        (logarithmic(time, row.lead_time), row.lead_time.0)
    })
}

#[must_use]
pub fn recovery(report: u16, time: Span) -> Option<&'static str> {
    nearest(report, |row| {
        (logarithmic(time, row.recovery), row.recovery.0)
    })
}

/// The level of a fail rate, `0..=1`.
#[must_use]
pub fn fail_rate(report: u16, rate: f64) -> Option<&'static str> {
    nearest(report, |row| {
        let (from, to) = row.fail_rate;
        ((from - rate * 100.0).max(rate * 100.0 - to).max(0.0), from)
    })
}

/// The level of a step of frequency.
#[must_use]
pub fn frequency(report: u16, step: u8) -> Option<&'static str> {
    nearest(report, |row| {
        let slowness = 6.0 - f64::from(row.frequency);
        (f64::from(row.frequency.abs_diff(step)), slowness)
    })
}

/// How far a time is from a range, by ratio: 2 hours are nearer to 1 hour than 10 hours to a day.
fn logarithmic(time: Span, (from, to): (f64, f64)) -> f64 {
    let time = time.seconds().max(1.0);
    if time < from {
        (from / time).ln()
    } else if time >= to {
        (time / to).ln()
    } else {
        0.0
    }
}

/// The nearest row by (distance, how bad): of two equally near ones the worse; rows that say the same are named together.
fn nearest(report: u16, distance: impl Fn(&Level) -> (f64, f64)) -> Option<&'static str> {
    let rows = table(report)?;
    let by = |one: &(f64, f64), other: &(f64, f64)| {
        one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1))
    };
    let best = rows.iter().map(&distance).min_by(by)?;
    let names: Vec<&str> = rows
        .iter()
        .filter(|row| by(&distance(row), &best).is_eq())
        .map(|row| row.name)
        .collect();
    Some(match names.as_slice() {
        ["elite", "high", "medium"] => "elite, high or medium",
        ["high", "medium", "low"] => "high, medium or low",
        ["high", "medium"] => "high or medium",
        [one] => one,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: f64) -> Span {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
        Span::from_seconds((hours * HOUR) as i64)
    }

    #[test]
    fn a_time_on_a_limit_goes_to_the_slower_side() {
        let steps = [0.0, 0.99, 1.0, 24.0, 167.9, 168.0, 730.0, 4379.0, 4380.0]
            .map(|time| time_step(hours(time)));
        assert_eq!(steps, [6, 6, 5, 4, 4, 3, 2, 2, 1]);
        assert_eq!(time_step(Span::from_seconds(-5)), 6);
    }

    #[test]
    fn frequency_counts_days() {
        let step = |week, month| frequency_step(week, month, true);
        assert_eq!(
            [step(5.0, 20.0), step(4.9, 20.0), step(1.0, 4.0)],
            [6, 4, 4]
        );
        assert_eq!([step(0.5, 2.0), step(0.0, 1.0), step(0.0, 0.5)], [3, 3, 2]);
        assert_eq!(frequency_step(0.0, 0.0, false), 1);
    }

    #[test]
    fn the_published_mean_of_five_scores() {
        let scores = [5.5, 4.8, 7.4, rate_score(0.19), rate_score(0.22)].map(Some);
        assert_eq!(mean_score(&scores), Some(BENCHMARK.overall));
        assert_eq!(mean_score(&[None, Some(8.0), Some(6.0)]), Some(7.0));
        assert_eq!(mean_score(&[None, None]), None);
        assert!((step_score(1) - 0.0).abs() < 1e-9 && (step_score(6) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn levels_are_the_nearest_row_of_a_report() {
        assert_eq!(lead_time(2024, hours(3.0)), Some("elite"));
        assert_eq!(lead_time(2021, hours(3.0)), Some("elite"), "nearer to 1 h");
        assert_eq!(lead_time(2021, hours(10.0)), Some("high"), "nearer to 24 h");
        assert_eq!(lead_time(2024, hours(24.0)), Some("high"));
        assert_eq!(lead_time(2024, hours(9000.0)), Some("low"));
        assert_eq!(frequency(2021, 4), Some("high"), "between elite and high");
        assert_eq!(frequency(2024, 1), Some("low"));
        assert_eq!(
            fail_rate(2024, 1.0 / 6.0),
            Some("high"),
            "20 is nearer than 10"
        );
        assert_eq!(fail_rate(2024, 0.11), Some("medium"));
        assert_eq!(
            fail_rate(2024, 0.075),
            Some("medium"),
            "5 and 10 are as near"
        );
        assert_eq!(fail_rate(2021, 0.5), Some("high, medium or low"));
        assert_eq!(fail_rate(2019, 0.1), Some("elite, high or medium"));
        assert_eq!(recovery(2024, hours(2.0)), Some("high or medium"));
        assert_eq!(recovery(2021, hours(24.0)), Some("medium"));
        assert_eq!(recovery(2024, hours(0.5)), Some("elite"));
    }

    #[test]
    fn a_year_without_a_table_has_no_levels() {
        for report in [2018, 2020, 2025] {
            assert!(why_none(report).is_some_and(|why| why.ends_with("2019, 2021, 2024")));
            assert_eq!(lead_time(report, hours(1.0)), None);
        }
        for report in REPORTS {
            assert!(frequency(report, 6).is_some() && why_none(report).is_none());
        }
    }
}
