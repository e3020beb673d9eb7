//! Promotions of Kargo and revisions of Knative: how they are told, and what can be done to them.

use leadtime::connector::Actor;
use leadtime::event::kind::Outcome;
use leadtime::plan::request::{Sent, Standing, Verb, Version};
use serde_json::{Value, json};

use super::acting::{carry_out, version};
use super::reading::deployed;
use super::world::{Server, World, at, sha, start};
use super::{ask, connector, order, prepare, read, send, time};
use crate::support::kept::Kept;
use crate::support::wild::Mischief;

const DIGEST: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
const PROMOTED: &str = "promotions.kargo.akuity.io/shop/prod.1@promo000";

fn freight(name: &str, alias: &str, tag: &str, digest: &str) -> Value {
    json!({"apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Freight", "alias": alias, "metadata": {"name": name, "namespace": "shop"},
        "images": [{"repoURL": "ghcr.io/acme/shop", "tag": tag, "digest": digest}], "commits": [{"id": sha(5)}],
        "status": {"verifiedIn": {"staging": {"verifiedAt": at(1)}}}})
}

fn stage() -> Value {
    json!({"apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Stage", "metadata": {"name": "prod", "namespace": "shop"},
        "spec": {"requestedFreight": [{"origin": {"kind": "Warehouse", "name": "shop"}, "sources": {"stages": ["staging"]}}],
            "promotionTemplate": {"spec": {"vars": [{"name": "branch", "value": "prod"}], "steps": [{"uses": "git-clone"}, {"uses": "argocd-update"}]}}},
        "status": {"autoPromotionEnabled": true}})
}

fn kargo() -> Server {
    let promotion = json!({"apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Promotion",
        "metadata": {"name": "prod.1", "namespace": "shop", "uid": "promo000-uid", "creationTimestamp": at(9)},
        "spec": {"stage": "prod", "freight": "f1"}, "status": {"phase": "Running", "startedAt": at(10)}});
    start(World::of([
        promotion,
        stage(),
        freight("f1", "odd-otter", "1.1.0", "sha256:1111"),
        freight("f2", "calm-crab", "1.2.0", DIGEST),
    ]))
}

#[tokio::test]
async fn a_promotion_of_kargo_is_a_deployment_to_its_stage() {
    let server = kargo();
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    let begun = deployed(&kept, &format!("{PROMOTED}/started"));
    assert_eq!(
        (begun.service.as_deref(), begun.environment.as_deref()),
        (Some("shop"), Some("prod"))
    );
    assert_eq!(
        (begun.version.as_deref(), begun.sha.clone()),
        (Some("1.1.0"), Some(sha(5))),
        "as its Freight says"
    );
    assert_eq!(server.count("GET", "stages"), 0, "Stages are only acted on");
    server.state().change("promotions/shop/prod.1", |object| {
        object["status"]["phase"] = json!("Errored");
        object["status"]["finishedAt"] = json!(at(12));
    });
    read(&server, &mut kept).await.unwrap();
    let ended = deployed(&kept, &format!("{PROMOTED}/finished"));
    assert_eq!(
        (ended.outcome, ended.started),
        (Some(Outcome::Failure), Some(time(&at(10))))
    );
    // That Kargo clears it away undoes nothing.
    server.state().remove("promotions/shop/prod.1");
    let before = kept.events.len();
    read(&server, &mut kept).await.unwrap();
    assert_eq!((kept.events.len(), kept.differing.len()), (before, 0));
}

