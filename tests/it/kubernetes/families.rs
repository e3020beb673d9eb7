//! What Flux fetches, what analyses find, what the `GitOps` Promoter brings from branch to branch: into events as it happens, each once.

use leadtime::connector::Connector;
use leadtime::event::kind::{Decision, GatePhase, Kind, Outcome, Phase, RunKind};
use serde_json::{Value, json};

use super::world::{Server, World, at, rollout, sha, start};
use super::{connector, now, read, time};
use crate::support::kept::Kept;

/// Something that Flux fetches.
fn source(kind: &str, spec: &Value, status: &Value) -> Value {
    json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind,
        "metadata": {"name": "shop", "namespace": "flux-system"}, "spec": spec, "status": status})
}

fn ready(status: &str, minutes: u32, message: &str) -> Value {
    json!([{"type": "Ready", "status": status, "reason": "GitOperationFailed", "message": message, "lastTransitionTime": at(minutes)}])
}

/// The runs that were told, the first word of each id first.
fn runs(kept: &Kept) -> Vec<(&str, Option<Outcome>, Option<&str>)> {
    let events = kept.events.values();
    let runs = events.filter_map(|event| match &event.kind {
        Kind::Run(run) => Some((event.id.as_str(), run.outcome, run.sha.as_deref())),
        _ => None,
    });
    runs.collect()
}

fn changed(kind: &str) -> String {
    format!("{kind}/flux-system/shop")
}

#[tokio::test]
async fn a_commit_that_is_fetched_is_the_step_before_its_kustomization() {
    let spec = json!({"url": "https://git.example.com/acme/shop.git", "ref": {"branch": "main"}});
    let fetched = |number: u32| {
        let artifact = json!({"revision": format!("main@sha1:{}", sha(number)), "lastUpdateTime": at(number * 60)});
        json!({"conditions": ready("True", number * 60, ""), "artifact": artifact})
    };
    let server = start(World::of([source("GitRepository", &spec, &fetched(1))]));
    // Its plural is not made as others are.
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let first = runs(&kept);
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].1, first[0].2),
        (Some(Outcome::Success), Some(sha(1).as_str()))
    );
    let event = kept.events.values().next().unwrap();
    assert_eq!(event.at, time(&at(60)));
    let Kind::Run(run) = &event.kind else {
        panic!()
    };
    assert_eq!(
        (run.name.as_deref(), run.repository.as_deref()),
        (Some("fetch shop"), Some("acme/shop"))
    );
    server
        .state()
        .change(&changed("gitrepositories"), |object| {
            object["status"] = fetched(2);
            object["status"]["conditions"] = ready("False", 130, "authentication required");
        });
    read(&server, &mut kept).await.unwrap();
    read(&server, &mut kept).await.unwrap();
    let outcomes: Vec<_> = runs(&kept).iter().map(|run| run.1).collect();
    assert_eq!(outcomes.len(), 3, "{:?}", kept.ids());
    assert_eq!(
        outcomes
            .iter()
            .filter(|one| **one == Some(Outcome::Failure))
            .count(),
        1
    );
    assert_eq!(kept.differing, []);
    let health = connector(&server).check(now()).await.unwrap();
    let told = format!("{:?}", health.findings);
    assert!(
        told.contains("authentication required") && told.contains("flux-system/shop"),
        "{told}"
    );
}

#[tokio::test]
async fn what_is_packed_names_its_commit_and_its_image() {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let note = json!({"org.opencontainers.image.revision": format!("main@sha1:{}", sha(4)), "org.opencontainers.image.source": "https://git.example.com/acme/shop"});
    let artifact =
        json!({"revision": format!("1.4.0@{digest}"), "lastUpdateTime": at(9), "metadata": note});
    let packed = source(
        "OCIRepository",
        &json!({"url": "oci://ghcr.io/acme/shop"}),
        &json!({"artifact": artifact}),
    );
    let bare = json!({"artifact": {"revision": digest, "lastUpdateTime": at(9)}});
    let all = [
        packed,
        source("Bucket", &json!({}), &bare),
        source(
            "HelmRepository",
            &json!({"url": "https://charts.example.com"}),
            &bare,
        ),
    ];
    let mut kept = Kept::default();
    read(&start(World::of(all)), &mut kept).await.unwrap();
    let mut found = Vec::new();
    for event in kept.events.values() {
        let Kind::Run(run) = &event.kind else {
            panic!("{event:?}")
        };
        found.push((
            run.sha.is_some(),
            run.artifact.clone(),
            run.repository.clone(),
        ));
    }
    found.sort();
    assert_eq!(found.len(), 3);
    let (has_sha, artifact, repository) = found.pop().unwrap();
    assert!(
        has_sha
            && artifact
                .unwrap()
                .contains("repository_url=ghcr.io/acme/shop&tag=1.4.0")
    );
    assert_eq!(repository.as_deref(), Some("acme/shop"));
    assert_eq!(found, vec![(false, None, None); 2]);
}

