//! A CircleCI of our own: pipelines, their workflows and jobs, and what its API does with them, as its description says.

use std::collections::BTreeMap;

use leadtime::event::time::{Span, Timestamp};
use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

#[derive(Debug)]
pub struct World {
    /// Newest first.
    pub pipelines: Vec<Value>,
    pub workflows: BTreeMap<String, Vec<Value>>,
    pub jobs: BTreeMap<String, Vec<Value>>,
    /// Who the token belongs to: an id.
    pub me: String,
    pub page: usize,
    pub second: i64,
}

pub type Server = Wild<World>;

pub fn start(world: World) -> Server {
    Wild::start(world, answer)
}

/// An id that looks like one of CircleCI's.
pub fn uuid(kind: u32, number: u32) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012x}")
}

pub const JANE: u32 = 1;
pub const OMAR: u32 = 2;

pub fn user(number: u32) -> String {
    uuid(9, number)
}

/// So many minutes after the beginning of the first of March.
pub fn at(minutes: i64) -> String {
    (Timestamp::parse("2026-03-01T00:00:00Z").unwrap() + Span::from_seconds(minutes * 60))
        .to_string()
}

/// When deeds are done: so many seconds after the world.
pub fn clock(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-03-02T00:00:00Z").unwrap() + Span::from_seconds(seconds)
}

pub fn sha(number: u32) -> String {
    format!("{number:040x}")
}

impl Default for World {
    fn default() -> Self {
        Self {
            pipelines: Vec::new(),
            workflows: BTreeMap::new(),
            jobs: BTreeMap::new(),
            me: user(JANE),
            page: 20,
            second: 0,
        }
    }
}

impl World {
    /// Projects' pipelines, an hour apart, each with one workflow of a test and a build.
    pub fn of(pipelines: u32) -> Self {
        let mut world = Self::default();
        for number in 1..=pipelines {
            world.run("gh/acme/shop", number, "success");
        }
        world
    }

    pub fn pipeline(&mut self, slug: &str, number: u32) {
        let at = at(i64::from(number) * 60);
        let repository = slug.trim_start_matches("gh/");
        let pipeline = json!({
            "id": uuid(1, number), "number": number, "project_slug": slug, "created_at": at, "updated_at": at, "state": "created",
            "errors": [], "trigger": {"type": "webhook", "received_at": at, "actor": {"login": "jane", "avatar_url": null}},
            "vcs": {"provider_name": "GitHub", "origin_repository_url": format!("https://github.com/{repository}"),
                "target_repository_url": format!("https://github.com/{repository}"), "revision": sha(number), "branch": "main"}});
        self.pipelines.insert(0, pipeline);
    }

    pub fn run(&mut self, slug: &str, number: u32, status: &str) {
        self.pipeline(slug, number);
        let minute = i64::from(number) * 60;
        self.workflow(number, number, status);
        let test = job(number, 1, "test", "build", "success", &[]);
        let mut build = job(number, 2, "build", "build", "success", &[1]);
        build["started_at"] = json!(at(minute + 7));
        build["stopped_at"] = json!(at(minute + 9));
        self.jobs.insert(uuid(2, number), vec![test, build]);
    }

    pub fn workflow(&mut self, pipeline: u32, number: u32, status: &str) {
        let minute = i64::from(number) * 60;
        let ended = !matches!(status, "running" | "on_hold" | "failing");
        let workflow = json!({
            "id": uuid(2, number), "name": "build-and-deploy", "pipeline_id": uuid(1, pipeline), "pipeline_number": pipeline,
            "project_slug": "gh/acme/shop", "status": status, "started_by": user(JANE), "created_at": at(minute + 1),
            "stopped_at": if ended { json!(at(minute + 9)) } else { json!(null) }});
        let all = self.workflows.entry(uuid(1, pipeline)).or_default();
        all.insert(0, workflow);
    }

