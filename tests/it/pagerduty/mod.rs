//! `PagerDuty`: recorded incidents, a double of its REST API with pages and spans of time, and answers that are none.

pub mod acting;
pub mod subject;
pub mod world;

use std::fs;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::pagerduty::PagerDuty;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::kind::{IncidentPhase, Kind};
use leadtime::event::time::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::scans::payloads;
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};
use world::{Server, at, incident, start};

const CANARY: &str = "c4n4ry-t0ken";

fn now() -> Timestamp {
    at("2026-05-01T12:00:00Z")
}

fn settings(url: &str) -> Settings {
    Settings {
        name: "pd".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        environment: Some("production".to_owned()),
        ..Settings::default()
    }
}

async fn read_at(server: &Server, kept: &mut Kept, now: Timestamp) -> Result<(), ConnectorError> {
    kept.findings.clear();
    let source = PagerDuty::new(settings(&server.url())).unwrap();
    let reading = kept.reading(now);
    source.read(reading, kept).await
}

/// What the log has, the oldest first.
fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let line = |event: &leadtime::event::Event<String>| {
        let Kind::Incident(incident) = &event.kind else {
            panic!("{event:?}");
        };
        let word = match incident.phase {
            IncidentPhase::Resolved => "resolved".to_owned(),
            _ if incident.acknowledged.is_some() => {
                let by = incident.acknowledged_by.as_deref();
                format!("acknowledged by {}", by.unwrap_or("-"))
            }
            _ => "triggered".to_owned(),
        };
        let of = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
        format!(
            "{} {} {word} {}/{}: {} ({})",
            event.at,
            incident.incident,
            of(&incident.service),
            of(&incident.environment),
            of(&incident.description),
            of(&incident.severity)
        )
    };
    found.into_iter().map(line).collect()
}

#[tokio::test]
async fn incidents_begin_and_end_and_are_read_on() {
    let server = start(vec![
        incident(1, "2026-01-10T10:00:00Z", Some("2026-01-10T11:30:00Z")),
        incident(2, "2026-02-20T10:00:00Z", None),
        incident(3, "2026-05-01T10:00:00Z", None),
    ]);
    let mut kept = Kept::default();
    read_at(&server, &mut kept, now()).await.unwrap();
    let first = server.count("GET", "/incidents");
    assert_eq!(
        told(&kept),
        [
            "2026-01-10T10:00:00Z Q1 triggered checkout/production: Errors 1 (high)",
            "2026-01-10T11:30:00Z Q1 resolved checkout/production: Errors 1 (high)",
            "2026-02-20T10:00:00Z Q2 triggered checkout/production: Errors 2 (high)",
            "2026-05-01T10:00:00Z Q3 triggered checkout/production: Errors 3 (high)",
        ]
    );
    // Two end, the older one long out of what is asked for; a new one comes.
    {
        let mut world = server.state();
        world.incidents[1] = incident(2, "2026-02-20T10:00:00Z", Some("2026-05-01T12:10:00Z"));
        world.incidents[2] = incident(3, "2026-05-01T10:00:00Z", Some("2026-05-01T12:20:00Z"));
        world
            .incidents
            .push(incident(4, "2026-05-01T12:30:00Z", None));
    }
    read_at(&server, &mut kept, at("2026-05-01T12:40:00Z"))
        .await
        .unwrap();
    let again = server.count("GET", "/incidents") - first;
    assert_eq!(
        again,
        3,
        "one span, and two that were open: {:?}",
        server.asked()
    );
    let lines = told(&kept);
    assert_eq!(lines.len(), 7, "{lines:?}");
    assert!(
        lines[4].starts_with("2026-05-01T12:10:00Z Q2 resolved"),
        "{lines:?}"
    );
    assert!(
        lines[5].starts_with("2026-05-01T12:20:00Z Q3 resolved"),
        "{lines:?}"
    );
    assert_eq!(
        kept.cursors.keys().collect::<Vec<_>>(),
        ["all read", "open Q4"]
    );
    assert_eq!((kept.differing.len(), kept.findings.len()), (0, 0));
    // Gone: told, and not asked for again.
    server.state().incidents.pop();
    read_at(&server, &mut kept, at("2026-05-02T12:40:00Z"))
        .await
        .unwrap();
    assert!(
        kept.told().contains("incident Q4 is gone"),
        "{}",
        kept.told()
    );
    read_at(&server, &mut kept, at("2026-05-02T12:41:00Z"))
        .await
        .unwrap();
    assert_eq!(kept.findings, []);
    let sent = server.asked();
    let token = format!("Token token={CANARY}");
    assert!(
        sent.iter()
            .all(|one| one.method == "GET" && one.header("authorization") == Some(&token))
    );
    assert!(
        sent.iter()
            .all(|one| one.header("accept") == Some("application/vnd.pagerduty+json;version=2"))
    );
}

