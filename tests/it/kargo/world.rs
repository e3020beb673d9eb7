//! A Kargo of our own: the objects of one project, as its documentation and tests have them, and what its API does with them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

pub fn at(minute: u32) -> String {
    format!("2026-03-02T09:{minute:02}:00Z")
}

/// The objects of the project `shop`: `staging` takes what its warehouse finds, `production` what was verified in `staging`.
#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    pub stages: Vec<Value>,
    pub freight: Vec<Value>,
    pub promotions: Vec<Value>,
}

pub fn freight(letter: char, minute: u32, verified: Option<u32>) -> Value {
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

pub fn promotion(stage: &str, letter: char, minute: u32, phase: &str) -> Value {
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

pub fn stage(name: &str, from: &Value, auto: bool, letter: char, verifications: Value) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"requestedFreight": [{"origin": {"kind": "Warehouse", "name": "main"}, "sources": from}]},
        "status": {"autoPromotionEnabled": auto, "freightHistory": [{
            "id": "h", "items": {"Warehouse/main": {"name": letter.to_string().repeat(40)}}, "verificationHistory": verifications,
        }]},
    })
}

pub fn world() -> World {
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

pub type Server = Wild<World>;

impl World {
    pub fn stage(&mut self, name: &str) -> &mut Value {
        let found = self
            .stages
            .iter_mut()
            .find(|one| one["metadata"]["name"] == name);
        found.unwrap()
    }
}

pub fn answer(world: &mut World, asked: &Asked) -> Answer {
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

pub fn start() -> Server {
    Wild::start(world(), answer)
}
