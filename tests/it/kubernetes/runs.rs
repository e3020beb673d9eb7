//! Things that run once: Tekton's runs, their tasks and approvals, kpack's builds, what Cartographer stamps out. How they are told, and what can be done to them.

use leadtime::connector::Actor;
use leadtime::connector::Connector;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::event::kind::{Artifact, Decision, Kind, Outcome, Phase, Run, RunKind};
use leadtime::plan::request::{Sent, Standing, Verb};
use serde_json::{Value, json};

use super::acting::carry_out;
use super::reading::gate;
use super::world::{Server, World, at, sha, start};
use super::{ask, connector, now, order, prepare, read, send, settings, time};
use crate::support::kept::Kept;
use crate::support::wild::Mischief;

const RUN: &str = "pipelineruns.tekton.dev/ci/build-shop-x1@run00000";

fn run<'k>(kept: &'k Kept, id: &str) -> &'k Run<String> {
    match &kept.event(id).kind {
        Kind::Run(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn artifact<'k>(kept: &'k Kept, end: &str) -> &'k Artifact<String> {
    let found = kept.events.values().find(|event| event.id.contains(end));
    match &found
        .unwrap_or_else(|| panic!("{end}: {:?}", kept.ids()))
        .kind
    {
        Kind::Artifact(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn condition(status: &str, reason: &str) -> Value {
    json!([{"type": "Succeeded", "status": status, "reason": reason, "lastTransitionTime": at(10)}])
}

/// A run of a pipeline under way, a task of it, and an approval that it waits for.
fn pipeline() -> Vec<Value> {
    let labels = json!({"tekton.dev/pipeline": "build", "tekton.dev/pipelineRun": "build-shop-x1"});
    let mut task = labels.clone();
    task["tekton.dev/pipelineTask"] = json!("unit");
    let mut gate = labels.clone();
    gate["tekton.dev/pipelineTask"] = json!("release");
    vec![
        json!({"apiVersion": "tekton.dev/v1", "kind": "PipelineRun",
            "metadata": {"name": "build-shop-x1", "generateName": "build-shop-", "namespace": "ci", "uid": "run00000-uid", "creationTimestamp": at(1),
                "labels": {"tekton.dev/pipeline": "build", "team": "a"}, "annotations": {"chains.tekton.dev/signed": "true", "note": "kept"}},
            "spec": {"pipelineRef": {"name": "build"}, "params": [{"name": "git-url", "value": "https://git.example.com/acme/shop.git"}, {"name": "git-revision", "value": sha(7)}]},
            "status": {"startTime": at(2), "conditions": condition("Unknown", "Running")}}),
        json!({"apiVersion": "tekton.dev/v1", "kind": "TaskRun",
            "metadata": {"name": "build-shop-x1-unit", "namespace": "ci", "uid": "task0000-uid", "creationTimestamp": at(2), "labels": task},
            "spec": {"taskRef": {"name": "go-test"}},
            "status": {"startTime": at(3), "completionTime": at(5), "conditions": condition("False", "Failed"), "retriesStatus": [{}]}}),
        json!({"apiVersion": "openshift-pipelines.org/v1alpha1", "kind": "ApprovalTask",
            "metadata": {"name": "release-1", "namespace": "ci", "uid": "gate0000-uid", "creationTimestamp": at(6), "labels": gate},
            "spec": {"description": "to production?", "numberOfApprovalsRequired": 1, "approvers": [
                {"name": "ann", "type": "User", "input": "pending"}, {"name": "jane", "type": "User", "input": "pending"}]},
            "status": {"state": "pending", "approvers": ["ann", "jane"], "startTime": at(6)}}),
    ]
}

fn ci() -> Server {
    start(World::of(pipeline()))
}

#[tokio::test]
async fn runs_are_told_with_their_commit_and_what_they_made() {
    let server = ci();
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    let started = run(&kept, &format!("{RUN}/started"));
    assert_eq!(
        (started.kind, started.phase),
        (RunKind::Pipeline, Phase::Started)
    );
    assert_eq!(
        (started.name.as_deref(), started.sha.clone()),
        (Some("build"), Some(sha(7)))
    );
    assert_eq!(started.repository.as_deref(), Some("acme/shop"));
    assert_eq!(
        started.environment, None,
        "a namespace is not what a build is for"
    );
    assert_eq!(kept.event(&format!("{RUN}/queued")).at, time(&at(1)));
    let task = run(
        &kept,
        "taskruns.tekton.dev/ci/build-shop-x1-unit@task0000/finished",
    );
    assert_eq!(
        (task.name.as_deref(), task.outcome, task.attempt),
        (Some("unit"), Some(Outcome::Failure), Some(2))
    );
    assert_eq!(task.sha, Some(sha(7)), "it is that of its pipeline");
    assert_eq!(
        server.count("GET", "pipelineruns/"),
        0,
        "which was listed already"
    );
    server.state().change("pipelineruns/ci/build-shop-x1", |object| {
        object["status"]["completionTime"] = json!(at(9));
        object["status"]["conditions"] = condition("True", "Completed");
        object["status"]["results"] = json!([{"name": "IMAGE_URL", "value": "ghcr.io/acme/shop:1.7\n"}, {"name": "IMAGE_DIGEST", "value": "sha256:7777777777777777777777777777777777777777777777777777777777777777"}]);
    });
    read(&server, &mut kept).await.unwrap();
    let done = run(&kept, &format!("{RUN}/finished"));
    assert_eq!(
        (done.outcome, kept.event(&format!("{RUN}/finished")).at),
        (Some(Outcome::Success), time(&at(9)))
    );
    let made = artifact(&kept, "/packaged-sha256");
    assert_eq!(
        (made.sha.clone(), made.version.as_deref()),
        (Some(sha(7)), Some("1.7"))
    );
    assert!(made.digest.as_deref().unwrap().starts_with("sha256:7777"));
    assert_eq!(kept.differing, []);
    // One is deleted while it runs.
    let mut other = pipeline().remove(0);
    other["metadata"]["name"] = json!("build-shop-x2");
    other["metadata"]["uid"] = json!("run00001-uid");
    server.state().put(other);
    read(&server, &mut kept).await.unwrap();
    server.state().remove("build-shop-x2");
    read(&server, &mut kept).await.unwrap();
    let over = run(
        &kept,
        "pipelineruns.tekton.dev/ci/build-shop-x2@run00001/over",
    );
    assert_eq!(over.outcome, Some(Outcome::Other));
}

#[tokio::test]
async fn an_approval_is_a_gate_of_its_people_and_their_answer_closes_it() {
    let server = ci();
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let id = "approvaltasks.openshift-pipelines.org/ci/release-1@gate0000";
    let open = gate(&kept, &format!("{id}/created"));
    assert_eq!(open.approvers.as_slice(), ["ann", "jane"]);
    assert_eq!(
        (open.name.as_deref(), open.sha.clone()),
        (Some("release"), Some(sha(7)))
    );
    // Whoever logs in is told by `user`.
    let wanted = order(&server, Verb::Approve, id);
    let error = connector(&server)
        .prepare(&wanted)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("ann, jane") && error.contains("`user`"),
        "{error}"
    );
    let mut told = settings(&server.url());
    told.user = Some("jane".to_owned());
    let jane = Kubernetes::new(told).unwrap();
    let prepared = jane.prepare(&wanted).await.unwrap();
    assert_eq!(prepared.user.as_deref(), Some("jane"));
    let request = &prepared.requests[0];
    assert!(request.what.ends_with("as jane"), "{}", request.what);
    server.once("PATCH", "", Mischief::DoneThenGone);
    assert!(matches!(send(&server, request).await, Sent::Doubtful(_)));
    assert!(matches!(ask(&server, request).await, Standing::Done(_)));
    let answers = server.state().find("approvaltasks/ci/release-1")["spec"]["approvers"].clone();
    assert_eq!(answers[0]["input"], "pending");
    assert_eq!(
        (answers[1]["input"].clone(), answers[1]["message"].clone()),
        (json!("approve"), json!("it burns (leadtime k-1)"))
    );
    server.state().change("approvaltasks/ci/release-1", |object| {
        object["status"]["state"] = json!("approved");
        object["status"]["approversResponse"] = json!([{"name": "jane", "response": "approved", "message": "it burns", "type": "User"}]);
    });
    read(&server, &mut kept).await.unwrap();
    let closed = gate(&kept, &format!("{id}/closed"));
    assert_eq!(
        (closed.decision, closed.responder.as_deref()),
        (Some(Decision::Approved), Some("jane"))
    );
    assert_eq!(kept.differing, []);
    let late = jane
        .prepare(&order(&server, Verb::Reject, id))
        .await
        .unwrap();
    assert!(late.objections[0].0.contains("approved already"));
}

#[tokio::test]
async fn a_run_is_cancelled_and_run_again_as_a_copy_that_is_made_once() {
    let server = ci();
    let prepared = prepare(&server, &order(&server, Verb::Cancel, RUN)).await;
    carry_out(&server, &prepared).await;
    assert_eq!(
        server.state().find("build-shop-x1")["spec"]["status"],
        "Cancelled"
    );
    server
        .state()
        .change("pipelineruns/ci/build-shop-x1", |object| {
            object["status"]["conditions"] = condition("False", "Cancelled");
        });
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        run(&kept, &format!("{RUN}/finished")).outcome,
        Some(Outcome::Cancelled)
    );
    let mut wanted = order(&server, Verb::Retry, RUN);
    wanted.key = "0197-ABC".to_owned();
    let prepared = prepare(&server, &wanted).await;
    assert_eq!(prepared.objections, []);
    let request = &prepared.requests[0];
    server.once("POST", "", Mischief::DoneThenSilent);
    assert!(matches!(send(&server, request).await, Sent::Doubtful(_)));
    assert!(matches!(ask(&server, request).await, Standing::Done(_)));
    let copy = server.state().find("build-shop-lt-0197-abc");
    assert_eq!(copy["spec"]["params"][1]["value"], sha(7));
    assert_eq!(copy["spec"]["status"], json!(null));
    assert_eq!(copy["metadata"]["annotations"]["note"], "kept");
    assert_eq!(
        copy["metadata"]["annotations"]["chains.tekton.dev/signed"],
        json!(null)
    );
    assert_eq!(
        copy["metadata"]["labels"],
        json!({"tekton.dev/pipeline": "build", "team": "a"})
    );
    // Sent once more nonetheless, the cluster makes no other.
    let again = send(&server, request).await;
    assert!(
        matches!(&again, Sent::Refused(text) if text.contains("already exists")),
        "{again:?}"
    );
    let task = order(
        &server,
        Verb::Retry,
        "taskruns.tekton.dev/ci/build-shop-x1-unit@task0000",
    );
    let error = connector(&server)
        .prepare(&task)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("PipelineRun build-shop-x1"), "{error}");
}

