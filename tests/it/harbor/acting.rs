//! Promoting by tag and scanning again: what exactly is sent, what stands in the way, and what is found when an answer is lost.

use std::fs;

use leadtime::plan::request::{Order, Sent, Standing, Verb, Version};
use serde_json::{Value, json};

use super::{World, digest, source, start, tag};
use crate::scans::payloads;
use crate::support::deeds::{self, Ready, is_done, sent};
use crate::support::swagger;

/// `staging` does not exist yet; `production` does.
pub fn ready(verb: Verb, environment: &str) -> Ready<World> {
    let server = start();
    let at = server.url().replace("http://", "");
    let order = Order {
        to: Some(Version {
            version: Some("1.4.3".to_owned()),
            digest: Some(digest('c')),
            ..Version::default()
        }),
        way: json!({"tag": environment}).as_object().cloned(),
        ..deeds::order(
            verb,
            &format!("harbor:{at}/acme/team/shop"),
            &format!("scan/{}/r-1", digest('b')),
            deeds::clock(),
        )
    };
    Ready {
        source: source(&server),
        server,
        order,
    }
}

fn description() -> Option<Value> {
    let folder = payloads("harbor")?;
    let text = fs::read_to_string(folder.join("openapi/harbor-v2.0-swagger.yaml")).unwrap();
    Some(yaml_serde::from_str(&text).unwrap())
}

#[tokio::test]
async fn each_deed_is_one_that_the_description_has() {
    let artifacts = "/api/v2.0/projects/acme/repositories/team%252Fshop/artifacts";
    let description = description();
    for (verb, path, wanted) in [
        (
            Verb::Promote,
            format!("{artifacts}/{}/tags", digest('c')),
            json!({"name": "staging"}),
        ),
        (
            Verb::Retry,
            format!("{artifacts}/{}/scan", digest('b')),
            json!({"scan_type": "vulnerability"}),
        ),
    ] {
        let ready = ready(verb, "staging");
        let (method, target, body) = sent(&ready).await;
        assert_eq!(
            (method.as_str(), target.replace("%3A", ":"), &body),
            ("POST", path, &wanted)
        );
        if let Some(description) = &description {
            for one in ready.server.asked() {
                let fits = swagger::hold(description, &one.method, &one.target, &one.json());
                assert_eq!(fits, Ok(()), "{}", one.target);
            }
        }
    }
    // A tag that points elsewhere is taken away first.
    let ready = ready(Verb::Promote, "production");
    let prepared = ready.prepare().await;
    let [untag, retag] = prepared.requests.as_slice() else {
        panic!("{prepared:?}")
    };
    assert!(
        prepared
            .notes
            .iter()
            .any(|note| note.contains("does not move a tag"))
    );
    for request in [untag, retag] {
        assert_eq!(ready.ask(request).await, Standing::Open);
        assert!(matches!(ready.send(request).await, Sent::Done(_)));
        assert!(is_done(&ready.ask(request).await) || request == untag);
    }
    let deeds = ready.server.deeds();
    assert_eq!(
        deeds[0].target.replace("%3A", ":"),
        format!("{artifacts}/{}/tags/production", digest('b'))
    );
    assert_eq!(
        (deeds[0].method.as_str(), deeds[1].method.as_str()),
        ("DELETE", "POST")
    );
    if let Some(description) = &description {
        assert_eq!(
            swagger::hold(description, "DELETE", &deeds[0].target, &Value::Null),
            Ok(())
        );
    }
}

#[tokio::test]
async fn what_happened_meanwhile_is_told() {
    let ready = ready(Verb::Promote, "staging");
    let request = ready.request().await;
    let other = tag("staging", 50);
    ready.server.state().artifacts[2]["tags"]
        .as_array_mut()
        .unwrap()
        .push(other);
    let standing = ready.ask(&request).await;
    assert!(
        matches!(&standing, Standing::Moved(what) if what.contains(&digest('a'))),
        "{standing:?}"
    );
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let mut there = ready(Verb::Promote, "production");
    there.order.to = Some(Version {
        version: Some("1.4.2".to_owned()),
        ..Version::default()
    });
    assert!(there.prepare().await.objections[0].0.contains("already"));
    let mut gone = ready(Verb::Promote, "production");
    gone.order.to = Some(Version {
        version: Some("9.9".to_owned()),
        ..Version::default()
    });
    let prepared = gone.prepare().await;
    assert!(prepared.objections[0].0.contains("no artifact of 9.9"));
    assert_eq!(prepared.user.as_deref(), Some("robot$leadtime"));
    let fixed = ready(Verb::Promote, "production");
    fixed.server.state().artifacts[1]["tags"][1]["immutable"] = json!(true);
    assert!(fixed.prepare().await.objections[0].0.contains("immutable"));
    let busy = ready(Verb::Retry, "");
    busy.server.state().artifacts[1]["scan_overview"] = super::report("Running", 40);
    assert!(
        busy.prepare().await.objections[0]
            .0
            .contains("is being scanned")
    );
    let mut elsewhere = ready(Verb::Promote, "production");
    elsewhere.order.way = json!({"image": "other.example/acme/shop", "tag": "x"})
        .as_object()
        .cloned();
    let error = elsewhere
        .source
        .actor()
        .unwrap()
        .prepare(&elsewhere.order)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("not among the `repositories`"),
        "{error}"
    );
    let hold = ready(Verb::Hold, "x");
    assert!(
        hold.source
            .actor()
            .unwrap()
            .prepare(&hold.order)
            .await
            .is_err()
    );
}
