//! Recorded answers into events, without loss: every payload of a kind that is read gives its events, none is refused, and what becomes of them stands in
//! snapshots: identities, times and outcomes, without the names of people.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::facts::Facts;
use leadtime::connector::gitlab::translate::{change, commit, deployment, gate, pipeline};
use leadtime::connector::gitlab::wire;
use leadtime::connector::origin::Origin;
use leadtime::event::kind::Kind;
use leadtime::event::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::left_out;

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("payloads/gitlab");
    folder.is_dir().then_some(folder)
}

/// The bodies in a file: rows with a `body`, or the body itself. Lists are taken apart.
fn read<T: DeserializeOwned>(folder: &Path, file: &str) -> Vec<T> {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{file}: {why}"));
    let rows = match value {
        Value::Array(rows) => rows,
        one => vec![one],
    };
    assert!(!rows.is_empty(), "{file} holds nothing");
    let body = |row: Value| match row.get("request") {
        Some(_) => row["body"].clone(),
        None => row,
    };
    let items = rows.into_iter().map(body).enumerate();
    items
        .map(|(index, body)| {
            serde_json::from_value(body)
                .unwrap_or_else(|why| panic!("{file}, item {}: {why}", index + 1))
        })
        .collect()
}

fn origin() -> Origin {
    Origin::new("gitlab:gitlab.com", "acme/shop", now())
}

fn now() -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap()
}

/// A line for each event: its identity, its time, and what it says happened.
fn shown(told: &[Facts]) -> String {
    let mut text = String::new();
    for facts in told {
        for event in &facts.events {
            assert!(
                !event.id.contains("//") && !event.id.ends_with('/'),
                "{}",
                event.id
            );
            let what = match &event.kind {
                Kind::Change(fact) => format!("{:?} {:?}", fact.phase, fact.state),
                Kind::Run(fact) => format!("{:?} {:?} {:?}", fact.name, fact.phase, fact.outcome),
                Kind::Deployment(fact) => {
                    format!("{:?} {:?} {:?}", fact.environment, fact.phase, fact.outcome)
                }
                Kind::Gate(fact) => {
                    format!("{:?} {:?} {:?}", fact.phase, fact.decision, fact.approvers)
                }
                Kind::Commit(fact) => format!(
                    "parents {:?}",
                    fact.parents.as_ref().map(|parents| parents.len())
                ),
                Kind::Other(kind) => kind.clone(),
                other => panic!("{other:?}"),
            };
            writeln!(text, "{} {}: {what}", event.id, event.at).unwrap();
        }
        for unknown in &facts.unknown {
            writeln!(text, "? {}={}", unknown.field, unknown.value).unwrap();
        }
    }
    text
}

macro_rules! recorded {
    () => {
        match folder() {
            Some(folder) => folder,
            None => {
                left_out("no recorded payloads of GitLab beside the project");
                return;
            }
        }
    };
}

#[test]
fn requests() {
    let folder = recorded!();
    let mut told = Vec::new();
    for file in [
        "rest-recorded/merge-requests.json",
        "rest/get_merge_request.json",
        "rest/get_merge_requests.json",
        "rest/get_merge_requests_author_username.json",
        "rest/get_merge_requests_not_author_username.json",
    ] {
        for item in read::<wire::Request>(&folder, file) {
            let facts = change::request(&origin(), &item);
            let ends = facts
                .events
                .iter()
                .filter(|event| event.id.contains("/merged") || event.id.contains("/closed/"));
            assert_eq!(
                ends.count(),
                usize::from(item.closed_at.is_some() || item.merged_at.is_some()),
                "{file}"
            );
            told.push(facts);
        }
    }
    assert!(told.len() >= 22, "{}", told.len());
    assert!(told.iter().all(|facts| facts.unknown.is_empty()));
    insta::assert_snapshot!("requests", shown(&told));
}

