//! Opsgenie: recorded incidents, a double of its REST API with pages, services and alerts, and answers that are none.

pub mod subject;

use std::fs;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::opsgenie::Opsgenie;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::Event;
use leadtime::event::kind::Kind;
use leadtime::event::time::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::scans::payloads;
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Mischief, Wild};

const CANARY: &str = "c4n4ry-t0ken";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn now() -> Timestamp {
    at("2026-05-01T12:00:00Z")
}

#[derive(Debug, Default)]
struct World {
    incidents: Vec<Value>,
    alerts: Vec<Value>,
    /// No plan for incidents.
    small: bool,
}

type Server = Wild<World>;

/// As the reference says: a hundred at a time, the newest first.
fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().to_owned();
    let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let services = json!([{"id": "s1", "name": "checkout"}, {"id": "s2", "name": "ledger"}]);
    let list = match pieces[1] {
        "incidents" if world.small => {
            return Answer::json(403, &json!({"message": "Your plan does not allow it"}));
        }
        "incidents" => &world.incidents,
        "alerts" => &world.alerts,
        "services" => services.as_array().unwrap(),
        _ => return Answer::new(404),
    };
    if let Some(id) = pieces.get(2) {
        let found = list.iter().find(|one| one["id"] == *id);
        return found.map_or(
            Answer::json(404, &json!({"message": "no such thing"})),
            |one| Answer::json(200, &json!({"data": one, "took": 0.1})),
        );
    }
    if pieces[1] == "alerts" {
        assert_eq!(asked.query("query"), Some("tag%3Aincident"));
    }
    let mut found: Vec<&Value> = list.iter().collect();
    found.sort_by_key(|one| {
        std::cmp::Reverse(one["createdAt"].as_str().unwrap_or_default().to_owned())
    });
    let number = |key: &str| asked.query(key).unwrap().parse::<usize>().unwrap();
    let (limit, offset) = (number("limit"), number("offset"));
    let page: Vec<&Value> = found.iter().skip(offset).take(limit).copied().collect();
    let mut paging = json!({"first": "https://x.example"});
    if offset + limit < found.len() {
        paging["next"] = json!("https://x.example/next");
    }
    Answer::json(
        200,
        &json!({"data": page, "paging": paging, "took": 0.1, "requestId": "r"}),
    )
}

fn start(incidents: Vec<Value>, alerts: Vec<Value>) -> Server {
    let world = World {
        incidents,
        alerts,
        small: false,
    };
    Wild::start(world, answer)
}

fn incident(number: u32, created: &str, ended: Option<&str>) -> Value {
    let mut one = json!({
        "id": format!("i{number}"), "tinyId": number.to_string(), "message": format!("Errors {number}"),
        "status": if ended.is_some() { "resolved" } else { "open" }, "tags": ["env:production"],
        "createdAt": created, "updatedAt": created, "impactStartDate": created, "priority": "P2",
        "impactedServices": ["s1"], "links": {"web": format!("https://acme.app.opsgenie.com/incident/detail/i{number}")},
    });
    if let Some(ended) = ended {
        one["impactEndDate"] = json!(ended);
    }
    one
}

fn settings(url: &str) -> Settings {
    Settings {
        name: "genie".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        ..Settings::default()
    }
}

async fn read_at(server: &Server, kept: &mut Kept, now: Timestamp) -> Result<(), ConnectorError> {
    kept.findings.clear();
    let source = Opsgenie::new(settings(&server.url())).unwrap();
    source.read(kept.reading(now), kept).await
}

/// What the log has, the oldest first.
fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let line = |event: &Event<String>| {
        let Kind::Incident(incident) = &event.kind else {
            panic!("{event:?}");
        };
        let of = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
        format!(
            "{} {} {:?} {}/{}: {} ({})",
            event.at,
            incident.incident,
            incident.phase,
            of(&incident.service),
            of(&incident.environment),
            of(&incident.description),
            of(&incident.severity)
        )
    };
    found.into_iter().map(line).collect()
}

