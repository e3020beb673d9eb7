//! What is written into the cluster and read from it, against the definitions of its kinds, where those are at hand: the cluster of the tests takes nothing that they
//! do not allow, recorded objects take every deed, and every field that is asked for stands in them. Flux, Knative and the `GitOps` Promoter brought no definitions;
//! those of kpack and of approvals keep whatever they are given.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use leadtime::connector::Actor;
use leadtime::connector::kubernetes::families::FAMILIES;
use leadtime::connector::kubernetes::family::Family;
use leadtime::connector::kubernetes::wire::{kargo, runs, workload};
use leadtime::connector::kubernetes::{DESCRIPTOR, Kubernetes};
use leadtime::plan::request::{Sent, Verb};
use serde_json::{Value, json};

use super::acting::version;
use super::payloads::{files, objects, shared};
use super::world::{Server, World, rollout, start};
use super::{connector, order, send};
use crate::support::crd::Kind;
use crate::support::left_out;
use crate::support::traced::paths;

/// What they are of, and their files.
const KINDS: [(&str, &str, &str); 12] = [
    (
        "argoproj.io/v1alpha1",
        "Rollout",
        "argo-rollouts/crds/rollout-crd.yaml",
    ),
    (
        "argoproj.io/v1alpha1",
        "AnalysisRun",
        "argo-rollouts/crds/analysis-run-crd.yaml",
    ),
    ("tekton.dev/v1", "PipelineRun", PIPELINE_RUN),
    ("tekton.dev/v1beta1", "PipelineRun", PIPELINE_RUN),
    ("tekton.dev/v1", "TaskRun", TASK_RUN),
    ("tekton.dev/v1beta1", "TaskRun", TASK_RUN),
    (
        "kargo.akuity.io/v1alpha1",
        "Promotion",
        "kargo/crds/kargo.akuity.io_promotions.yaml",
    ),
    (
        "kargo.akuity.io/v1alpha1",
        "Stage",
        "kargo/crds/kargo.akuity.io_stages.yaml",
    ),
    (
        "kargo.akuity.io/v1alpha1",
        "Freight",
        "kargo/crds/kargo.akuity.io_freights.yaml",
    ),
    ("kpack.io/v1alpha2", "Build", "kpack/crds/build.yaml"),
    (
        "carto.run/v1alpha1",
        "Workload",
        "cartographer/crds/carto.run_workloads.yaml",
    ),
    (
        "carto.run/v1alpha1",
        "Deliverable",
        "cartographer/crds/carto.run_deliverables.yaml",
    ),
];
const PIPELINE_RUN: &str = "tekton/crds/300-pipelinerun.yaml";
const TASK_RUN: &str = "tekton/crds/300-taskrun.yaml";

fn folder() -> Option<PathBuf> {
    let folder = shared();
    if folder.is_none() {
        left_out("no definitions of kinds beside the project");
    }
    folder
}

/// The definition of an object's kind, where there is one.
pub fn of(object: &Value) -> Option<&'static Kind> {
    static READ: Mutex<BTreeMap<String, &Kind>> = Mutex::new(BTreeMap::new());
    let is_it = |(of, kind, _): &&(&str, &str, &str)| {
        object["apiVersion"] == *of && object["kind"] == *kind
    };
    let (of, kind, file) = KINDS.iter().find(is_it)?;
    let file = shared()?.join(file);
    let mut read = READ.lock().unwrap();
    let found = read.entry(format!("{of} {kind}")).or_insert_with(|| {
        let version = of.rsplit('/').next().unwrap();
        Box::leak(Box::new(Kind::read(&file, version).unwrap()))
    });
    Some(*found)
}

