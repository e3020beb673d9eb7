//! A Buildkite of our own: as its reference says, it lists builds, and does what it is asked.

use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use crate::support::deeds::clock;
use crate::support::wild::{Answer, Asked, Wild};

pub type Server = Wild<World>;

pub fn jane() -> Value {
    json!({"id": "u-jane", "name": "Jane Doe"})
}

pub fn omar() -> Value {
    json!({"id": "u-omar", "name": "Omar"})
}

#[derive(Debug)]
pub struct World {
    /// The oldest first.
    pub builds: Vec<Value>,
    pub me: Value,
    pub page: usize,
}

fn job(kind: &str, id: &str, name: &str, state: &str, minute: u32) -> Value {
    let at = |second: u32| {
        let begun = !matches!(state, "waiting" | "blocked");
        begun.then(|| format!("2026-03-02T09:{minute:02}:{second:02}Z"))
    };
    let ended = matches!(state, "passed" | "failed");
    json!({
        "id": id, "type": kind, "name": name, "step_key": id, "state": state,
        "runnable_at": at(0), "started_at": at(10), "finished_at": at(50).filter(|_| ended),
        "retried": false, "retries_count": null, "web_url": format!("https://bk.example/{id}"),
    })
}

/// Build `number` of `acme/<pipeline>`: tests that passed, a block step, a deployment behind it.
pub fn build(pipeline: &str, number: u64, waits: bool) -> Value {
    let mut block = json!({
        "id": format!("{number}-block"), "type": "manual", "label": ":shield: Production", "state": "unblocked",
        "unblocked_by": omar(), "unblocked_at": "2026-03-02T09:30:00Z", "unblockable": false,
        "unblock_url": "https://bk.example/unblock",
    });
    if waits {
        block["state"] = json!("blocked");
        block["unblockable"] = json!(true);
        block["unblocked_by"] = json!(null);
        block["unblocked_at"] = json!(null);
    }
    let deploy = if waits { "blocked" } else { "passed" };
    json!({
        "id": format!("b-{pipeline}-{number}"), "number": number, "state": "passed", "blocked": waits,
        "web_url": format!("https://bk.example/acme/{pipeline}/builds/{number}"),
        "commit": "a".repeat(40), "branch": "main", "env": {}, "meta_data": {}, "creator": jane(),
        "jobs": [
            job("script", &format!("{number}-test"), ":rspec: RSpec", "passed", 1),
            {"id": format!("{number}-wait"), "type": "waiter", "state": "finished"},
            block,
            job("script", &format!("{number}-deploy"), "Deploy", deploy, 31),
        ],
        "created_at": format!("2026-03-02T09:00:{:02}Z", number % 60), "started_at": "2026-03-02T09:01:00Z",
        "finished_at": if waits { "2026-03-02T09:02:00Z" } else { "2026-03-02T09:32:00Z" },
        "pipeline": {"slug": pipeline, "repository": format!("git@github.com:acme/{pipeline}.git"), "default_branch": "main"},
    })
}

impl World {
    pub fn of(builds: Vec<Value>) -> Self {
        Self {
            builds,
            me: jane(),
            page: 50,
        }
    }

    pub fn find(&mut self, pipeline: &str, number: u64) -> Option<&mut Value> {
        self.builds
            .iter_mut()
            .find(|one| one["pipeline"]["slug"] == pipeline && one["number"] == number)
    }

    fn list(&self, asked: &Asked, pipeline: Option<&str>) -> Answer {
        let from = |key: &str| {
            let text = asked.query(key)?.replace("%3A", ":");
            Some(Timestamp::parse(&text).unwrap())
        };
        let after = |one: &Value, key: &str, field: &str| {
            let at = one[field].as_str().and_then(Timestamp::parse);
            from(key).is_none_or(|from| at.is_some_and(|at| at >= from))
        };
        let meta = asked.query("meta_data%5Bleadtime%5D");
        let mut found: Vec<&Value> = self
            .builds
            .iter()
            .filter(|one| pipeline.is_none_or(|slug| one["pipeline"]["slug"] == slug))
            .filter(|one| after(one, "created_from", "created_at"))
            .filter(|one| after(one, "finished_from", "finished_at"))
            .filter(|one| meta.is_none_or(|key| one["meta_data"]["leadtime"] == key))
            .collect();
        found.reverse();
        let page: usize = asked.query("page").map_or(1, |page| page.parse().unwrap());
        let rest = found.len() > page * self.page;
        let items: Vec<&Value> = found
            .into_iter()
            .skip((page - 1) * self.page)
            .take(self.page)
            .collect();
        let answer = Answer::json(200, &json!(items));
        if !rest {
            return answer;
        }
        let host = asked.header("host").unwrap();
        let target = asked.target.replace(&format!("&page={page}"), "");
        let next = format!("<http://{host}{target}&page={}>; rel=\"next\"", page + 1);
        answer.header("link", &next)
    }

