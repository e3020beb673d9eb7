//! What is prepared for an order: the exact requests, what stands against it, what would undo it; and that an Argo CD of our own does what was meant.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::{Order, Prepared, Sent, Standing, Target, Verb, Version};
use serde_json::{Value, json};

use super::world::{Server, World, application, at, automated, behind, sha, start};
use super::{ask, connector, order, prepare, send, to_sha};

fn body(prepared: &Prepared, place: usize) -> Value {
    serde_json::from_str(prepared.requests[place].body.as_ref().unwrap()).unwrap()
}

fn objections(prepared: &Prepared) -> String {
    format!("{:?}", prepared.objections)
}

/// Sends all that was prepared, each when it is open, and sees it done.
async fn carry_out(server: &Server, prepared: &Prepared) {
    for request in &prepared.requests {
        assert_eq!(
            ask(server, request).await,
            Standing::Open,
            "{}",
            request.what
        );
        let sent = send(server, request).await;
        assert!(matches!(sent, Sent::Done(_)), "{}: {sent:?}", request.what);
        let standing = ask(server, request).await;
        assert!(
            matches!(standing, Standing::Done(_)),
            "{}: {standing:?}",
            request.what
        );
    }
}

async fn refused(server: &Server, order: &Order) -> (ErrorKind, String) {
    let error = connector(server).prepare(order).await.unwrap_err();
    (error.kind, error.to_string())
}

#[tokio::test]
async fn a_rollback_under_auto_sync_switches_it_off_rolls_back_and_is_released_later() {
    let server = start(World::of([automated(application("shop", 3))]));
    server.state().find("shop")["metadata"]["ownerReferences"] =
        json!([{"kind": "ApplicationSet", "name": "shops"}]);
    let before = server.state().find("shop")["spec"].clone();
    let mut rollback = order(&server, Verb::Rollback);
    rollback.to = Some(Version {
        deployment: Some(format!("argocd/shop@{}", at(120))),
        ..Version::default()
    });
    let prepared = prepare(&server, &rollback).await;
    assert_eq!(
        prepared,
        prepare(&server, &rollback).await,
        "the same again"
    );
    assert_eq!(prepared.objections, []);
    assert_eq!(prepared.user.as_deref(), Some("leadtime"));
    assert!(server.deeds().is_empty(), "preparing does nothing");
    let shapes: Vec<String> = prepared
        .requests
        .iter()
        .map(|one| format!("{} {}", one.method, one.url.replace(&server.url(), "")))
        .collect();
    assert_eq!(
        shapes,
        [
            "PATCH /api/v1/applications/shop",
            "POST /api/v1/applications/shop/rollback"
        ]
    );
    assert_eq!(
        prepared.requests[1].body.as_deref().unwrap(),
        r#"{"name":"shop","appNamespace":"argocd","project":"acme","id":2,"prune":true}"#
    );
    let undone = prepared.undone_by.join("\n");
    for wanted in [
        "auto-sync with self-heal would bring main back",
        "ApplicationSet shops",
        "its source is main, not a commit",
    ] {
        assert!(undone.contains(wanted), "{wanted} in {undone}");
    }
    assert!(
        prepared
            .notes
            .join("\n")
            .contains("stays off until it is released")
    );
    assert_eq!(
        prepared.requests[0].probe["automated"],
        json!({"prune": true, "selfHeal": true})
    );
    carry_out(&server, &prepared).await;
    server.state().take_up("shop");
    server.state().end("shop", "Succeeded");
    let standing = ask(&server, &prepared.requests[1]).await;
    assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
    assert_eq!(
        server.state().find("shop")["spec"]["syncPolicy"],
        json!({"syncOptions": ["CreateNamespace=true"]})
    );
    // Released: as it was, and nothing of ours is left.
    let prepared = prepare(&server, &order(&server, Verb::Release)).await;
    assert_eq!(prepared.objections, []);
    carry_out(&server, &prepared).await;
    assert_eq!(server.state().find("shop")["spec"], before);
    assert_eq!(
        server.state().find("shop")["metadata"]["annotations"],
        json!({})
    );
    let (kind, text) = refused(&server, &order(&server, Verb::Release)).await;
    assert_eq!(kind, ErrorKind::NotFound);
    assert!(text.contains("argocd app set shop"), "{text}");
}

