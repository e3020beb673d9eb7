//! The envelope of a document: is it a `CDEvent` or a `CloudEvent`, who says it, when, and of what type. Everything else of it is skipped, as the
//! text it is. The one place that decides whether a document has an identity, for what goes into the log and for what comes out of it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::family::Family;
use super::fields::plain;
use crate::event::time::Timestamp;

/// Why a document is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("not JSON: {problem} at column {column}")]
    NotJson {
        problem: String,
        /// From 1, within the document.
        line: usize,
        column: usize,
    },
    #[error("not an event: {0}")]
    NotAnEvent(String),
    #[error("not an event: `{0}` is missing")]
    Missing(&'static str),
    #[error("not an event: `{field}` should be {expected}, found {found}")]
    Wrong {
        field: &'static str,
        expected: &'static str,
        found: String,
    },
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let problem = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(problem, _)| problem);
        if error.is_data() {
            return Self::NotAnEvent(format!("{problem} at column {}", error.column()));
        }
        Self::NotJson {
            problem: problem.to_owned(),
            line: error.line(),
            column: error.column(),
        }
    }
}

/// The envelope of a `CDEvent`.
pub(super) struct CdEvent<'a> {
    pub source: Cow<'a, str>,
    pub id: Cow<'a, str>,
    pub at: Timestamp,
    pub kind: Cow<'a, str>,
    /// Present whenever the type has a family.
    pub subject: Option<Cow<'a, str>>,
    pub content: Option<&'a RawValue>,
    pub custom: Option<&'a RawValue>,
}

/// The envelope of a `CloudEvent`.
pub(super) struct CloudEvent<'a> {
    pub source: Cow<'a, str>,
    pub id: Cow<'a, str>,
    /// CloudEvents lets it out.
    pub at: Option<Timestamp>,
    pub kind: Cow<'a, str>,
    pub data: Option<&'a RawValue>,
    pub data_base64: Option<&'a RawValue>,
}

pub(super) enum Envelope<'a> {
    CdEvent(CdEvent<'a>),
    CloudEvent(CloudEvent<'a>),
}

/// Reads the envelope of one document.
pub(super) fn envelope(json: &str) -> Result<Envelope<'_>, ReadError> {
    let top = top(json)?;
    match top.context {
        Part::Object(context) => cdevent(
            &context,
            &top.subject.object().unwrap_or_default(),
            top.custom,
        )
        .map(Envelope::CdEvent),
        Part::Else(found) if top.specversion.is_none() => Err(ReadError::Wrong {
            field: "context",
            expected: "an object",
            found: found.to_owned(),
        }),
        Part::Absent if top.specversion.is_none() => Err(ReadError::NotAnEvent(
            "it has neither `context` (CDEvents) nor `specversion` (CloudEvents)".to_owned(),
        )),
        Part::Else(_) | Part::Absent => cloudevent(&top).map(Envelope::CloudEvent),
    }
}

/// The fields of one object. A list would be taken for its fields in their order.
fn top(json: &str) -> Result<Top<'_>, ReadError> {
    if json.trim_ascii_start().starts_with('[') {
        let _json: IgnoredAny = serde_json::from_str(json)?;
        return Err(ReadError::NotAnEvent(
            "it is an array, where an object should be".to_owned(),
        ));
    }
    Ok(serde_json::from_str(json)?)
}

fn cdevent<'a>(
    context: &Context<'a>,
    subject: &Subject<'a>,
    custom: Option<&'a RawValue>,
) -> Result<CdEvent<'a>, ReadError> {
    let kind = identity("context.type", context.kind)?;
    let subject_id = match Family::of(&kind) {
        Some(_) => Some(identity("subject.id", subject.id)?),
        None => subject.id.and_then(plain),
    };
    Ok(CdEvent {
        source: identity("context.source", context.source)?,
        id: identity("context.id", context.id)?,
        at: time("context.timestamp", context.timestamp)?
            .ok_or(ReadError::Missing("context.timestamp"))?,
        kind,
        subject: subject_id,
        content: subject.content,
        custom,
    })
}

fn cloudevent<'a>(top: &Top<'a>) -> Result<CloudEvent<'a>, ReadError> {
    Ok(CloudEvent {
        source: identity("source", top.source)?,
        id: identity("id", top.id)?,
        at: time("time", top.time)?,
        kind: identity("type", top.kind)?,
        data: top.data,
        data_base64: top.data_base64,
    })
}

fn identity<'a>(field: &'static str, raw: Option<&'a RawValue>) -> Result<Cow<'a, str>, ReadError> {
    let raw = raw.ok_or(ReadError::Missing(field))?;
    plain(raw)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ReadError::Wrong {
            field,
            expected: "a text",
            found: shortened(raw.get()),
        })
}

