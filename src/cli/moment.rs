//! A time as a person types it: an instant, a date, or how long ago. What a date or "ago" means depends on the configured zone and the clock, which
//! are not known while arguments are read, so it is resolved later.

use std::str::FromStr;

use chrono::{NaiveDate, TimeZone};
use chrono_tz::Tz;

use crate::event::time::{Span, Timestamp};

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Instant(Timestamp),
    /// Midnight at its start, in the configured zone.
    Date(NaiveDate),
    Ago(Span),
}

impl Moment {
    /// The instant that is meant. Where a date has no midnight (clocks went forward), its first instant.
    #[must_use]
    pub fn resolve(self, now: Timestamp, zone: Tz) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Ago(span) => now - span,
            Self::Date(date) => (0..24)
                .filter_map(|hour| date.and_hms_opt(hour, 0, 0))
                .find_map(|local| zone.from_local_datetime(&local).earliest())
                .map_or(now, |at| at.to_utc().into()),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(at) = Timestamp::parse(text) {
            return Ok(Self::Instant(at));
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Date(date));
        }
        length(text).map(Self::Ago).map_err(|why| {
            let why = why.unwrap_or("is no time");
            format!("{text:?} {why}: write 2026-03-02T14:10:00Z, 2026-03-02, or 3d, 2h, 45m for so long ago")
        })
    }
}

/// A thousand years, in microseconds: what is longer reaches back to before there were dates.
const LONGEST: i64 = 1_000 * 366 * 86_400 * 1_000_000;

/// A length of time: `90d`, `2h`, `1w 3d`.
pub fn span(text: &str) -> Result<Span, String> {
    length(text).map_err(|why| {
        let why = why.unwrap_or("is no length of time");
        format!("{text:?} {why}: write 90d, 2h, 45m or 30s")
    })
}

/// The length that a text tells, or what is wrong with it where it tells one.
fn length(text: &str) -> Result<Span, Option<&'static str>> {
    let Ok(length) = humantime::parse_duration(text.trim()) else {
        return Err(None);
    };
    match i64::try_from(length.as_micros()) {
        Ok(micros) if micros <= LONGEST => Ok(Span::from_micros(micros)),
        _ => Err(Some("is longer than a thousand years")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_instant_a_date_or_so_long_ago() {
        let now = Timestamp::parse("2026-03-29T12:00:00Z").unwrap();
        let resolved = |text: &str, zone| {
            let moment: Moment = text.parse().unwrap();
            moment.resolve(now, zone).to_string()
        };
        assert_eq!(
            resolved("2026-03-02T14:10:00+01:00", Tz::UTC),
            "2026-03-02T13:10:00Z"
        );
        assert_eq!(
            resolved("2026-03-02", Tz::Europe__Brussels),
            "2026-03-01T23:00:00Z"
        );
        assert_eq!(resolved(" 3d ", Tz::UTC), "2026-03-26T12:00:00Z");
        assert_eq!(resolved("90m", Tz::UTC), "2026-03-29T10:30:00Z");
        // No midnight on this day: clocks went from 24:00 to 01:00.
        assert_eq!(
            resolved("2018-11-04", Tz::America__Sao_Paulo),
            "2018-11-04T03:00:00Z"
        );
    }

    #[test]
    fn what_is_no_time_is_told_what_is() {
        for text in ["", "yesterday", "2026-13-01", "3", "-3d", "999999999999y"] {
            let problem = text.parse::<Moment>().unwrap_err();
            assert!(problem.contains("2026-03-02"), "{problem}");
        }
        let problem = "99999999d".parse::<Moment>().unwrap_err();
        assert!(problem.contains("a thousand years"), "{problem}");
        assert!(span("x").unwrap_err().contains("90d"));
        assert!(span("36500d").is_ok());
    }
}