fn build(number: u32, status: &str) -> Value {
    json!({"apiVersion": "kpack.io/v1alpha2", "kind": "Build",
        "metadata": {"name": format!("shop-build-{number}"), "namespace": "ci", "uid": format!("build{number:03}-uid"), "creationTimestamp": at(number * 10),
            "labels": {"image.kpack.io/image": "shop", "image.kpack.io/buildNumber": number.to_string()}},
        "spec": {"tags": ["ghcr.io/acme/shop:b7"], "source": {"git": {"url": "https://git.example.com/acme/shop", "revision": sha(number)}}},
        "status": {"conditions": [{"type": "Succeeded", "status": status, "lastTransitionTime": at(number * 10 + 3)}],
            "latestImage": if status == "True" { "ghcr.io/acme/shop@sha256:9999999999999999999999999999999999999999999999999999999999999999" } else { "" }}})
}

#[tokio::test]
async fn a_build_of_kpack_is_a_run_that_makes_an_image_and_is_asked_for_again() {
    let server = start(World::of([build(9, "False"), build(10, "True")]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let done = run(&kept, "builds.kpack.io/ci/shop-build-10@build010/finished");
    assert_eq!(
        (done.kind, done.name.as_deref(), done.sha.clone()),
        (RunKind::Build, Some("shop"), Some(sha(10)))
    );
    let made = artifact(&kept, "shop-build-10@build010/packaged-sha256");
    assert_eq!(
        (
            made.sha.clone(),
            made.version.as_deref(),
            made.repository.as_deref()
        ),
        (Some(sha(10)), Some("b7"), Some("acme/shop"))
    );
    assert_eq!(
        run(&kept, "builds.kpack.io/ci/shop-build-9@build009/finished").outcome,
        Some(Outcome::Failure)
    );
    // The newest is noted on, whichever is meant.
    let prepared = prepare(
        &server,
        &order(
            &server,
            Verb::Retry,
            "builds.kpack.io/ci/shop-build-9@build009",
        ),
    )
    .await;
    assert_eq!(prepared.objections, []);
    carry_out(&server, &prepared).await;
    let noted = server.state().find("builds/ci/shop-build-10")["metadata"]["annotations"].clone();
    assert_eq!(
        noted["image.kpack.io/additionalBuildNeeded"],
        "2026-03-02T12:00:00Z"
    );
}

#[tokio::test]
async fn what_cartographer_stamps_out_is_told_as_tasks() {
    let ready = |minutes: u32| json!([{"type": "Ready", "status": "True", "lastTransitionTime": at(minutes)}]);
    let workload = json!({"apiVersion": "carto.run/v1alpha1", "kind": "Workload", "metadata": {"name": "shop", "namespace": "dev"},
        "spec": {"source": {"git": {"url": "https://git.example.com/acme/shop.git"}}},
        "status": {"resources": [
            {"name": "source-provider", "conditions": ready(1), "outputs": [{"name": "revision", "preview": format!("main/{}\n", sha(4)), "digest": "sha256:aaaaaaaaaaaaaaaaaaaa"}]},
            {"name": "image-builder", "conditions": ready(8), "outputs": [{"name": "image", "preview": "ghcr.io/acme/shop@sha256:4444444444444444444444444444444444444444444444444444444444444444\n", "digest": "sha256:bbbbbbbbbbbbbbbbbbbb"}]},
            {"name": "deployer", "conditions": [{"type": "Ready", "status": "Unknown"}]}]}});
    let server = start(World::of([workload]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let id = "workloads.carto.run/dev/shop@image-builder-bbbbbbbbbbbb";
    let built = run(&kept, &format!("{id}/finished"));
    assert_eq!(
        (built.kind, built.sha.clone(), built.repository.as_deref()),
        (RunKind::Task, Some(sha(4)), Some("acme/shop"))
    );
    assert_eq!(artifact(&kept, "/packaged-sha256").sha, Some(sha(4)));
    assert_eq!(kept.events.len(), 3, "{:?}", kept.ids());
    let error = connector(&server)
        .prepare(&order(&server, Verb::Retry, id))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("Workload has nothing to retry"),
        "{error}"
    );
    let reading = kept.reading(now());
    connector(&server).read(reading, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 3);
}