    /// A pipeline whose workflow is on hold at an approval after its test.
    pub fn hold(&mut self, number: u32) -> String {
        self.pipeline("gh/acme/shop", number);
        self.workflow(number, number, "on_hold");
        let mut hold = job(number, 3, "approve", "approval", "on_hold", &[1]);
        hold["approval_request_id"] = json!(uuid(4, number));
        let jobs = vec![
            job(number, 1, "test", "build", "success", &[]),
            hold,
            job(number, 5, "deploy", "build", "blocked", &[3]),
        ];
        self.jobs.insert(uuid(2, number), jobs);
        format!(
            "workflow/{}/approval/{}",
            uuid(2, number),
            uuid(number + 100, 3)
        )
    }

    pub fn find(&mut self, workflow: &str) -> Option<&mut Value> {
        let mut all = self.workflows.values_mut().flatten();
        all.find(|one| one["id"] == workflow)
    }

    pub fn job(&mut self, workflow: &str, name: &str) -> &mut Value {
        let mut jobs = self.jobs.get_mut(workflow).unwrap().iter_mut();
        jobs.find(|job| job["name"] == name).unwrap()
    }

    fn tick(&mut self) -> String {
        self.second += 1;
        clock(self.second).to_string()
    }
}

/// A job; those that have begun did so three minutes after their pipeline, and took two.
pub fn job(number: u32, id: u32, name: &str, kind: &str, status: &str, needs: &[u32]) -> Value {
    let minute = i64::from(number) * 60;
    let (begun, ended) = match status {
        "success" | "failed" | "canceled" => (true, true),
        "running" => (true, false),
        _ => (false, false),
    };
    let needs: Vec<String> = needs.iter().map(|id| uuid(number + 100, *id)).collect();
    let mut job = json!({"id": uuid(number + 100, id), "name": name, "type": kind, "status": status, "project_slug": "gh/acme/shop",
        "dependencies": needs, "started_at": begun.then(|| at(minute + 3)), "stopped_at": ended.then(|| at(minute + 5))});
    if kind == "build" && begun {
        job["job_number"] = json!(number * 10 + id);
    }
    job
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"message": message}))
}

fn page(items: &[Value], asked: &Asked, size: usize) -> Answer {
    let from: usize = asked.query("page-token").map_or(0, |token| {
        token.trim_start_matches("from%3A").parse().unwrap()
    });
    let to = (from + size).min(items.len());
    let next = (to < items.len()).then(|| format!("from:{to}"));
    let items = items.get(from..to).unwrap_or_default();
    Answer::json(200, &json!({"items": items, "next_page_token": next}))
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    if asked.header("circle-token").is_none() {
        return refuse(401, "You must log in first.");
    }
    if !asked.body.is_empty() && asked.header("content-type") != Some("application/json") {
        return refuse(415, "Unsupported media type");
    }
    let path = asked.path().replace("%2F", "/");
    let pieces: Vec<&str> = path.trim_start_matches("/api/v2/").split('/').collect();
    let size = world.page;
    match (asked.method.as_str(), pieces.as_slice()) {
        ("GET", ["me"]) => person(&world.me),
        ("GET", ["user", id]) => person(id),
        ("GET", ["pipeline"]) => page(&world.pipelines, asked, size),
        ("GET", ["project", host, owner, name, "pipeline"]) => {
            let slug = format!("{host}/{owner}/{name}");
            let mut items = world.pipelines.clone();
            items.retain(|one| one["project_slug"] == slug);
            if items.is_empty() {
                return refuse(404, "Project not found");
            }
            page(&items, asked, size)
        }
        ("GET", ["pipeline", id]) => {
            let found = world.pipelines.iter().find(|one| one["id"] == *id);
            found.map_or_else(
                || refuse(404, "Pipeline not found"),
                |one| Answer::json(200, one),
            )
        }
        ("GET", ["pipeline", id, "workflow"]) => {
            let none = Vec::new();
            page(world.workflows.get(*id).unwrap_or(&none), asked, size)
        }
        ("GET", ["workflow", id, "job"]) => match world.jobs.get(*id) {
            Some(jobs) => page(jobs, asked, size),
            None => refuse(404, "Workflow not found"),
        },
        ("GET", ["workflow", id]) => match world.find(id) {
            Some(workflow) => Answer::json(200, workflow),
            None => refuse(404, "Workflow not found"),
        },
        ("POST", ["workflow", id, rest @ ..]) if world.find(id).is_some() => {
            deed(world, id, rest, &asked.json())
        }
        ("POST", ["project", host, owner, name, rest @ ..]) => {
            let slug = format!("{host}/{owner}/{name}");
            run(world, &slug, rest == ["pipeline", "run"], &asked.json())
        }
        _ => refuse(404, "Not found"),
    }
}

