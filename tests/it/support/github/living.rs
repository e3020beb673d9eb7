//! A GitHub that lives: it is read like the [`World`], its pages left whole, and what is decided, dispatched or deployed there changes it as GitHub, and who
//! listens to it, would: a run that was let go on ends, what was asked for goes live. It goes by the system's clock, since a program that is started works with it.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use leadtime::clock;
use leadtime::event::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::world::{Repo, World, pull, user};
use crate::support::wild::{Answer, Asked, Wild};

/// The one workflow that can be dispatched, in every repository.
const WORKFLOW: &str = "
name: deploy
run-name: deploy ${{ inputs.version }} (${{ inputs.leadtime }})
on:
  workflow_dispatch:
    inputs:
      version: { required: true }
      sha: { required: true }
      where: { type: choice, options: [staging, production], required: true }
      leadtime: { required: false }
";

/// What is there, and who the token belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Living {
    pub world: World,
    me: String,
    /// The id that was given last.
    last: i64,
}

impl Living {
    pub fn new(repos: Vec<Repo>, me: &str) -> Self {
        Self {
            world: World::new(clock::now(), repos),
            me: me.to_owned(),
            last: 9000,
        }
    }

    pub fn serve(repos: Vec<Repo>, me: &str) -> Wild<Self> {
        Wild::start(Self::new(repos, me), Self::answer)
    }

    pub fn answer(&mut self, asked: &Asked) -> Answer {
        let date = clock::now().to_utc().format("%a, %d %b %Y %H:%M:%S GMT");
        self.answered(asked).header("date", &date.to_string())
    }

    fn answered(&mut self, asked: &Asked) -> Answer {
        let path = asked.path().to_owned();
        let words: Vec<&str> = path.trim_matches('/').split('/').collect();
        if asked.method == "GET" {
            return match self.told(&words, asked) {
                Some((field, found)) => whole(field, &found, asked),
                None => missing(),
            };
        }
        match words.as_slice() {
            ["repos", owner, name, rest @ ..] => {
                let name = format!("{owner}/{name}");
                if self.world.repos.iter().any(|one| one.full_name == name) {
                    self.deed(&name, rest, &asked.json())
                } else {
                    missing()
                }
            }
            _ => missing(),
        }
    }

    /// What is at an address: beside what is read of it, what those who act look at.
    fn told(&self, words: &[&str], asked: &Asked) -> Option<(Option<&'static str>, Value)> {
        let found = || self.world.find(words);
        match words {
            ["user"] => Some((None, user(&self.me))),
            ["repos", _, _, "actions", "workflows", "deploy.yml"] => {
                let path = ".github/workflows/deploy.yml";
                Some((
                    None,
                    json!({"id": 9, "name": "deploy", "path": path, "state": "active"}),
                ))
            }
            [repo @ .., "workflows", "deploy.yml", "runs"] => {
                let (field, mut runs) = self.world.find(&[repo, &["runs"]].concat())?;
                if let (Some(event), Some(runs)) = (asked.query("event"), runs.as_array_mut()) {
                    runs.retain(|run| run["event"] == event);
                }
                Some((field, runs))
            }
            [.., "contents", ".github", "workflows", "deploy.yml"] => {
                let text = STANDARD.encode(WORKFLOW);
                Some((None, json!({"content": text, "encoding": "base64"})))
            }
            [.., "pulls"] => {
                let (field, mut all) = found()?;
                if let (Some(head), Some(all)) = (asked.query("head"), all.as_array_mut()) {
                    let head = head.replace("%3A", ":").replace("%2F", "/");
                    let branch = head.split_once(':').unwrap().1;
                    all.retain(|one| one["head"]["ref"] == branch);
                }
                Some((field, all))
            }
            [repo @ .., "pulls", number] => {
                let (_, pulls) = self.world.find(&[repo, &["pulls"]].concat())?;
                let mut pulls = pulls.as_array()?.iter();
                let found = pulls.find(|one| one["number"].to_string() == *number)?;
                Some((None, found.clone()))
            }
            [.., "deployments"] => {
                let (field, mut all) = found()?;
                if let (Some(place), Some(all)) = (asked.query("environment"), all.as_array_mut()) {
                    all.retain(|one| one["environment"] == place);
                }
                Some((field, all))
            }
            _ => found(),
        }
    }