#[tokio::test]
async fn what_a_definition_does_not_allow_is_not_taken() {
    if folder().is_none() {
        return;
    }
    let server = start(World::of(rollout()));
    let id = "rollouts.argoproj.io/shop/web@2-bbb";
    for (path, change, told) in [
        (
            "/status",
            "/status/promoteFul",
            "/status/promoteFul: it is not known",
        ),
        ("", "/spec/pausd", "/spec/pausd: it is not known"),
        ("", "/spec/restartAt", "/spec/restartAt: true is no"),
    ] {
        let prepared = connector(&server)
            .prepare(&order(&server, Verb::Hold, id))
            .await
            .unwrap();
        let mut request = prepared.requests[0].clone();
        request.url += path;
        request.body = Some(json!([{"op": "add", "path": change, "value": true}]).to_string());
        let sent = send(&server, &request).await;
        assert!(
            matches!(&sent, Sent::Refused(why) if why.contains(told)),
            "{change}: {sent:?}"
        );
    }
}

/// All that the connector can do.
const VERBS: &[Verb] = DESCRIPTOR.capability.acts;

/// The family of an object whose definition is at hand; what names no version is of the newest.
fn family(object: &mut Value) -> Option<&'static dyn Family> {
    if object["apiVersion"].is_null() {
        object["apiVersion"] = json!("tekton.dev/v1");
    }
    of(object)?;
    let has_name = object["metadata"]["name"].is_string();
    let is_it = |one: &&&dyn Family| object["kind"] == one.resource().kind;
    FAMILIES.iter().find(is_it).copied().filter(|_| has_name)
}

/// Does to an object all that can be done to it, each to it as it was recorded; what was sent, and what of it was not taken.
async fn done(
    (server, source): (&Server, &Kubernetes),
    family: &dyn Family,
    object: &Value,
    refused: &mut Vec<String>,
) -> Vec<Verb> {
    let mut sent = Vec::new();
    for &verb in VERBS {
        *server.state() = World::of([object.clone()]);
        let meta = &object["metadata"];
        let namespace = meta["namespace"].as_str().unwrap_or("default");
        let name = meta["name"].as_str().unwrap();
        let id = format!("{}/{namespace}/{name}@x", family.resource().name());
        let mut order = order(server, verb, &id);
        order.to = matches!(verb, Verb::Promote | Verb::Rollback)
            .then(|| version("9.9.9"))
            .flatten();
        let Ok(prepared) = source.prepare(&order).await else {
            continue;
        };
        for request in &prepared.requests {
            match source.send(request).await {
                Sent::Done(_) => sent.push(verb),
                other => refused.push(format!("{verb:?} {id}: {other:?}\n{:?}", request.body)),
            }
        }
    }
    sent
}

/// So many of each kind: more are no other.
const OF_EACH: usize = 40;

#[tokio::test]
async fn recorded_objects_take_every_deed() {
    let Some(folder) = folder() else {
        return;
    };
    let server = start(World::default());
    let source = connector(&server);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut taken: BTreeMap<String, Vec<Verb>> = BTreeMap::new();
    let mut refused = Vec::new();
    for part in ["argo-rollouts", "tekton", "kargo", "kpack"] {
        let mut paths = Vec::new();
        files(&folder.join(part), &mut paths);
        for mut object in paths.iter().flat_map(|path| objects(path)) {
            let Some(family) = family(&mut object) else {
                continue;
            };
            let kind = object["kind"].as_str().unwrap().to_owned();
            let many = seen.entry(kind.clone()).or_default();
            *many += 1;
            if *many > OF_EACH {
                continue;
            }
            let sent = done((&server, &source), family, &object, &mut refused).await;
            taken.entry(kind).or_default().extend(sent);
        }
    }
    let wrong = refused.len();
    assert!(refused.is_empty(), "{wrong}:\n{}", refused.join("\n\n"));
    let told: Vec<String> = taken
        .iter()
        .map(|(kind, verbs)| {
            let each = VERBS.iter().filter_map(|verb| {
                let many = verbs.iter().filter(|one| *one == verb).count();
                (many > 0).then(|| format!("{} {many}", verb.word()))
            });
            format!("{kind}: {}", each.collect::<Vec<_>>().join(", "))
        })
        .collect();
    insta::assert_snapshot!("taken", told.join("\n"));
}

