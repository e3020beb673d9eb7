//! When nothing may go to an environment: recurring windows (RFC 5545), worked out for the time that the workload is known.

use chrono::TimeZone;
use rrule::{RRule, RRuleSet, Unvalidated};

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

/// When a freeze begins, between two instants. Its rule counts from a Monday long ago, at midnight in the configured zone.
fn beginnings(freeze: &Freeze, rules: &Rules, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let zone = rrule::Tz::Tz(rules.timezone);
    let start = zone.with_ymd_and_hms(2000, 1, 3, 0, 0, 0).earliest();
    let rule = freeze.schedule.parse::<RRule<Unvalidated>>();
    let (Some(start), Ok(rule)) = (start, rule) else {
        return Vec::new();
    };
    let Ok(rule) = rule.validate(start) else {
        return Vec::new();
    };
    let in_zone = |time: Timestamp| time.to_utc().with_timezone(&zone);
    RRuleSet::new(start)
        .rrule(rule)
        .after(in_zone(from))
        .before(in_zone(to))
        .all(MOST)
        .dates
        .into_iter()
        .map(|date| Timestamp::from(date.with_timezone(&chrono::Utc)))
        .collect()
}
