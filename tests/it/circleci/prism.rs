//! The contract: every request that the connector makes, to read and to act, is one that CircleCI's own API description allows. Needs a Prism that serves
//! the description; `.ci/prism` starts one and names it in `LEADTIME_PRISM_CIRCLECI`. The description says nothing of a page of the jobs of a workflow.

use std::collections::BTreeSet;

use leadtime::connector::http::dial::{Dial, dial_as};
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::Verb;
use serde_json::{Value, json};

use super::world::{World, start, uuid};
use super::{connector, now, order, read, send, settings};
use crate::support::kept::Kept;
use crate::support::left_out;
use leadtime::connector::circleci::CircleCi;

/// Method, path and body of all that is asked for and done.
async fn every_request() -> BTreeSet<(String, String, String)> {
    let mut world = World {
        page: 2,
        ..World::of(4)
    };
    world.find(&uuid(2, 1)).unwrap()["status"] = json!("failed");
    world.find(&uuid(2, 2)).unwrap()["status"] = json!("running");
    let gates = [world.hold(20), world.hold(21)];
    // A pipeline that is still being made.
    world.pipelines[2]["state"] = json!("setup");
    let server = start(world);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let later = now() + leadtime::event::time::Span::from_seconds(3600);
    super::read_at(&server, &mut kept, later).await.unwrap();
    let named = CircleCi::new(&settings(&server.url(), &["gh/acme/shop"])).unwrap();
    named.check(now()).await.unwrap();
    let failed = format!("workflow/{}", uuid(2, 1));
    let one = format!("{failed}/job/{}", uuid(101, 1));
    let running = format!("workflow/{}", uuid(2, 2));
    let mut by_definition = order(Verb::Promote, "");
    by_definition.way =
        json!({"pipeline": uuid(7, 7), "ref": "main", "parameters": {"version": "v2"}})
            .as_object()
            .cloned();
    for wanted in [
        order(Verb::Approve, &gates[0]),
        order(Verb::Reject, &gates[1]),
        order(Verb::Retry, &failed),
        order(Verb::Retry, &one),
        order(Verb::RetryFailed, &failed),
        order(Verb::Cancel, &running),
        order(Verb::Promote, ""),
        by_definition,
    ] {
        let source = connector(&server);
        let prepared = source.prepare(&wanted).await.unwrap();
        let request = &prepared.requests[0];
        send(&server, request).await;
        source.ask(request).await;
    }
    read(&server, &mut kept).await.unwrap();
    let asked = server.asked().into_iter();
    let below = |target: String| target.trim_start_matches("/api/v2").to_owned();
    asked
        .map(|asked| (asked.method, below(asked.target), asked.body))
        .collect()
}

/// What the description has against a request.
async fn violations(
    client: &reqwest::Client,
    prism: &str,
    (method, path, body): (&str, &str, &str),
) -> Option<String> {
    let verb = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = client
        .request(verb, format!("{prism}{path}"))
        .header("circle-token", "x")
        // Prism drops connections that were idle, at times just when they are used again.
        .header("connection", "close");
    if !body.is_empty() {
        request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let is_problem = header("content-type").is_some_and(|kind| kind.contains("problem+json"));
    let told = header("sl-violations").unwrap_or_else(|| "[]".to_owned());
    let told: Vec<Value> = serde_json::from_str(&told).unwrap();
    let ours = told.iter().any(|one| one["location"][0] == "request");
    if ours || is_problem {
        let text = answer.text().await.unwrap();
        return Some(format!("{method} {path} {body}: {status} {told:?} {text}"));
    }
    None
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Ok(prism) = std::env::var("LEADTIME_PRISM_CIRCLECI") else {
        left_out("LEADTIME_PRISM_CIRCLECI names no Prism (see .ci/prism)");
        return;
    };
    let all = every_request().await;
    for wanted in [
        "/approve/",
        "/cancel",
        "/rerun",
        "/pipeline/run",
        "/user/",
        "page-token",
        "/me",
    ] {
        assert!(
            all.iter().any(|(_, path, _)| path.contains(wanted)),
            "nothing asked for {wanted}"
        );
    }
    let client = dial_as(&Dial::default()).unwrap();
    let (mut wrong, mut deeds) = (Vec::new(), 0);
    for (method, path, body) in &all {
        deeds += usize::from(method != "GET");
        wrong.extend(violations(&client, &prism, (method, path, body)).await);
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:#?}",
        wrong.len(),
        all.len()
    );
    assert!(
        deeds >= 8 && all.len() > 25,
        "{deeds} of {} were deeds",
        all.len()
    );
    // The description is able to say no.
    let path = format!("/workflow/{}/rerun", uuid(2, 1));
    let no = violations(&client, &prism, ("POST", &path, r#"{"jobs":["x"]}"#)).await;
    assert!(no.is_some());
}
