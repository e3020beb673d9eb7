//! Values that are written as text and mean more: durations, zones, addresses (patterns and schedules have files of their own). Each says itself how it is read, what is wrong with a
//! text that it cannot read, and how to write it; the walk over the file and serde both ask it, so that they never disagree.

use std::borrow::Cow;
use std::fmt;

use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::problem::suggestion;
use crate::event::time::Span;

/// What is wrong with a text, and how to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub text: String,
    pub hint: String,
}

impl Refusal {
    pub(super) fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hint: hint.into(),
        }
    }
}

/// A value that is written as text.
pub trait Text: Sized {
    /// Its name in the JSON Schema, and what it looks like.
    const FORMAT: &'static str;
    const EXAMPLES: &'static [&'static str];
    /// What every text of it fits, for editors that know no format of ours. Whether one that fits can be read, `read` says.
    const PATTERN: Option<&'static str> = None;

    fn read(text: &str) -> Result<Self, Refusal>;
    fn write(&self) -> String;
}

/// Reads and writes a [`Text`] with serde: `#[serde(with = "value::text")]`.
pub mod text {
    use super::{Deserialize, Deserializer, Serializer, Text};

    pub fn serialize<T: Text, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.write())
    }

    pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::read(&text).map_err(|refusal| serde::de::Error::custom(refusal.text))
    }
}

/// The same where it may be missing.
pub mod optional_text {
    use super::{Deserialize, Deserializer, Serializer, Text, text};

    #[expect(
        clippy::ref_option,
        reason = "serde calls it with a reference to the field"
    )]
    pub fn serialize<T: Text, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => text::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| T::read(&text).map_err(|refusal| serde::de::Error::custom(refusal.text)))
            .transpose()
    }
}

/// Stands for a [`Text`] in the schema: `#[schemars(with = "TextSchema<Span>")]`.
pub struct TextSchema<T>(std::marker::PhantomData<T>);

impl<T: Text> JsonSchema for TextSchema<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::FORMAT.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema =
            json_schema!({ "type": "string", "format": T::FORMAT, "examples": T::EXAMPLES });
        if let Some(pattern) = T::PATTERN {
            schema.insert("pattern".to_owned(), pattern.into());
        }
        schema
    }
}

macro_rules! written_as_text {
    ($($name:ty),*) => { $(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                text::serialize(self, serializer)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text::deserialize(deserializer)
            }
        }
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                <Self as Text>::FORMAT.into()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                TextSchema::<Self>::json_schema(generator)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&Text::write(self))
            }
        }
    )* };
}
pub(super) use written_as_text;

written_as_text!(LinkWindow, Address);

/// A century: far from the edge of what a time can be moved by.
const LONGEST: u128 = 100 * 366 * 86_400 * 1_000_000;
/// A number and a unit, once or more.
macro_rules! duration {
    () => {
        r"(\s*[0-9]+(\.[0-9]+)?\s*(ns(ecs?)?|nanos|us(ecs?)?|µs|micros|ms(ecs?)?|millis|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|M|months?|y|yrs?|years?))+\s*"
    };
}
const DURATION_HINT: &str = "write it as \"30d\", \"24h\" or \"1h 30m\"";

impl Text for Span {
    const FORMAT: &'static str = "duration-in-words";
    const EXAMPLES: &'static [&'static str] = &["30d", "24h", "1h 30m"];
    const PATTERN: Option<&'static str> = Some(concat!("^", duration!(), "$"));

    fn read(text: &str) -> Result<Self, Refusal> {
        if text.trim_start().starts_with('-') {
            return Err(Refusal::new(
                format!("{text:?} is negative, and a duration must be longer than nothing"),
                DURATION_HINT,
            ));
        }
        let duration = humantime::parse_duration(text).map_err(|error| {
            Refusal::new(
                format!("{text:?} is not a duration ({error})"),
                DURATION_HINT,
            )
        })?;
        if duration.is_zero() {
            return Err(Refusal::new(
                format!("{text:?} is zero, and a duration must be longer than nothing"),
                "leave the key out where there is nothing to wait for",
            ));
        }
        match i64::try_from(duration.as_micros()) {
            Ok(micros) if duration.as_micros() <= LONGEST && micros > 0 => {
                Ok(Self::from_micros(micros))
            }
            _ => Err(Refusal::new(
                format!("{text:?} is not between a microsecond and a century"),
                DURATION_HINT,
            )),
        }
    }

    fn write(&self) -> String {
        let micros = u64::try_from(self.micros()).unwrap_or_default();
        humantime::format_duration(std::time::Duration::from_micros(micros)).to_string()
    }
}

