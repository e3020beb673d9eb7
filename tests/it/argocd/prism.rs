//! The contract: every request that the connector makes, to read and to act, is one that Argo CD's own API description allows. Needs a Prism that serves
//! the description; `.ci/prism` starts one and names it in `LEADTIME_PRISM_ARGOCD`. Prism lets `{}` pass as a rollback, and an `id` that is missing: that
//! it is a number is looked at here.

use std::collections::BTreeSet;

use leadtime::plan::request::{Request, Verb};
use serde_json::{Value, json};

use super::world::{World, application, at, automated, behind, sha, start};
use super::{order, prepare, read, to_sha};
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};

/// What is asked for.
async fn every_question() -> BTreeSet<Sent> {
    let server = start(World::of([
        behind(application("shop", 3), 4),
        automated(behind(application("till", 3), 4)),
    ]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    every_deed(&server).await;
    let asked = server.asked().into_iter();
    each(asked.filter(|asked| asked.method == "GET"))
}

async fn every_deed(server: &super::Server) -> Vec<Request> {
    let mut deeds = Vec::new();
    {
        let mut world = server.state();
        world.actions = ["resume", "abort", "retry"]
            .map(|action| (action.to_owned(), true))
            .into();
        world.find("shop")["status"]["resources"] = json!([{"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "shop"}]);
    }
    let mut add = async |verb, number, name: &str| {
        let mut wanted = order(server, verb);
        wanted.to = to_sha(number);
        wanted.way = json!({"application": name}).as_object().cloned();
        if verb == Verb::Approve {
            wanted.target = Some(leadtime::plan::request::Target {
                id: format!("argocd/shop/sync/{}", sha(4)),
                ..Default::default()
            });
        }
        deeds.extend(prepare(server, &wanted).await.requests);
    };
    for verb in [
        Verb::Approve,
        Verb::Promote,
        Verb::Cancel,
        Verb::Resume,
        Verb::Retry,
    ] {
        add(verb, 4, "shop").await;
    }
    add(Verb::Rollback, 2, "till").await;
    server.state().find("shop")["status"]["operationState"] =
        json!({"phase": "Running", "startedAt": at(700), "operation": {"sync": {}}});
    add(Verb::Cancel, 4, "shop").await;
    deeds
}

/// What stands in no path of the description, or only with its slashes escaped, which proxies do not like.
const NOT_DESCRIBED: [&str; 1] = ["/api/v1/account/can-i/"];

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_ARGOCD") else {
        return;
    };
    let prism = prism.with("content-type", "application/json");
    let server = start(World::of([
        behind(application("shop", 3), 4),
        automated(behind(application("till", 3), 4)),
    ]));
    let deeds = every_deed(&server).await;
    let rollback = deeds
        .iter()
        .find(|deed| deed.url.ends_with("/rollback"))
        .unwrap();
    let body: Value = serde_json::from_str(rollback.body.as_ref().unwrap()).unwrap();
    assert!(body["id"].is_i64(), "{body}");
    let deeds = deeds.into_iter().map(|deed| {
        let target = deed.url.replace(&server.url(), "");
        (deed.method, target, deed.body.unwrap_or_default())
    });
    let mut all: BTreeSet<Sent> = deeds.collect();
    asks_for(&all, &["/sync", "/rollback", "/operation", "/actions/v2"]);
    let questions = every_question().await;
    asks_for(
        &questions,
        &[
            "/syncwindows",
            "/events",
            "/metadata",
            "/resource/actions",
            "/userinfo",
            "/version",
            "fields=",
        ],
    );
    all.extend(questions);
    all.retain(|(_, target, _)| !NOT_DESCRIBED.iter().any(|part| target.starts_with(part)));
    prism.hold(&all).await;
    assert!(all.len() > 15, "{} requests were checked", all.len());
}
