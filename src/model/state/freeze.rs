//! When nothing may go to an environment: recurring windows (RFC 5545), worked out for the time that the workload is known.

use chrono::{Datelike, Days, TimeZone};
use rrule::{RRule, Unvalidated};

use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::definition::{Freeze, Rules};
use crate::model::step;

/// More windows than this for one freeze are not looked at.
const MOST: u16 = 5_000;

/// How far back freezes are worked out.
const BACK: Span = Span::from_seconds(400 * 86_400);

/// Every window in which a step's environment is frozen: step, from, until.
pub(super) fn windows(workload: &Workload, rules: &Rules) -> Vec<(usize, Timestamp, Timestamp)> {
    let mut found = Vec::new();
    for freeze in &workload.path.freezes {
        let Some(step) = step::of_environment(workload, &freeze.environment) else {
            continue;
        };
        let known = workload.known.map_or(workload.as_of, |(first, _)| first);
        let from = known.max(workload.as_of - BACK) - freeze.length;
        for begin in beginnings(freeze, rules, from, workload.as_of) {
            found.push((step, begin, begin + freeze.length));
        }
    }
    found
}

/// When a freeze begins, between two instants. Its rule counts from a Monday at midnight in the configured zone.
fn beginnings(freeze: &Freeze, rules: &Rules, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let zone = rrule::Tz::Tz(rules.timezone);
    let day = from.to_utc().with_timezone(&zone).date_naive();
    let monday = day
        .checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))
        .and_then(|monday| monday.and_hms_opt(0, 0, 0))
        .and_then(|midnight| zone.from_local_datetime(&midnight).earliest());
    let (Some(start), Ok(rule)) = (monday, freeze.schedule.parse::<RRule<Unvalidated>>()) else {
        return Vec::new();
    };
    let Ok(set) = rule.build(start) else {
        return Vec::new();
    };
    let until = to.to_utc().with_timezone(&zone);
    set.before(until)
        .all(MOST)
        .dates
        .into_iter()
        .map(|date| Timestamp::from(date.with_timezone(&chrono::Utc)))
        .collect()
}