/// Paths that no definition here knows, and why they are asked for.
const ELSEWHERE: [(&str, &str); 16] = [
    ("status.canary.stableRS", "Rollouts before 0.9"),
    ("spec.approvers[].name", APPROVAL),
    ("spec.approvers[].input", APPROVAL),
    ("spec.approvers[].type", APPROVAL),
    ("spec.description", APPROVAL),
    ("spec.source.git.revision", BUILD),
    ("spec.tags[]", BUILD),
    ("status.conditions[].lastUpdateTime", CONDITION),
    ("status.state", APPROVAL),
    ("status.approversResponse[].name", APPROVAL),
    ("status.approversResponse[].response", APPROVAL),
    ("status.approversResponse[].message", APPROVAL),
    ("status.latestImage", BUILD),
    ("status.resources[].conditions[].lastUpdateTime", CONDITION),
    ("spec.approvers", APPROVAL),
    (
        "status.freight.alias",
        "a Freight has it, and what a Promotion says of one not",
    ),
];
const APPROVAL: &str = "an ApprovalTask, whose definition keeps what it is given";
const BUILD: &str = "a Build of kpack, whose definition keeps what it is given";
const CONDITION: &str = "conditions of Deployments and Rollouts";

/// What is read of kinds by types that they share, and the files of the source that name paths of theirs.
fn read() -> Vec<(&'static [&'static str], Vec<String>)> {
    const RUNS: &[&str] = &["PipelineRun", "TaskRun", "Workload", "Deliverable"];
    let source = |file: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/connector/kubernetes");
        let text = std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
        let named = regex::Regex::new(r#""/((?:spec|status|alias)[A-Za-z/0-9]*)"#).unwrap();
        let found = named.captures_iter(&text).map(|one| {
            let path = one[1].trim_end_matches('/').replace('/', ".");
            path.replace(".0", "[]")
        });
        found.collect::<Vec<_>>()
    };
    vec![
        (
            &["Rollout"],
            [
                paths::<workload::Spec>("spec"),
                paths::<workload::Status>("status"),
                source("act/rollout.rs"),
                source("act/deployment.rs"),
            ]
            .concat(),
        ),
        (
            &["AnalysisRun"],
            paths::<workload::AnalysisStatus>("status"),
        ),
        (
            RUNS,
            [
                paths::<runs::Spec>("spec"),
                paths::<runs::Status>("status"),
                source("act/tekton.rs"),
            ]
            .concat(),
        ),
        (
            &["Promotion"],
            [
                paths::<kargo::PromotionSpec>("spec"),
                paths::<kargo::PromotionStatus>("status"),
                source("translate/promotion.rs"),
            ]
            .concat(),
        ),
        (&["Stage"], paths::<kargo::StageSpec>("spec")),
        (&["Freight"], paths::<kargo::FreightStatus>("status")),
        // What a Promotion says of its Freight, and the Freight itself.
        (
            &["Freight"],
            paths::<kargo::Contents>("")
                .into_iter()
                .filter(|path| path != "name")
                .collect(),
        ),
        (&["Promotion", "Stage", "Freight"], source("act/kargo.rs")),
    ]
}

#[test]
fn every_field_that_is_read_stands_in_a_definition() {
    if folder().is_none() {
        return;
    }
    let mut unknown = Vec::new();
    let mut known = 0;
    for (kinds, paths) in read() {
        let of_kinds = KINDS.iter().filter(|(_, kind, _)| kinds.contains(kind));
        let all: Vec<&Kind> = of_kinds
            .map(|(version, kind, _)| of(&json!({"apiVersion": version, "kind": kind})).unwrap())
            .collect();
        assert!(!paths.is_empty() && all.len() >= kinds.len(), "{kinds:?}");
        for path in paths {
            if all.iter().any(|kind| kind.knows(&path)) {
                known += 1;
            } else if !unknown.contains(&path) {
                unknown.push(path);
            }
        }
    }
    let told: Vec<&str> = ELSEWHERE.iter().map(|(path, _)| *path).collect();
    assert_eq!(unknown, told, "what no definition knows");
    assert!(known > 100, "{known}");
}
