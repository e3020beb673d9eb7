//! What the GitHub of our own holds: repositories as JSON, in the shape and order of the real API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use leadtime::event::time::{Span, Timestamp};

use super::{Asked, Fault};

#[derive(Clone, Debug)]
pub struct Limit {
    pub whole: u64,
    pub remaining: u64,
    pub reset: i64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    pub repos: Vec<Repo>,
    /// Former names, and the names of now.
    pub renamed: BTreeMap<String, String>,
    pub organizations: Vec<String>,
    #[serde(skip)]
    pub faults: Vec<Fault>,
    #[serde(skip)]
    pub limit: Option<Limit>,
    /// The `Date` of every answer.
    pub date: String,
    #[serde(skip)]
    pub asked: Vec<Asked>,
}

/// A repository; lists are newest first, as GitHub gives them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Repo {
    pub full_name: String,
    pub archived: bool,
    /// The default one.
    pub branch: String,
    pub pulls: Vec<Value>,
    pub reviews: BTreeMap<i64, Vec<Value>>,
    pub pull_commits: BTreeMap<i64, Vec<Value>>,
    pub commits: Vec<Value>,
    pub runs: Vec<Value>,
    /// By run and number: no key that JSON has.
    #[serde(skip)]
    pub attempts: BTreeMap<(i64, i64), Value>,
    pub jobs: BTreeMap<i64, Vec<Value>>,
    pub pending: BTreeMap<i64, Vec<Value>>,
    pub approvals: BTreeMap<i64, Vec<Value>>,
    pub deployments: Vec<Value>,
    pub statuses: BTreeMap<i64, Vec<Value>>,
    pub environments: Vec<Value>,
    pub releases: Vec<Value>,
    pub issues: Vec<Value>,
    pub tags: Vec<Value>,
}

pub fn user(login: &str) -> Value {
    let kind = if login.ends_with("[bot]") {
        "Bot"
    } else {
        "User"
    };
    json!({"login": login, "id": 1, "type": kind})
}

pub fn sha(what: &str, number: i64) -> String {
    let seed: u64 = what.bytes().map(u64::from).sum();
    format!("{seed:08x}{number:032x}")
}

/// `hours` before `now`.
pub fn ago(now: Timestamp, hours: i64) -> String {
    (now - Span::from_seconds(hours * 3600)).to_string()
}

impl World {
    pub fn new(now: Timestamp, repos: Vec<Repo>) -> Self {
        Self {
            repos,
            date: now.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            ..Self::default()
        }
    }

    pub fn repo(&mut self, name: &str) -> &mut Repo {
        let mut repos = self.repos.iter_mut();
        repos.find(|repo| repo.full_name == name).unwrap()
    }

    pub fn fault(&mut self, path: &str) -> Option<Fault> {
        let fault = self
            .faults
            .iter_mut()
            .find(|fault| path.contains(&fault.path) && fault.times != Some(0))?;
        fault.times = fault.times.map(|times| times - 1);
        Some(fault.clone())
    }

    /// Where a repository that has moved is now.
    pub fn moved(&self, segments: &[&str]) -> Option<String> {
        let ["repos", owner, name, rest @ ..] = segments else {
            return None;
        };
        let now = self.renamed.get(&format!("{owner}/{name}"))?;
        let path = [&["", "repos", now.as_str()], rest].concat();
        Some(path.join("/"))
    }

    /// What is at an address, and under which field its list stands.
    pub fn find(&self, segments: &[&str]) -> Option<(Option<&'static str>, Value)> {
        match segments {
            ["user"] => Some((None, user("octo-reader"))),
            ["orgs", owner, "repos"] => {
                let is_one = self.organizations.iter().any(|name| name == owner);
                is_one.then(|| (None, self.owned(owner)))
            }
            ["users", owner, "repos"] => Some((None, self.owned(owner))),
            ["repos", owner, name, rest @ ..] => {
                let full = format!("{owner}/{name}");
                let mut repos = self.repos.iter();
                repos.find(|repo| repo.full_name == full)?.find(rest)
            }
            _ => None,
        }
    }

    fn owned(&self, owner: &str) -> Value {
        let prefix = format!("{owner}/");
        let repos = self.repos.iter();
        repos
            .filter(|repo| repo.full_name.starts_with(&prefix))
            .map(Repo::itself)
            .collect()
    }
}

impl Repo {
    pub fn empty(full_name: &str) -> Self {
        Self {
            full_name: full_name.to_owned(),
            branch: "main".to_owned(),
            ..Self::default()
        }
    }

    fn itself(&self) -> Value {
        json!({"id": 1, "full_name": self.full_name, "archived": self.archived, "default_branch": self.branch})
    }