#[tokio::test]
async fn who_is_at_it_and_that_nobody_is_any_more_are_told() {
    let server = start(vec![incident(1, "2026-05-01T10:00:00Z", None)]);
    let jane = json!({"id": "PJANE", "summary": "Jane Roe"});
    let li = json!({"id": "PLI", "summary": "Li Wei"});
    let mut kept = Kept::default();
    let when = |minute: u32, status: &str, by: &Value| {
        let time = at(&format!("2026-05-01T10:{minute:02}:00Z"));
        server.state().set("Q1", status, by, time);
        time + leadtime::event::time::Span::from_seconds(30)
    };
    let now = when(5, "acknowledged", &jane);
    read_at(&server, &mut kept, now).await.unwrap();
    // Li joins her; since when somebody is at it stays.
    server.state().incidents[0]["acknowledgements"]
        .as_array_mut()
        .unwrap()
        .push(json!({"at": "2026-05-01T10:06:00Z", "acknowledger": li}));
    read_at(&server, &mut kept, now).await.unwrap();
    // It took too long; then it is over, and was not.
    for (minute, status) in [(35, "triggered"), (40, "resolved"), (45, "triggered")] {
        let now = when(minute, status, &li);
        read_at(&server, &mut kept, now).await.unwrap();
    }
    let line = |time: &str, words: &str| {
        format!("2026-05-01T{time}:00Z Q1 {words} checkout/production: Errors 1 (high)")
    };
    assert_eq!(
        told(&kept),
        [
            line("10:00", "triggered"),
            line("10:05", "acknowledged by Jane Roe"),
            line("10:35", "triggered"),
            line("10:40", "resolved"),
            line("10:45", "triggered"),
        ]
    );
    assert_eq!((kept.differing.len(), kept.findings.len()), (0, 0));
}

#[tokio::test]
async fn services_are_chosen_and_words_of_next_year_are_kept() {
    let mut other = incident(2, "2026-05-01T10:00:00Z", None);
    other["service"] = json!({"id": "P2", "summary": "ledger"});
    let mut odd = incident(3, "2026-05-01T11:00:00Z", None);
    odd["status"] = json!("snoozed_forever");
    odd["priority"] = json!({"id": "X", "summary": "P1"});
    odd["escalation_policy"] = json!({"new": [1, 2]});
    let server = start(vec![other, odd]);
    let mut asked = settings(&server.url());
    asked.projects = vec!["check*".to_owned(), "nothing".to_owned()];
    let source = PagerDuty::new(asked).unwrap();
    let mut kept = Kept::default();
    let reading = kept.reading(now());
    source.read(reading, &mut kept).await.unwrap();
    assert_eq!(
        told(&kept),
        ["2026-05-01T11:00:00Z Q3 triggered checkout/production: Errors 3 (P1)"]
    );
    assert!(
        kept.told().contains("PagerDuty says \"snoozed_forever\""),
        "{}",
        kept.told()
    );
    let health = source.check(now()).await.unwrap();
    assert!(
        health.facts[0].contains("1 of 2 services are read"),
        "{health:?}"
    );
    assert!(
        health.findings[0]
            .text
            .contains("no service fits \"nothing\""),
        "{health:?}"
    );
}

#[tokio::test]
async fn one_that_cannot_be_read_leaves_the_others() {
    let server = start(vec![incident(1, "2026-05-01T10:00:00Z", None)]);
    let mut kept = Kept::default();
    // One that cannot be read leaves the others.
    let odd =
        json!({"incidents": [{"id": 7}, incident(1, "2026-05-01T10:00:00Z", None)], "more": false});
    server.once(
        "GET",
        "/incidents",
        Mischief::Instead(Answer::json(200, &odd)),
    );
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(kept.events.len(), 1);
    assert!(
        kept.told().contains("item 1: field `id`"),
        "{}",
        kept.told()
    );
    let mut wrong = settings(&server.url());
    wrong.token = None;
    assert!(PagerDuty::new(wrong).is_err());
}

#[tokio::test]
async fn recorded_incidents_are_told() {
    let Some(folder) = payloads("pagerduty") else {
        return;
    };
    let text = fs::read_to_string(folder.join("rest-recorded/incidents.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let server = start(rows.into_iter().map(|row| row["body"].clone()).collect());
    let mut kept = Kept::default();
    read_at(&server, &mut kept, at("2022-12-01T00:00:00Z"))
        .await
        .unwrap();
    insta::assert_snapshot!("recorded", told(&kept).join("\n"));
}
