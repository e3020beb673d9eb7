//! The contract: every request that the connector makes, to read and to act, is one that CircleCI's own API description allows. Needs a Prism that serves
//! the description; `.ci/prism` starts one and names it in `LEADTIME_PRISM_CIRCLECI`. The description says nothing of a page of the jobs of a workflow.

use std::collections::BTreeSet;

use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::Verb;
use serde_json::json;

use super::world::{World, start, uuid};
use super::{connector, now, order, read, send, settings};
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};
use leadtime::connector::circleci::CircleCi;

/// All that is asked for and done.
async fn every_request() -> BTreeSet<Sent> {
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
    each(server.asked())
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_CIRCLECI") else {
        return;
    };
    let prism = prism.below("/api/v2").with("circle-token", "x");
    let all = every_request().await;
    asks_for(
        &all,
        &[
            "/approve/",
            "/cancel",
            "/rerun",
            "/pipeline/run",
            "/user/",
            "page-token",
            "/me",
        ],
    );
    let deeds = all.iter().filter(|(method, ..)| method != "GET").count();
    assert!(
        deeds >= 8 && all.len() > 25,
        "{deeds} of {} were deeds",
        all.len()
    );
    prism.hold(&all).await;
    let path = format!("/workflow/{}/rerun", uuid(2, 1));
    prism.refuse("POST", &path, r#"{"jobs":["x"]}"#).await;
}
