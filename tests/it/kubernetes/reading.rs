//! Reading: what happened becomes events once, however often it is read, and a quiet cluster costs one list a family.

use leadtime::connector::Connector;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::event::kind::{
    Decision, Deployment, Gate, GatePhase, Kind, MarkKind, Outcome, Phase,
};
use serde_json::{Value, json};

use super::world::{World, at, deployment, kustomization, pod, rollout, sha, start};
use super::{connector, now, read, settings, time};
use crate::support::kept::Kept;

const DIGEST: &str = "sha256:0b31000000000000000000000000000000000000000000000000000000000000";

pub fn deployed<'k>(kept: &'k Kept, id: &str) -> &'k Deployment<String> {
    match &kept.event(id).kind {
        Kind::Deployment(fact) => fact,
        other => panic!("{other:?}"),
    }
}

pub fn gate<'k>(kept: &'k Kept, id: &str) -> &'k Gate<String> {
    match &kept.event(id).kind {
        Kind::Gate(fact) => fact,
        other => panic!("{other:?}"),
    }
}

/// A Deployment whose template was written anew, and whose controller has begun.
fn begun(world: &mut World, revision: u32) {
    let all = deployment("shop", revision);
    world.put(all[revision as usize].clone());
    let mut next = all[0].clone();
    next["status"]["conditions"][0] = json!({"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "lastUpdateTime": at(revision * 60 + 1)});
    world.put(next);
}

#[tokio::test]
async fn a_rollout_is_told_as_it_goes_and_a_quiet_cluster_costs_one_list_a_family() {
    let server = start(World::of(deployment("shop", 3)));
    server.state().put(pod("shop", 3, DIGEST));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    let id = "deployments.apps/shop/web@3-shop-000/finished";
    assert_eq!(
        kept.ids(),
        [id],
        "of the older ones nobody knows how they ended"
    );
    let fact = deployed(&kept, id);
    assert_eq!(kept.event(id).at, time(&at(182)));
    assert_eq!(fact.started, Some(time(&at(180))));
    assert_eq!(fact.outcome, Some(Outcome::Success));
    assert_eq!(fact.service.as_deref(), Some("web"));
    assert_eq!(fact.environment.as_deref(), Some("production"));
    assert_eq!(fact.version.as_deref(), Some("1.3.0"));
    let artifact = format!(
        "pkg:oci/web@{}?repository_url=ghcr.io/acme/web&tag=1.3.0",
        DIGEST.replace(':', "%3A")
    );
    assert_eq!(fact.artifact, Some(artifact), "the digest is the pod's");
    assert_eq!(
        fact.deployment.as_deref(),
        Some("deployments.apps/shop/web@3-shop-000")
    );
    let asked = server.asked().len();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        server.asked().len() - asked,
        2,
        "the groups and the Deployments"
    );
    // One moves, and gets through.
    begun(&mut server.state(), 4);
    read(&server, &mut kept).await.unwrap();
    let started = "deployments.apps/shop/web@4-shop-000/started";
    assert_eq!(deployed(&kept, started).phase, Phase::Started);
    assert_eq!(kept.event(started).at, time(&at(240)));
    read(&server, &mut kept).await.unwrap();
    server.state().put(deployment("shop", 4)[0].clone());
    read(&server, &mut kept).await.unwrap();
    let done = deployed(&kept, "deployments.apps/shop/web@4-shop-000/finished");
    assert_eq!(
        (done.outcome, done.started),
        (Some(Outcome::Success), Some(time(&at(240))))
    );
    assert_eq!(
        (kept.events.len(), kept.differing.len()),
        (3, 0),
        "{:?}",
        kept.ids()
    );
    // Scaled: another version of the object, and nothing is told.
    server.state().change("deployments/shop/web", |object| {
        object["spec"]["replicas"] = json!(5)
    });
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 3);
    server.state().remove("deployments/shop/web");
    read(&server, &mut kept).await.unwrap();
    let removed = deployed(&kept, "deployments.apps/shop/web@shop-000/removed");
    assert!(removed.removed && removed.environment.as_deref() == Some("production"));
    assert!(kept.cursors.is_empty(), "{:?}", kept.cursors);
}

