//! A GitHub in which something can be done: one repository `acme/shop` with a run that waits, a run that failed, a workflow, deployments and a request
//! that promotes; every deed changes it as GitHub would.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use leadtime::event::time::{Span, Timestamp};
use serde_json::{Value, json};

use super::super::now;
use crate::support::github::world::user;
use crate::support::wild::{Answer, Asked, Wild};

pub const REPOSITORY: &str = "acme/shop";
pub const SHA: &str = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3";
pub const WAITING: i64 = 42;
pub const FAILED: i64 = 43;
/// What deployed the version before.
pub const DEPLOYED: i64 = 41;

pub const WORKFLOW: &str = "
name: deploy
on:
  push: {branches: [main]}
  workflow_dispatch:
    inputs:
      version: {required: true}
      where: {type: choice, options: [staging, production], default: staging}
";

/// What is there. Texts and numbers are as GitHub writes them.
pub struct Hub {
    /// Who the token belongs to; `None`: an app.
    pub me: Option<&'static str>,
    /// How far its clock is ahead.
    pub ahead: Span,
    /// A server of one's own, too old to tell the run that it starts.
    pub old: bool,
    pub runs: Vec<Value>,
    pub pending: Vec<Value>,
    pub approvals: Vec<Value>,
    pub rules: Vec<Value>,
    pub workflow: Option<&'static str>,
    pub enabled: bool,
    pub deployments: Vec<Value>,
    pub pull: Value,
    /// Requests that were opened since.
    pub opened: Vec<Value>,
    pub repository: Value,
    /// The deeds that were done, in words.
    pub done: Vec<String>,
}

impl Default for Hub {
    fn default() -> Self {
        let run = |id: i64, status: &str, conclusion: Value| {
            json!({
                "id": id, "name": "deploy", "display_title": "Ship it", "status": status, "conclusion": conclusion,
                "html_url": format!("https://github.com/acme/shop/actions/runs/{id}"), "event": "push", "head_branch": "main",
                "run_attempt": 1, "created_at": ago(600), "updated_at": ago(500), "actor": user("li"), "triggering_actor": user("li"),
            })
        };
        let environment = |id: i64, name: &str| {
            json!({
                "environment": {"id": id, "name": name}, "wait_timer": 0, "current_user_can_approve": true,
                "reviewers": [
                    {"type": "User", "reviewer": user("jane")}, {"type": "Team", "reviewer": {"slug": "ops", "name": "Ops"}},
                ],
            })
        };
        Self {
            me: Some("jane"),
            ahead: Span::ZERO,
            old: false,
            runs: vec![
                run(FAILED, "completed", json!("failure")),
                run(WAITING, "waiting", Value::Null),
                run(DEPLOYED, "completed", json!("success")),
            ],
            pending: vec![environment(7, "production"), environment(8, "preview")],
            approvals: Vec::new(),
            rules: Vec::new(),
            workflow: Some(WORKFLOW),
            enabled: true,
            deployments: vec![json!({
                "id": 500, "sha": SHA, "environment": "production", "payload": "", "creator": user("li"), "created_at": ago(5000),
            })],
            pull: json!({
                "number": 12, "title": "Promote shop 1.2.3", "html_url": "https://github.com/acme/shop/pull/12", "state": "open", "draft": false,
                "merged": false, "merged_by": null, "merge_commit_sha": null, "mergeable": true, "mergeable_state": "clean",
                "head": {"ref": "promote/shop-1.2.3", "sha": SHA, "repo": {"full_name": REPOSITORY}}, "base": {"ref": "main", "sha": SHA},
            }),
            opened: Vec::new(),
            repository: json!({"full_name": REPOSITORY, "default_branch": "main", "allow_merge_commit": true}),
            done: Vec::new(),
        }
    }
}

pub fn ago(seconds: i64) -> String {
    (now() - Span::from_seconds(seconds)).to_string()
}

impl Hub {
    pub fn serve(self) -> Wild<Self> {
        Wild::start(self, |hub, asked| {
            let answer = hub.answer(asked);
            let date = hub.now().to_utc().format("%a, %d %b %Y %H:%M:%S GMT");
            let answer = answer.header("date", &date.to_string());
            if hub.old {
                answer.header("x-github-enterprise-version", "3.14.0")
            } else {
                answer
            }
        })
    }

    fn now(&self) -> Timestamp {
        now() + self.ahead
    }