#[tokio::test]
async fn incidents_and_alerts_begin_and_end_and_are_read_on() {
    let mut both = incident(2, "2026-02-20T10:00:00Z", None);
    both["impactedServices"] = json!(["s1", "s2", "s9"]);
    let alert = json!({
        "id": "a1", "tinyId": "7", "message": "Down", "status": "closed", "tags": ["incident", "service: till"],
        "createdAt": "2026-04-30T10:00:00Z", "updatedAt": "2026-04-30T11:00:00Z", "priority": "P1",
        "report": {"ackTime": 1000, "closeTime": 600_000},
    });
    let server = start(
        vec![
            incident(1, "2026-01-10T10:00:00Z", Some("2026-01-10T11:30:00Z")),
            both.clone(),
            incident(3, "2026-05-01T11:50:00Z", None),
            incident(4, "2025-01-01T10:00:00Z", Some("2025-01-02T10:00:00Z")),
        ],
        vec![alert],
    );
    let mut kept = Kept::default();
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(
        told(&kept),
        [
            "2026-01-10T10:00:00Z i1 Detected checkout/production: Errors 1 (P2)",
            "2026-01-10T11:30:00Z i1 Resolved checkout/production: Errors 1 (P2)",
            "2026-02-20T10:00:00Z i2 Detected checkout/production: Errors 2 (P2)",
            "2026-02-20T10:00:00Z i2 Detected ledger/production: Errors 2 (P2)",
            "2026-02-20T10:00:00Z i2 Detected s9/production: Errors 2 (P2)",
            "2026-04-30T10:00:00Z a1 Detected till/-: Down (P1)",
            "2026-04-30T10:10:00Z a1 Resolved till/-: Down (P1)",
            "2026-05-01T11:50:00Z i3 Detected checkout/production: Errors 3 (P2)",
        ]
    );
    assert_eq!(server.count("GET", "/v1/services/"), 3, "each once");
    {
        both["status"] = json!("closed");
        both["impactEndDate"] = json!("2026-05-01T12:10:00Z");
        let mut world = server.state();
        world.incidents[1] = both;
        world.incidents[2] = incident(3, "2026-05-01T11:50:00Z", Some("2026-05-01T12:20:00Z"));
        world
            .incidents
            .push(incident(5, "2026-05-01T12:30:00Z", None));
    }
    let before = server.asked().len();
    read_at(&server, &mut kept, at("2026-05-01T12:40:00Z"))
        .await
        .unwrap();
    assert_eq!(
        server.asked().len() - before,
        2,
        "two lists, which tell of the open ones, too"
    );
    let lines = told(&kept);
    assert_eq!(lines.len(), 8 + 3 + 1 + 1, "{lines:#?}");
    assert!(
        lines
            .iter()
            .filter(|line| line.contains("12:10:00Z i2 Resolved"))
            .count()
            == 3
    );
    assert_eq!(
        kept.cursors.keys().collect::<Vec<_>>(),
        [
            "all read",
            "open incidents i5",
            "service s1",
            "service s2",
            "service s9"
        ]
    );
    assert_eq!((kept.differing.len(), kept.findings.len()), (0, 0));
    // Gone: told, and not asked for again.
    server.state().incidents.pop();
    read_at(&server, &mut kept, at("2026-05-02T12:40:00Z"))
        .await
        .unwrap();
    assert!(kept.told().contains("i5 is gone"), "{}", kept.told());
    read_at(&server, &mut kept, at("2026-05-02T12:41:00Z"))
        .await
        .unwrap();
    assert_eq!(kept.findings, []);
    let token = format!("GenieKey {CANARY}");
    let sent = server.asked();
    assert!(
        sent.iter()
            .all(|one| one.method == "GET" && one.header("authorization") == Some(&token))
    );
}

#[tokio::test]
async fn services_are_chosen_words_are_kept_and_a_small_plan_is_told() {
    let mut other = incident(2, "2026-05-01T10:00:00Z", None);
    other["impactedServices"] = json!(["s2"]);
    let mut odd = incident(3, "2026-05-01T11:00:00Z", None);
    odd["status"] = json!("pondered");
    let server = start(vec![other, odd], vec![]);
    let mut asked = settings(&server.url());
    asked.projects = vec!["check*".to_owned(), "nothing".to_owned()];
    let source = Opsgenie::new(asked).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(
        told(&kept),
        ["2026-05-01T11:00:00Z i3 Detected checkout/production: Errors 3 (P2)"]
    );
    assert!(
        kept.told().contains("Opsgenie says \"pondered\""),
        "{}",
        kept.told()
    );
    let health = source.check(now()).await.unwrap();
    let said = format!("{health:?}");
    assert!(said.contains("1 of 2 services are read"), "{said}");
    assert!(said.contains("no service fits \\\"nothing\\\""), "{said}");
    server.state().small = true;
    read_at(&server, &mut kept, now()).await.unwrap();
    assert!(
        kept.told().contains("only alerts are read"),
        "{}",
        kept.told()
    );
    let said = format!("{:?}", source.check(now()).await.unwrap());
    assert!(said.contains("Your plan does not allow it"), "{said}");
}

#[tokio::test]
async fn one_that_cannot_be_read_leaves_the_others() {
    let server = start(vec![incident(1, "2026-05-01T10:00:00Z", None)], vec![]);
    let mut kept = Kept::default();
    // One that cannot be read leaves the others, and a connection that breaks is tried again.
    let odd = json!({"data": [{"id": 7}, incident(1, "2026-05-01T10:00:00Z", None)], "paging": {}});
    server.once(
        "GET",
        "/incidents",
        Mischief::Instead(Answer::json(200, &odd)),
    );
    server.once("GET", "/alerts", Mischief::DoneThenCut);
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(kept.events.len(), 1);
    assert!(
        kept.told().contains("item 1: field `id`"),
        "{}",
        kept.told()
    );
    let mut wrong = settings(&server.url());
    wrong.token = None;
    assert!(Opsgenie::new(wrong).is_err());
}

#[tokio::test]
async fn recorded_incidents_are_told() {
    let Some(folder) = payloads("opsgenie") else {
        return;
    };
    let text = fs::read_to_string(folder.join("rest-recorded/incidents.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let server = start(
        rows.into_iter().map(|row| row["body"].clone()).collect(),
        vec![],
    );
    let mut kept = Kept::default();
    read_at(&server, &mut kept, at("2023-10-01T00:00:00Z"))
        .await
        .unwrap();
    insta::assert_snapshot!("recorded", told(&kept).join("\n"));
}