    fn deed(&mut self, name: &str, rest: &[&str], body: &Value) -> Answer {
        match rest {
            ["actions", "runs", id, "pending_deployments"] => {
                self.decide(name, id.parse().unwrap(), body)
            }
            ["actions", "workflows", "deploy.yml", "dispatches"] => self.dispatch(name, body),
            ["actions", "runs", id, "rerun" | "rerun-failed-jobs"] => {
                self.again(name, id.parse().unwrap())
            }
            ["actions", "runs", id, "cancel"] => self.cancel(name, id.parse().unwrap()),
            ["pulls"] => self.open(name, body),
            ["pulls", number, "merge"] => self.merge(name, number, body),
            ["deployments"] => {
                let deployment = self.deploy(name, body);
                Answer::json(201, &deployment)
            }
            _ => missing(),
        }
    }

    /// The pending deployment is gone, the decision is told, and the run ends: what was approved is deployed.
    fn decide(&mut self, name: &str, id: i64, body: &Value) -> Answer {
        let (me, at) = (user(&self.me), stamp());
        let repo = self.world.repo(name);
        let pending = repo.pending.entry(id).or_default();
        let ids = body["environment_ids"].as_array().unwrap();
        let (chosen, left): (Vec<Value>, Vec<Value>) = pending
            .drain(..)
            .partition(|one| ids.contains(&one["environment"]["id"]));
        *pending = left;
        if chosen.len() != ids.len() {
            let text = "No pending deployment requests to approve or reject";
            return Answer::json(422, &json!({"message": text}));
        }
        let environments: Vec<&Value> = chosen.iter().map(|one| &one["environment"]).collect();
        let decision = json!({
            "state": body["state"], "comment": body["comment"], "environments": environments, "user": me,
        });
        repo.approvals.entry(id).or_default().push(decision);
        let approved = body["state"] == "approved";
        let conclusion = if approved { "success" } else { "failure" };
        let mut runs = repo.runs.iter_mut();
        let run = runs.find(|run| run["id"] == id).unwrap();
        let sha = run["head_sha"].clone();
        end(run, conclusion, &at);
        for job in repo.jobs.entry(id).or_default() {
            job["started_at"] = json!(at);
            end(job, conclusion, &at);
        }
        if approved {
            for place in environments {
                let body = json!({"ref": sha, "environment": place["name"]});
                self.deploy(name, &body);
            }
        }
        Answer::json(200, &json!([]))
    }

    /// A request for a branch, unless there is one.
    fn open(&mut self, name: &str, body: &Value) -> Answer {
        self.last += 1;
        let (me, at, number) = (user(&self.me), stamp(), self.last);
        let pulls = &mut self.world.repo(name).pulls;
        let is_one = pulls
            .iter()
            .any(|one| one["state"] == "open" && one["head"]["ref"] == body["head"]);
        if is_one {
            let text = "A pull request already exists";
            return Answer::json(422, &json!({"message": text}));
        }
        let mut pull = pull(number, &at, "a", "a");
        for key in ["closed_at", "merged_at", "merge_commit_sha"] {
            pull[key] = Value::Null;
        }
        pull["state"] = json!("open");
        (pull["title"], pull["body"]) = (body["title"].clone(), body["body"].clone());
        pull["user"] = me;
        pull["head"] = json!({"ref": body["head"], "sha": "a", "repo": {"full_name": name}});
        pull["base"] = json!({"ref": body["base"]});
        pulls.insert(0, pull.clone());
        Answer::json(201, &pull)
    }

    /// The request is merged, and who listens deploys what it promotes.
    fn merge(&mut self, name: &str, number: &str, body: &Value) -> Answer {
        let (me, at) = (user(&self.me), stamp());
        let mut pulls = self.world.repo(name).pulls.iter_mut();
        let pull = pulls.find(|one| one["number"].to_string() == number);
        let pull = pull.filter(|one| one["head"]["sha"] == body["sha"]);
        let Some(pull) = pull else {
            let text = "Head branch was modified. Review and try the merge again.";
            return Answer::json(409, &json!({"message": text}));
        };
        pull["state"] = json!("closed");
        pull["merged"] = json!(true);
        pull["merged_by"] = me;
        pull["merge_commit_sha"] = pull["head"]["sha"].clone();
        for when in ["merged_at", "closed_at", "updated_at"] {
            pull[when] = json!(at);
        }
        let sha = pull["head"]["sha"].clone();
        self.deploy(name, &json!({"ref": sha, "environment": "production"}));
        Answer::json(
            200,
            &json!({"merged": true, "message": "merged", "sha": sha}),
        )
    }

