//! Kargo: a double of its API, held against its own description; objects as its documentation and tests have them; and answers that are none.

mod acting;
pub mod subject;

use leadtime::connector::Connector;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::kargo::Kargo;
use leadtime::event::kind::{Decision, Kind, Outcome};
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::conformance::subject::HASTE;
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Wild};

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

fn at(minute: u32) -> String {
    format!("2026-03-02T09:{minute:02}:00Z")
}

/// The objects of the project `shop`: `staging` takes what its warehouse finds, `production` what was verified in `staging`.
#[derive(Debug)]
struct World {
    stages: Vec<Value>,
    freight: Vec<Value>,
    promotions: Vec<Value>,
}

fn freight(letter: char, minute: u32, verified: Option<u32>) -> Value {
    let verified = verified.map(|minute| json!({"staging": {"verifiedAt": at(minute)}}));
    json!({
        "metadata": {"name": letter.to_string().repeat(40), "namespace": "shop", "creationTimestamp": at(minute)},
        "alias": format!("quick-{letter}"), "origin": {"kind": "Warehouse", "name": "main"},
        "commits": [{"id": letter.to_string().repeat(40), "repoURL": "https://github.com/acme/deploy.git"}],
        "images": [{
            "repoURL": "ghcr.io/acme/shop", "tag": format!("1.{letter}"), "digest": format!("sha256:{}", letter.to_string().repeat(64)),
            "annotations": {
                "org.opencontainers.image.revision": letter.to_string().repeat(40),
                "org.opencontainers.image.source": "https://github.com/acme/shop",
            },
        }],
        "status": {"verifiedIn": verified.unwrap_or(json!({})), "approvedFor": {}, "currentlyIn": {}},
    })
}

fn promotion(stage: &str, letter: char, minute: u32, phase: &str) -> Value {
    let over = !matches!(phase, "Pending" | "Running");
    json!({
        "metadata": {
            "name": format!("{stage}.{minute}.{letter}"), "creationTimestamp": at(minute),
            "annotations": {"kargo.akuity.io/create-actor": "email:omar@example.com"},
        },
        "spec": {"stage": stage, "freight": letter.to_string().repeat(40)},
        "status": {"phase": phase, "startedAt": at(minute + 1), "finishedAt": over.then(|| at(minute + 2))},
    })
}

fn stage(name: &str, from: &Value, auto: bool, letter: char, verifications: Value) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"requestedFreight": [{"origin": {"kind": "Warehouse", "name": "main"}, "sources": from}]},
        "status": {"autoPromotionEnabled": auto, "freightHistory": [{
            "id": "h", "items": {"Warehouse/main": {"name": letter.to_string().repeat(40)}}, "verificationHistory": verifications,
        }]},
    })
}

fn world() -> World {
    let verified =
        json!([{"id": "v-1", "phase": "Successful", "startTime": at(33), "finishTime": at(35)}]);
    World {
        stages: vec![
            stage("staging", &json!({"direct": true}), true, 'c', verified),
            stage(
                "production",
                &json!({"stages": ["staging"]}),
                false,
                'a',
                json!([]),
            ),
        ],
        freight: vec![
            freight('a', 1, Some(5)),
            freight('b', 10, Some(15)),
            freight('c', 30, Some(35)),
            freight('d', 50, None),
        ],
        promotions: vec![
            promotion("production", 'a', 7, "Succeeded"),
            promotion("staging", 'b', 11, "Failed"),
            promotion("staging", 'c', 31, "Succeeded"),
        ],
    }
}

type Server = Wild<World>;

impl World {
    fn stage(&mut self, name: &str) -> &mut Value {
        let found = self
            .stages
            .iter_mut()
            .find(|one| one["metadata"]["name"] == name);
        found.unwrap()
    }
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().to_owned();
    let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let one = |all: &[Value], name: &str| {
        let found = all.iter().find(|one| one["metadata"]["name"] == name);
        found.map_or(Answer::json(404, &json!({"error": "not found"})), |one| {
            Answer::json(200, one)
        })
    };
    let list = |all: &[Value]| Answer::json(200, &json!({"items": all}));
    let Some(rest) = pieces.strip_prefix(&["v1beta1", "projects"]) else {
        return Answer::new(404);
    };
    match (asked.method.as_str(), rest) {
        ("GET", []) => list(&[
            json!({"metadata": {"name": "shop"}}),
            json!({"metadata": {"name": "toy"}}),
        ]),
        ("GET", ["shop", "stages"]) => list(&world.stages),
        ("GET", ["shop", "stages", name]) => one(&world.stages, name),
        ("GET", ["shop", "promotions"]) => list(&world.promotions),
        ("GET", ["shop", "promotions", name]) => one(&world.promotions, name),
        ("GET", ["shop", "freight"]) => {
            Answer::json(200, &json!({"groups": {"": {"items": world.freight}}}))
        }
        ("POST", ["shop", "freight", name, "approve"]) => {
            let stage = asked.query("stage").unwrap().to_owned();
            let mut all = world.freight.iter_mut();
            let found = all.find(|one| one["metadata"]["name"] == *name).unwrap();
            found["status"]["approvedFor"][&stage] = json!({"approvedAt": at(55)});
            Answer::new(200)
        }
        ("POST", ["shop", "promotions", name, "abort"]) => {
            let mut all = world.promotions.iter_mut();
            let found = all.find(|one| one["metadata"]["name"] == *name).unwrap();
            found["status"]["phase"] = json!("Aborted");
            Answer::new(200)
        }
        ("POST", ["shop", "stages", name, "promotions"]) => {
            let body = asked.json();
            let letter = body["freight"].as_str().unwrap().chars().next().unwrap();
            let new = promotion(name, letter, 58, "Pending");
            world.promotions.push(new.clone());
            Answer::json(201, &new)
        }
        ("POST", ["shop", "stages", name, "verification"]) => {
            let stage = world.stage(name);
            let all = &mut stage["status"]["freightHistory"][0]["verificationHistory"];
            all.as_array_mut()
                .unwrap()
                .push(json!({"id": "v-2", "phase": "Pending"}));
            Answer::new(200)
        }
        _ => Answer::new(404),
    }
}

fn start() -> Server {
    Wild::start(world(), answer)
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
