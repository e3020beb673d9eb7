//! The ServiceNow connector, against a ServiceNow of our own, and recorded answers.

mod acting;
mod reading;
pub mod subject;
pub mod world;

use std::time::Duration;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::servicenow::ServiceNow;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::Event;
use leadtime::event::kind::{Gate, GatePhase, Kind};
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::support::kept::Kept;
use world::{Server, at};

/// A token that must never be seen anywhere but in the header of a request.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

pub fn now() -> Timestamp {
    at("2026-05-01T12:00:00Z")
}

pub fn settings(url: &str) -> Settings {
    Settings {
        name: "snow".to_owned(),
        url: Some(url.to_owned()),
        user: Some("jane".to_owned()),
        token: Some(SecretString::from(CANARY)),
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

pub fn connector(server: &Server) -> ServiceNow {
    ServiceNow::new(settings(&server.url())).unwrap()
}

pub async fn read_at(
    server: &Server,
    kept: &mut Kept,
    now: Timestamp,
) -> Result<(), ConnectorError> {
    kept.findings.clear();
    connector(server).read(kept.reading(now), kept).await
}

pub fn gate(event: &Event<String>) -> &Gate<String> {
    let Kind::Gate(gate) = &event.kind else {
        panic!("{event:?}");
    };
    gate
}

/// What the log has of gates, the oldest first.
pub fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let line = |event: &Event<String>| {
        let gate = gate(event);
        let word = match gate.phase {
            GatePhase::Created => "asked".to_owned(),
            phase => format!("{phase:?} {:?}", gate.decision.unwrap()),
        };
        let by = gate.responder.as_ref();
        let by = by.map_or(String::new(), |by| format!(" by {by}"));
        format!("{} {} {word}{by}", event.at, gate.gate)
    };
    found.into_iter().map(line).collect()
}