    fn deed(&mut self, asked: &Asked, slug: &str, number: u64, rest: &[&str]) -> Answer {
        let (me, at) = (self.me.clone(), clock().to_string());
        let fresh = self.builds.len() as u64 + 100;
        let Some(build) = self.find(slug, number) else {
            return Answer::new(404);
        };
        let place = |build: &Value, id: &str| {
            let jobs = build["jobs"].as_array().unwrap();
            jobs.iter().position(|job| job["id"] == id).unwrap()
        };
        match rest {
            ["cancel"] => {
                build["state"] = json!("canceled");
                build["finished_at"] = json!(at);
                Answer::json(200, build)
            }
            ["rebuild"] => {
                let mut new = build.clone();
                new["rebuilt_from"] = json!({"id": build["id"], "number": number});
                new["id"] = json!("b-new");
                new["number"] = json!(fresh);
                new["creator"] = me;
                new["created_at"] = json!(at);
                self.builds.push(new.clone());
                Answer::json(200, &new)
            }
            ["retry_failed_jobs"] => {
                for job in build["jobs"].as_array_mut().unwrap() {
                    if job["state"] == "failed" {
                        job["retried"] = json!(true);
                        job["retried_by"] = me.clone();
                    }
                }
                Answer::json(202, build)
            }
            ["jobs", id, "retry"] => {
                let place = place(build, id);
                build["jobs"][place]["retried"] = json!(true);
                build["jobs"][place]["retried_by"] = me;
                Answer::json(200, &build["jobs"][place])
            }
            ["jobs", id, "unblock"] => {
                assert_eq!(asked.json(), json!({"fields": {}}));
                let place = place(build, id);
                let job = &mut build["jobs"][place];
                job["state"] = json!("unblocked");
                job["unblockable"] = json!(false);
                job["unblocked_by"] = me;
                job["unblocked_at"] = json!(at);
                let answer = Answer::json(200, job);
                build["blocked"] = json!(false);
                build["state"] = json!("running");
                answer
            }
            _ => Answer::new(404),
        }
    }
}

pub fn start(world: World) -> Server {
    Wild::start(world, answer)
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().to_owned();
    let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (asked.method.as_str(), pieces.as_slice()) {
        ("GET", ["v2", "user"]) => Answer::json(200, &world.me),
        ("GET", ["v2", "access-token"]) => Answer::json(
            200,
            &json!({"uuid": "0198", "scopes": ["read_builds", "read_pipelines", "read_user", "write_builds"]}),
        ),
        ("GET", ["v2", "organizations", "acme", "builds"]) => world.list(asked, None),
        ("GET", ["v2", "organizations", "acme", "pipelines"]) => {
            let all = json!([{"slug": "shop"}, {"slug": "deploy"}, {"slug": "old", "archived_at": "2020"}]);
            Answer::json(200, &all)
        }
        ("GET", ["v2", "organizations", "acme", "pipelines", slug]) => {
            let repository = format!("git@github.com:acme/{slug}.git");
            let one = json!({"slug": slug, "repository": repository, "default_branch": "main"});
            Answer::json(200, &one)
        }
        ("GET", ["v2", "organizations", "acme", "pipelines", slug, "builds"]) => {
            world.list(asked, Some(slug))
        }
        (
            "GET",
            [
                "v2",
                "organizations",
                "acme",
                "pipelines",
                slug,
                "builds",
                number,
            ],
        ) => world
            .find(slug, number.parse().unwrap())
            .map_or(Answer::new(404), |one| Answer::json(200, one)),
        ("POST", ["v2", "organizations", "acme", "pipelines", slug, "builds"]) => {
            let number = world.builds.len() as u64 + 100;
            let mut new = build(slug, number, false);
            let body = asked.json();
            for key in ["commit", "branch", "env", "meta_data"] {
                new[key] = body[key].clone();
            }
            new["created_at"] = json!(clock().to_string());
            new["creator"] = world.me.clone();
            world.builds.push(new.clone());
            Answer::json(201, &new)
        }
        (
            "PUT",
            [
                "v2",
                "organizations",
                "acme",
                "pipelines",
                slug,
                "builds",
                number,
                rest @ ..,
            ],
        ) => world.deed(asked, slug, number.parse().unwrap(), rest),
        _ => Answer::new(404),
    }
}
