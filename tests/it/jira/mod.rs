//! The Jira connector, against a Jira of our own in both its forms, and recorded issues.

mod acting;
mod joined;
mod reading;
pub mod subject;
pub mod world;

use std::time::Duration;

use leadtime::connector::descriptor::{Settings, Waiting};
use leadtime::connector::jira::Jira;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::Event;
use leadtime::event::kind::Kind;
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::support::kept::Kept;
use world::{Server, at};

/// A token that must never be seen anywhere but in the header of a request.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

pub fn now() -> Timestamp {
    at("2026-05-01T12:00:00Z")
}

pub fn waiting(status: &str, approve: Option<&str>, reject: Option<&str>) -> Waiting {
    Waiting {
        status: status.to_owned(),
        approve: approve.map(str::to_owned),
        reject: reject.map(str::to_owned),
        name: None,
    }
}

pub fn settings(url: &str, cloud: bool) -> Settings {
    Settings {
        name: "tickets".to_owned(),
        url: Some(format!("{url}/rest/api/{}", if cloud { 3 } else { 2 })),
        user: cloud.then(|| "jane@acme.example".to_owned()),
        token: Some(SecretString::from(CANARY)),
        projects: vec!["PAY".to_owned(), "OPS".to_owned()],
        gates: vec![
            waiting("Ready for release", Some("done"), Some("In Progress")),
            Waiting {
                name: Some("cab".to_owned()),
                ..waiting("Waiting for approval", None, None)
            },
        ],
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

pub fn connector(server: &Server) -> Jira {
    Jira::new(settings(&server.url(), true)).unwrap()
}

pub async fn read_as(
    server: &Server,
    kept: &mut Kept,
    cloud: bool,
    now: Timestamp,
) -> Result<(), ConnectorError> {
    kept.findings.clear();
    let source = Jira::new(settings(&server.url(), cloud)).unwrap();
    source.read(kept.reading(now), kept).await
}

/// What the log has, the oldest first.
pub fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let text = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
    let line = |event: &Event<String>| {
        let what = match &event.kind {
            Kind::Ticket(fact) => format!(
                "{:?} {} {:?} [{}]",
                fact.phase,
                text(&fact.kind),
                text(&fact.summary),
                fact.labels.join(",")
            ),
            Kind::Incident(fact) => format!(
                "{:?} {}/{} {}",
                fact.phase,
                text(&fact.service),
                text(&fact.environment),
                text(&fact.severity)
            ),
            Kind::Gate(fact) => format!(
                "{:?} {:?} {} by {} of {}",
                fact.phase,
                fact.decision,
                text(&fact.name),
                text(&fact.responder),
                fact.changes.join(",")
            ),
            other => panic!("{other:?}"),
        };
        format!("{} {}: {what}", event.at, event.id)
    };
    found.into_iter().map(line).collect()
}
