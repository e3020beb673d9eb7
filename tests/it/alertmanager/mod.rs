//! Alertmanager: recorded answers, a day of alerts told by a double of it, answers that are none, and its own API description.

mod failures;
mod payloads;
mod prism;
mod reading;
mod real;
pub mod subject;

use leadtime::connector::alertmanager::Alertmanager;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::kind::{Incident, IncidentPhase, Kind};
use leadtime::event::time::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Wild};

pub const CANARY: &str = "c4n4ry-t0ken";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// What fires, and what is silenced.
#[derive(Debug, Default)]
pub struct World {
    pub groups: Vec<Value>,
    pub silences: Vec<Value>,
}

pub type Server = Wild<World>;

pub fn start(world: World) -> Server {
    Wild::start(world, |world: &mut World, asked: &Asked| {
        match asked.path() {
            "/api/v2/alerts/groups" => Answer::json(200, &json!(world.groups)),
            "/api/v2/silences" => Answer::json(200, &json!(world.silences)),
            "/api/v2/receivers" => Answer::json(200, &json!([{"name": "hook"}, {"name": "pager"}])),
            "/api/v2/status" => Answer::json(200, &json!({"versionInfo": {"version": "0.25.0"}})),
            _ => Answer::new(404),
        }
    })
}

/// An alert that began at a time of a day.
pub fn alert(name: &str, pod: &str, time: &str, more: &Value) -> Value {
    let mut labels = json!({"alertname": name, "pod": pod, "service": "checkout", "environment": "production", "severity": "critical"});
    for (key, value) in more["labels"].as_object().into_iter().flatten() {
        labels[key] = value.clone();
        if value.is_null() {
            labels.as_object_mut().unwrap().remove(key);
        }
    }
    let silenced = more["silenced"].as_str();
    json!({
        "fingerprint": format!("{name}-{pod}-{}", labels["service"]),
        "startsAt": format!("2026-05-01T{time}:00.123Z"),
        "endsAt": "2026-05-02T00:00:00Z",
        "labels": labels,
        "annotations": {"summary": format!("{name} in {pod}")},
        "receivers": [{"name": "hook"}],
        "status": {"state": if silenced.is_some() { "suppressed" } else { "active" }, "silencedBy": silenced.into_iter().collect::<Vec<_>>(), "inhibitedBy": []},
    })
}

/// Alerts of one name and service, told of together.
pub fn group(name: &str, receiver: &str, alerts: &[Value]) -> Value {
    json!({"labels": {"alertname": name, "service": "checkout"}, "receiver": {"name": receiver}, "alerts": alerts})
}

pub fn settings(url: &str) -> Settings {
    Settings {
        name: "alerts".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        ..Settings::default()
    }
}

pub async fn read_with(
    settings: Settings,
    kept: &mut Kept,
    now: &str,
) -> Result<(), ConnectorError> {
    kept.findings.clear();
    let source = Alertmanager::new(&settings)?;
    let reading = kept.reading(at(now));
    source.read(reading, kept).await
}

pub async fn read(server: &Server, kept: &mut Kept, now: &str) -> Result<(), ConnectorError> {
    read_with(settings(&server.url()), kept, now).await
}

/// What the log has of incidents, the oldest first: `checkout/production CheckoutDown… 10:00 detected`.
pub fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let line = |(at, incident): (Timestamp, &Incident<String>)| {
        let word = match incident.phase {
            IncidentPhase::Resolved => "resolved",
            _ => "detected",
        };
        let of = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
        format!(
            "{} {} {}/{}: {} ({})",
            &at.to_string()[11..16],
            word,
            of(&incident.service),
            of(&incident.environment),
            of(&incident.description),
            of(&incident.severity)
        )
    };
    let lines = found.into_iter().map(|event| match &event.kind {
        Kind::Incident(incident) => line((event.at, incident)),
        other => panic!("{other:?}"),
    });
    lines.collect()
}
