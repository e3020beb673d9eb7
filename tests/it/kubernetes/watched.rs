//! Against a real cluster, where `LEADTIME_KUBERNETES` names its kubeconfig: what changes there is watched and told, how soon is measured; definitions of other
//! tools' objects are stored in it, and their objects watched and acted on; what a login may not do is told by the cluster itself.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use leadtime::clock;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::{Order, Sent, Standing, Target, Verb};
use serde_json::{Value, json};

use super::live::{Cluster, cluster, web};
use super::world::rollout;
use crate::support::kept::Kept;
use crate::support::program::Program;
use crate::support::{figure, left_out};

const ARGO: &str = "argoproj.io/v1alpha1";

/// Stores the definitions of a tool's objects; whether they are at hand.
async fn define(cluster: &Cluster, folder: &str) -> bool {
    let shared = std::env::var("LEADTIME_SHARED").unwrap_or_default();
    let folder = Path::new(&shared).join("payloads").join(folder);
    let Ok(files) = fs::read_dir(folder) else {
        left_out("definitions of objects: LEADTIME_SHARED names no folder with them");
        return false;
    };
    for file in files {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut definition: Value = yaml_serde::from_str(&text).unwrap();
        plain(&mut definition);
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        // Another test may have stored it.
        let _known = cluster
            .send("POST", path, "application/json", &definition)
            .await;
    }
    true
}

/// Without what old servers refuse: an empty text where nothing is said, which they take for `null`, and keys of lists that then say nothing.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.retain(|name, value| {
                let is_empty = name == "default" && value == "";
                !is_empty && !name.starts_with("x-kubernetes-list")
            });
            fields.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// Makes an object as soon as its definition is taken up.
async fn put(cluster: &Cluster, plural: &str, body: &Value) {
    let version = body["apiVersion"].as_str().unwrap();
    let path = format!("/apis/{version}/namespaces/{}/{plural}", cluster.space);
    for _ in 0..100 {
        let sent = cluster.send("POST", &path, "application/json", body).await;
        if matches!(sent, Sent::Done(_)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{plural} cannot be made");
}

fn analysis(name: &str) -> Value {
    json!({"apiVersion": ARGO, "kind": "AnalysisRun", "metadata": {"name": name}, "spec": {"metrics": [
        {"name": "errors", "provider": {"prometheus": {"address": "http://prometheus.example.com", "query": "1"}}}]}})
}

fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    format!(
        "{} changes, median {median:?}, longest {worst:?}",
        times.len()
    )
}

/// Waits beside the runtime, which goes on.
fn logged(program: &Program, parts: Vec<String>) {
    tokio::task::block_in_place(|| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        program.logged(&parts)
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_in_a_real_cluster_is_told_at_once() {
    let Some(cluster) = cluster().await else {
        return;
    };
    let has_definitions = define(&cluster, "argo-rollouts/crds").await;
    if has_definitions {
        put(&cluster, "analysisruns", &analysis("first")).await;
    }
    let program = Program::start(cluster.source_as(None));
    tokio::task::block_in_place(|| {
        program.until(|state| state.listens == Some(true) && state.read.is_some())
    });
    cluster.put("deployments", web()).await;
    logged(
        &program,
        vec![
            "deployments.apps/".to_owned(),
            "@1-".to_owned(),
            "/finished".to_owned(),
        ],
    );

    // Rolled out: told when it begins, and when it has ended, by the cluster's own controllers.
    let mut begun = Vec::new();
    for number in 2..=6 {
        let image = format!("registry.example.com/acme/web:1.{number}.0");
        let body = json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}});
        let at = Instant::now();
        cluster.merge("apps/v1", "deployments/web", &body).await;
        logged(&program, vec![format!("@{number}-"), "/started".to_owned()]);
        begun.push(at.elapsed());
        logged(
            &program,
            vec![format!("@{number}-"), "/finished".to_owned()],
        );
    }
    figure(&format!(
        "a rollout that begins, to its event in the log: {}",
        told(begun)
    ));

    // Stuck for want of a node, and undone.
    let stuck = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "web", "image": "registry.example.com/acme/web:2.0.0", "resources": {"requests": {"cpu": "1000"}}}]}}}});
    cluster.merge("apps/v1", "deployments/web", &stuck).await;
    logged(&program, vec!["@7-".to_owned(), "/failed".to_owned()]);
    let back = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "web", "image": "registry.example.com/acme/web:1.6.0", "resources": null}]}}}});
    cluster.merge("apps/v1", "deployments/web", &back).await;
    logged(
        &program,
        vec!["@8-".to_owned(), "/finished".to_owned(), "1.6.0".to_owned()],
    );
    if has_definitions {
        analyses(&cluster, &program).await;
    }
    assert_eq!(program.state().unheard, []);
}