#[tokio::test]
async fn a_promotion_is_made_once_with_the_steps_of_its_stage() {
    let server = kargo();
    let mut wanted = order(&server, Verb::Promote, PROMOTED);
    wanted.to = Some(Version {
        digest: Some(DIGEST.to_owned()),
        ..Version::default()
    });
    let prepared = prepare(&server, &wanted).await;
    assert_eq!(prepared.objections, []);
    assert!(prepared.undone_by[0].contains("auto-promotion"));
    let request = &prepared.requests[0];
    assert_eq!(request.what, "promote calm-crab to the Stage shop/prod");
    let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    assert_eq!(
        body,
        json!({"apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Promotion",
            "metadata": {"name": "prod-lt-k-1", "namespace": "shop", "annotations": {"leadtime/action": "k-1", "leadtime/reason": "it burns (leadtime k-1)"}},
            "spec": {"stage": "prod", "freight": "f2", "steps": [{"uses": "git-clone"}, {"uses": "argocd-update"}], "vars": [{"name": "branch", "value": "prod"}]}})
    );
    assert_eq!(ask(&server, request).await, Standing::Open);
    server.once("POST", "", Mischief::DoneThenCut);
    assert!(matches!(send(&server, request).await, Sent::Doubtful(_)));
    assert!(matches!(ask(&server, request).await, Standing::Done(_)));
    // Back to an earlier one, by its tag; a Freight that nobody has is said so.
    let mut back = order(&server, Verb::Rollback, PROMOTED);
    back.key = "k-2".to_owned();
    back.to = version("1.1.0");
    assert!(
        prepare(&server, &back).await.requests[0]
            .what
            .starts_with("promote odd-otter")
    );
    back.to = version("9.9.9");
    let error = connector(&server)
        .prepare(&back)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("no Freight of shop holds 9.9.9"), "{error}");
    // What Kargo would not take, and what only Kargo can unfold.
    server
        .state()
        .change("freights/shop/f2", |object| object["status"] = json!({}));
    let prepared = prepare(&server, &wanted).await;
    assert!(
        prepared.objections[0].0.contains("verified in staging"),
        "{prepared:?}"
    );
    server.state().change("stages/shop/prod", |object| {
        object["spec"]["promotionTemplate"]["spec"]["steps"] =
            json!([{"task": {"name": "shared"}}]);
    });
    let error = connector(&server)
        .prepare(&wanted)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("PromotionTasks"), "{error}");
}

#[tokio::test]
async fn a_freight_is_approved_for_a_stage_and_a_promotion_aborted() {
    let server = kargo();
    let mut approve = order(&server, Verb::Approve, PROMOTED);
    approve.to = version("1.2.0");
    let prepared = prepare(&server, &approve).await;
    carry_out(&server, &prepared).await;
    let approved = server.state().find("freights/shop/f2")["status"]["approvedFor"].clone();
    assert_eq!(
        approved,
        json!({"prod": {"approvedAt": "2026-03-02T12:00:00Z"}})
    );
    // What Kargo cannot hold is held by leadtime alone.
    let alone = prepare(&server, &order(&server, Verb::Hold, PROMOTED)).await;
    assert!(alone.requests.is_empty() && alone.notes[0].contains("cannot be held"));
    let server = kargo();
    let prepared = prepare(&server, &order(&server, Verb::Cancel, PROMOTED)).await;
    carry_out(&server, &prepared).await;
    let noted = server.state().find("promotions/shop/prod.1")["metadata"]["annotations"].clone();
    assert_eq!(noted["kargo.akuity.io/abort"], r#"{"action":"terminate"}"#);
}

fn revision(number: u32, ready: &str) -> Value {
    json!({"apiVersion": "serving.knative.dev/v1", "kind": "Revision",
        "metadata": {"name": format!("shop-0000{number}"), "namespace": "prod", "creationTimestamp": at(number * 60), "labels": {"serving.knative.dev/service": "shop"}},
        "spec": {"containers": [{"name": "user-container", "image": format!("ghcr.io/acme/shop:1.{number}.0")}]},
        "status": {"conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": at(number * 60 + 1)}],
            "containerStatuses": [{"name": "user-container", "imageDigest": format!("ghcr.io/acme/shop@{DIGEST}")}]}})
}

