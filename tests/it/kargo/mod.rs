//! Kargo: a double of its API, held against its own description; objects as its documentation and tests have them; and answers that are none.

mod acting;
mod prism;
pub mod subject;
pub mod world;

use leadtime::connector::Connector;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::kargo::Kargo;
use leadtime::event::kind::{Decision, Kind, Outcome};
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::conformance::subject::HASTE;
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use world::{Server, promotion, start};

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "kg".to_owned(),
        url: Some(server.url()),
        token: Some(SecretString::from(CANARY)),
        projects: vec!["shop".to_owned()],
        patience: HASTE,
        ..Settings::default()
    }
}

fn source(server: &Server) -> Box<dyn Connector> {
    Box::new(Kargo::new(&settings(server)).unwrap())
}

fn short(id: &str) -> String {
    let parts = id.split('/').map(|part| match part.len() {
        40 => part.get(..3).unwrap(),
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn promotions_verifications_and_what_waits_are_told() {
    let server = start();
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.told(), "");
    let lines: Vec<String> = kept
        .events
        .values()
        .map(|event| format!("{} {}", event.at, short(&event.id)))
        .collect();
    insta::assert_snapshot!("told", lines.join("\n"));
    let Kind::Deployment(fact) = &kept.event("promotion/production.7.a/finished").kind else {
        panic!()
    };
    assert_eq!(
        (fact.environment.as_deref(), fact.service.as_deref()),
        (Some("production"), Some("shop"))
    );
    assert_eq!(
        (fact.version.as_deref(), fact.outcome),
        (Some("1.a"), Some(Outcome::Success))
    );
    assert_eq!(
        (fact.repository.as_deref(), &fact.sha),
        (Some("acme/shop"), &Some("a".repeat(40)))
    );
    let gate = |letter: char| format!("stage/production/freight/{}", letter.to_string().repeat(40));
    let Kind::Gate(closed) = &kept.event(&format!("{}/closed", gate('a'))).kind else {
        panic!()
    };
    assert_eq!(closed.decision, Some(Decision::Approved));
    assert_eq!(closed.responder.as_deref(), Some("email:omar@example.com"));
    assert!(
        kept.ids()
            .contains(&format!("{}/created", gate('c')).as_str()),
        "it waits"
    );
    assert!(
        !kept.ids().iter().any(|id| id.contains(&gate('d'))),
        "it may not be taken"
    );
    // The newest is promoted: what waited before it is passed by.
    server
        .state()
        .promotions
        .push(promotion("production", 'c', 56, "Running"));
    let known = kept.events.len();
    let later = Timestamp::parse("2026-03-02T12:05:00Z").unwrap();
    let mut again = Kept {
        cursors: kept.cursors.clone(),
        ..Kept::default()
    };
    deeds::read(&*source(&server), &mut again, later)
        .await
        .unwrap();
    assert_eq!(
        again.events.len(),
        0,
        "all of it is older than the last reading: told when it happens"
    );
    kept.cursors.clear();
    deeds::read(&*source(&server), &mut kept, later + Span::from_seconds(60))
        .await
        .unwrap();
    assert_eq!((kept.events.len(), kept.differing.len()), (known + 4, 0));
    let Kind::Gate(passed) = &kept.event(&format!("{}/closed", gate('b'))).kind else {
        panic!()
    };
    assert_eq!(
        (passed.decision, &passed.responder),
        (Some(Decision::Other), &None)
    );
}

#[tokio::test]
async fn freight_that_is_thrown_away_waits_for_nobody() {
    let server = start();
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let freight = "c".repeat(40);
    let gate = format!("stage/production/freight/{freight}");
    kept.event(&format!("{gate}/created"));
    let is_it = |one: &serde_json::Value| one["metadata"]["name"] == freight.as_str();
    server.state().freight.retain(|one| !is_it(one));
    let later = now() + Span::from_seconds(3_600);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    let id = format!("{gate}/closed/{}", later.micros() / 1_000_000);
    let Kind::Gate(closed) = &kept.event(&id).kind else {
        panic!()
    };
    assert_eq!(closed.decision, Some(Decision::Other));
    // Once.
    let known = kept.events.len();
    deeds::read(&*source(&server), &mut kept, later + Span::from_seconds(60))
        .await
        .unwrap();
    assert_eq!(kept.events.len(), known);
}

#[tokio::test]
async fn what_waits_for_a_person_only_later_is_a_gate() {
    let server = start();
    let auto = |on: bool| {
        server.state().stage("production")["status"]["autoPromotionEnabled"] = json!(on);
    };
    auto(true);
    let mut kept = Kept::default();
    let gate = |letter: char| {
        let freight = letter.to_string().repeat(40);
        format!("stage/production/freight/{freight}")
    };
    let day = Span::from_seconds(86_400);
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert!(!kept.ids().iter().any(|id| id.contains("/freight/")));
    auto(false);
    deeds::read(&*source(&server), &mut kept, now() + day)
        .await
        .unwrap();
    let waits = kept.event(&format!("{}/created", gate('c')));
    assert_eq!(waits.at, Timestamp::parse(&world::at(35)).unwrap());
    assert!(
        !kept.ids().iter().any(|id| id.contains(&gate('a'))),
        "it was over before anybody waited"
    );
    // Told once, and closed as any other.
    let (known, batches) = (kept.events.len(), kept.batches);
    let mut quiet = Kept {
        cursors: kept.cursors.clone(),
        ..Kept::default()
    };
    deeds::read(&*source(&server), &mut quiet, now() + day)
        .await
        .unwrap();
    assert_eq!((quiet.events.len(), batches), (0, 2));
    let late = now() + day + Span::from_seconds(60);
    let mut promoted = promotion("production", 'c', 56, "Running");
    promoted["metadata"]["creationTimestamp"] = json!(late.to_string());
    promoted["status"] = json!({"phase": "Pending"});
    server.state().promotions.push(promoted);
    deeds::read(&*source(&server), &mut kept, late)
        .await
        .unwrap();
    kept.event(&format!("{}/closed", gate('b')));
    kept.event(&format!("{}/closed", gate('c')));
    assert_eq!((kept.events.len(), kept.differing.len()), (known + 3, 0));
    let open = kept.cursors.keys().filter(|key| key.contains(" open "));
    assert_eq!(open.count(), 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_read_again() {
    let server = start();
    {
        let mut world = server.state();
        world.promotions[0]["status"]["phase"] = json!("Dreaming");
        world.stages[0]["status"]["freightHistory"][0]["verificationHistory"][0]["phase"] =
            json!("Pondering");
        world.freight.push(json!({"metadata": {"name": 7}}));
    }
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    for word in ["Dreaming", "Pondering", "a piece of freight"] {
        assert!(kept.told().contains(word), "{word}: {}", kept.told());
    }
    assert!(
        kept.cursors.is_empty(),
        "what could not be read may tell of this time later"
    );
    let health = source(&server).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    assert!(
        facts.contains("1 of 2 projects") && facts.contains("shop: stages staging, production"),
        "{facts}"
    );
}
