//! Recorded answers into events, without loss: every payload of a kind that is read gives its events, and none is refused.

use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::facts::Facts;
use leadtime::connector::github::translate::{change, commit, deployment, gate, run};
use leadtime::connector::github::wire;
use leadtime::connector::origin::Origin;
use leadtime::event::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::left_out;

/// The folder of recorded payloads, where there is one.
pub fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("payloads/github");
    folder.is_dir().then_some(folder)
}

fn json(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bodies in a file of any of the three forms: rows with a `body`, one exchange with a `body`, the body itself. Lists are taken apart.
fn bodies(path: &Path, field: Option<&str>) -> Vec<Value> {
    let mut value = json(path);
    if value.get("method").is_some() && value.get("body").is_some() {
        value = value["body"].take();
    }
    if let Some(field) = field
        && value.get(field).is_some()
    {
        value = value[field].take();
    }
    let rows = match value {
        Value::Array(rows) => rows,
        one => vec![one],
    };
    rows.into_iter()
        .map(|row| match row.get("request") {
            Some(_) => row["body"].clone(),
            None => row,
        })
        .collect()
}

fn read<T: DeserializeOwned>(folder: &Path, files: &[&str], field: Option<&str>) -> Vec<T> {
    let mut read = Vec::new();
    for file in files {
        let path = folder.join(file);
        let found = bodies(&path, field);
        assert!(!found.is_empty(), "{file} holds nothing");
        for (index, body) in found.into_iter().enumerate() {
            let item = serde_json::from_value(body);
            read.push(item.unwrap_or_else(|error| panic!("{file}, item {}: {error}", index + 1)));
        }
    }
    read
}

fn origin() -> Origin {
    let now = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    Origin::new("github:github.com", "octocat/hello-world", now)
}

/// Every item must give at least so many events.
fn each<T>(items: &[T], at_least: usize, mut make: impl FnMut(&T) -> Facts) -> Vec<String> {
    let mut unknown = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let facts = make(item);
        assert!(
            facts.events.len() >= at_least,
            "item {} gave {} events",
            index + 1,
            facts.events.len()
        );
        assert!(
            facts
                .events
                .iter()
                .all(|event| !event.id.contains("//") && !event.id.ends_with('/'))
        );
        unknown.extend(
            facts
                .unknown
                .into_iter()
                .map(|unknown| format!("{}={}", unknown.field, unknown.value)),
        );
    }
    unknown.sort();
    unknown.dedup();
    unknown
}

macro_rules! recorded {
    () => {
        match folder() {
            Some(folder) => folder,
            None => {
                left_out("no recorded payloads of GitHub beside the project");
                return;
            }
        }
    };
}

#[test]
fn requests_and_reviews() {
    let folder = recorded!();
    let pulls: Vec<wire::Pull> = read(
        &folder,
        &[
            "rest-recorded/pulls.json",
            "rest-examples/pulls__list/response-200-default.json",
            "rest-examples/pulls__get/response-200-default.json",
            "octocrab-fixtures/pull_requests_list.json",
        ],
        None,
    );
    assert!(pulls.len() >= 22, "{}", pulls.len());
    let unknown = each(&pulls, 1, |pull| {
        let facts = change::pull(&origin(), pull);
        let ends = facts
            .events
            .iter()
            .filter(|event| event.id.contains("/merged") || event.id.contains("/closed/"))
            .count();
        assert_eq!(
            ends,
            usize::from(pull.closed_at.is_some() || pull.merged_at.is_some())
        );
        facts
    });
    assert_eq!(unknown, Vec::<String>::new());
    let reviews: Vec<wire::Review> = read(
        &folder,
        &[
            "rest-recorded/pull-reviews.json",
            "rest-examples/pulls__list-reviews/response-200-default.json",
            "octocrab-fixtures/get_pull_request_review.json",
        ],
        None,
    );
    assert!(reviews.len() >= 26);
    let submitted: Vec<wire::Review> = reviews
        .into_iter()
        .filter(|review| review.submitted_at.is_some())
        .collect();
    assert!(submitted.len() >= 26);
    assert_eq!(
        each(&submitted, 1, |review| change::review(&origin(), 1, review)),
        Vec::<String>::new()
    );
}

#[test]
fn commits() {
    let folder = recorded!();
    let files = [
        "rest-recorded/pull-commits.json",
        "rest-examples/repos__list-commits/response-200-default.json",
        "rest-examples/repos__get-commit/response-200-default.json",
        "rest-examples/pulls__list-commits/response-200-default.json",
        "octocrab-fixtures/repos_list_commits.json",
        "octocrab-fixtures/pull_request_commits.json",
        "octocrab-fixtures/pull_request_commits_empty_author_object.json",
    ];
    let commits: Vec<wire::Commit> = read(&folder, &files, None);
    assert!(commits.len() >= 26, "{}", commits.len());
    assert_eq!(
        each(&commits, 1, |item| commit::commit(&origin(), item)),
        Vec::<String>::new()
    );
    let text = format!(
        "{:?}",
        commits
            .iter()
            .map(|item| commit::commit(&origin(), item))
            .collect::<Vec<_>>()
    );
    assert!(
        !text.contains("@example.com"),
        "no address of a person is kept"
    );
}