#[tokio::test]
async fn a_rollback_finds_its_entry_by_revision_too_and_says_what_is_kept() {
    let server = start(World::of([application("shop", 3)]));
    let mut rollback = order(&server, Verb::Rollback);
    rollback.to = to_sha(1);
    let prepared = prepare(&server, &rollback).await;
    assert_eq!(body(&prepared, 0)["id"], json!(1), "a number");
    assert_eq!(
        (
            prepared.requests.len(),
            body(&prepared, 0)["prune"].as_bool()
        ),
        (1, Some(false))
    );
    carry_out(&server, &prepared).await;
    rollback.to = to_sha(3);
    let server = start(World::of([application("shop", 3)]));
    assert!(objections(&prepare(&server, &rollback).await).contains("already"));
    rollback.to = to_sha(9);
    let (kind, text) = refused(&server, &rollback).await;
    assert_eq!(kind, ErrorKind::NotFound);
    assert!(
        text.contains("00000001, 00000002, 00000003") && text.contains("revisionHistoryLimit"),
        "{text}"
    );
}

#[tokio::test]
async fn a_promotion_is_a_sync_to_the_commit_that_carries_the_key_and_the_reason() {
    let server = start(World::of([application("shop", 3)]));
    let mut promote = order(&server, Verb::Promote);
    promote.to = to_sha(4);
    let prepared = prepare(&server, &promote).await;
    assert_eq!(
        prepared.requests[0].body.as_deref().unwrap(),
        format!(
            r#"{{"name":"shop","appNamespace":"argocd","project":"acme","revision":"{}","prune":false,"infos":[{{"name":"leadtime","value":"k-1"}},{{"name":"Reason","value":"it burns"}}]}}"#,
            sha(4)
        )
    );
    assert!(prepared.undone_by[0].contains("its source is main"));
    carry_out(&server, &prepared).await;
    // The step says which application and which revision.
    let server = start(World::of([application("shop", 3), application("till", 1)]));
    let way = json!({"application": "acme/till", "ref": "v1.4.2"});
    promote.way = way.as_object().cloned();
    let prepared = prepare(&server, &promote).await;
    assert_eq!(
        (
            body(&prepared, 0)["name"].as_str(),
            body(&prepared, 0)["revision"].as_str()
        ),
        (Some("till"), Some("v1.4.2"))
    );
    carry_out(&server, &prepared).await;
    // A chart goes by its version.
    let mut chart = application("shop", 1);
    chart["spec"]["source"] = json!({"repoURL": "https://charts.example.com", "chart": "shop", "targetRevision": "1.0.0"});
    let server = start(World::of([chart]));
    promote.way = None;
    promote.to = Some(Version {
        version: Some("1.1.0".to_owned()),
        sha: Some(sha(4)),
        ..Version::default()
    });
    assert_eq!(
        body(&prepare(&server, &promote).await, 0)["revision"],
        "1.1.0"
    );
}

#[tokio::test]
async fn what_stands_against_a_sync_is_said_with_what_would_lift_it() {
    let mut busy = automated(application("shop", 3));
    busy["operation"] = json!({"sync": {}});
    busy["status"]["operationState"] = json!({"phase": "Running", "startedAt": at(700), "operation": {"sync": {}, "initiatedBy": {"username": "omar"}}});
    busy["metadata"]["deletionTimestamp"] = json!(at(800));
    let deny = json!({"kind": "deny", "schedule": "0 22 * * *", "duration": "8h"});
    let windows = json!({"canSync": false, "activeWindows": [deny]});
    let server = start(World {
        may: false,
        windows,
        ..World::of([busy])
    });
    let mut promote = order(&server, Verb::Promote);
    promote.to = to_sha(4);
    let told = objections(&prepare(&server, &promote).await);
    for wanted in [
        "auto-sync is on and follows main",
        "leadtime may not sync acme/shop",
        "applications, sync, acme/shop",
        "under way since 2026-03-01T11:40:00Z, by omar",
        "deny `0 22 * * *` for 8h",
        "is being deleted",
    ] {
        assert!(told.contains(wanted), "{wanted} in {told}");
    }
}

#[tokio::test]
async fn a_gate_is_approved_by_a_sync_to_exactly_what_was_looked_at() {
    let server = start(World::of([behind(application("shop", 3), 4)]));
    let mut approve = order(&server, Verb::Approve);
    let gate = |number| {
        Some(Target {
            id: format!("argocd/shop/sync/{}", sha(number)),
            ..Target::default()
        })
    };
    approve.target = gate(4);
    let prepared = prepare(&server, &approve).await;
    assert_eq!(
        (
            body(&prepared, 0)["revision"].clone(),
            prepared.objections.len()
        ),
        (json!(sha(4)), 0)
    );
    approve.target = gate(3);
    assert!(
        objections(&prepare(&server, &approve).await).contains("00000004"),
        "a newer one waits"
    );
    carry_out(&server, &prepared).await;
    assert!(objections(&prepare(&server, &approve).await).contains("does not wait"));
}

