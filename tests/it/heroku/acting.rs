//! Rolling back and promoting: what exactly is sent, what stands in the way, and what is found when an answer is lost.

use leadtime::plan::request::{Order, Standing, Verb, Version};
use serde_json::json;

use super::{World, omar, source, start};
use crate::support::deeds::{self, Ready, sent};

pub fn ready(verb: Verb) -> Ready<World> {
    let server = start();
    let at = server.url().replace("http://", "");
    let to = match verb {
        Verb::Rollback => Version {
            deployment: Some("release/production-4".to_owned()),
            ..Version::default()
        },
        _ => Version {
            sha: Some("b".repeat(40)),
            ..Version::default()
        },
    };
    let order = Order {
        to: Some(to),
        ..deeds::order(
            verb,
            &format!("heroku:{at}/shop-production"),
            "release/production-5",
            deeds::clock(),
        )
    };
    Ready {
        source: source(&server),
        server,
        order,
    }
}

#[tokio::test]
async fn each_deed_is_the_request_that_the_schema_names() {
    let (method, target, body) = sent(&ready(Verb::Rollback)).await;
    assert_eq!(
        (method.as_str(), target.as_str()),
        ("POST", "/apps/shop-production/releases")
    );
    assert_eq!(body, json!({"release": "production-4"}));
    let (_, target, body) = sent(&ready(Verb::Promote)).await;
    assert_eq!(target, "/pipeline-promotions");
    assert_eq!(
        body,
        json!({"pipeline": {"id": "pipe"}, "source": {"app": {"id": "app-s"}}, "targets": [{"app": {"id": "app-p"}}]})
    );
    // By number, by commit, and by the app that the way names.
    for to in [
        Version {
            version: Some("v4".to_owned()),
            ..Version::default()
        },
        Version {
            sha: Some("0".repeat(40)),
            ..Version::default()
        },
    ] {
        let mut other = ready(Verb::Rollback);
        other.order.to = Some(to);
        other.order.target = None;
        other.order.way = json!({"application": "shop-production"})
            .as_object()
            .cloned();
        assert_eq!(sent(&other).await.2, json!({"release": "production-4"}));
    }
}

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for verb in [Verb::Rollback, Verb::Promote] {
        let ready = ready(verb);
        let request = ready.request().await;
        ready.server.state().me = omar();
        ready.send(&request).await;
        let standing = ready.ask(&request).await;
        assert!(
            matches!(&standing, Standing::Moved(by) if by.contains("omar")),
            "{standing:?}"
        );
    }
    // Another release of ours is not this one.
    let ready = ready(Verb::Rollback);
    let request = ready.request().await;
    ready
        .server
        .state()
        .released("shop-production", "Deploy cccc", json!({"id": "slug-c"}));
    let standing = ready.ask(&request).await;
    assert!(
        matches!(&standing, Standing::Moved(what) if what.contains("Deploy cccc")),
        "{standing:?}"
    );
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let mut gone = ready(Verb::Rollback);
    gone.order.to = Some(Version {
        version: Some("v99".to_owned()),
        ..Version::default()
    });
    assert!(
        gone.prepare().await.objections[0]
            .0
            .contains("no release of v99")
    );
    let mut live = ready(Verb::Rollback);
    live.order.to = Some(Version {
        version: Some("v6".to_owned()),
        ..Version::default()
    });
    assert!(
        live.prepare().await.objections[0]
            .0
            .contains("runs v6 already")
    );
    let barred = ready(Verb::Rollback);
    {
        let mut world = barred.server.state();
        world.production[0]["eligible_for_rollback"] = json!(false);
        world.production[2]["status"] = json!("pending");
    }
    let prepared = barred.prepare().await;
    assert_eq!(prepared.objections.len(), 2, "{prepared:?}");
    assert!(!prepared.undone_by.is_empty());
    let mut old = ready(Verb::Promote);
    old.order.to = Some(Version {
        sha: Some("a".repeat(40)),
        ..Version::default()
    });
    assert!(
        old.prepare().await.objections[0]
            .0
            .contains("live in no other app")
    );
    let twice = ready(Verb::Promote);
    twice
        .server
        .state()
        .released("shop-production", "Promote", json!({"id": "slug-b"}));
    assert!(
        twice.prepare().await.objections[0]
            .0
            .contains("runs it already")
    );
    let mut nowhere = ready(Verb::Promote);
    nowhere.order.target = None;
    let error = nowhere
        .source
        .actor()
        .unwrap()
        .prepare(&nowhere.order)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("application ="), "{error}");
    let hold = ready(Verb::Hold);
    assert!(
        hold.source
            .actor()
            .unwrap()
            .prepare(&hold.order)
            .await
            .is_err()
    );
}