    /// A new attempt, which succeeds.
    fn again(&mut self, name: &str, id: i64) -> Answer {
        let (me, at) = (user(&self.me), stamp());
        let repo = self.world.repo(name);
        let mut runs = repo.runs.iter_mut();
        let run = runs.find(|run| run["id"] == id).unwrap();
        if run["status"] != "completed" {
            return Answer::json(
                403,
                &json!({"message": "The workflow run is already running"}),
            );
        }
        let attempt = run["run_attempt"].as_i64().unwrap();
        repo.attempts.insert((id, attempt), run.clone());
        run["run_attempt"] = json!(attempt + 1);
        run["run_started_at"] = json!(at);
        run["triggering_actor"] = me;
        end(run, "success", &at);
        for job in repo.jobs.entry(id).or_default() {
            job["run_attempt"] = json!(attempt + 1);
            job["started_at"] = json!(at);
            end(job, "success", &at);
        }
        Answer::json(201, &json!({}))
    }

    /// A run is stopped at once.
    fn cancel(&mut self, name: &str, id: i64) -> Answer {
        let at = stamp();
        let repo = self.world.repo(name);
        let mut runs = repo.runs.iter_mut();
        let run = runs.find(|run| run["id"] == id).unwrap();
        if run["status"] == "completed" {
            let text = "Cannot cancel a workflow run that is completed.";
            return Answer::json(409, &json!({"message": text}));
        }
        end(run, "cancelled", &at);
        for job in repo.jobs.entry(id).or_default() {
            end(job, "cancelled", &at);
        }
        Answer::json(202, &json!({}))
    }

    /// The workflow runs, and deploys what it was told.
    fn dispatch(&mut self, name: &str, body: &Value) -> Answer {
        self.last += 1;
        let (id, at, inputs) = (self.last, stamp(), &body["inputs"]);
        let url = format!("https://github.example/{name}/actions/runs/{id}");
        let title = format!(
            "deploy {} ({})",
            inputs["version"].as_str().unwrap(),
            inputs["leadtime"].as_str().unwrap()
        );
        let run = json!({
            "id": id, "name": "deploy", "display_title": title, "head_branch": body["ref"], "head_sha": inputs["sha"], "status": "completed",
            "conclusion": "success", "event": "workflow_dispatch", "run_attempt": 1, "created_at": at, "updated_at": at, "run_started_at": at,
            "html_url": url, "actor": user(&self.me), "triggering_actor": user(&self.me),
        });
        self.world.repo(name).runs.insert(0, run);
        let deployment = json!({"ref": inputs["sha"], "environment": inputs["where"]});
        self.deploy(name, &deployment);
        Answer::json(
            200,
            &json!({"workflow_run_id": id, "run_url": url, "html_url": url}),
        )
    }

    /// A deployment of a commit, which succeeds.
    fn deploy(&mut self, name: &str, body: &Value) -> Value {
        self.last += 2;
        let (id, at, place) = (self.last, stamp(), &body["environment"]);
        let deployment = json!({
            "id": id, "sha": body["ref"], "ref": body["ref"], "task": "deploy", "environment": place, "payload": body["payload"],
            "creator": user(&self.me), "created_at": at, "updated_at": at,
        });
        let repo = self.world.repo(name);
        repo.deployments.insert(0, deployment.clone());
        let statuses = vec![
            json!({"id": id + 1, "state": "success", "environment": place, "created_at": at}),
            json!({"id": id, "state": "in_progress", "environment": place, "created_at": at}),
        ];
        repo.statuses.insert(id, statuses);
        deployment
    }
}

fn end(thing: &mut Value, conclusion: &str, at: &str) {
    thing["status"] = json!("completed");
    thing["conclusion"] = json!(conclusion);
    for when in ["updated_at", "completed_at"] {
        thing[when] = json!(at);
    }
}

/// Now, as GitHub tells times: whole seconds.
fn stamp() -> String {
    let seconds = clock::now().micros().div_euclid(1_000_000);
    Timestamp::from_seconds(seconds).to_string()
}

fn missing() -> Answer {
    Answer::json(404, &json!({"message": "Not Found"}))
}

/// All of a list on one page; unchanged where it is as it was.
fn whole(field: Option<&str>, found: &Value, asked: &Asked) -> Answer {
    let body = match (field, found.as_array()) {
        (Some(field), Some(items)) => json!({"total_count": items.len(), field: items}),
        _ => found.clone(),
    };
    let mut hasher = DefaultHasher::new();
    body.to_string().hash(&mut hasher);
    let etag = format!("W/\"{:x}\"", hasher.finish());
    if asked.header("if-none-match") == Some(&etag) {
        return Answer::new(304).header("etag", &etag);
    }
    Answer::json(200, &body).header("etag", &etag)
}