impl Text for Tz {
    const FORMAT: &'static str = "timezone";
    const EXAMPLES: &'static [&'static str] = &["UTC", "Europe/Brussels"];

    fn read(text: &str) -> Result<Self, Refusal> {
        text.parse().map_err(|_| {
            let near = super::problem::nearest(
                text,
                chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()),
            );
            Refusal::new(
                format!("{text:?} is not a time zone of the IANA list"),
                near.map_or_else(
                    || "write it as \"UTC\" or \"Europe/Brussels\"".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            )
        })
    }

    fn write(&self) -> String {
        self.name().to_owned()
    }
}

/// How far back an incident looks for its deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkWindow {
    Within(Span),
    Unbounded,
}

impl Text for LinkWindow {
    const FORMAT: &'static str = "duration-or-unbounded";
    const EXAMPLES: &'static [&'static str] = &["24h", "unbounded"];
    const PATTERN: Option<&'static str> = Some(concat!("^(unbounded|", duration!(), ")$"));

    fn read(text: &str) -> Result<Self, Refusal> {
        if text == "unbounded" {
            return Ok(Self::Unbounded);
        }
        Span::read(text)
            .map(Self::Within)
            .map_err(|refusal| Refusal::new(refusal.text, "write it as \"24h\", or \"unbounded\""))
    }

    fn write(&self) -> String {
        match self {
            Self::Within(span) => span.write(),
            Self::Unbounded => "unbounded".to_owned(),
        }
    }
}

/// The address of a tool. Never holds a user name or a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl Text for Address {
    const FORMAT: &'static str = "web-address";
    const EXAMPLES: &'static [&'static str] = &["https://github.example.com/api/v3"];

    fn read(text: &str) -> Result<Self, Refusal> {
        const HINT: &str = "write it as \"https://github.example.com/api/v3\"";
        let url = Url::parse(text)
            .map_err(|error| Refusal::new(format!("this is not a web address ({error})"), HINT))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::new(
                "a user name or password stands in the address, and a secret is never inline",
                "take it out, and reference it: token = { env = \"NAME\" }",
            ));
        }
        if !matches!(url.scheme(), "http" | "https") {
            let hint = suggestion(url.scheme(), ["https", "http"]);
            return Err(Refusal::new(
                format!("{:?} is not a way to reach a tool", url.scheme()),
                hint,
            ));
        }
        Ok(Self(url))
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Choice, UnplannedRule};
    use proptest::prelude::*;

    #[test]
    fn an_address_with_a_password_is_refused_and_not_repeated() {
        let refusal = Address::read("https://jane:c4n4ry@example.com").unwrap_err();
        assert!(!format!("{refusal:?}").contains("c4n4ry"));
    }

    proptest! {
        #[test]
        fn a_duration_is_read_as_it_was_written(seconds in 1_i64..3_000_000_000) {
            let span = Span::from_seconds(seconds);
            prop_assert_eq!(Span::read(&span.write()), Ok(span));
        }

        /// What can be read is not marked as wrong by an editor.
        #[test]
        fn a_duration_that_is_read_fits_its_pattern(
            text in "( ?[0-9]{1,3}(\\.[0-9])? ?(ns|nsec|us|ms|s|sec|seconds|m|min|minutes|h|hr|hours|d|days|w|weeks|M|months|y|years|fortnights)){1,3}"
        ) {
            let pattern = regex::Regex::new(Span::PATTERN.unwrap()).unwrap();
            prop_assert!(Span::read(&text).is_err() || pattern.is_match(&text), "{}", text);
        }

        #[test]
        fn no_text_makes_a_value_panic(text in ".{0,40}") {
            let _ = Span::read(&text);
            let _ = Tz::read(&text);
            let _ = Choice::read(&text).map(|choice| choice.pattern.matches(&text));
            let _ = LinkWindow::read(&text);
            let _ = Address::read(&text);
            let _ = UnplannedRule::read(&text);
        }
    }
}
