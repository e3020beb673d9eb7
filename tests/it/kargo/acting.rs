//! Promoting, aborting and verifying: what exactly is sent, what stands in the way, and what is found when an answer is lost.

use std::fs;

use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Sent, Standing, Verb, Version};
use serde_json::{Value, json};

use super::source;
use super::world::{World, promotion, start};
use crate::scans::payloads;
use crate::support::deeds::{self, Ready, is_done, sent};
use crate::support::swagger;

pub const VERBS: [Verb; 5] = [
    Verb::Approve,
    Verb::Promote,
    Verb::Rollback,
    Verb::Retry,
    Verb::Cancel,
];

pub fn ready(verb: Verb) -> Ready<World> {
    let server = start();
    server
        .state()
        .promotions
        .push(promotion("staging", 'c', 57, "Running"));
    let host = server.url().replace("http://", "");
    let id = match verb {
        Verb::Approve => format!("stage/production/freight/{}", "c".repeat(40)),
        Verb::Retry => "stage/staging/verification/v-1".to_owned(),
        Verb::Cancel => "promotion/staging.57.c".to_owned(),
        _ => "promotion/production.7.a".to_owned(),
    };
    let to = match verb {
        Verb::Rollback => Version {
            version: Some("1.b".to_owned()),
            ..Version::default()
        },
        _ => Version {
            sha: Some("c".repeat(40)),
            ..Version::default()
        },
    };
    let order = Order {
        to: Some(to),
        ..deeds::order(
            verb,
            &format!("kargo:{host}/shop"),
            &id,
            Timestamp::parse("2026-03-02T10:00:00Z").unwrap(),
        )
    };
    Ready {
        source: source(&server),
        server,
        order,
    }
}

fn description() -> Option<Value> {
    let folder = payloads("kargo")?;
    let text = fs::read_to_string(folder.join("openapi/swagger.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn held(ready: &Ready<World>) {
    let Some(description) = description() else {
        return;
    };
    for one in ready.server.asked() {
        let fits = swagger::hold(&description, &one.method, &one.target, &one.json());
        assert_eq!(fits, Ok(()), "{} {}", one.method, one.target);
    }
}

#[tokio::test]
async fn each_deed_is_one_that_the_description_has() {
    let shop = "/v1beta1/projects/shop";
    let newest = json!({"freight": "c".repeat(40)});
    for (verb, path, wanted) in [
        (
            Verb::Approve,
            "/stages/production/promotions",
            newest.clone(),
        ),
        (Verb::Promote, "/stages/production/promotions", newest),
        (
            Verb::Rollback,
            "/stages/production/promotions",
            json!({"freight": "b".repeat(40)}),
        ),
        (Verb::Retry, "/stages/staging/verification", json!(null)),
        (Verb::Cancel, "/promotions/staging.57.c/abort", json!(null)),
    ] {
        let ready = ready(verb);
        let (method, target, body) = sent(&ready).await;
        assert_eq!(
            (method.as_str(), target, body),
            ("POST", format!("{shop}{path}"), wanted)
        );
        held(&ready);
    }
    // What was not verified on its way is approved first, and the plan says so.
    let mut unverified = ready(Verb::Promote);
    unverified.order.to = Some(Version {
        version: Some("1.d".to_owned()),
        ..Version::default()
    });
    unverified.order.way = json!({"application": "shop/production"})
        .as_object()
        .cloned();
    let prepared = unverified.prepare().await;
    let [allow, promote] = prepared.requests.as_slice() else {
        panic!("{prepared:?}")
    };
    assert!(
        prepared
            .notes
            .iter()
            .any(|note| note.contains("not verified")),
        "{prepared:?}"
    );
    for request in [allow, promote] {
        assert_eq!(unverified.ask(request).await, Standing::Open);
        assert!(matches!(unverified.send(request).await, Sent::Done(_)));
    }
    assert!(is_done(&unverified.ask(allow).await));
    let first = &unverified.server.deeds()[0].target;
    assert_eq!(
        *first,
        format!("{shop}/freight/{}/approve?stage=production", "d".repeat(40))
    );
    held(&unverified);
}

#[tokio::test]
async fn what_happened_meanwhile_is_told() {
    let promoting = ready(Verb::Promote);
    let request = promoting.request().await;
    let other = promotion("production", 'b', 56, "Running");
    promoting.server.state().promotions.push(other);
    let standing = promoting.ask(&request).await;
    assert!(
        matches!(&standing, Standing::Moved(what) if what.contains("other freight")),
        "{standing:?}"
    );
    let aborting = ready(Verb::Cancel);
    let request = aborting.request().await;
    aborting.server.state().promotions[3]["status"]["phase"] = json!("Succeeded");
    let standing = aborting.ask(&request).await;
    assert!(
        matches!(&standing, Standing::Moved(what) if what.contains("Succeeded")),
        "{standing:?}"
    );
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let mut there = ready(Verb::Promote);
    there.order.to = Some(Version {
        sha: Some("a".repeat(40)),
        ..Version::default()
    });
    assert!(
        there.prepare().await.objections[0]
            .0
            .contains("has 1.a already")
    );
    let mut gone = ready(Verb::Rollback);
    gone.order.to = Some(Version {
        version: Some("0.9".to_owned()),
        ..Version::default()
    });
    assert!(
        gone.prepare().await.objections[0]
            .0
            .contains("no freight of 0.9")
    );
    let mut over = ready(Verb::Cancel);
    over.order.target.as_mut().unwrap().id = "promotion/production.7.a".to_owned();
    assert!(
        over.prepare().await.objections[0]
            .0
            .contains("is over: it is Succeeded")
    );
    let busy = ready(Verb::Retry);
    let running = json!([{"id": "v-1", "phase": "Running"}]);
    busy.server.state().stages[0]["status"]["freightHistory"][0]["verificationHistory"] = running;
    assert!(
        busy.prepare().await.objections[0]
            .0
            .contains("is being verified")
    );
    let mut auto = ready(Verb::Rollback);
    auto.order.environment = Some("staging".to_owned());
    let prepared = auto.prepare().await;
    assert!(
        prepared.undone_by[0].contains("auto-promotion"),
        "{prepared:?}"
    );
    assert!(
        prepared.notes[0].contains("waits until that is over"),
        "{prepared:?}"
    );
    for (verb, id) in [
        (Verb::Approve, "promotion/x"),
        (Verb::Cancel, "stage/a/verification/b"),
        (Verb::Hold, "promotion/x"),
    ] {
        let mut wrong = ready(verb);
        wrong.order.target.as_mut().unwrap().id = id.to_owned();
        assert!(
            wrong
                .source
                .actor()
                .unwrap()
                .prepare(&wrong.order)
                .await
                .is_err(),
            "{verb:?} {id}"
        );
    }
}