#[test]
fn runs_and_jobs() {
    let folder = recorded!();
    let runs: Vec<wire::Run> = read(
        &folder,
        &[
            "rest-recorded/actions-runs.json",
            "rest-examples/actions__list-workflow-runs-for-repo/response-200-default.json",
            "rest-examples/actions__list-workflow-runs/response-200-default.json",
            "rest-examples/actions__get-workflow-run/response-200-default.json",
            "rest-examples/actions__get-workflow-run-attempt/response-200-default.json",
        ],
        Some("workflow_runs"),
    );
    assert!(runs.len() >= 32);
    let unknown = each(&runs, 1, |item| {
        let facts = run::run(&origin(), item);
        let finished = facts
            .events
            .iter()
            .any(|event| event.id.ends_with("/finished"));
        assert_eq!(
            finished,
            run::is_finished(item) || item.status.as_deref() == Some("COMPLETED")
        );
        facts
    });
    // The recording's editors put conclusions into the status of six.
    assert_eq!(
        unknown,
        [
            "run.status=cancelled",
            "run.status=failure",
            "run.status=startup_failure",
            "run.status=success",
            "run.status=timed_out"
        ]
    );
    let jobs: Vec<wire::Job> = read(
        &folder,
        &[
            "rest-recorded/actions-jobs.json",
            "rest-examples/actions__list-jobs-for-workflow-run/response-200-default.json",
            "rest-examples/actions__list-jobs-for-workflow-run-attempt/response-200-default.json",
            "rest-examples/actions__get-job-for-workflow-run/response-200-default.json",
        ],
        Some("jobs"),
    );
    assert!(jobs.len() >= 28);
    each(&jobs, 2, |item| run::job(&origin(), item));
}

#[test]
fn deployments_and_their_statuses() {
    let folder = recorded!();
    let deployments: Vec<wire::Deployment> = read(
        &folder,
        &[
            "rest-examples/repos__list-deployments/response-200-default.json",
            "rest-examples/repos__get-deployment/response-200-default.json",
            "octocrab-fixtures/repo_deployments.json",
            "octocrab-fixtures/repo_deployment.json",
        ],
        None,
    );
    assert!(deployments.len() >= 4);
    each(&deployments, 1, |item| {
        deployment::deployment(&origin(), item, &[])
    });
    let statuses: Vec<wire::DeploymentStatus> = read(
        &folder,
        &[
            "rest-examples/repos__list-deployment-statuses/response-200-default.json",
            "rest-examples/repos__get-deployment-status/response-200-default.json",
            "octocrab-fixtures/repo_deployment_statuses.json",
            "octocrab-fixtures/repo_deployment_status.json",
        ],
        None,
    );
    let made = deployment::statuses(&origin(), &deployments[0], &statuses, &[]);
    assert_eq!(made.events.len(), statuses.len());
    assert_eq!(made.unknown, []);
}

#[test]
fn environments_and_gates() {
    let folder = recorded!();
    let environments: Vec<wire::Environment> = read(
        &folder,
        &[
            "rest-examples/repos__get-all-environments/response-200-default.json",
            "rest-examples/repos__get-environment/response-200-default.json",
            "octocrab-fixtures/repo_environments.json",
            "octocrab-fixtures/repo_environment.json",
        ],
        Some("environments"),
    );
    assert!(environments.len() >= 4);
    assert_eq!(
        gate::required(&environments[0]),
        Some(vec!["octocat".to_owned(), "@justice-league".to_owned()])
    );
    let run: Vec<wire::Run> = read(
        &folder,
        &["rest-examples/actions__get-workflow-run/response-200-default.json"],
        None,
    );
    let pending: Vec<wire::PendingDeployment> = read(
        &folder,
        &["rest-examples/actions__get-pending-deployments-for-run/response-200-default.json"],
        None,
    );
    each(&pending, 1, |item| {
        let which = gate::pending(&run[0], &[], &[], item).unwrap();
        gate::opened(&origin(), &run[0], &[], (&which, item))
    });
    let approvals: Vec<wire::Approval> = read(
        &folder,
        &["rest-examples/actions__get-reviews-for-run/response-200-default.json"],
        None,
    );
    let facts = gate::decided(&origin(), &run[0], &[], &approvals, &|_| Vec::new());
    assert_eq!(facts.events.len(), 2, "opened and closed");
}

#[test]
fn releases() {
    let folder = recorded!();
    let releases: Vec<wire::Release> = read(
        &folder,
        &[
            "rest-examples/repos__list-releases/response-200-default.json",
            "rest-examples/repos__get-release/response-200-default.json",
            "rest-examples/repos__get-latest-release/response-200-default.json",
            "rest-examples/repos__get-release-by-tag/response-200-default.json",
            "octocrab-fixtures/repos_releases_list.json",
            "octocrab-fixtures/repos_releases_get_by_id.json",
            "octocrab-fixtures/repos_releases_get_by_tag.json",
            "octocrab-fixtures/repos_releases_get_latest.json",
        ],
        None,
    );
    assert!(releases.len() >= 8);
    each(&releases, 1, |item| commit::release(&origin(), item));
}
