//! What the login may do is asked before anything is tried, and what is missing is told by family; the roles of the documentation grant all of it.

use std::collections::BTreeSet;

use leadtime::connector::kubernetes::Kubernetes;
use leadtime::connector::kubernetes::rights::{Use, needed};
use leadtime::connector::{Connector, Health, Severity};
use serde::Deserialize;
use serde_json::Value;

use super::world::{Server, World, deployment, kustomization, rollout, start};
use super::{connector, now, settings};

fn world() -> World {
    let mut objects = deployment("shop", 2);
    objects.extend(rollout());
    objects.push(kustomization(1));
    World {
        reviews: true,
        ..World::of(objects)
    }
}

fn denying(denied: &[&str]) -> Server {
    let mut world = world();
    world.denied = denied.iter().map(|&text| text.to_owned()).collect();
    start(world)
}

/// Gravity, family and text of what was found.
fn told(health: &Health) -> Vec<(Severity, &str, &str)> {
    let findings = health.findings.iter();
    findings
        .map(|one| (one.severity, one.subject.as_str(), one.text.as_str()))
        .collect()
}

#[tokio::test]
async fn what_is_missing_is_told_by_family_and_nothing_is_tried() {
    let server = denying(&[
        "list rollouts.argoproj.io",
        "list pods",
        "watch kustomizations.kustomize.toolkit.fluxcd.io",
        "patch rollouts/status.argoproj.io",
    ]);
    let health = connector(&server).check(now()).await.unwrap();
    let told = told(&health);
    let found = |severity, family: &str, right: &str| {
        let fits = |one: &&(Severity, &str, &str)| {
            one.0 == severity && one.1 == family && one.2.contains(right)
        };
        assert_eq!(told.iter().filter(fits).count(), 1, "{right}: {told:?}");
    };
    found(
        Severity::Warning,
        "rollouts.argoproj.io",
        "may not: list rollouts.argoproj.io; nothing of it is read",
    );
    found(Severity::Warning, "deployments.apps", "may not: list pods;");
    found(
        Severity::Note,
        "kustomizations.kustomize.toolkit.fluxcd.io",
        "watch kustomizations",
    );
    found(
        Severity::Note,
        "rollouts.argoproj.io",
        "patch rollouts/status.argoproj.io",
    );
    assert_eq!(
        server.count("GET", "/rollouts?"),
        0,
        "it is known not to be allowed"
    );
    assert_eq!(server.count("GET", "/deployments?"), 1);
    let reviewed = server.deeds();
    assert!(
        reviewed
            .iter()
            .all(|one| one.path().ends_with("/selfsubjectaccessreviews"))
    );
    // One for each right that anything here needs, however many families need it.
    let is_here =
        |group: &str| ["apps", "argoproj.io", "kustomize.toolkit.fluxcd.io"].contains(&group);
    let rights: BTreeSet<_> = needed(is_here)
        .into_iter()
        .map(|(_, _, right)| right)
        .collect();
    assert_eq!(reviewed.len(), rights.len());
}

#[tokio::test]
async fn namespaces_are_told_and_all_rights_are_told_in_one_line() {
    let server = denying(&["list deployments.apps in till"]);
    let mut settings = settings(&server.url());
    settings.projects = vec!["shop".to_owned(), "till".to_owned()];
    let health = Kubernetes::new(settings)
        .unwrap()
        .check(now())
        .await
        .unwrap();
    let told = told(&health);
    assert!(
        told.iter()
            .any(|one| one.2.contains("list deployments.apps in till;")),
        "{told:?}"
    );
    let all = connector(&denying(&[])).check(now()).await.unwrap();
    assert!(
        all.facts.iter().any(|fact| fact.contains("may do all")),
        "{:?}",
        all.facts
    );
}

#[tokio::test]
async fn a_cluster_that_reviews_nothing_is_looked_at_by_trying() {
    let mut world = world();
    world.reviews = false;
    let server = start(world);
    let health = connector(&server).check(now()).await.unwrap();
    assert!(
        health
            .facts
            .iter()
            .any(|fact| fact.contains("is not known")),
        "{:?}",
        health.facts
    );
    assert_eq!(server.count("GET", "/deployments?"), 1);
}

/// What a role of the documentation grants: verb, group, resource.
fn granted() -> BTreeSet<(String, String, String)> {
    let page = include_str!("../../../docs/connectors/kubernetes.md");
    let yaml = page
        .split("```yaml")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let texts = |value: &Value| -> Vec<String> {
        let all = value.as_array().unwrap().iter();
        all.map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let mut granted = BTreeSet::new();
    for document in yaml_serde::Deserializer::from_str(yaml) {
        let role = Value::deserialize(document).unwrap();
        for rule in role["rules"].as_array().unwrap() {
            for verb in texts(&rule["verbs"]) {
                for group in texts(&rule["apiGroups"]) {
                    for resource in texts(&rule["resources"]) {
                        granted.insert((verb.clone(), group.clone(), resource));
                    }
                }
            }
        }
    }
    granted
}

#[test]
fn the_roles_of_the_documentation_grant_all_that_is_needed() {
    let granted = granted();
    for (family, _, right) in needed(|_| true) {
        let right = (
            right.verb.to_owned(),
            right.group.to_owned(),
            right.resource.to_owned(),
        );
        assert!(granted.contains(&right), "{family}: {right:?}");
    }
    let acts = needed(|_| true)
        .into_iter()
        .filter(|(_, of, _)| *of == Use::Act);
    assert!(acts.count() > 15);
}
