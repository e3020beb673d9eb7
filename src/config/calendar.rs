//! When the business is open: hours of the day, days of the week, and the days of the year on which it is not. Read here, counted by the model.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::{Refusal, Text, TextSchema, text, written_as_text};

/// The hours that a map by the business's calendar counts, in the zone of the metrics.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// From when to when, on each of its days; up to 24:00.
    pub hours: Hours,
    /// The days of the week.
    #[schemars(length(min = 1))]
    pub days: Vec<Weekday>,
    /// Days that do not count, such as `2026-12-25`.
    pub holidays: Vec<Holiday>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            hours: Hours {
                from: 9 * 60,
                to: 17 * 60,
            },
            days: vec![
                Weekday::Mon,
                Weekday::Tue,
                Weekday::Wed,
                Weekday::Thu,
                Weekday::Fri,
            ],
            holidays: Vec::new(),
        }
    }
}

/// Hours of a day, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub from: u32,
    pub to: u32,
}

/// A day of the week, from Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A day that does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday(pub NaiveDate);

written_as_text!(Hours, Holiday);

/// Minutes after midnight of `09:00`.
fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, most: u32| -> Option<u32> {
        let digits = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number <= most)
    };
    let (hour, minute) = (number(hour, 24)?, number(minute, 59)?);
    Some(hour * 60 + minute).filter(|minute| *minute <= 24 * 60)
}

impl Text for Hours {
    const FORMAT: &'static str = "hours-of-a-day";
    const EXAMPLES: &'static [&'static str] = &["09:00-17:00", "08:30-18:00"];
    const PATTERN: Option<&'static str> =
        Some(r"^\s*[0-9]{1,2}:[0-9]{1,2}\s*-\s*[0-9]{1,2}:[0-9]{1,2}\s*$");

    fn read(text: &str) -> Result<Self, Refusal> {
        const HINT: &str = "write it as \"09:00-17:00\"";
        let ends = text.split_once('-');
        let ends = ends.and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        match ends {
            None => Err(Refusal::new(
                format!("{text:?} are not hours of a day"),
                HINT,
            )),
            Some((from, to)) if to <= from => Err(Refusal::new(
                format!("{text:?} ends before it begins, and a day's hours end on that day"),
                "write the earlier time first, and 24:00 for midnight",
            )),
            Some((from, to)) => Ok(Self { from, to }),
        }
    }

    fn write(&self) -> String {
        let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        format!("{}-{}", time(self.from), time(self.to))
    }
}

impl Text for Holiday {
    const FORMAT: &'static str = "day-of-a-year";
    const EXAMPLES: &'static [&'static str] = &["2026-12-25"];
    const PATTERN: Option<&'static str> = Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

    fn read(text: &str) -> Result<Self, Refusal> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        let day = day.ok().filter(|_| text.len() == "2026-12-25".len());
        day.map(Self).ok_or_else(|| {
            Refusal::new(
                format!("{text:?} is not a day of the calendar"),
                "write it as \"2026-12-25\"",
            )
        })
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("09:00-17:00", "09:00-17:00"),
            ("9:00 - 17:30", "09:00-17:30"),
            ("00:00-24:00", "00:00-24:00"),
        ] {
            assert_eq!(Hours::read(text).unwrap().write(), wanted);
            let pattern = regex::Regex::new(Hours::PATTERN.unwrap()).unwrap();
            assert!(pattern.is_match(text), "{text}");
        }
        for text in [
            "",
            "9-17",
            "09:00",
            "17:00-09:00",
            "09:00-09:00",
            "09:60-17:00",
            "09:00-24:01",
            "+9:00-17:00",
        ] {
            assert!(Hours::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_holiday_is_a_day_that_there_is() {
        assert_eq!(Holiday::read("2028-02-29").unwrap().write(), "2028-02-29");
        for text in ["2026-02-29", "25.12.2026", "2026-1-1", "12-25", ""] {
            assert!(Holiday::read(text).is_err(), "{text}");
        }
    }
}
