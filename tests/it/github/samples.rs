//! Samples of our own, in `tests/fixtures/github`, and the events that they become: what the translation says, word by word.

use std::fs;
use std::path::Path;

use leadtime::connector::facts::Facts;
use leadtime::connector::github::translate::{change, commit, deployment, gate, run};
use leadtime::connector::github::wire;
use leadtime::connector::origin::Origin;
use leadtime::event::time::Timestamp;
use serde::de::DeserializeOwned;

fn sample<T: DeserializeOwned>(name: &str) -> T {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/github/{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn origin() -> Origin {
    let now = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    Origin::new("github:github.com", "acme/checkout", now)
}

fn shown(facts: &Facts) -> serde_json::Value {
    let events: Vec<_> = facts.events.iter().map(lean).collect();
    let unknown: Vec<String> = facts
        .unknown
        .iter()
        .map(|unknown| format!("{}={}", unknown.field, unknown.value))
        .collect();
    serde_json::json!({"events": events, "unknown": unknown})
}

/// Without what is absent.
fn lean(event: &leadtime::event::Event<String>) -> serde_json::Value {
    let mut value = serde_json::to_value(event).unwrap();
    for fact in value["kind"].as_object_mut().unwrap().values_mut() {
        if let Some(fields) = fact.as_object_mut() {
            fields.retain(|name, field| {
                ["parents", "may_decide"].contains(&name.as_str())
                    || !field.is_null()
                        && *field != serde_json::json!([])
                        && *field != serde_json::json!(false)
            });
        }
    }
    value
}

#[test]
fn a_request() {
    let pull: wire::Pull = sample("pull");
    let mut facts = change::pull(&origin(), &pull);
    let reviews: Vec<wire::Review> = sample("reviews");
    for review in &reviews {
        facts.add(change::review(&origin(), pull.number, review));
    }
    let commits: Vec<wire::Commit> = sample("commits");
    facts.add(change::commits(&origin(), &pull, &commits));
    insta::assert_json_snapshot!("request", shown(&facts));
}

#[test]
fn a_run_with_a_gate() {
    let waiting: wire::Run = sample("run");
    let jobs: Vec<wire::Job> = sample("jobs");
    let mut facts = run::run(&origin(), &waiting);
    for job in &jobs {
        facts.add(run::job(&origin(), job));
    }
    let pending: Vec<wire::PendingDeployment> = sample("pending");
    let open = gate::pending(&waiting, &jobs, &[], &pending[0]).unwrap();
    let pending = (&open, &pending[0]);
    facts.add(gate::opened(&origin(), &waiting, &jobs, pending));
    let approvals: Vec<wire::Approval> = sample("approvals");
    facts.add(gate::decided(
        &origin(),
        &waiting,
        &jobs,
        &approvals,
        &|_| vec!["ada".to_owned()],
    ));
    let staging = gate::Which::first(&waiting, "staging");
    facts.add(gate::vanished(&origin(), &waiting, &staging));
    insta::assert_json_snapshot!("run", shown(&facts));
}

#[test]
fn a_deployment() {
    let asked: wire::Deployment = sample("deployment");
    let statuses: Vec<wire::DeploymentStatus> = sample("statuses");
    let mut facts = deployment::deployment(&origin(), &asked, &[]);
    facts.add(deployment::statuses(&origin(), &asked, &statuses, &[]));
    insta::assert_json_snapshot!("deployment", shown(&facts));
}

#[test]
fn a_release() {
    let release: wire::Release = sample("release");
    let mut facts = commit::release(&origin(), &release);
    let draft = wire::Release {
        draft: true,
        ..release.clone()
    };
    assert_eq!(commit::release(&origin(), &draft).events, []);
    let tag = wire::Tag {
        name: release.tag_name.clone(),
        commit: wire::Parent {
            sha: "b".repeat(40),
        },
    };
    facts.add(commit::tag(&origin(), &tag, release.created_at));
    insta::assert_json_snapshot!("release", shown(&facts));
}