    /// As GitHub tells times: whole seconds.
    fn stamp(&self) -> String {
        self.now().to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    pub fn run(&mut self, id: i64) -> Option<&mut Value> {
        self.runs.iter_mut().find(|run| run["id"] == id)
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        let path = asked.path().to_owned();
        let words: Vec<&str> = path.trim_matches('/').split('/').collect();
        let found = match (asked.method.as_str(), words.as_slice()) {
            ("GET", ["user"]) => return self.user(),
            ("GET", ["repos", "acme", "shop", rest @ ..]) => self.told(rest, asked),
            (_, ["repos", "acme", "shop", rest @ ..]) => return self.deed(rest, asked),
            _ => None,
        };
        match found {
            Some(found) => Answer::json(200, &found),
            None => Answer::json(404, &json!({"message": "Not Found"})),
        }
    }

    fn user(&self) -> Answer {
        match self.me {
            Some(login) => Answer::json(200, &user(login)),
            None => {
                let text = "Resource not accessible by integration";
                Answer::json(403, &json!({"message": text}))
            }
        }
    }

    fn told(&mut self, rest: &[&str], asked: &Asked) -> Option<Value> {
        Some(match rest {
            [] => self.repository.clone(),
            ["actions", "runs", id] => self.run(id.parse().unwrap())?.clone(),
            ["actions", "runs", _, "pending_deployments"] => json!(self.pending),
            ["actions", "runs", _, "approvals"] => json!(self.approvals),
            ["environments", _, "deployment_protection_rules"] => {
                json!({"total_count": self.rules.len(), "custom_deployment_protection_rules": self.rules})
            }
            ["actions", "workflows"] => {
                json!({"workflows": [{"path": ".github/workflows/deploy.yml"}]})
            }
            ["actions", "workflows", "deploy.yml"] => {
                let state = if self.enabled {
                    "active"
                } else {
                    "disabled_manually"
                };
                json!({
                    "id": 9, "name": "deploy", "path": ".github/workflows/deploy.yml", "state": state,
                    "html_url": "https://github.com/acme/shop/blob/main/.github/workflows/deploy.yml",
                })
            }
            ["actions", "workflows", "deploy.yml", "runs"] => {
                let event = asked.query("event");
                let fits = |run: &&Value| event.is_none_or(|event| run["event"] == event);
                let runs: Vec<&Value> = self.runs.iter().filter(fits).collect();
                json!({"total_count": runs.len(), "workflow_runs": runs})
            }
            ["contents", ".github", "workflows", "deploy.yml"] => {
                let text = STANDARD.encode(self.workflow?);
                let (one, two) = text.split_at(text.len() / 2);
                json!({"content": format!("{one}\n{two}\n"), "encoding": "base64"})
            }
            ["commits", name] if ["1.2.3", SHA, "main"].contains(name) || name.contains("%2E") => {
                json!({"sha": SHA})
            }
            ["deployments"] => json!(self.deployments),
            ["deployments", id] => {
                let mut all = self.deployments.iter();
                all.find(|one| one["id"].to_string() == *id)?.clone()
            }
            ["deployments", "500", "statuses"] => json!([
                {"id": 2, "state": "inactive", "created_at": ago(100)},
                {"id": 1, "state": "success", "created_at": ago(4000), "log_url": "https://github.com/acme/shop/actions/runs/41/job/77"},
            ]),
            ["pulls"] if asked.query("head").is_some() => {
                let head = asked.query("head").unwrap().replace("%2F", "/");
                let fits = |one: &&Value| {
                    head == format!("acme%3A{}", one["head"]["ref"].as_str().unwrap())
                };
                self.opened.iter().filter(fits).cloned().collect()
            }
            ["pulls"] => json!([
                {"number": 11, "head": {"ref": "promote/evil", "repo": {"full_name": "mallory/shop"}}},
                {"number": 10, "head": {"ref": "feature", "repo": {"full_name": REPOSITORY}}},
                {"number": 12, "head": self.pull["head"]},
            ]),
            ["pulls", "12"] => self.pull.clone(),
            _ => return None,
        })
    }

    fn deed(&mut self, rest: &[&str], asked: &Asked) -> Answer {
        let body = asked.json();
        let me = self.me.unwrap_or("leadtime[bot]").to_owned();
        self.done
            .push(format!("{} {}", asked.method, rest.join("/")));
        match rest {
            ["actions", "runs", _, "pending_deployments"] => self.decide(&body, &me),
            ["actions", "runs", _, "deployment_protection_rule"] => {
                self.pending
                    .retain(|one| one["environment"]["name"] != body["environment_name"]);
                Answer::new(204)
            }
            ["actions", "runs", id, "rerun" | "rerun-failed-jobs"] => {
                self.again(id.parse().unwrap(), &me)
            }
            ["actions", "jobs", "77", "rerun"] => self.again(DEPLOYED, &me),
            ["actions", "runs", id, "cancel"] => {
                let stamp = self.stamp();
                let run = self.run(id.parse().unwrap()).unwrap();
                run["status"] = json!("completed");
                run["conclusion"] = json!("cancelled");
                run["updated_at"] = json!(stamp);
                Answer::json(202, &json!({}))
            }
            ["actions", "workflows", "deploy.yml", "dispatches"] => self.dispatch(&body, &me),
            ["deployments"] => {
                let deployment = json!({
                    "id": 501, "sha": SHA, "environment": body["environment"], "payload": body["payload"].to_string(),
                    "creator": user(&me), "created_at": self.stamp(),
                });
                self.deployments.insert(0, deployment.clone());
                Answer::json(201, &deployment)
            }
            ["pulls"] => self.open(&body, &me),
            ["pulls", "12", "merge"] => self.merge(&body, &me),
            _ => Answer::json(404, &json!({"message": "Not Found"})),
        }
    }

    pub fn decide(&mut self, body: &Value, by: &str) -> Answer {
        let ids = body["environment_ids"].as_array().unwrap().clone();
        let chosen = |one: &Value| ids.contains(&one["environment"]["id"]);
        let environments: Vec<Value> = self
            .pending
            .iter()
            .filter(|one| chosen(one))
            .map(|one| one["environment"].clone())
            .collect();
        if environments.len() != ids.len() {
            return Answer::json(
                422,
                &json!({"message": "No pending deployment requests to approve or reject"}),
            );
        }
        self.pending.retain(|one| !chosen(one));
        self.approvals.push(json!({
            "state": body["state"], "comment": body["comment"], "environments": environments, "user": user(by),
        }));
        Answer::json(200, &json!([]))
    }

    pub fn again(&mut self, id: i64, by: &str) -> Answer {
        let run = self.run(id).unwrap();
        run["run_attempt"] = json!(run["run_attempt"].as_i64().unwrap() + 1);
        run["status"] = json!("queued");
        run["conclusion"] = Value::Null;
        run["triggering_actor"] = user(by);
        Answer::json(201, &json!({}))
    }

    pub fn dispatch(&mut self, body: &Value, by: &str) -> Answer {
        let id = 100 + i64::try_from(self.runs.len()).unwrap();
        let url = format!("https://github.com/acme/shop/actions/runs/{id}");
        let stamp = self.stamp();
        self.runs.insert(0, json!({
            "id": id, "name": "deploy", "display_title": format!("deploy {}", body["inputs"]), "status": "queued", "conclusion": null, "html_url": url,
            "event": "workflow_dispatch", "head_branch": body["ref"], "run_attempt": 1, "created_at": stamp, "updated_at": stamp,
            "actor": user(by), "triggering_actor": user(by),
        }));
        if body["return_run_details"] == true && !self.old {
            Answer::json(
                200,
                &json!({"workflow_run_id": id, "run_url": url, "html_url": url}),
            )
        } else {
            Answer::new(204)
        }
    }

    pub fn open(&mut self, body: &Value, by: &str) -> Answer {
        let number = 20 + self.opened.len();
        let url = format!("https://github.com/acme/shop/pull/{number}");
        let pull = json!({
            "id": 4000, "number": number, "state": "open", "title": body["title"], "body": body["body"], "html_url": url, "user": user(by),
            "head": {"ref": body["head"]}, "base": {"ref": body["base"]},
        });
        self.opened.push(pull.clone());
        Answer::json(201, &pull)
    }

    pub fn merge(&mut self, body: &Value, by: &str) -> Answer {
        if body["sha"] != self.pull["head"]["sha"] {
            return Answer::json(
                409,
                &json!({"message": "Head branch was modified. Review and try the merge again."}),
            );
        }
        self.pull["merged"] = json!(true);
        self.pull["state"] = json!("closed");
        self.pull["merged_by"] = user(by);
        self.pull["merge_commit_sha"] = json!("b6589fc6ab0dc82cf12099d1c2d40ab994e8410c");
        Answer::json(
            200,
            &json!({"merged": true, "message": "Pull Request successfully merged", "sha": self.pull["merge_commit_sha"]}),
        )
    }
}