#[tokio::test]
async fn one_that_does_not_get_on_has_failed_and_one_that_is_overtaken_was_cancelled() {
    let server = start(World::of(deployment("shop", 1)));
    let mut kept = Kept::default();
    begun(&mut server.state(), 2);
    read(&server, &mut kept).await.unwrap();
    server.state().change("deployments/shop/web", |object| {
        object["status"]["conditions"][0] = json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "lastUpdateTime": at(131)});
    });
    read(&server, &mut kept).await.unwrap();
    let failed = deployed(&kept, "deployments.apps/shop/web@2-shop-000/failed");
    assert_eq!(failed.outcome, Some(Outcome::Failure));
    begun(&mut server.state(), 3);
    read(&server, &mut kept).await.unwrap();
    begun(&mut server.state(), 4);
    read(&server, &mut kept).await.unwrap();
    let over = deployed(&kept, "deployments.apps/shop/web@3-shop-000/over");
    assert_eq!(over.outcome, Some(Outcome::Cancelled));
    // Made anew under the same name: what was under way in the old one is over, and it is gone.
    let mut anew = deployment("shop", 1);
    for object in &mut anew {
        let text = object.to_string().replace("shop-0000-uid", "anew-0000-uid");
        *object = serde_json::from_str(&text).unwrap();
        server.state().put(object.clone());
    }
    read(&server, &mut kept).await.unwrap();
    let ids = kept.ids().join("\n");
    for wanted in [
        "@4-shop-000/over",
        "@shop-000/removed",
        "@1-anew-000/finished",
    ] {
        assert!(ids.contains(wanted), "{wanted}: {ids}");
    }
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn a_template_that_comes_back_is_a_rollback_and_a_pause_is_a_hold() {
    let server = start(World::of(deployment("shop", 2)));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    server.state().change("replicasets/shop/web-1", |set| {
        set["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": "3", "deployment.kubernetes.io/revision-history": "1"});
    });
    server.state().change("deployments/shop/web", |object| {
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("3");
        object["metadata"]["managedFields"] = json!([{"manager": "kubectl", "time": at(300), "fieldsV1": {"f:spec": {"f:template": {}}}}]);
        object["status"]["conditions"][0]["lastUpdateTime"] = json!(at(302));
        object["spec"]["paused"] = json!(true);
    });
    read(&server, &mut kept).await.unwrap();
    let id = "deployments.apps/shop/web@3-shop-000/finished";
    let fact = deployed(&kept, id);
    assert!(fact.rollback);
    assert_eq!(
        (fact.started, kept.event(id).at),
        (Some(time(&at(300))), time(&at(302)))
    );
    let holds = |kept: &Kept, kind: MarkKind| {
        let marks = kept.events.values().filter(|event| matches!(&event.kind, Kind::Mark(mark) if mark.kind == kind && mark.target == "production" && mark.service.as_deref() == Some("web")));
        marks.count()
    };
    assert_eq!(
        (
            holds(&kept, MarkKind::Hold),
            holds(&kept, MarkKind::ReleaseHold)
        ),
        (1, 0)
    );
    server.state().change("deployments/shop/web", |object| {
        object["spec"]["paused"] = json!(false)
    });
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        (
            holds(&kept, MarkKind::Hold),
            holds(&kept, MarkKind::ReleaseHold)
        ),
        (1, 1)
    );
    assert_eq!(kept.differing, []);
}

const CANARY: &str = "rollouts.argoproj.io/shop/web@2-bbb";

