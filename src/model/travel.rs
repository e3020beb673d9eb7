//! Steps through time: by the hour, and by the day of the zone that times are told in, which now and then has 23 or 25 hours.

use chrono::{Days, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::event::time::{Span, Timestamp};

const HOUR: i64 = 3_600 * 1_000_000;

/// How far a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Hour,
    Day,
}

/// The instant a step before or after one: on the hour, or at midnight.
#[must_use]
pub fn step(from: Timestamp, step: Step, back: bool, zone: Tz) -> Timestamp {
    if step == Step::Hour {
        let hours = from.micros().div_euclid(HOUR) + if back { -1 } else { 1 };
        return Timestamp::from_micros(hours * HOUR);
    }
    let date = from.to_utc().with_timezone(&zone).date_naive();
    let next = if back {
        date.checked_sub_days(Days::new(1))
    } else {
        date.checked_add_days(Days::new(1))
    };
    let midnight = next.unwrap_or(date).and_time(NaiveTime::MIN);
    // Where clocks go forward over midnight, the day begins an hour later.
    let begins = (0..4).find_map(|hours| {
        let local = midnight + chrono::Duration::hours(hours);
        zone.from_local_datetime(&local).earliest()
    });
    let day = Span::from_seconds(86_400);
    begins.map_or(if back { from - day } else { from + day }, |begins| {
        Timestamp::from_micros(begins.timestamp_micros())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn day(from: &str, back: bool) -> Timestamp {
        step(at(from), Step::Day, back, Tz::Europe__Brussels)
    }

    #[test]
    fn hours_are_whole() {
        let from = at("2026-03-04T10:20:30Z");
        for (back, wanted) in [
            (true, "2026-03-04T09:00:00Z"),
            (false, "2026-03-04T11:00:00Z"),
        ] {
            assert_eq!(step(from, Step::Hour, back, Tz::UTC), at(wanted));
        }
    }

    #[test]
    fn days_begin_at_midnight_where_one_is() {
        assert_eq!(
            day("2026-03-04T10:00:00Z", true),
            at("2026-03-02T23:00:00Z")
        );
        assert_eq!(
            day("2026-03-04T10:00:00Z", false),
            at("2026-03-04T23:00:00Z")
        );
        // 29 March has 23 hours, 25 October has 25.
        assert_eq!(
            day("2026-03-29T22:00:00Z", true),
            at("2026-03-28T23:00:00Z")
        );
        assert_eq!(
            day("2026-10-24T22:00:00Z", false),
            at("2026-10-25T23:00:00Z")
        );
        assert_eq!(
            day("2026-10-25T23:00:00Z", true),
            at("2026-10-24T22:00:00Z")
        );
    }

    #[test]
    fn a_day_without_a_midnight_begins_later() {
        // Beirut put its clocks forward at midnight.
        let began = step(
            at("2022-03-26T12:00:00Z"),
            Step::Day,
            false,
            Tz::Asia__Beirut,
        );
        assert_eq!(began, at("2022-03-26T22:00:00Z"));
    }
}