/// Where no controller takes its time: from the answer of the cluster to the event in the log.
async fn analyses(cluster: &Cluster, program: &Program) {
    let mut times = Vec::new();
    for number in 0..20 {
        put(cluster, "analysisruns", &analysis(&format!("run-{number}"))).await;
        let now = clock::now()
            .to_utc()
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let body = json!({"status": {"phase": "Successful", "startedAt": now, "completedAt": now}});
        let object = format!("analysisruns/run-{number}");
        cluster.merge(ARGO, &object, &body).await;
        let at = Instant::now();
        logged(
            program,
            vec![format!("/run-{number}@"), "/finished".to_owned()],
        );
        times.push(at.elapsed());
        // Not while it rests from the last.
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    figure(&format!(
        "an object that changes, to its event in the log: {}",
        told(times)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_of_a_rollout_is_watched_and_approved_in_a_real_cluster() {
    let Some(cluster) = cluster().await else {
        return;
    };
    if !define(&cluster, "argo-rollouts/crds").await {
        return;
    }
    let mut all = rollout().into_iter();
    let mut object = all.next().unwrap();
    let mut status = object["status"].take();
    let progress = &mut status["conditions"][0];
    progress["message"] = json!("paused");
    progress["lastTransitionTime"] = progress["lastUpdateTime"].clone();
    object["metadata"]["namespace"] = json!(cluster.space);
    object["metadata"].as_object_mut().unwrap().remove("uid");
    object.as_object_mut().unwrap().remove("status");
    put(&cluster, "rollouts", &object).await;
    let program = Program::start(cluster.source_as(None));
    tokio::task::block_in_place(|| {
        program.until(|state| state.listens == Some(true) && state.read.is_some())
    });
    // Newer definitions keep the status apart, this one may not.
    for place in ["rollouts/web", "rollouts/web/status"] {
        let path = format!("/apis/{ARGO}/namespaces/{}/{place}", cluster.space);
        let body = json!({"status": status});
        let _one = cluster
            .send("PATCH", &path, "application/merge-patch+json", &body)
            .await;
    }
    logged(
        &program,
        vec![
            "rollouts.argoproj.io/".to_owned(),
            "/step-2".to_owned(),
            "/created".to_owned(),
        ],
    );
    let mut kept = Kept::default();
    cluster
        .source
        .read(kept.reading(clock::now()), &mut kept)
        .await
        .unwrap();
    let ids = kept.ids();
    let gate = ids.iter().find(|id| id.ends_with("/created")).unwrap();
    let order = Order {
        verb: Verb::Approve,
        workload: "web".to_owned(),
        repositories: Vec::new(),
        environment: None,
        target: Some(Target {
            id: gate.trim_end_matches("/created").to_owned(),
            ..Target::default()
        }),
        to: None,
        from: None,
        way: None,
        comment: Some("tried".to_owned()),
        key: "watched".to_owned(),
        at: clock::now(),
    };
    let prepared = cluster.source.prepare(&order).await.unwrap();
    assert_eq!(prepared.objections, []);
    for request in &prepared.requests {
        assert_eq!(cluster.source.ask(request).await, Standing::Open);
        let sent = cluster.source.send(request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    }
    logged(
        &program,
        vec![
            "/step-2".to_owned(),
            "/closed".to_owned(),
            "approved".to_owned(),
        ],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_login_may_not_do_a_real_cluster_tells_itself() {
    let Some(cluster) = cluster().await else {
        return;
    };
    let health = cluster.source.check(clock::now()).await.unwrap();
    assert!(
        health.facts.iter().any(|fact| fact.contains("may do all")),
        "{health:?}"
    );
    // Somebody who may list Deployments and nothing else.
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "some"}, "rules": [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}]});
    let bind = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "some"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "some"},
        "subjects": [{"kind": "User", "name": "viewer", "apiGroup": "rbac.authorization.k8s.io"}]});
    cluster.put("roles", role).await;
    cluster.put("rolebindings", bind).await;
    let viewer = cluster.source_as(Some("viewtok"));
    let mut told = String::new();
    for _ in 0..50 {
        let health = viewer.check(clock::now()).await.unwrap();
        told = format!("{health:?}");
        if !told.contains("list deployments.apps") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for missing in [
        "list pods",
        "list replicasets.apps",
        "watch deployments.apps",
        "patch deployments.apps",
    ] {
        assert!(
            told.contains(&format!("{missing} in {}", cluster.space)),
            "{missing}: {told}"
        );
    }
    assert!(
        told.contains("deployments.apps: 0") && !told.contains("viewtok"),
        "{told}"
    );
}
