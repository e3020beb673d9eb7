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

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn begun(schedule: &str, zone: chrono_tz::Tz, from: &str, to: &str) -> Vec<String> {
        let freeze = Freeze {
            environment: "production".to_owned(),
            schedule: schedule.to_owned(),
            length: Span::from_seconds(3_600),
            reason: None,
        };
        let rules = Rules {
            timezone: zone,
            ..Rules::default()
        };
        let all = beginnings(&freeze, &rules, time(from), time(to));
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_freeze_follows_the_clocks_of_its_zone() {
        // Brussels is an hour ahead of UTC in winter, two in summer.
        let fridays = |from, to| {
            let zone = chrono_tz::Tz::Europe__Brussels;
            begun("FREQ=WEEKLY;BYDAY=FR;BYHOUR=16", zone, from, to)
        };
        assert_eq!(
            fridays("2026-11-16T00:00:00Z", "2026-11-22T00:00:00Z"),
            ["2026-11-20T15:00:00Z"]
        );
        assert_eq!(
            fridays("2026-06-29T00:00:00Z", "2026-07-05T00:00:00Z"),
            ["2026-07-03T14:00:00Z"]
        );
    }

    #[test]
    fn every_other_week_is_counted_from_one_start_whatever_is_asked() {
        let every_other = |from| {
            let rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO";
            begun(rule, chrono_tz::Tz::UTC, from, "2026-11-30T00:00:00Z")
        };
        let long = every_other("2026-10-26T00:00:00Z");
        assert_eq!(long.len(), 3, "{long:?}");
        assert_eq!(every_other("2026-11-12T00:00:00Z")[..], long[1..]);
    }

    #[test]
    fn a_freeze_ends_for_good_at_its_until() {
        let rule = "FREQ=DAILY;UNTIL=20260105T000000Z";
        let days = begun(
            rule,
            chrono_tz::Tz::UTC,
            "2026-01-04T00:00:00Z",
            "2026-01-09T00:00:00Z",
        );
        assert_eq!(days, ["2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z"]);
    }

    #[test]
    fn what_is_no_rule_freezes_nothing() {
        let none = begun(
            "sometimes",
            chrono_tz::Tz::UTC,
            "2026-01-01T00:00:00Z",
            "2026-02-01T00:00:00Z",
        );
        assert!(none.is_empty());
    }
}
