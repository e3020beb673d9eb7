//! What happens to an object that brings nothing new: it is paused, its pods are lost or counted anew, its namespace is not read any more, what was installed is
//! taken away. None of it begins a deployment, ends one that has succeeded, or makes one of what failed.

use leadtime::connector::Connector;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::event::kind::Outcome;
use serde_json::{Value, json};

use super::reading::deployed;
use super::world::{Server, World, at, deployment, rollout, start};
use super::{now, read, settings, time};
use crate::support::kept::Kept;

const WEB: &str = "deployments.apps/shop/web@1-shop-000";

async fn read_only(server: &Server, kept: &mut Kept, projects: &[&str]) {
    let mut narrowed = settings(&server.url());
    narrowed.projects = projects.iter().map(|&text| text.to_owned()).collect();
    let source = Kubernetes::new(narrowed).unwrap();
    source.read(kept.reading(now()), kept).await.unwrap();
}

/// The last words of the ids of what is told.
fn words(kept: &Kept) -> Vec<&str> {
    let ids = kept.ids().into_iter();
    let mut words: Vec<&str> = ids.filter_map(|id| id.rsplit('/').next()).collect();
    words.sort_unstable();
    words
}

fn paused(object: &mut Value) {
    object["spec"]["paused"] = json!(true);
    object["status"]["conditions"][0] = json!({"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused", "lastUpdateTime": at(300)});
}

#[tokio::test]
async fn a_namespace_that_is_not_read_any_more_has_lost_nothing() {
    let server = start(World::of(
        ["shop", "till"]
            .iter()
            .flat_map(|space| deployment(space, 1)),
    ));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let before = (kept.ids().len(), kept.cursors.clone());
    for projects in [["shop"], ["sho*"], ["!till"]] {
        read_only(&server, &mut kept, &projects).await;
        let after = (kept.ids().len(), kept.cursors.clone());
        assert_eq!(after, before, "{projects:?}: {:?}", kept.ids());
    }
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.ids().len(), before.0);
    server.state().remove("deployments/till/web");
    server.state().remove("deployments/shop/web");
    read_only(&server, &mut kept, &["shop"]).await;
    assert_eq!(words(&kept), ["finished", "finished", "removed"]);
    read(&server, &mut kept).await.unwrap();
    assert_eq!(words(&kept), ["finished", "finished", "removed", "removed"]);
    assert!(kept.cursors.is_empty());
}

#[tokio::test]
async fn a_deployment_that_is_paused_after_its_end_was_not_cancelled_when_it_goes() {
    for is_seen_before in [true, false] {
        let server = start(World::of(deployment("shop", 1)));
        let mut kept = Kept::default();
        if is_seen_before {
            read(&server, &mut kept).await.unwrap();
        }
        server.state().change("deployments/shop/web", paused);
        read(&server, &mut kept).await.unwrap();
        assert_eq!(words(&kept), ["finished", "hold"]);
        assert_eq!(
            deployed(&kept, &format!("{WEB}/finished")).outcome,
            Some(Outcome::Success)
        );
        // Its template is written anew meanwhile, and nothing is rolled out.
        server.state().change("deployments/shop/web", |object| {
            object["status"]["updatedReplicas"] = json!(0);
        });
        read(&server, &mut kept).await.unwrap();
        assert_eq!(words(&kept), ["finished", "hold"]);
        server.state().remove("deployments/shop/web");
        read(&server, &mut kept).await.unwrap();
        assert_eq!(words(&kept), ["finished", "hold", "release", "removed"]);
        assert_eq!(kept.differing, []);
    }
}