    fn find(&self, rest: &[&str]) -> Option<(Option<&'static str>, Value)> {
        let listed = |list: &[Value]| Some((None, json!(list)));
        let of = |map: &BTreeMap<i64, Vec<Value>>, id: &str| {
            Some((
                None,
                json!(map.get(&id.parse().unwrap()).cloned().unwrap_or_default()),
            ))
        };
        match rest {
            [] => Some((None, self.itself())),
            ["pulls"] => listed(&self.pulls),
            ["pulls", number, "reviews"] => of(&self.reviews, number),
            ["pulls", number, "commits"] => of(&self.pull_commits, number),
            ["commits"] => listed(&self.commits),
            ["commits", sha] => {
                let mut commits = self.commits.iter();
                Some((None, commits.find(|commit| commit["sha"] == *sha)?.clone()))
            }
            ["actions", "runs"] => Some((Some("workflow_runs"), json!(self.runs))),
            ["actions", "runs", id] => {
                let mut runs = self.runs.iter();
                let found = runs.find(|run| run["id"].as_i64() == id.parse().ok())?;
                Some((None, found.clone()))
            }
            ["actions", "runs", id, "attempts", attempt] => {
                let key = (id.parse().unwrap(), attempt.parse().unwrap());
                Some((None, self.attempts.get(&key)?.clone()))
            }
            ["actions", "runs", id, "jobs"] => Some((Some("jobs"), of(&self.jobs, id)?.1)),
            ["actions", "runs", id, "pending_deployments"] => of(&self.pending, id),
            ["actions", "runs", id, "approvals"] => of(&self.approvals, id),
            ["deployments"] => listed(&self.deployments),
            ["deployments", id, "statuses"] => of(&self.statuses, id),
            ["environments"] => Some((Some("environments"), json!(self.environments))),
            ["releases"] => listed(&self.releases),
            ["tags"] => listed(&self.tags),
            ["issues"] => listed(&self.issues),
            _ => None,
        }
    }

    /// A repository with a history: each step of it is a merged request with its commit, run, job and deployment, `apart` hours before the one above.
    pub fn generate(full_name: &str, steps: i64, now: Timestamp, apart: i64) -> Self {
        let mut repo = Self::empty(full_name);
        for step in 0..steps {
            // The newest first, as the lists are.
            repo.step(steps - step, now, (step + 1) * apart);
        }
        let reviewers = json!([{"type": "User", "reviewer": user("ada")}, {"type": "Team", "reviewer": {"slug": "ops", "name": "Ops"}}]);
        repo.environments = vec![
            json!({"id": 1, "name": "staging", "protection_rules": []}),
            json!({"id": 2, "name": "production", "protection_rules": [{"id": 3, "type": "required_reviewers", "reviewers": reviewers}]}),
        ];
        repo
    }

    fn step(&mut self, number: i64, now: Timestamp, hours: i64) {
        let at = ago(now, hours);
        let (head, merged) = (sha("head", number), sha("merge", number));
        self.pulls.push(pull(number, &at, &head, &merged));
        self.reviews.insert(number, vec![json!({"id": number * 10, "user": user("ada"), "state": "APPROVED", "submitted_at": at, "commit_id": head})]);
        self.pull_commits.insert(
            number,
            vec![commit(&head, &at, &[sha("merge", number - 1)])],
        );
        self.commits
            .push(commit(&merged, &at, &[sha("merge", number - 1), head]));
        self.runs
            .push(run(number, "completed", Some("success"), &merged, &at));
        self.jobs.insert(
            number,
            vec![job(number, "completed", Some("success"), &merged, &at)],
        );
        self.deployments.push(json!({"id": number, "sha": merged, "ref": "main", "task": "deploy", "environment": "production", "creator": user("li"), "created_at": at, "updated_at": at}));
        self.statuses.insert(number, vec![
            json!({"id": number * 2 + 1, "state": "success", "environment": "production", "created_at": at, "log_url": format!("https://github.com/x/y/actions/runs/{number}/job/1")}),
            json!({"id": number * 2, "state": "in_progress", "environment": "production", "created_at": at}),
        ]);
        if number % 10 == 0 {
            let tag = format!("v1.{number}.0");
            self.releases.push(json!({"id": number, "tag_name": tag, "target_commitish": "main", "draft": false, "prerelease": false, "created_at": at, "published_at": at}));
            self.tags
                .push(json!({"name": tag, "commit": {"sha": merged}}));
        }
    }
}

pub fn pull(number: i64, at: &str, head: &str, merged: &str) -> Value {
    json!({
        "number": number, "title": format!("PAY-{number}: step"), "body": format!("Fixes #{}", number + 1000),
        "state": "closed", "draft": false, "user": user("jane"), "html_url": format!("https://github.com/x/y/pull/{number}"),
        "created_at": at, "updated_at": at, "closed_at": at, "merged_at": at, "merge_commit_sha": merged,
        "labels": [{"name": "feature"}], "requested_reviewers": [user("ada")], "requested_teams": [],
        "head": {"ref": format!("feature/{number}"), "sha": head},
    })
}

pub fn commit(sha: &str, at: &str, parents: &[String]) -> Value {
    let parents: Vec<Value> = parents.iter().map(|sha| json!({"sha": sha})).collect();
    let signed = json!({"name": "Jane", "email": "jane@example.com", "date": at});
    json!({"sha": sha, "commit": {"message": format!("Change {sha}"), "author": signed, "committer": signed}, "author": user("jane"), "parents": parents})
}

pub fn run(id: i64, status: &str, conclusion: Option<&str>, sha: &str, at: &str) -> Value {
    json!({
        "id": id, "name": "CI", "head_branch": "main", "head_sha": sha, "status": status, "conclusion": conclusion, "event": "push",
        "run_attempt": 1, "created_at": at, "updated_at": at, "run_started_at": at, "actor": user("jane"),
        "html_url": format!("https://github.com/x/y/actions/runs/{id}"),
    })
}

pub fn job(run: i64, status: &str, conclusion: Option<&str>, sha: &str, at: &str) -> Value {
    json!({
        "id": run * 100, "run_id": run, "run_attempt": 1, "name": "test", "workflow_name": "CI", "head_branch": "main", "head_sha": sha,
        "status": status, "conclusion": conclusion, "created_at": at, "started_at": at, "completed_at": conclusion.map(|_| at),
    })
}
