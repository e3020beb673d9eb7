//! When nothing may go to an environment: a rule of RFC 5545 that says when a freeze begins, and how long it lasts. The rule carries no start of its
//! own; it is counted from a Monday long ago, at midnight in the zone of the metrics, so that `INTERVAL` has something to count from.

use std::borrow::Cow;
use std::fmt;

use chrono::TimeZone;
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::{Refusal, Text, TextSchema, text, written_as_text};
use crate::event::time::{Span, Timestamp};

/// Recurring instants, as a rule of RFC 5545.
#[derive(Clone, Debug)]
pub struct Schedule {
    text: String,
    rule: RRule<Unvalidated>,
}

/// A span of time in which nothing may go to an environment, again and again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    #[schemars(length(min = 1))]
    pub environment: String,
    /// When it begins: a rule of RFC 5545, such as `FREQ=WEEKLY;BYDAY=FR;BYHOUR=16`, in the zone of `metrics.timezone`.
    pub schedule: Schedule,
    /// How long it lasts.
    #[serde(rename = "for", with = "text")]
    #[schemars(with = "TextSchema<Span>")]
    pub length: Span,
    /// Shown to whoever is stopped by it.
    pub reason: Option<String>,
}

written_as_text!(Schedule);

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Schedule {}

/// Monday 3 January 2000, midnight.
fn start(zone: Tz) -> Option<chrono::DateTime<rrule::Tz>> {
    rrule::Tz::Tz(zone)
        .with_ymd_and_hms(2000, 1, 3, 0, 0, 0)
        .earliest()
}

impl Schedule {
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The last instant of the schedule in `after..=at`.
    fn last(&self, after: Timestamp, at: Timestamp, zone: Tz) -> Option<Timestamp> {
        // Enough for a freeze that begins at every hour of a day and lasts a month.
        const MOST: u16 = 1_000;
        let start = start(zone)?;
        let rule = self.rule.clone().validate(start).ok()?;
        let in_zone = |time: Timestamp| time.to_utc().with_timezone(&rrule::Tz::Tz(zone));
        RRuleSet::new(start)
            .rrule(rule)
            .after(in_zone(after))
            .before(in_zone(at))
            .all(MOST)
            .dates
            .last()
            .map(|date| Timestamp::from(date.to_utc()))
    }
}

impl Freeze {
    /// Until when this freeze holds at `at`, when it holds then.
    #[must_use]
    pub fn until(&self, at: Timestamp, zone: Tz) -> Option<Timestamp> {
        let began = self.schedule.last(at - self.length, at, zone)?;
        let end = began + self.length;
        (began <= at && at < end).then_some(end)
    }
}

impl Text for Schedule {
    const FORMAT: &'static str = "recurrence-rule";
    const EXAMPLES: &'static [&'static str] = &["FREQ=WEEKLY;BYDAY=FR;BYHOUR=16"];

    fn read(text: &str) -> Result<Self, Refusal> {
        let wrong = |detail: String| {
            Refusal::new(
                format!("{text:?} is not a rule of RFC 5545 ({detail})"),
                "write it as \"FREQ=WEEKLY;BYDAY=FR;BYHOUR=16\"",
            )
        };
        let bare = text.strip_prefix("RRULE:").unwrap_or(text);
        let rule: RRule<Unvalidated> = bare
            .parse()
            .map_err(|error: rrule::RRuleError| wrong(error.to_string()))?;
        if matches!(
            rule.get_freq(),
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly
        ) {
            return Err(Refusal::new(
                format!("{text:?} begins more than once a day by its FREQ"),
                "use FREQ=DAILY and name the hours: BYHOUR=9,17",
            ));
        }
        if rule.get_count().is_some() {
            return Err(Refusal::new(
                format!("{text:?} has a COUNT, and no start to count from"),
                "use UNTIL instead: UNTIL=20270101T000000Z",
            ));
        }
        let start = start(Tz::UTC).ok_or_else(|| wrong("it has no start".to_owned()))?;
        rule.clone()
            .validate(start)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            text: text.to_owned(),
            rule,
        })
    }

    fn write(&self) -> String {
        self.text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekend() -> Freeze {
        Freeze {
            environment: "production".to_owned(),
            schedule: Schedule::read("FREQ=WEEKLY;BYDAY=FR;BYHOUR=16").unwrap(),
            length: Span::read("64h").unwrap(),
            reason: None,
        }
    }

    fn until(text: &str) -> Option<String> {
        weekend()
            .until(Timestamp::parse(text).unwrap(), Tz::Europe__Brussels)
            .map(|end| end.to_string())
    }

    #[test]
    fn a_freeze_holds_from_its_first_instant_to_just_before_its_last() {
        // 2026-11-20 is a Friday; Brussels is an hour ahead of UTC then.
        assert_eq!(until("2026-11-20T14:59:59Z"), None);
        let end = Some("2026-11-23T07:00:00Z".to_owned());
        assert_eq!(until("2026-11-20T15:00:00Z"), end);
        assert_eq!(until("2026-11-23T06:59:59Z"), end);
        assert_eq!(until("2026-11-23T07:00:00Z"), None);
    }

    #[test]
    fn a_freeze_follows_the_clocks_of_its_zone() {
        // In summer Brussels is two hours ahead.
        assert_eq!(until("2026-07-03T13:59:59Z"), None);
        assert!(until("2026-07-03T14:00:00Z").is_some());
    }

    #[test]
    fn a_freeze_ends_for_good_at_its_until() {
        let freeze = Freeze {
            schedule: Schedule::read("FREQ=DAILY;UNTIL=20260105T000000Z").unwrap(),
            length: Span::read("1h").unwrap(),
            ..weekend()
        };
        let held = |text: &str| {
            freeze
                .until(Timestamp::parse(text).unwrap(), Tz::UTC)
                .is_some()
        };
        assert!(held("2026-01-05T00:30:00Z"));
        assert!(!held("2026-01-06T00:30:00Z"));
    }
}
