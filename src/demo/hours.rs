//! Office hours: working time and its inverse, so that people's delays count only the hours in which people work, and weeks and heat maps of the
//! demo look like those of an office (Monday to Friday, half past eight to six, with daylight saving).

use chrono::{Offset, TimeZone, Utc};
use chrono_tz::Europe::Brussels;

use crate::event::time::{Span, Timestamp};

pub const ZONE: &str = "Europe/Brussels";
pub const HOUR: i64 = 3_600;
/// The working time of one day, in seconds.
pub const DAY: i64 = 9 * HOUR + HOUR / 2;
const MORNING: i64 = 8 * HOUR + HOUR / 2;
const WEEK: i64 = 5 * DAY;
/// The epoch was a Thursday: three days after a Monday.
const MONDAY: i64 = 3 * 86_400;

fn offset(utc: i64) -> i64 {
    let time = Utc.timestamp_opt(utc, 0).single().unwrap_or_default();
    i64::from(
        Brussels
            .offset_from_utc_datetime(&time.naive_utc())
            .fix()
            .local_minus_utc(),
    )
}

/// Seconds of working time from a Monday long ago until `at`.
pub fn worked(at: Timestamp) -> i64 {
    let utc = at.micros().div_euclid(1_000_000);
    let local = utc + offset(utc) + MONDAY;
    let (week, rest) = (local.div_euclid(7 * 86_400), local.rem_euclid(7 * 86_400));
    let (day, second) = (rest / 86_400, rest % 86_400);
    let today = if day < 5 {
        day * DAY + (second - MORNING).clamp(0, DAY)
    } else {
        WEEK
    };
    week * WEEK + today
}

/// The instant at which so much working time has passed: the inverse of [`worked`].
pub fn when(worked: i64) -> Timestamp {
    let (week, rest) = (worked.div_euclid(WEEK), worked.rem_euclid(WEEK));
    let local = week * 7 * 86_400 + rest / DAY * 86_400 + MORNING + rest % DAY - MONDAY;
    Timestamp::from_seconds(local - offset(local - HOUR))
}

/// `seconds` of working time after `at`; never before `at`.
pub fn after(at: Timestamp, seconds: i64) -> Timestamp {
    when(worked(at) + seconds).max(at + Span::from_seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_on_friday_evening_ends_on_monday_morning() {
        let friday = Timestamp::parse("2026-01-16T17:30:00+01:00").unwrap();
        assert_eq!(
            after(friday, HOUR).to_string(),
            "2026-01-19T08:00:00Z" // 09:00 in Brussels
        );
        let summer = Timestamp::parse("2026-07-17T17:30:00+02:00").unwrap();
        assert_eq!(after(summer, HOUR).to_string(), "2026-07-20T07:00:00Z");
    }

    #[test]
    fn when_undoes_worked() {
        for step in 0..2_000 {
            let worked_seconds = 2_900_000_000_i64 / 7 + step * 4_321;
            assert_eq!(worked(when(worked_seconds)), worked_seconds);
        }
    }
}
