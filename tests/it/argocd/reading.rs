//! Reading: what happened becomes events once, however often it is read, and quiet applications cost one request together.

use leadtime::connector::Connector;
use leadtime::connector::argocd::ArgoCd;
use leadtime::event::kind::{Decision, Deployment, Gate, GatePhase, Kind, Outcome, Phase};
use serde_json::json;

use super::world::{World, application, at, automated, behind, sha, start};
use super::{now, read, settings, time};
use crate::support::kept::Kept;

fn deployment<'k>(kept: &'k Kept, id: &str) -> &'k Deployment<String> {
    match &kept.event(id).kind {
        Kind::Deployment(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn gate<'k>(kept: &'k Kept, id: &str) -> &'k Gate<String> {
    match &kept.event(id).kind {
        Kind::Gate(fact) => fact,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_history_is_told_once_and_quiet_applications_cost_one_request() {
    let names: Vec<String> = (0..60).map(|number| format!("shop-{number}")).collect();
    let server = start(World::of(names.iter().map(|name| application(name, 3))));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    assert_eq!(kept.events.len(), 180);
    let id = format!("application/argocd/shop-7/{}/finished", at(180));
    let fact = deployment(&kept, &id);
    assert_eq!(kept.event(&id).at, time(&at(181)));
    assert_eq!(fact.started, Some(time(&at(180))));
    assert_eq!(fact.outcome, Some(Outcome::Success));
    assert_eq!(fact.service.as_deref(), Some("shop-7"));
    assert_eq!(fact.environment.as_deref(), Some("production"));
    assert_eq!(fact.sha, Some(sha(3)));
    assert_eq!(fact.version.as_deref(), Some("1.3.0"));
    assert_eq!(
        fact.repository, None,
        "the repository of what is deployed is not the one of how"
    );
    assert!(
        fact.url
            .as_deref()
            .unwrap()
            .ends_with("/applications/argocd/shop-7")
    );
    let older = deployment(
        &kept,
        &format!("application/argocd/shop-7/{}/finished", at(120)),
    );
    assert_eq!(older.artifact, None, "only what runs is seen");
    let (asked, batches) = (server.asked().len(), kept.batches);
    assert_eq!(asked, 61);
    assert!(
        server
            .asked_for("GET", "/applications/")
            .iter()
            .all(|one| one.query("project") == Some("acme"))
    );
    read(&server, &mut kept).await.unwrap();
    assert_eq!((server.asked().len() - asked, kept.batches), (1, batches));
    // One moves.
    server.state().find("shop-7")["operation"] = json!({"sync": {"revision": sha(4)}});
    server.state().take_up("shop-7");
    read(&server, &mut kept).await.unwrap();
    assert_eq!(server.asked().len() - asked, 3);
    let begun = deployment(
        &kept,
        "application/argocd/shop-7/2026-03-02T00:00:01Z/started",
    );
    assert_eq!(
        (begun.phase, begun.sha.clone()),
        (Phase::Started, Some(sha(4)))
    );
    server.state().end("shop-7", "Succeeded");
    read(&server, &mut kept).await.unwrap();
    let done = deployment(
        &kept,
        "application/argocd/shop-7/2026-03-02T00:00:01Z/finished",
    );
    assert_eq!(
        (&done.record, done.outcome),
        (&begun_record(&kept), Some(Outcome::Success))
    );
    assert_eq!(kept.differing, []);
    assert_eq!(kept.events.len(), 182);
}

fn begun_record(kept: &Kept) -> String {
    deployment(
        kept,
        "application/argocd/shop-7/2026-03-02T00:00:01Z/started",
    )
    .record
    .clone()
}

#[tokio::test]
async fn a_reading_that_is_killed_at_any_batch_goes_on_without_loss() {
    let names: Vec<String> = (0..50).map(|number| format!("shop-{number}")).collect();
    let server = start(World::of(
        names.iter().map(|name| behind(application(name, 2), 9)),
    ));
    let mut whole = Kept::default();
    read(&server, &mut whole).await.unwrap();
    assert!(whole.batches >= 3);
    for killed_after in 0..whole.batches {
        let mut kept = Kept {
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        read(&server, &mut kept).await.unwrap_err();
        kept.killed_after = None;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events, whole.events, "killed after {killed_after}");
        assert_eq!(kept.cursors, whole.cursors);
        assert_eq!(kept.differing, []);
    }
}

#[tokio::test]
async fn failures_cancellations_and_ends_that_were_never_seen_are_told() {
    let server = start(World::of([application("shop", 1)]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let begin = || {
        server.state().find("shop")["operation"] = json!({"sync": {"revision": sha(5)}});
        server.state().take_up("shop");
    };
    begin();
    server.state().end("shop", "Failed");
    read(&server, &mut kept).await.unwrap();
    let failed = deployment(
        &kept,
        "application/argocd/shop/2026-03-02T00:00:01Z/finished",
    );
    assert_eq!(
        (failed.outcome, failed.sha.clone()),
        (Some(Outcome::Failure), Some(sha(5)))
    );
    begin();
    server.state().find("shop")["status"]["operationState"]["message"] =
        json!("Operation terminated");
    server.state().end("shop", "Failed");
    read(&server, &mut kept).await.unwrap();
    let ended = deployment(
        &kept,
        "application/argocd/shop/2026-03-02T00:00:03Z/finished",
    );
    assert_eq!(ended.outcome, Some(Outcome::Cancelled));
    // What Kubernetes says of a namespace that goes is no word of Argo CD's.
    begin();
    server.state().find("shop")["status"]["operationState"]["message"] = json!(
        "one or more objects failed to apply, reason: unable to create new content in namespace shop because it is being terminated"
    );
    server.state().end("shop", "Failed");
    read(&server, &mut kept).await.unwrap();
    let refused = deployment(
        &kept,
        "application/argocd/shop/2026-03-02T00:00:05Z/finished",
    );
    assert_eq!(refused.outcome, Some(Outcome::Failure));
    // One is seen to begin; it fails, and another has taken its place when it is looked at again.
    begin();
    read(&server, &mut kept).await.unwrap();
    server.state().end("shop", "Error");
    begin();
    read(&server, &mut kept).await.unwrap();
    let lost = kept.event("application/argocd/shop/2026-03-02T00:00:07Z/finished");
    assert_eq!(lost.at, time("2026-03-02T00:00:09Z"));
    let Kind::Deployment(fact) = &lost.kind else {
        panic!()
    };
    assert_eq!(fact.outcome, Some(Outcome::Other));
    // The application goes while something is under way.
    server.state().applications.clear();
    read(&server, &mut kept).await.unwrap();
    let gone = kept.event("application/argocd/shop/2026-03-02T00:00:09Z/finished");
    assert_eq!(gone.at, now());
    assert!(kept.cursors.is_empty());
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn parts_and_trials_deploy_nothing() {
    for sync in [
        json!({"dryRun": true}),
        json!({"resources": [{"kind": "Service", "name": "x"}]}),
    ] {
        let mut one = application("shop", 0);
        one["status"]["operationState"] = json!({"phase": "Succeeded", "startedAt": at(10), "finishedAt": at(11), "operation": {"sync": sync}});
        let server = start(World::of([one]));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert!(kept.events.is_empty(), "{:?}", kept.ids());
    }
}

#[tokio::test]
async fn a_sync_is_a_success_once_it_is_healthy_and_a_failure_when_it_makes_ill() {
    let fresh = |health: serde_json::Value| {
        let mut one = application("shop", 1);
        one["status"]["health"] = health;
        let entry = &mut one["status"]["history"][0];
        (entry["deployStartedAt"], entry["deployedAt"]) =
            (json!("2026-03-02T11:50:00Z"), json!("2026-03-02T11:51:00Z"));
        one["status"]["operationState"]["startedAt"] = json!("2026-03-02T11:50:00Z");
        one["status"]["operationState"]["finishedAt"] = json!("2026-03-02T11:51:00Z");
        one
    };
    let end = "application/argocd/shop/2026-03-02T11:50:00Z/finished";
    let server = start(World::of([fresh(json!({"status": "Progressing"}))]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        kept.ids(),
        ["application/argocd/shop/2026-03-02T11:50:00Z/started"]
    );
    // Ill since: by it, whether or not Argo CD says since when.
    for ill in [
        json!({"status": "Degraded"}),
        json!({"status": "Degraded", "lastTransitionTime": "2026-03-02T11:55:00Z"}),
    ] {
        let mut kept_too = Kept {
            cursors: kept.cursors.clone(),
            ..Kept::default()
        };
        server.state().find("shop")["status"]["health"] = ill;
        read(&server, &mut kept_too).await.unwrap();
        assert_eq!(deployment(&kept_too, end).outcome, Some(Outcome::Failure));
    }
    // Well since: then it was over, where that is told.
    let mut kept_too = Kept {
        cursors: kept.cursors.clone(),
        ..Kept::default()
    };
    server.state().find("shop")["status"]["health"] =
        json!({"status": "Healthy", "lastTransitionTime": "2026-03-02T11:56:00Z"});
    read(&server, &mut kept_too).await.unwrap();
    assert_eq!(kept_too.event(end).at, time("2026-03-02T11:56:00Z"));
    server.state().find("shop")["status"]["health"] = json!({"status": "Healthy"});
    read(&server, &mut kept).await.unwrap();
    assert_eq!(deployment(&kept, end).outcome, Some(Outcome::Success));
    assert_eq!(kept.event(end).at, time("2026-03-02T11:51:00Z"));
    // Ill for another reason: since before it, long after it, or since nobody knows when.
    for other in [
        json!({"status": "Degraded", "lastTransitionTime": "2026-03-01T11:55:00Z"}),
        json!({"status": "Degraded", "lastTransitionTime": "2026-03-02T13:55:00Z"}),
        json!({"status": "Degraded"}),
    ] {
        let server = start(World::of([fresh(other)]));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(deployment(&kept, end).outcome, Some(Outcome::Success));
    }
}

#[tokio::test]
async fn what_waits_for_a_person_is_a_gate_and_its_sync_an_approval() {
    let server = start(World {
        commits: [(sha(5), at(660))].into(),
        ..World::of([behind(application("shop", 3), 4)])
    });
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let told = |number: u32, word: &str, minutes: u32| {
        format!(
            "application/argocd/shop/sync/{}/{word}-{}",
            sha(number),
            at(minutes)
        )
    };
    let id = told(4, "created", 600);
    let open = gate(&kept, &id);
    assert_eq!(open.sha, Some(sha(4)));
    assert_eq!(
        (open.may_decide, open.environment.as_deref()),
        (Some(true), Some("production"))
    );
    assert_eq!(
        kept.event(&id).at,
        time(&at(600)),
        "when it was committed, after the deployment before it"
    );
    read(&server, &mut kept).await.unwrap();
    // A newer one takes its place, and is synced by a person.
    *server.state().find("shop") = behind(application("shop", 3), 5);
    read(&server, &mut kept).await.unwrap();
    let passed = gate(&kept, &told(4, "closed", 600));
    assert_eq!(
        (passed.phase, passed.decision),
        (GatePhase::Closed, Some(Decision::Other))
    );
    server.state().find("shop")["operation"] =
        json!({"sync": {"revision": sha(5)}, "initiatedBy": {"username": "omar"}});
    server.state().take_up("shop");
    read(&server, &mut kept).await.unwrap();
    let decided = gate(&kept, &told(5, "closed", 660));
    assert_eq!(
        (decided.decision, decided.responder.as_deref()),
        (Some(Decision::Approved), Some("omar"))
    );
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn drift_failed_syncs_and_auto_sync_wait_for_nobody_but_windows_do() {
    let drift = behind(application("shop", 3), 3);
    let mut failed = behind(application("shop", 3), 4);
    failed["status"]["operationState"] = json!({"phase": "Failed", "startedAt": at(500), "finishedAt": at(501), "syncResult": {"revision": sha(4)}});
    let auto = automated(behind(application("shop", 3), 4));
    let is_gate = |id: &&str| id.contains("/sync/");
    for one in [drift, failed, auto.clone()] {
        let server = start(World::of([one]));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(
            kept.ids().iter().filter(|id| is_gate(id)).count(),
            0,
            "{:?}",
            kept.ids()
        );
    }
    let deny =
        json!({"kind": "deny", "schedule": "0 22 * * *", "duration": "8h", "manualSync": true});
    let allow = json!({"kind": "allow", "schedule": "0 9 * * *", "duration": "1h"});
    for (windows, wanted) in [
        (
            json!({"canSync": true, "activeWindows": [deny.clone()], "assignedWindows": [deny]}),
            "deny `0 22 * * *` for 8h",
        ),
        (
            json!({"canSync": false, "activeWindows": null, "assignedWindows": [allow]}),
            "only the sync window allow",
        ),
    ] {
        let server = start(World {
            windows,
            ..World::of([auto.clone()])
        });
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        let open = gate(
            &kept,
            &format!(
                "application/argocd/shop/sync/{}/created-{}",
                sha(4),
                at(600)
            ),
        );
        assert!(
            open.comment.as_deref().unwrap().contains(wanted),
            "{open:?}"
        );
    }
}

#[tokio::test]
async fn an_application_made_anew_begins_its_numbers_anew() {
    let server = start(World::of([application("shop", 3)]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let mut anew = application("shop", 1);
    let entry = &mut anew["status"]["history"][0];
    (entry["deployStartedAt"], entry["deployedAt"]) =
        (json!("2026-03-02T01:00:00Z"), json!("2026-03-02T01:01:00Z"));
    anew["status"]["operationState"]["startedAt"] = json!("2026-03-02T01:00:00Z");
    anew["status"]["operationState"]["finishedAt"] = json!("2026-03-02T01:01:00Z");
    *server.state().find("shop") = anew;
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 4);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn only_what_is_wanted_is_read_and_only_since_it_is_wanted() {
    let server = start(World::of(
        ["shop", "shop-old", "till"].map(|name| application(name, 3)),
    ));
    let mut wanted = settings(&server.url());
    wanted.projects = vec!["acme/shop*".to_owned(), "!shop-old".to_owned()];
    let source = ArgoCd::new(wanted).unwrap();
    let mut kept = Kept::default();
    let mut reading = kept.reading(now());
    reading.since = Some(time(&at(130)));
    source.read(reading, &mut kept).await.unwrap();
    assert_eq!(
        kept.ids(),
        [format!("application/argocd/shop/{}/finished", at(180))]
    );
    assert_eq!(server.asked()[0].query("projects"), Some("acme"));
    let health = source.check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    for wanted in [
        "Argo CD v3.2.1",
        "belongs to leadtime",
        "1 application is visible",
        "3 deployments",
    ] {
        assert!(facts.contains(wanted), "{wanted} in {facts}");
    }
    assert_eq!(health.findings, []);
    let mut wrong = settings(&server.url());
    wrong.projects = vec!["acme/shoop".to_owned()];
    let health = ArgoCd::new(wrong).unwrap().check(now()).await.unwrap();
    assert!(
        health.findings[0].text.contains("\"acme/shoop\""),
        "{health:?}"
    );
}

#[tokio::test]
async fn unknown_words_are_kept_and_told_once_each() {
    let ill = |name: &str| {
        let mut one = application(name, 2);
        one["status"]["health"]["status"] = json!("Levitating");
        one["status"]["sync"]["status"] = json!("Sunk");
        one["status"]["operationState"] =
            json!({"phase": "Exploded", "startedAt": at(500), "finishedAt": at(501)});
        one
    };
    let server = start(World::of([ill("shop"), ill("till")]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings.len(), 3, "{}", kept.told());
    for word in ["Levitating", "Sunk", "Exploded"] {
        assert!(kept.told().contains(word), "{}", kept.told());
    }
    let exploded = deployment(
        &kept,
        &format!("application/argocd/shop/{}/finished", at(500)),
    );
    assert_eq!(exploded.outcome, Some(Outcome::Other));
    assert_eq!(kept.events.len(), 6);
}