#[tokio::test]
async fn without_a_deadline_the_pods_of_a_deployment_are_counted() {
    let counted = |object: &mut Value, replicas: u32, updated: u32, available: u32| {
        object["spec"]["progressDeadlineSeconds"] = json!(2_147_483_647);
        let status = &mut object["status"];
        status["replicas"] = json!(replicas);
        status["updatedReplicas"] = json!(updated);
        status["availableReplicas"] = json!(available);
        status["conditions"] = json!([{"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "lastUpdateTime": at(70)}]);
    };
    let server = start(World::of(deployment("shop", 1)));
    let mut kept = Kept::default();
    server
        .state()
        .change("deployments/shop/web", |object| counted(object, 2, 2, 2));
    read(&server, &mut kept).await.unwrap();
    let id = format!("{WEB}/finished");
    assert_eq!(
        kept.event(&id).at,
        time(&at(70)),
        "it ran before it was seen"
    );
    assert_eq!(deployed(&kept, &id).started, Some(time(&at(60))));
    // The next: one pod after the other.
    for object in deployment("shop", 2) {
        server.state().put(object);
    }
    for (replicas, updated, available) in [(3, 1, 2), (3, 2, 3), (2, 2, 1)] {
        server.state().change("deployments/shop/web", |object| {
            counted(object, replicas, updated, available);
        });
        read(&server, &mut kept).await.unwrap();
        assert_eq!(words(&kept), ["finished", "started"]);
    }
    server
        .state()
        .change("deployments/shop/web", |object| counted(object, 2, 2, 2));
    read(&server, &mut kept).await.unwrap();
    let id = WEB.replace("@1", "@2") + "/finished";
    assert_eq!(kept.event(&id).at, now());
    assert_eq!(deployed(&kept, &id).started, Some(time(&at(120))));
    // It is scaled, even to none and back, and loses a pod: nothing new.
    for (wanted, available) in [(5, 2), (0, 0), (2, 1), (2, 2)] {
        server.state().change("deployments/shop/web", |object| {
            counted(object, 2, 2, available);
            object["spec"]["replicas"] = json!(wanted);
        });
        read(&server, &mut kept).await.unwrap();
        assert_eq!(words(&kept), ["finished", "finished", "started"]);
    }
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn a_rollout_that_is_held_is_live_and_its_environment_is_held() {
    let server = start(World::of(rollout()));
    server.state().change("rollouts/shop/web", |object| {
        let status = &mut object["status"];
        status["phase"] = json!("Healthy");
        status["stableRS"] = json!("bbb");
        status["updatedReplicas"] = json!(4);
        status["pauseConditions"] = json!(null);
        status["conditions"] = json!([{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "lastUpdateTime": at(200)},
            {"type": "Completed", "status": "True", "lastUpdateTime": at(200)}]);
    });
    let mut kept = Kept::default();
    let unseen = Kept::default();
    read(&server, &mut kept).await.unwrap();
    server.state().change("rollouts/shop/web", |object| {
        object["spec"]["paused"] = json!(true);
        object["status"]["phase"] = json!("Paused");
        object["status"]["message"] = json!("manually paused");
        object["status"]["conditions"][0] = json!({"type": "Progressing", "status": "Unknown", "reason": "RolloutPaused", "lastUpdateTime": at(300)});
    });
    for mut kept in [kept, unseen] {
        read(&server, &mut kept).await.unwrap();
        assert_eq!(words(&kept), ["finished", "hold"]);
        let id = "rollouts.argoproj.io/shop/web@2-bbb/finished";
        assert_eq!(kept.event(id).at, time(&at(200)));
    }
}

#[tokio::test]
async fn a_rollout_that_loses_a_pod_is_not_rolled_out_again() {
    let server = start(World::of(rollout()));
    let mut kept = Kept::default();
    let calm = |object: &mut Value, phase: &str, available: u32| {
        let status = &mut object["status"];
        status["phase"] = json!(phase);
        status["stableRS"] = json!("bbb");
        status["updatedReplicas"] = json!(4);
        status["availableReplicas"] = json!(available);
        status["pauseConditions"] = json!(null);
        status["conditions"] = json!([{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "lastUpdateTime": at(200)}]);
    };
    for (phase, available) in [("Healthy", 4), ("Progressing", 3)] {
        server
            .state()
            .change("rollouts/shop/web", |object| calm(object, phase, available));
        read(&server, &mut kept).await.unwrap();
    }
    server.state().remove("rollouts/shop/web");
    read(&server, &mut kept).await.unwrap();
    assert_eq!(words(&kept), ["finished", "removed"]);
}

const RELEASE: &str = "helmreleases.helm.toolkit.fluxcd.io/shop/web@";

/// A release of Helm, as Flux keeps it.
fn release(version: u32, status: &str, minutes: u32) -> Value {
    json!({"name": "web", "version": version, "status": status, "chartName": "web", "chartVersion": format!("1.{version}.0"),
        "firstDeployed": at(minutes), "lastDeployed": at(minutes)})
}

fn helm(history: &Value, conditions: &Value) -> Value {
    json!({"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease",
        "metadata": {"name": "web", "namespace": "shop", "uid": "release0-uid", "labels": {"environment": "production"}},
        "spec": {}, "status": {"history": history, "conditions": conditions}})
}

fn remedied() -> Value {
    json!([{"type": "Remediated", "status": "True", "reason": "UninstallSucceeded", "lastTransitionTime": at(70)}])
}

#[tokio::test]
async fn an_installation_that_is_taken_back_has_failed_and_the_next_is_another() {
    let server = start(World::of([helm(
        &json!([release(1, "failed", 60)]),
        &json!([]),
    )]));
    let mut kept = Kept::default();
    let mut late = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let put = |history: Value, conditions: &Value| {
        server.state().put(helm(&history, conditions));
    };
    put(json!([release(1, "uninstalled", 60)]), &remedied());
    for kept in [&mut kept, &mut late] {
        read(&server, kept).await.unwrap();
        assert_eq!(words(kept), ["failed"]);
    }
    // It is tried again, fails again, and gets through.
    put(json!([release(1, "failed", 80)]), &json!([]));
    read(&server, &mut kept).await.unwrap();
    assert_eq!(words(&kept), ["failed", "failed"]);
    put(json!([release(1, "deployed", 90)]), &json!([]));
    read(&server, &mut kept).await.unwrap();
    let id = format!("{RELEASE}1-release0-{}/finished", at(90));
    assert_eq!(deployed(&kept, &id).outcome, Some(Outcome::Success));
    // An upgrade of it fails, and all is taken away with it.
    let mut gone = release(2, "uninstalled", 90);
    gone["lastDeployed"] = json!(at(100));
    gone["deleted"] = json!(at(105));
    put(json!([gone, release(1, "superseded", 90)]), &remedied());
    for _ in 0..2 {
        read(&server, &mut kept).await.unwrap();
        assert_eq!(
            words(&kept),
            ["failed", "failed", "failed", "finished", "removed"]
        );
    }
    let id = format!("{RELEASE}2-release0-{}/removed", at(90));
    let removed = deployed(&kept, &id);
    assert!(removed.removed && removed.environment.as_deref() == Some("production"));
    assert_eq!(kept.event(&id).at, time(&at(105)));
    server.state().remove("helmreleases/shop/web");
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.ids().len(), 5, "it was gone already");
    assert_eq!(kept.differing, []);
}
