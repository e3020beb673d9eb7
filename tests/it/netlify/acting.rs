//! Publishing, holding and letting go: what exactly is sent, what stands in the way, and what is found when an answer is lost.

use std::fs;

use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Standing, Verb, Version};
use serde_json::{Value, json};

use super::{World, deploy, source, start};
use crate::scans::payloads;
use crate::support::deeds::{self, Ready, sent};
use crate::support::swagger;

pub const VERBS: [Verb; 4] = [Verb::Promote, Verb::Rollback, Verb::Hold, Verb::Release];

pub fn ready(verb: Verb) -> Ready<World> {
    let server = start();
    if verb == Verb::Release {
        server.state().deploys[0]["locked"] = json!(true);
    }
    let at = server.url().replace("http://", "");
    let to = match verb {
        Verb::Rollback => Version {
            deployment: Some("deploy/d2/published/1772442160".to_owned()),
            ..Version::default()
        },
        _ => Version {
            sha: Some("2".repeat(40)),
            ..Version::default()
        },
    };
    let order = Order {
        to: Some(to),
        ..deeds::order(
            verb,
            &format!("netlify:{at}/shop"),
            "deploy/d7/published/1",
            Timestamp::from_seconds(0),
        )
    };
    Ready {
        source: source(&server),
        server,
        order,
    }
}

#[tokio::test]
async fn each_deed_is_one_that_the_description_has() {
    let folder = payloads("netlify");
    let description: Option<Value> = folder.map(|folder| {
        let text = fs::read_to_string(folder.join("openapi/netlify-swagger.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    });
    for (verb, wanted) in [
        (Verb::Rollback, "/api/v1/sites/s-1/deploys/d2/restore"),
        (Verb::Promote, "/api/v1/sites/s-1/deploys/d2/restore"),
        (Verb::Hold, "/api/v1/deploys/d7/lock"),
        (Verb::Release, "/api/v1/deploys/d7/unlock"),
    ] {
        let ready = ready(verb);
        let (method, target, body) = sent(&ready).await;
        assert_eq!(
            (method.as_str(), target.as_str(), &body),
            ("POST", wanted, &Value::Null)
        );
        if let Some(description) = &description {
            for one in ready.server.asked() {
                let body = one.json();
                assert_eq!(
                    swagger::hold(description, &one.method, &one.target, &body),
                    Ok(()),
                    "{}",
                    one.target
                );
            }
        }
    }
}

#[tokio::test]
async fn what_happened_meanwhile_is_told() {
    for verb in VERBS {
        let ready = ready(verb);
        let request = ready.request().await;
        {
            let mut world = ready.server.state();
            world.deploys.insert(0, deploy(8, "production", "ready"));
            world.live = "d8".to_owned();
        }
        let standing = ready.ask(&request).await;
        assert!(
            matches!(&standing, Standing::Moved(what) if what.contains("d8")),
            "{standing:?}"
        );
    }
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let objection = async |verb: Verb, change: fn(&mut World, &mut Order)| {
        let mut ready = ready(verb);
        change(&mut ready.server.state(), &mut ready.order);
        let prepared = ready.prepare().await;
        assert_eq!(prepared.user.as_deref(), Some("jane@example.com"));
        prepared.objections[0].0.clone()
    };
    let live = objection(Verb::Rollback, |world, _| world.live = "d2".to_owned()).await;
    assert!(live.contains("serves it already"), "{live}");
    let held = objection(Verb::Rollback, |world, _| {
        world.deploys[0]["locked"] = json!(true)
    })
    .await;
    assert!(held.contains("is held"), "{held}");
    let gone = objection(Verb::Promote, |_, order| {
        order.to = Some(Version {
            sha: Some("f".repeat(40)),
            ..Version::default()
        });
    });
    assert!(gone.await.contains("no deploy of fffffff"));
    let preview = objection(Verb::Rollback, |_, order| {
        order.to = Some(Version {
            deployment: Some("deploy/d3".to_owned()),
            ..Version::default()
        });
    });
    assert!(preview.await.contains("not for production"));
    let locked = objection(Verb::Hold, |world, _| {
        world.deploys[0]["locked"] = json!(true)
    })
    .await;
    assert!(locked.contains("locked already"), "{locked}");
    let none = objection(Verb::Hold, |world, _| world.live = "none".to_owned()).await;
    assert!(none.contains("nothing to hold"), "{none}");
    let back = ready(Verb::Rollback).prepare().await;
    assert!(back.undone_by[0].contains("unless it is held"), "{back:?}");
    let mut nowhere = ready(Verb::Hold);
    nowhere.order.way = json!({"application": "elsewhere"}).as_object().cloned();
    let error = nowhere
        .source
        .actor()
        .unwrap()
        .prepare(&nowhere.order)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no site \"elsewhere\""),
        "{error}"
    );
}