fn time(field: &'static str, raw: Option<&RawValue>) -> Result<Option<Timestamp>, ReadError> {
    let Some(raw) = raw else { return Ok(None) };
    // A number is no time.
    let text = plain(raw).filter(|_| raw.get().starts_with('"'));
    Timestamp::read(&text.unwrap_or_default())
        .map(Some)
        .map_err(|expected| ReadError::Wrong {
            field,
            expected,
            found: shortened(raw.get()),
        })
}

/// The beginning of what was found, short enough for a message, on one line.
pub(super) fn shortened(found: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = found
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if short.len() < found.len() {
        short.push('…');
    }
    short
}

#[derive(Deserialize)]
struct Top<'a> {
    #[serde(borrow, default)]
    context: Part<Context<'a>>,
    /// An object in a `CDEvent`, a text in a `CloudEvent`.
    #[serde(borrow, default)]
    subject: Part<Subject<'a>>,
    #[serde(borrow, default, rename = "customData")]
    custom: Option<&'a RawValue>,
    #[serde(borrow, default)]
    specversion: Option<&'a RawValue>,
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    time: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data_base64: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Subject<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

/// A field that should be an object.
#[derive(Default)]
enum Part<T> {
    #[default]
    Absent,
    Object(T),
    /// It is something else.
    Else(&'static str),
}

impl<T> Part<T> {
    fn object(self) -> Option<T> {
        match self {
            Self::Object(object) => Some(object),
            Self::Absent | Self::Else(_) => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor(PhantomData))
    }
}

struct PartVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PartVisitor<T> {
    type Value = Part<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Part::Object)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Part<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Part::Else("an array"))
    }
    fn visit_unit<E>(self) -> Result<Part<T>, E> {
        Ok(Part::Absent)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Part<T>, E> {
        Ok(Part::Else("true or false"))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Part<T>, E> {
        Ok(Part::Else("a number"))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Part<T>, E> {
        Ok(Part::Else("a number"))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Part<T>, E> {
        Ok(Part::Else("a number"))
    }
    fn visit_str<E>(self, _: &str) -> Result<Part<T>, E> {
        Ok(Part::Else("a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(json: &str) -> String {
        envelope(json).err().expect("a problem").to_string()
    }

    #[test]
    fn a_problem_names_the_field_and_what_was_found() {
        let context = |rest: &str| format!(r#"{{"context":{{{rest}}},"subject":{{"id":"x"}}}}"#);
        assert_eq!(
            problem(&context(
                r#""type":"t","id":"1","timestamp":"2024-01-01T00:00:00Z""#
            )),
            "not an event: `context.source` is missing"
        );
        assert_eq!(
            problem(&context(
                r#""type":"t","source":"s","id":["x"],"timestamp":"2024-01-01T00:00:00Z""#
            )),
            r#"not an event: `context.id` should be a text, found ["x"]"#
        );
        assert_eq!(
            problem(&context(
                r#""type":"t","source":"s","id":"1","timestamp":"yesterday""#
            )),
            r#"not an event: `context.timestamp` should be an RFC 3339 time, found "yesterday""#
        );
        assert_eq!(
            problem(r#"{"context":{"type":"dev.cdevents.change.merged.0.3.0"}}"#),
            "not an event: `subject.id` is missing"
        );
        assert_eq!(
            problem(r#"{"context":[1]}"#),
            "not an event: `context` should be an object, found an array"
        );
        assert_eq!(
            problem(r#"{"specversion":"1.0","id":"1","type":"t"}"#),
            "not an event: `source` is missing"
        );
        assert_eq!(
            problem(r#"{"context":{"id":1,"id":2}}"#),
            "not an event: duplicate field `id` at column 23"
        );
        assert_eq!(
            problem(&context(
                r#""type":"t","source":"s","id":"1","timestamp":"9999-12-31T23:59:59-01:00""#
            )),
            r#"not an event: `context.timestamp` should be a time of the years 0000 to 9999 in UTC, found "9999-12-31T23:59:59-01:00""#
        );
        assert_eq!(
            problem(r#"{"context" 1}"#),
            "not JSON: expected `:` at column 12"
        );
    }

    #[test]
    fn fields_in_a_row_are_no_object() {
        let context = r#"{"type":"t","source":"s","id":"1","timestamp":"2024-01-01T00:00:00Z"}"#;
        for row in [
            format!(r#"[{context},{{"id":"x"}}]"#),
            r#" [null,null,null,"1.0","s","1","t"]"#.to_owned(),
        ] {
            assert_eq!(
                problem(&row),
                "not an event: it is an array, where an object should be"
            );
        }
        assert_eq!(
            problem("[1"),
            "not JSON: EOF while parsing a list at column 2"
        );
    }

    #[test]
    fn ids_may_be_numbers() {
        let json =
            r#"{"context":{"type":"t","source":"s","id":42,"timestamp":"2024-01-01T00:00:00Z"}}"#;
        let Ok(Envelope::CdEvent(event)) = envelope(json) else {
            panic!("no event")
        };
        assert_eq!(event.id, "42");
    }
}