#[tokio::test]
async fn a_pause_of_a_canary_is_a_gate_that_going_on_approves() {
    let server = start(World::of(rollout()));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let id = format!("{CANARY}/step-2-{}", at(125));
    let open = gate(&kept, &format!("{id}/created"));
    assert_eq!(open.name.as_deref(), Some("rollout shop"));
    assert_eq!(open.version.as_deref(), Some("1.2.0"));
    assert_eq!(
        open.comment.as_deref(),
        Some("the canary pauses at step 2 of 4")
    );
    assert_eq!(kept.event(&format!("{CANARY}/started")).at, time(&at(120)));
    let went = |object: &mut Value, step: u32, pauses: Value| {
        object["status"]["currentStepIndex"] = json!(step);
        object["status"]["pauseConditions"] = pauses;
    };
    // On to the pause that ends by itself, which nobody decides.
    let timed = json!([{"reason": "CanaryPauseStep", "startTime": at(130)}]);
    server
        .state()
        .change("rollouts/shop/web", |object| went(object, 3, timed));
    read(&server, &mut kept).await.unwrap();
    let closed = gate(&kept, &format!("{id}/closed"));
    assert_eq!(
        (closed.phase, closed.decision),
        (GatePhase::Closed, Some(Decision::Approved))
    );
    server.state().change("rollouts/shop/web", |object| {
        went(object, 4, json!([]));
        object["status"]["stableRS"] = json!("bbb");
        object["status"]["phase"] = json!("Healthy");
        object["status"]["conditions"][0] = json!({"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "lastUpdateTime": at(200)});
    });
    read(&server, &mut kept).await.unwrap();
    let done = deployed(&kept, &format!("{CANARY}/finished"));
    assert_eq!(
        (done.outcome, done.started),
        (Some(Outcome::Success), Some(time(&at(120))))
    );
    assert_eq!(
        (kept.events.len(), kept.differing.len()),
        (4, 0),
        "{:?}",
        kept.ids()
    );
}

#[tokio::test]
async fn an_abort_rejects_the_gate_and_says_whether_a_person_or_an_analysis_did_it() {
    for (words, outcome) in [
        ("Rollout aborted update to revision 2", Outcome::Cancelled),
        (
            "Rollout aborted update to revision 2: Metric \"errors\" assessed Failed due to failed (1) > failureLimit (0)",
            Outcome::Failure,
        ),
    ] {
        let server = start(World::of(rollout()));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        server.state().change("rollouts/shop/web", |object| {
            let status = &mut object["status"];
            status["pauseConditions"] = json!(null);
            status["abort"] = json!(true);
            status["abortedAt"] = json!(at(140));
            status["conditions"][0] = json!({"type": "Progressing", "status": "False", "reason": "RolloutAborted", "message": words, "lastUpdateTime": at(141)});
        });
        read(&server, &mut kept).await.unwrap();
        let ended = deployed(&kept, &format!("{CANARY}/aborted-{}", at(140)));
        assert_eq!(ended.outcome, Some(outcome), "{words}");
        let closed = gate(&kept, &format!("{CANARY}/step-2-{}/closed", at(125)));
        assert_eq!(closed.decision, Some(Decision::Rejected));
        assert_eq!(kept.differing, []);
    }
}

#[tokio::test]
async fn what_flux_applies_is_deployed_by_its_commit_and_a_suspension_is_a_hold() {
    let server = start(World::of([kustomization(1)]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let id = format!(
        "kustomizations.kustomize.toolkit.fluxcd.io/flux-production/shop@{}",
        at(60)
    );
    let fact = deployed(&kept, &format!("{id}/finished"));
    assert_eq!((fact.sha.clone(), fact.started), (Some(sha(1)), None));
    assert_eq!(fact.environment.as_deref(), Some("production"));
    // The next is tried, fails, and gets through with what follows it.
    server.state().change("kustomizations/flux-production/shop", |object| {
        object["status"]["lastAttemptedRevision"] = json!(format!("main@sha1:{}", sha(2)));
        object["status"]["conditions"][0] = json!({"type": "Ready", "status": "Unknown", "reason": "Progressing", "lastTransitionTime": at(120)});
    });
    read(&server, &mut kept).await.unwrap();
    server.state().change("kustomizations/flux-production/shop", |object| {
        object["status"]["conditions"][0] = json!({"type": "Ready", "status": "False", "reason": "HealthCheckFailed", "lastTransitionTime": at(125)});
    });
    read(&server, &mut kept).await.unwrap();
    let second = id.replace(&at(60), &at(120));
    let failed = deployed(&kept, &format!("{second}/failed"));
    assert_eq!(
        (failed.outcome, failed.started),
        (Some(Outcome::Failure), Some(time(&at(120))))
    );
    assert_eq!(failed.sha, Some(sha(2)));
    let mut third = kustomization(3);
    third["spec"]["suspend"] = json!(true);
    third["metadata"]["uid"] =
        server.state().find("flux-production/shop")["metadata"]["uid"].clone();
    server.state().put(third);
    read(&server, &mut kept).await.unwrap();
    let third = id.replace(&at(60), &at(180));
    assert_eq!(
        deployed(&kept, &format!("{third}/finished")).sha,
        Some(sha(3))
    );
    let held = kept
        .events
        .values()
        .filter(|event| matches!(&event.kind, Kind::Mark(mark) if mark.kind == MarkKind::Hold));
    assert_eq!(held.count(), 1);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn lists_are_read_to_their_end_and_only_in_the_namespaces_that_are_wanted() {
    let spaces: Vec<String> = (0..7).map(|number| format!("shop-{number}")).collect();
    let mut world = World::of(spaces.iter().flat_map(|space| deployment(space, 1)));
    world.page = Some(2);
    let server = start(world);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 7);
    assert_eq!(server.count("GET", "deployments?"), 4);
    for (projects, wanted, asked) in [
        (vec!["shop-1", "shop-2"], 2, "namespaces/shop-1/deployments"),
        (vec!["shop-*", "!shop-6"], 6, "apps/v1/deployments"),
    ] {
        let mut settings = settings(&server.url());
        settings.projects = projects.iter().map(|&text| text.to_owned()).collect();
        let mut kept = Kept::default();
        let source = Kubernetes::new(settings).unwrap();
        source.read(kept.reading(now()), &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), wanted, "{projects:?}");
        assert!(server.count("GET", asked) > 0, "{asked}");
    }
}

#[tokio::test]
async fn a_reading_that_is_killed_at_any_batch_goes_on_without_loss() {
    let spaces: Vec<String> = (0..60).map(|number| format!("shop-{number}")).collect();
    let server = start(World::of(
        spaces.iter().flat_map(|space| deployment(space, 1)),
    ));
    let mut whole = Kept::default();
    read(&server, &mut whole).await.unwrap();
    assert_eq!(whole.batches, 3);
    for killed_after in 0..whole.batches {
        let mut kept = Kept {
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        read(&server, &mut kept).await.unwrap_err();
        kept.killed_after = None;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.ids(), whole.ids(), "killed after {killed_after}");
        assert_eq!(kept.differing, []);
    }
}

#[tokio::test]
async fn only_what_is_new_enough_is_told_on_a_first_reading() {
    let server = start(World::of(deployment("shop", 3)));
    let mut kept = Kept::default();
    let mut reading = kept.reading(now());
    reading.since = Some(time("2026-03-02T00:00:00Z"));
    connector(&server).read(reading, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 0);
    begun(&mut server.state(), 4);
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 1, "what happens then is");
}