#[tokio::test]
async fn running_operations_are_ended_and_failed_ones_tried_again() {
    let server = start(World::of([behind(application("shop", 3), 4)]));
    let cancel = order(&server, Verb::Cancel);
    assert_eq!(refused(&server, &cancel).await.0, ErrorKind::NotFound);
    server.state().find("shop")["operation"] =
        json!({"sync": {"revision": sha(4)}, "initiatedBy": {"username": "omar"}});
    server.state().take_up("shop");
    let prepared = prepare(&server, &cancel).await;
    assert!(prepared.requests[0].what.contains("that omar began"));
    assert_eq!(prepared.requests[0].body, None);
    carry_out(&server, &prepared).await;
    server.state().end("shop", "Failed");
    assert!(matches!(
        ask(&server, &prepared.requests[0]).await,
        Standing::Done(_)
    ));
    let prepared = prepare(&server, &order(&server, Verb::Retry)).await;
    assert_eq!(body(&prepared, 0)["revision"], json!(sha(4)));
    carry_out(&server, &prepared).await;
}

fn with_rollout(action: &str) -> World {
    let mut one = application("shop", 3);
    one["status"]["resources"] = json!([
        {"group": "apps", "version": "v1", "kind": "Deployment", "namespace": "shop", "name": "cart"},
        {"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "shop"}]);
    one["status"]["health"]["status"] = json!("Degraded");
    World {
        actions: [(action.to_owned(), true)].into(),
        ..World::of([one])
    }
}

#[tokio::test]
async fn rollouts_go_on_end_and_begin_again_by_the_actions_that_are_open() {
    for (verb, action) in [
        (Verb::Resume, "resume"),
        (Verb::Cancel, "abort"),
        (Verb::Retry, "retry"),
        (Verb::Retry, "restart"),
        (Verb::Promote, "promote-full"),
    ] {
        for (version, path) in [
            ("v3.1.0", "/resource/actions/v2"),
            ("v2.13.4+x", "/resource/actions?"),
        ] {
            let server = start(World {
                version: version.to_owned(),
                ..with_rollout(action)
            });
            let mut wanted = order(&server, verb);
            wanted.to = to_sha(3);
            let prepared = prepare(&server, &wanted).await;
            assert_eq!(prepared.requests.len(), 1, "{action}");
            assert!(
                prepared.requests[0].url.contains(path),
                "{}",
                prepared.requests[0].url
            );
            carry_out(&server, &prepared).await;
            assert_eq!(server.deeds().len(), 1);
        }
    }
    let server = start(with_rollout("none"));
    for verb in [Verb::Resume, Verb::Cancel, Verb::Retry] {
        assert_eq!(
            refused(&server, &order(&server, verb)).await.0,
            ErrorKind::NotFound
        );
    }
}

#[tokio::test]
async fn holding_and_what_cannot_be_done() {
    let server = start(World::of([automated(application("shop", 3))]));
    let prepared = prepare(&server, &order(&server, Verb::Hold)).await;
    carry_out(&server, &prepared).await;
    let again = prepare(&server, &order(&server, Verb::Hold)).await;
    assert!(again.requests.is_empty() && objections(&again).contains("off already"));
    assert_eq!(
        refused(&server, &order(&server, Verb::Reject)).await.0,
        ErrorKind::Configuration
    );
    let mut promote = order(&server, Verb::Promote);
    promote.target = None;
    let (kind, text) = refused(&server, &promote).await;
    assert_eq!(kind, ErrorKind::Configuration);
    assert!(
        text.contains(r#"promote = { from = "argo", application = "…" }"#),
        "{text}"
    );
    promote.way = json!({"application": "nowhere"}).as_object().cloned();
    assert_eq!(refused(&server, &promote).await.0, ErrorKind::NotFound);
    let twin = |namespace: &str| {
        let mut twin = application("twin", 1);
        twin["metadata"]["namespace"] = json!(namespace);
        twin
    };
    let server = start(World::of([twin("a"), twin("b")]));
    promote.way = json!({"application": "twin"}).as_object().cloned();
    assert!(
        refused(&server, &promote)
            .await
            .1
            .contains("a/twin, b/twin")
    );
    let source = connector(&server);
    let host = server.url().replace("http://", "argocd:");
    assert!(source.actor().unwrap().speaks_for(&host));
    assert!(!source.speaks_for("argocd:elsewhere"));
}
