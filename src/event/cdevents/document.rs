//! One object into the document that the log keeps: whose it is, when, and its text on one line. A `CloudEvent` that carries a `CDEvent` is that
//! `CDEvent`, with what its envelope says beside; any other `CloudEvent` is kept as it is.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::value::RawValue;

use super::envelope::{CdEvent, CloudEvent, Envelope, ReadError, envelope};
use super::fields::{Fields, plain};
use super::split::compact;
use crate::event::time::Timestamp;

/// Where a `CloudEvent` says no time, the log writes its arrival, and says so with this attribute.
const ARRIVAL_MARK: &str = "leadtimearrival";
/// Where the log writes what a `CloudEvent` says beside the `CDEvent` that it carries.
const BESIDE: &str = "cloudevent";

/// What the log needs of a document: identity, time and the document itself as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub source: String,
    pub id: String,
    pub at: Timestamp,
    pub body: String,
}

/// The document that one object is. With a problem the text comes back, for whoever knows what else to make of it.
pub(super) fn document(
    text: Cow<'_, str>,
    arrived: Timestamp,
) -> Result<Document, (ReadError, Cow<'_, str>)> {
    let (source, id, at) = match envelope(&text) {
        Err(error) => return Err((error, text)),
        Ok(Envelope::CdEvent(event)) => {
            (event.source.into_owned(), event.id.into_owned(), event.at)
        }
        Ok(Envelope::CloudEvent(event)) => match carried(&event, &text, arrived) {
            Err(error) => return Err((error, text)),
            Ok(Some(document)) => return Ok(document),
            Ok(None) => {
                let (source, id) = (event.source.into_owned(), event.id.into_owned());
                let Some(at) = event.at else {
                    let body = with_time(&text, arrived);
                    return Ok(Document {
                        source,
                        id,
                        at: arrived,
                        body,
                    });
                };
                (source, id, at)
            }
        },
    };
    Ok(Document {
        source,
        id,
        at,
        body: one_line(text),
    })
}

fn one_line(text: Cow<'_, str>) -> String {
    if text.contains(['\n', '\r']) {
        compact(&text)
    } else {
        text.into_owned()
    }
}

/// The `CDEvent` that a `CloudEvent` carries, where it carries one, with what the `CloudEvent` says beside it.
fn carried(
    event: &CloudEvent<'_>,
    text: &str,
    arrived: Timestamp,
) -> Result<Option<Document>, ReadError> {
    let Some(data) = data(event) else {
        return Ok(None);
    };
    let beside = match envelope(&data) {
        Ok(Envelope::CdEvent(inner)) if inner.kind.starts_with("dev.cdevents") => {
            beside(text, &inner)
        }
        Err(error) if event.kind.starts_with("dev.cdevents") && has_context(&data) => {
            return Err(error);
        }
        Ok(_) | Err(_) => return Ok(None),
    };
    let mut found = document(data, arrived).map_err(|(error, _)| error)?;
    if let Some(beside) = beside {
        found.body = with_beside(&found.body, &beside);
    }
    Ok(Some(found))
}

/// Whether an object is meant to be a `CDEvent`, so that what is wrong with it has to be told.
fn has_context(data: &str) -> bool {
    let fields: Result<Fields<'_>, _> = serde_json::from_str(data);
    fields.is_ok_and(|fields| fields.get("context").is_some())
}

/// What a `CloudEvent` says that the `CDEvent` in it does not: extensions, the schema of its data, a subject or a source of its own. `None`: nothing.
fn beside(text: &str, inner: &CdEvent<'_>) -> Option<String> {
    let fields: Fields<'_> = serde_json::from_str(text).unwrap_or_default();
    let is_said = |name: &str, value: &RawValue| {
        let same = |other: &str| plain(value).is_some_and(|text| text == other);
        match name {
            "specversion" | "datacontenttype" | "data" | "data_base64" => true,
            "id" => same(&inner.id),
            "source" => same(&inner.source),
            "type" => same(&inner.kind),
            "subject" => inner.subject.as_deref().is_some_and(same),
            "time" => plain(value).and_then(|text| Timestamp::parse(&text)) == Some(inner.at),
            _ => value.get() == "null",
        }
    };
    let more = fields.iter().filter(|(name, value)| !is_said(name, value));
    let more: Vec<String> = more.map(|(name, value)| member(name, value)).collect();
    (!more.is_empty()).then(|| format!("{{{}}}", more.join(",")))
}

/// A document with what was said beside it as its last field, unless it has such a field.
fn with_beside(body: &str, beside: &str) -> String {
    let body = body.trim();
    let fields: Fields<'_> = serde_json::from_str(body).unwrap_or_default();
    match body.strip_suffix('}') {
        Some(open) if fields.get(BESIDE).is_none() => {
            format!("{},\"{BESIDE}\":{beside}}}", open.trim_end())
        }
        _ => body.to_owned(),
    }
}

fn member(name: &str, value: &RawValue) -> String {
    format!("{}:{}", Value::from(name), compact(value.get()))
}

/// The data of a `CloudEvent` where it is an object: as JSON, as a text that is JSON, or in base 64.
fn data<'a>(event: &CloudEvent<'a>) -> Option<Cow<'a, str>> {
    let found = match (event.data, event.data_base64) {
        (Some(data), _) if data.get().starts_with('"') => plain(data)?,
        (Some(data), _) => Cow::Borrowed(data.get()),
        (None, base64) => {
            let bytes = STANDARD.decode(plain(base64?)?.as_bytes()).ok()?;
            Cow::Owned(String::from_utf8(bytes).ok()?)
        }
    };
    found.trim_start().starts_with('{').then_some(found)
}

/// A `CloudEvent` with the time of its arrival, and a mark that says so: what is read from the log must not depend on when it is read.
fn with_time(json: &str, arrived: Timestamp) -> String {
    let mut stamped = format!(r#"{{"time":"{arrived}","{ARRIVAL_MARK}":true"#);
    let fields: Fields<'_> = serde_json::from_str(json).unwrap_or_default();
    for (name, value) in fields
        .iter()
        .filter(|(name, _)| !["time", ARRIVAL_MARK].contains(name))
    {
        stamped.push(',');
        stamped.push_str(&member(name, value));
    }
    stamped.push('}');
    stamped
}