fn person(id: &str) -> Answer {
    let login = match id {
        id if id == user(JANE) => "jane",
        id if id == user(OMAR) => "omar",
        _ => return refuse(404, "User not found"),
    };
    Answer::json(
        200,
        &json!({"id": id, "login": login, "name": login, "avatar_url": null}),
    )
}

fn deed(world: &mut World, id: &str, rest: &[&str], body: &Value) -> Answer {
    let now = world.tick();
    let me = world.me.clone();
    match rest {
        ["approve", asked] => {
            let jobs = world.jobs.get_mut(id).unwrap();
            let found = jobs
                .iter_mut()
                .find(|job| job["approval_request_id"] == *asked && job["status"] == "on_hold");
            let Some(job) = found else {
                return refuse(404, "Job not found or already approved");
            };
            (job["status"], job["approved_by"]) = (json!("success"), json!(me));
            (job["started_at"], job["stopped_at"]) = (json!(now), json!(now));
            world.find(id).unwrap()["status"] = json!("running");
            Answer::json(202, &json!({"message": "Accepted."}))
        }
        ["cancel"] => {
            for job in world.jobs.get_mut(id).unwrap() {
                if matches!(job["status"].as_str(), Some("on_hold" | "running")) {
                    (job["status"], job["stopped_at"]) = (json!("canceled"), json!(now));
                }
            }
            let workflow = world.find(id).unwrap();
            (workflow["status"], workflow["canceled_by"]) = (json!("canceled"), json!(me));
            workflow["stopped_at"] = json!(now);
            Answer::json(202, &json!({"message": "Accepted."}))
        }
        ["rerun"] => {
            assert!(body.is_object(), "a rerun says what of it");
            let mut again = world.find(id).unwrap().clone();
            let number = u32::try_from(world.second).unwrap() + 500;
            let pipeline = again["pipeline_id"].as_str().unwrap().to_owned();
            (again["id"], again["status"]) = (json!(uuid(2, number)), json!("running"));
            (again["started_by"], again["created_at"]) = (json!(me), json!(now));
            again["stopped_at"] = json!(null);
            world.workflows.get_mut(&pipeline).unwrap().insert(0, again);
            world.jobs.insert(uuid(2, number), Vec::new());
            Answer::json(202, &json!({"workflow_id": uuid(2, number)}))
        }
        _ => refuse(404, "Not found"),
    }
}

fn run(world: &mut World, slug: &str, by_definition: bool, body: &Value) -> Answer {
    if by_definition != body["definition_id"].is_string() {
        return refuse(400, "A pipeline definition is needed.");
    }
    let now = world.tick();
    let number = u32::try_from(world.second).unwrap() + 700;
    world.pipeline(slug, number);
    let login = if world.me == user(JANE) {
        "jane"
    } else {
        "omar"
    };
    let made = &mut world.pipelines[0];
    made["created_at"] = json!(now);
    made["trigger"] =
        json!({"type": "api", "received_at": now, "actor": {"login": login, "avatar_url": null}});
    made["trigger_parameters"] = body["parameters"].clone();
    Answer::json(
        201,
        &json!({"id": uuid(1, number), "state": "pending", "number": number, "created_at": now}),
    )
}