fn analysis(phase: &str, minutes: Option<u32>) -> Value {
    let labels =
        json!({"rollout-type": "Step", "step-index": "1", "rollouts-pod-template-hash": "bbb"});
    let owner =
        json!([{"kind": "Rollout", "name": "web", "uid": "rollout0-uid", "controller": true}]);
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
        "metadata": {"name": "web-bbb-2-1", "namespace": "shop", "uid": "analysis-uid", "creationTimestamp": at(126), "labels": labels, "ownerReferences": owner},
        "spec": {}, "status": {"phase": phase, "startedAt": at(127), "completedAt": minutes.map(at)}})
}

#[tokio::test]
async fn an_analysis_is_a_test_of_what_is_rolled_out() {
    for (phase, outcome) in [
        ("Successful", Outcome::Success),
        ("Failed", Outcome::Failure),
        ("Error", Outcome::Failure),
        ("Inconclusive", Outcome::Other),
    ] {
        let mut objects = rollout();
        objects.push(analysis("Running", None));
        let server = start(World::of(objects));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        server.state().put(analysis(phase, Some(140)));
        read(&server, &mut kept).await.unwrap();
        let mut told = Vec::new();
        for event in kept.events.values() {
            if let Kind::Run(run) = &event.kind {
                assert_eq!(
                    (run.kind, run.name.as_deref()),
                    (RunKind::Test, Some("analysis web step 1"))
                );
                assert!(
                    run.artifact
                        .as_deref()
                        .unwrap()
                        .contains("acme/web&tag=1.2.0"),
                    "{run:?}"
                );
                told.push((run.phase, run.outcome, event.at));
            }
        }
        told.sort_by_key(|one| one.2);
        assert_eq!(
            told[2],
            (Phase::Finished, Some(outcome), time(&at(140))),
            "{phase}"
        );
        assert_eq!((told.len(), kept.findings.len()), (3, 0));
    }
}

fn policy(active: u32, proposed: u32, statuses: &Value) -> Value {
    let state = |number: u32| {
        let dry = json!({"sha": sha(number), "repoURL": "https://git.example.com/acme/deploy.git", "commitTime": at(number * 60)});
        json!({"dry": dry, "hydrated": {"sha": sha(number + 900), "commitTime": at(number * 60 + 5)}})
    };
    let mut waits = state(proposed);
    waits["commitStatuses"] = statuses.clone();
    json!({"apiVersion": "promoter.argoproj.io/v1alpha1", "kind": "ChangeTransferPolicy",
        "metadata": {"name": "shop-production-1a2b", "namespace": "promoter", "uid": "policy00-uid", "labels": {"promoter.argoproj.io/promotion-strategy": "shop"}},
        "spec": {"activeBranch": "environments/production", "autoMerge": false},
        "status": {"active": state(active), "proposed": waits, "history": [{"active": state(active)}, {"active": state(1)}],
            "pullRequest": {"state": "open", "url": "https://git.example.com/acme/deploy/pull/3", "prCreationTime": at(proposed * 60 + 6)}}})
}

/// The policies of a cluster: their plural is not made as others are.
fn promoter(object: Value) -> Server {
    start(World::of([object]))
}

#[tokio::test]
async fn what_is_proposed_waits_until_it_is_in_the_branch() {
    let server = promoter(policy(
        2,
        3,
        &json!([{"key": "health", "phase": "pending"}]),
    ));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let (mut deployed, mut gates) = (Vec::new(), Vec::new());
    for event in kept.events.values() {
        match &event.kind {
            Kind::Deployment(fact) => deployed.push((
                fact.sha.clone().unwrap(),
                fact.environment.clone().unwrap(),
                fact.service.clone().unwrap(),
            )),
            Kind::Gate(gate) => gates.push(gate.clone()),
            other => panic!("{other:?}"),
        }
    }
    deployed.sort();
    let live = |number| (sha(number), "production".to_owned(), "shop".to_owned());
    assert_eq!(deployed, [live(1), live(2)]);
    assert_eq!(gates.len(), 1);
    assert_eq!(
        (gates[0].sha.as_deref(), gates[0].comment.as_deref()),
        (Some(sha(3).as_str()), Some("it waits for health (pending)"))
    );
    assert_eq!(
        gates[0].url.as_deref(),
        Some("https://git.example.com/acme/deploy/pull/3")
    );
    // It is merged, and another is proposed; then that is replaced by a third.
    server.state().put(policy(3, 4, &json!([])));
    read(&server, &mut kept).await.unwrap();
    server.state().put(policy(3, 5, &json!([])));
    read(&server, &mut kept).await.unwrap();
    let mut closed: Vec<(&str, Option<Decision>)> = Vec::new();
    for event in kept.events.values() {
        if let Kind::Gate(gate) = &event.kind
            && gate.phase == GatePhase::Closed
        {
            closed.push((&event.id, gate.decision));
        }
    }
    let decisions: Vec<_> = closed.iter().map(|one| one.1).collect();
    assert_eq!(
        decisions,
        [Some(Decision::Approved), Some(Decision::Cancelled)],
        "{closed:?}"
    );
    assert_eq!(
        (kept.differing.len(), kept.findings.len()),
        (0, 0),
        "{}",
        kept.told()
    );
}
