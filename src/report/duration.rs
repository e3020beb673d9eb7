//! Lengths of time as people read them: two units at most, seven columns at most, always with their units.

use crate::event::time::{Span, Timestamp};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// `4d 02h`, `2h 05m`, `11m`, `40s`, `0s`; `1y 20d` from a year on. Cut to the unit, never rounded up; a minus where clocks disagree.
#[must_use]
pub fn span(span: Span) -> String {
    let seconds = span.micros().unsigned_abs() / 1_000_000;
    let minus = if span.micros() < 0 && seconds > 0 {
        "-"
    } else {
        ""
    };
    let short = |long: String, brief: String| {
        // The sign takes a column: the smaller unit yields where both do not fit.
        let long = format!("{minus}{long}");
        if long.len() <= 7 {
            long
        } else {
            format!("{minus}{brief}")
        }
    };
    match seconds {
        0..MINUTE => format!("{minus}{seconds}s"),
        MINUTE..HOUR => format!("{minus}{}m", seconds / MINUTE),
        HOUR..DAY => {
            let hours = seconds / HOUR;
            short(
                format!("{hours}h {:02}m", seconds % HOUR / MINUTE),
                format!("{hours}h"),
            )
        }
        DAY..YEAR => {
            let days = seconds / DAY;
            short(
                format!("{days}d {:02}h", seconds % DAY / HOUR),
                format!("{days}d"),
            )
        }
        _ => {
            let years = seconds / YEAR;
            let days = seconds % YEAR / DAY;
            if years > 9999 {
                return format!("{minus}>9999y");
            }
            short(format!("{years}y {days}d"), format!("{years}y"))
        }
    }
}

/// `30d`, `12h`: whole days are told as such.
#[must_use]
pub fn whole(length: Span) -> String {
    let seconds = length.micros().unsigned_abs() / 1_000_000;
    if length.micros() > 0 && seconds >= DAY && seconds.is_multiple_of(DAY) {
        format!("{}d", seconds / DAY)
    } else {
        span(length)
    }
}

/// What is left of a while, to the second: `4:12`, `1:04:12`.
#[must_use]
pub fn clock(left: Span) -> String {
    let seconds = u64::try_from(left.micros()).unwrap_or(0) / 1_000_000;
    let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
    let seconds = seconds % MINUTE;
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// As [`span`], and `-` for none.
#[must_use]
pub fn maybe(length: Option<Span>) -> String {
    length.map_or_else(|| "-".to_owned(), span)
}

/// From one time to another.
#[must_use]
pub fn between(from: Timestamp, to: Timestamp) -> String {
    span(Span::from_micros(to.micros().saturating_sub(from.micros())))
}

/// How long ago a time was, in its largest unit: `3h`, `12d`.
#[must_use]
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let text = between(since, now);
    text.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_to_the_second() {
        let told = |seconds| clock(Span::from_seconds(seconds));
        assert_eq!([told(252), told(60), told(9)], ["4:12", "1:00", "0:09"]);
        assert_eq!([told(3852), told(-5)], ["1:04:12", "0:00"]);
    }

    #[test]
    fn two_units_at_most_and_always_their_names() {
        let cases = [
            (0, "0s"),
            (40, "40s"),
            (59, "59s"),
            (60, "1m"),
            (11 * 60 + 59, "11m"),
            (3600, "1h 00m"),
            (2 * 3600 + 5 * 60, "2h 05m"),
            (86_399, "23h 59m"),
            (86_400, "1d 00h"),
            (4 * 86_400 + 2 * 3600, "4d 02h"),
            (364 * 86_400, "364d"),
            (385 * 86_400, "1y 20d"),
            (-40, "-40s"),
            (-4 * 86_400, "-4d 00h"),
            (-23 * 3600, "-23h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(Span::from_seconds(seconds)), text);
        }
        assert_eq!(maybe(None), "-");
        assert_eq!(span(Span::from_micros(-1)), "0s");
    }

    #[test]
    fn seven_columns_whatever_the_length() {
        for power in 0..63 {
            for micros in [1_i64 << power, -(1_i64 << power), i64::MAX, i64::MIN] {
                let text = span(Span::from_micros(micros));
                assert!(text.len() <= 7, "{text}");
            }
        }
    }

    #[test]
    fn an_age_is_one_unit() {
        let now = Timestamp::from_seconds(1_000_000);
        assert_eq!(age(Timestamp::from_seconds(1_000_000 - 90_000), now), "1d");
        assert_eq!(age(now, now), "0s");
        assert_eq!(age(Timestamp::MIN, Timestamp::MAX), ">9999y");
    }
}