#[test]
fn notes_and_commits() {
    let folder = recorded!();
    let request = read::<wire::Request>(&folder, "rest-recorded/merge-requests.json").remove(0);
    let notes: Vec<wire::Note> = read(&folder, "rest-recorded/mr-notes.json");
    assert_eq!(notes.len(), 25);
    let mut told = vec![change::notes(&origin(), &request, &notes)];
    let mut commits: Vec<wire::Commit> = read(&folder, "rest-recorded/mr-commits.json");
    assert_eq!(commits.len(), 25);
    told.push(change::commits(&origin(), &request, &commits));
    commits.extend(read::<wire::Commit>(&folder, "rest/get_commit.json"));
    for item in &commits[25..] {
        // It has no date at all, which no real one lacks.
        assert_eq!(commit::commit(&origin(), item).unknown.len(), 1);
    }
    assert!(
        !format!("{told:?}").contains("@example.com"),
        "no address of a person is kept"
    );
    insta::assert_snapshot!("notes_and_commits", shown(&told));
}

#[test]
fn pipelines_and_jobs() {
    let folder = recorded!();
    let mut told = Vec::new();
    let details: Vec<wire::Pipeline> = read(&folder, "rest-recorded/pipeline-details.json");
    let listed: Vec<wire::Pipeline> = read(&folder, "rest-recorded/pipelines.json");
    assert_eq!((details.len(), listed.len()), (16, 25));
    for item in details.iter().chain(&listed) {
        let facts = pipeline::pipeline(&origin(), item);
        assert!(!facts.events.is_empty());
        told.push(facts);
    }
    let mut jobs: Vec<wire::Job> = read(&folder, "rest-recorded/jobs.json");
    jobs.extend(read::<wire::Job>(
        &folder,
        "rest-recorded/trigger-jobs.json",
    ));
    assert_eq!(jobs.len(), 26);
    told.extend(
        jobs.iter()
            .map(|item| pipeline::job(&origin(), item, now())),
    );
    assert!(told.iter().all(|facts| facts.unknown.is_empty()));
    insta::assert_snapshot!("pipelines_and_jobs", shown(&told));
}

#[test]
fn deployments_and_approvals() {
    let folder = recorded!();
    let mut told = Vec::new();
    let mut all: Vec<wire::Deployment> = read(&folder, "rest-recorded/deployments.json");
    assert_eq!(all.len(), 8);
    let literal = "rest-from-client-tests/deployments-test--testdeploymentsservice-listprojectdeployments-5.json";
    all.extend(read::<wire::Deployment>(&folder, literal));
    for item in &all {
        let mut facts = deployment::deployment(&origin(), item, &[]);
        facts.add(gate::approval(&origin(), item, &["@ops".to_owned()], &[]));
        told.push(facts);
    }
    let vote: wire::Approval =
        read(&folder, "rest-docs/deployment-approval-response.json").remove(0);
    let approved = wire::Deployment {
        approvals: vec![vote],
        ..all[0].clone()
    };
    told.push(gate::approval(&origin(), &approved, &[], &[]));
    let mut unknown: Vec<String> = told
        .iter()
        .flat_map(|facts| &facts.unknown)
        .map(|word| word.value.clone())
        .collect();
    unknown.sort();
    // The recording's editors wrote these two; the second was a state of GitLab's own forms once.
    assert_eq!(unknown, ["completed", "undeployed"]);
    insta::assert_snapshot!("deployments", shown(&told));
}

#[test]
fn environments_approvers_and_the_rest() {
    let folder = recorded!();
    let base = "rest-from-client-tests/";
    let environments: Vec<wire::Environment> = [
        "environments-test--testlistenvironments-7.json",
        "environments-test--testgetenvironment-8.json",
        "environments-test--testunmarshal-12.json",
    ]
    .iter()
    .flat_map(|file| read(&folder, &format!("{base}{file}")))
    .collect();
    assert!(environments.len() >= 3);
    for environment in &environments {
        let told = deployment::stopped(&origin(), environment).events.len();
        let stopped = environment.state.as_deref() == Some("stopped");
        assert_eq!(
            told,
            usize::from(stopped && environment.updated_at.is_some())
        );
    }
    let mut who = Vec::new();
    for file in [
        "protected-environments-test--testlistprotectedenvironments-34.json",
        "group-protected-environments-test--testgrouplistprotectedenvironments-15.json",
    ] {
        for protected in read::<wire::Protected>(&folder, &format!("{base}{file}")) {
            who.push((
                protected.name.clone(),
                gate::approvers(&protected.approval_rules),
                gate::approvers(&protected.deploy_access_levels),
            ));
        }
    }
    insta::assert_debug_snapshot!("approvers", who);
    let users: Vec<wire::User> = read(&folder, "rest/get_user.json");
    assert!(users[0].username.is_some());
}
