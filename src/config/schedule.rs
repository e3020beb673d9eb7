//! When nothing may go to an environment: a rule of RFC 5545 that says when a freeze begins, and how long it lasts. The rule carries no start of its
//! own; it is counted from a Monday long ago, at midnight in the zone of the metrics, so that `INTERVAL` has something to count from.

use std::borrow::Cow;
use std::fmt;

use chrono::TimeZone;
use chrono_tz::Tz;
use rrule::{Frequency, RRule, Unvalidated};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::{Refusal, Text, TextSchema, text, written_as_text};
use crate::event::time::Span;

/// Recurring instants, as a rule of RFC 5545.
#[derive(Clone, Debug)]
pub struct Schedule {
    text: String,
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
    /// The rule, without the name that may stand before it.
    #[must_use]
    pub fn rule(&self) -> &str {
        self.text.strip_prefix("RRULE:").unwrap_or(&self.text)
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
        rule.validate(start)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            text: text.to_owned(),
        })
    }

    fn write(&self) -> String {
        self.text.clone()
    }
}