fn service(live: u32, newest: u32, minutes: u32) -> Value {
    json!({"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "shop", "namespace": "prod", "uid": "service0-uid"},
        "spec": {"template": {"spec": {"containers": [{"image": format!("ghcr.io/acme/shop:1.{newest}.0")}]}}, "traffic": [{"latestRevision": true, "percent": 100}]},
        "status": {"latestCreatedRevisionName": format!("shop-0000{newest}"), "latestReadyRevisionName": format!("shop-0000{live}"),
            "traffic": [{"revisionName": format!("shop-0000{live}"), "percent": 100}],
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": at(minutes)}]}})
}

const SERVICE: &str = "services.serving.knative.dev/prod/shop";

#[tokio::test]
async fn a_revision_that_gets_the_traffic_is_deployed_and_one_that_gets_it_back_is_a_rollback() {
    let server = start(World::of([revision(1, "True"), service(1, 1, 62)]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let first = deployed(&kept, &format!("{SERVICE}@shop-00001/finished"));
    assert_eq!(
        (first.version.as_deref(), first.started),
        (Some("1.1.0"), Some(time(&at(60))))
    );
    assert!(
        first.artifact.as_deref().unwrap().contains("%3A2222"),
        "{first:?}"
    );
    server.state().put(revision(2, "Unknown"));
    server.state().put(service(1, 2, 62));
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        kept.event(&format!("{SERVICE}@shop-00002/started")).at,
        time(&at(120))
    );
    server.state().put(revision(2, "True"));
    server.state().put(service(2, 2, 125));
    read(&server, &mut kept).await.unwrap();
    let second = deployed(&kept, &format!("{SERVICE}@shop-00002/finished"));
    assert_eq!(
        (second.started, second.rollback),
        (Some(time(&at(120))), false)
    );
    let mut back = service(1, 2, 130);
    back["status"]["latestReadyRevisionName"] = json!("shop-00002");
    server.state().put(back);
    read(&server, &mut kept).await.unwrap();
    let back = deployed(&kept, &format!("{SERVICE}@shop-00001-{}/finished", at(130)));
    assert!(
        back.rollback && back.version.as_deref() == Some("1.1.0"),
        "{back:?}"
    );
    server.state().put(revision(3, "False"));
    server.state().put(service(1, 3, 130));
    read(&server, &mut kept).await.unwrap();
    let failed = deployed(&kept, &format!("{SERVICE}@shop-00003/failed"));
    assert_eq!(failed.outcome, Some(Outcome::Failure));
    assert_eq!(
        (kept.events.len(), kept.differing.len()),
        (5, 0),
        "{:?}",
        kept.ids()
    );
}

#[tokio::test]
async fn traffic_goes_back_to_a_revision_and_is_released_again() {
    let server = start(World::of([
        revision(1, "True"),
        revision(2, "True"),
        service(2, 2, 125),
    ]));
    let mut back = order(&server, Verb::Rollback, &format!("{SERVICE}@shop-00002"));
    back.to = version("1.1.0");
    let prepared = prepare(&server, &back).await;
    carry_out(&server, &prepared).await;
    let traffic = server.state().find("services/prod/shop")["spec"]["traffic"].clone();
    assert_eq!(
        traffic,
        json!([{"revisionName": "shop-00001", "percent": 100, "latestRevision": false}])
    );
    // Kept there, a new image gets no traffic until it is released.
    let mut forward = order(&server, Verb::Promote, &format!("{SERVICE}@shop-00002"));
    forward.key = "k-2".to_owned();
    forward.to = version("1.3.0");
    let prepared = prepare(&server, &forward).await;
    assert!(
        prepared.objections[0].0.contains("kept at a revision"),
        "{prepared:?}"
    );
    forward.verb = Verb::Release;
    let prepared = prepare(&server, &forward).await;
    assert!(matches!(
        send(&server, &prepared.requests[0]).await,
        Sent::Done(_)
    ));
    let traffic = server.state().find("services/prod/shop")["spec"]["traffic"].clone();
    assert_eq!(traffic, json!([{"latestRevision": true, "percent": 100}]));
    forward.verb = Verb::Promote;
    forward.key = "k-3".to_owned();
    let prepared = prepare(&server, &forward).await;
    assert!(matches!(
        send(&server, &prepared.requests[0]).await,
        Sent::Done(_)
    ));
    let image = server.state().find("services/prod/shop")["spec"]["template"]["spec"]["containers"]
        [0]["image"]
        .clone();
    assert_eq!(image, "ghcr.io/acme/shop:1.3.0");
}
