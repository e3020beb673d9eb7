//! The line itself: what is around an event's own words, in the order in which it is written.

use serde::Serialize;

use super::body::{Body, Object};
use crate::event::Event;
use crate::event::time::Timestamp;

/// One line of JSON.
pub(super) fn line(event: &Event<String>, subject: &str, body: &Body) -> String {
    let is_custom = !body.custom.is_empty();
    let line = Line {
        context: Context {
            specversion: "0.5.1",
            id: &event.id,
            source: &event.source,
            kind: &body.kind,
            timestamp: event.at,
        },
        subject: Subject {
            id: subject,
            content: &body.content,
        },
        custom: is_custom.then_some(&body.custom),
        custom_type: is_custom.then_some("application/json"),
    };
    // Texts as keys and values: there is nothing that JSON cannot say.
    serde_json::to_string(&line).unwrap_or_default()
}

#[derive(Serialize)]
struct Line<'a> {
    context: Context<'a>,
    subject: Subject<'a>,
    #[serde(rename = "customData", skip_serializing_if = "Option::is_none")]
    custom: Option<&'a Object>,
    #[serde(
        rename = "customDataContentType",
        skip_serializing_if = "Option::is_none"
    )]
    custom_type: Option<&'a str>,
}

#[derive(Serialize)]
struct Context<'a> {
    specversion: &'a str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Timestamp,
}

#[derive(Serialize)]
struct Subject<'a> {
    id: &'a str,
    content: &'a Object,
}
