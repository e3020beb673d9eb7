//! A Jenkins of our own: folders, jobs, builds with stages and inputs, a queue; and what its API does with them, as the sources of Jenkins and of its plugins
//! say: only the fields that `tree` names are answered, an input is decided once, a build with the parameters that the job takes is put into the queue.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::support::wild::{Answer, Asked, Wild};

/// 2026-03-02T12:00:00Z, in milliseconds: when the tests take place.
pub const NOW: i64 = 1_772_452_800_000;

#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    /// By their full names; those without `builds` are folders.
    pub jobs: BTreeMap<String, Value>,
    pub queue: Vec<Value>,
    /// Who the token belongs to.
    #[serde(skip, default = "leadtime")]
    pub user: Option<(&'static str, &'static str)>,
    /// Whether what is built waits in the queue, and does not begin.
    pub quiet: bool,
    /// Whether the stage view is there.
    pub blind: bool,
    pub now: i64,
    pub address: String,
}

pub type Server = Wild<World>;

fn leadtime() -> Option<(&'static str, &'static str)> {
    Some(("leadtime", "Lead Time"))
}

pub fn start(jobs: impl IntoIterator<Item = (&'static str, Value)>) -> Server {
    let server = Wild::start(World::of(jobs), answer);
    server.state().address = server.url();
    server
}

/// A folder, an organization, a multibranch project.
pub fn folder() -> Value {
    json!({"_class": "com.cloudbees.hudson.plugins.folder.Folder"})
}

/// A job with builds, newest first.
pub fn job(builds: Vec<Value>) -> Value {
    json!({"_class": "org.jenkinsci.plugins.workflow.job.WorkflowJob", "buildable": true, "builds": builds, "property": [{}]})
}

/// It takes these parameters, the last of them a choice.
pub fn taking(mut job: Value, names: &[&str]) -> Value {
    let definitions: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "type": "StringParameterDefinition"}))
        .chain([json!({"name": "WHERE", "type": "ChoiceParameterDefinition", "choices": ["staging", "production"]})])
        .collect();
    job["property"] =
        json!([{"_class": "x.BuildDiscarderProperty"}, {"parameterDefinitions": definitions}]);
    job
}

pub fn sha(number: u64) -> String {
    format!("{number:08x}{number:032x}")
}

/// When a build of this number begins: an hour after the one before.
pub fn began(number: u64) -> i64 {
    NOW - 30 * 86_400_000 + i64::try_from(number).unwrap() * 3_600_000
}

/// A freestyle build that went well in a minute.
pub fn build(number: u64) -> Value {
    json!({"_class": "hudson.model.FreeStyleBuild", "number": number, "building": false, "result": "SUCCESS",
    "timestamp": began(number), "duration": 60_000, "displayName": format!("#{number}"), "actions": [
        {"_class": "hudson.model.CauseAction", "causes": [{"_class": "hudson.model.Cause$UserIdCause",
            "shortDescription": "Started by user Jane Doe", "userId": "jane", "userName": "Jane Doe"}]},
        null, {},
        {"_class": "hudson.plugins.git.util.BuildData", "remoteUrls": ["git@github.com:acme/shop.git"],
            "lastBuiltRevision": {"SHA1": sha(number), "branch": [{"SHA1": sha(number), "name": "refs/remotes/origin/main"}]}},
    ]})
}

/// A pipeline with the stages `build` and `approve`, the latter with an input that was approved by jane after ten minutes.
pub fn pipeline(number: u64) -> Value {
    let mut build = waiting(number);
    let at = began(number);
    build["building"] = json!(false);
    build["result"] = json!("SUCCESS");
    build["duration"] = json!(660_000);
    build["pending"] = json!([]);
    let stage = &mut build["wf"]["stages"][1];
    stage["status"] = json!("SUCCESS");
    stage["durationMillis"] = json!(601_000);
    stage["pauseDurationMillis"] = json!(600_000);
    stage["stageFlowNodes"][0]["pauseDurationMillis"] = json!(600_000);
    build["wf"]["stages"].as_array_mut().unwrap().push(json!({"id": "20", "name": "deploy", "status": "SUCCESS",
        "startTimeMillis": at + 631_500, "durationMillis": 28_000, "pauseDurationMillis": 0, "stageFlowNodes": []}));
    let approval = json!({"_class": "org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction", "userId": "jane"});
    build["actions"].as_array_mut().unwrap().push(approval);
    build
}

/// A pipeline whose input waits.
pub fn waiting(number: u64) -> Value {
    let mut build = build(number);
    let at = began(number);
    build["_class"] = json!("org.jenkinsci.plugins.workflow.job.WorkflowRun");
    build["building"] = json!(true);
    build["result"] = Value::Null;
    build["duration"] = json!(0);
    build["wf"] = json!({"status": "PAUSED_PENDING_INPUT", "stages": [
        {"id": "6", "name": "build", "status": "SUCCESS", "startTimeMillis": at + 500, "durationMillis": 30_000,
            "pauseDurationMillis": 0, "stageFlowNodes": []},
        {"id": "12", "name": "approve", "status": "PAUSED_PENDING_INPUT", "startTimeMillis": at + 30_500,
            "durationMillis": 5_000, "pauseDurationMillis": 4_000, "stageFlowNodes": [
                {"id": "14", "name": "Wait for interactive input", "status": "SUCCESS", "startTimeMillis": at + 31_000,
                    "durationMillis": 600_000, "pauseDurationMillis": 4_000},
                {"id": "13", "name": "Validate the input", "status": "SUCCESS", "startTimeMillis": at + 30_600,
                    "durationMillis": 300, "pauseDurationMillis": 0}]},
    ]});
    build["pending"] = json!([{"id": "Ok/prod", "message": "Deploy to production?", "proceedText": "Yes", "inputs": []}]);
    build
}

impl World {
    pub fn of(jobs: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let jobs = jobs.into_iter().map(|(name, job)| (name.to_owned(), job));
        Self {
            jobs: jobs.collect(),
            queue: Vec::new(),
            user: leadtime(),
            quiet: false,
            blind: false,
            now: NOW,
            address: String::new(),
        }
    }

    pub fn builds(&mut self, job: &str) -> &mut Vec<Value> {
        let job = self.jobs.get_mut(job).unwrap();
        job["builds"].as_array_mut().unwrap()
    }

    pub fn build(&mut self, job: &str, number: u64) -> &mut Value {
        let mut all = self.builds(job).iter_mut();
        all.find(|one| one["number"] == number).unwrap()
    }

    /// The input of a build is decided; a build that is aborted ends with its cause.
    pub fn decide(&mut self, job: &str, number: u64, approve: bool) {
        let (user, now) = (self.user, self.now);
        let build = self.build(job, number);
        build["pending"] = json!([]);
        let stage = asking(build);
        let node = &mut stage["stageFlowNodes"][0];
        let pause = now - node["startTimeMillis"].as_i64().unwrap();
        node["pauseDurationMillis"] = json!(pause);
        stage["pauseDurationMillis"] = json!(pause);
        if approve {
            stage["status"] = json!("IN_PROGRESS");
            build["wf"]["status"] = json!("IN_PROGRESS");
            if let Some((id, _)) = user {
                let action = json!({"_class": "x.ApproverAction", "userId": id});
                build["actions"].as_array_mut().unwrap().push(action);
            }
        } else {
            stage["status"] = json!("ABORTED");
            stage["stageFlowNodes"][0]["status"] = json!("ABORTED");
            let cause = match user {
                Some((id, name)) => {
                    json!({"_class": "org.jenkinsci.plugins.workflow.support.steps.input.Rejection",
                    "shortDescription": format!("Rejected by {name}"), "user": {"id": id, "fullName": name}})
                }
                None => {
                    json!({"_class": "org.jenkinsci.plugins.workflow.support.steps.input.Rejection", "shortDescription": "Rejected"})
                }
            };
            end(build, now, cause);
        }
    }

    pub fn stop(&mut self, job: &str, number: u64) {
        let (name, now) = (self.user.map_or("anonymous", |(_, name)| name), self.now);
        let cause = json!({"_class": "jenkins.model.CauseOfInterruption$UserInterruption", "shortDescription": format!("Aborted by {name}")});
        end(self.build(job, number), now, cause);
    }

    /// Puts a build into the queue, or begins it; where it is to be found.
    pub fn begin(&mut self, job: &str, parameters: &BTreeMap<String, String>) -> String {
        let taken = self.jobs[job]["property"].as_array().unwrap().iter();
        let taken: Vec<String> = taken
            .filter_map(|one| one["parameterDefinitions"].as_array())
            .flatten()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        let parameters: Vec<Value> = parameters
            .iter()
            .filter(|(name, _)| taken.contains(name))
            .map(|(name, value)| json!({"_class": "hudson.model.StringParameterValue", "name": name, "value": value}))
            .collect();
        let cause = match self.user {
            Some((id, name)) => {
                json!({"_class": "hudson.model.Cause$UserIdCause", "userId": id, "shortDescription": format!("Started by user {name}")})
            }
            None => {
                json!({"_class": "hudson.model.Cause$UserIdCause", "userId": null, "shortDescription": "Started by user anonymous"})
            }
        };
        let actions = json!([{"causes": [cause]}, {"parameters": parameters}]);
        let id = 100 + self.queue.len();
        let path: String = job
            .split('/')
            .map(|part| format!("/job/{}", encoded(part)))
            .collect();
        // As Jenkins thinks of itself, which is not how it is asked.
        let mut item = json!({"id": id, "why": "In the quiet period. Expires in 4.9 sec", "actions": actions,
            "task": {"url": format!("https://jenkins.internal{path}/")}, "left": !self.quiet});
        if !self.quiet {
            let number = self
                .builds(job)
                .iter()
                .filter_map(|one| one["number"].as_u64())
                .max()
                .unwrap_or(0)
                + 1;
            let build = json!({"_class": "hudson.model.FreeStyleBuild", "number": number, "building": true, "result": null,
                "timestamp": self.now, "duration": 0, "actions": actions});
            self.builds(job).insert(0, build);
            item["executable"] = json!({"number": number});
            item["why"] = Value::Null;
        }
        self.queue.push(item);
        format!("{}/queue/item/{id}/", self.address)
    }
}

/// The stage of a build in which its input is.
pub fn asking(build: &mut Value) -> &mut Value {
    let mut stages = build["wf"]["stages"].as_array_mut().unwrap().iter_mut();
    let asks = |stage: &&mut Value| stage["stageFlowNodes"][0].is_object();
    stages.find(asks).unwrap()
}

fn end(build: &mut Value, now: i64, cause: Value) {
    build["building"] = json!(false);
    build["result"] = json!("ABORTED");
    build["duration"] = json!(now - build["timestamp"].as_i64().unwrap());
    let action = json!({"_class": "jenkins.model.InterruptedBuildAction", "causes": [cause]});
    build["actions"].as_array_mut().unwrap().push(action);
}

fn encoded(part: &str) -> String {
    percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Only what a tree names of a value: `a,b[c]{0,2}`.
fn cut(value: &Value, tree: &str) -> Value {
    if let Some(list) = value.as_array() {
        return list.iter().map(|one| cut(one, tree)).collect();
    }
    let Some(object) = value.as_object() else {
        return value.clone();
    };
    let mut found = serde_json::Map::new();
    if let Some(class) = object.get("_class") {
        found.insert("_class".to_owned(), class.clone());
    }
    let mut rest = tree;
    while !rest.is_empty() {
        let end = rest.find([',', '[', '{']).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        let mut inner = "";
        if rest.starts_with('[') {
            let mut depth = 0;
            let close = rest.char_indices().find(|(_, c)| {
                depth += i32::from(*c == '[') - i32::from(*c == ']');
                depth == 0
            });
            let close = close.unwrap().0;
            inner = &rest[1..close];
            rest = &rest[close + 1..];
        }
        let mut range = None;
        if let Some(after) = rest.strip_prefix('{') {
            let (text, after) = after.split_once('}').unwrap();
            let (from, to) = text.split_once(',').unwrap();
            range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap()));
            rest = after;
        }
        rest = rest.strip_prefix(',').unwrap_or(rest);
        let Some(one) = object.get(name) else {
            continue;
        };
        let one = match (one.as_array(), range) {
            (Some(list), Some((from, to))) => {
                list.iter().skip(from).take(to - from).cloned().collect()
            }
            _ => one.clone(),
        };
        let is_deep = one.is_object()
            || one
                .as_array()
                .is_some_and(|all| all.iter().any(Value::is_object));
        assert!(
            !is_deep || !inner.is_empty(),
            "{name} of {tree} is not said in full"
        );
        found.insert(name.to_owned(), cut(&one, inner));
    }
    Value::Object(found)
}

/// A job or folder as the API has it, with all that is in it.
fn item(world: &World, full: &str) -> Option<Value> {
    let mut found = match full {
        "" => json!({"_class": "hudson.model.Hudson", "mode": "NORMAL"}),
        full => world.jobs.get(full)?.clone(),
    };
    let is_folder = found.get("builds").is_none();
    if is_folder {
        let inside = |name: &&String| match name.rsplit_once('/') {
            Some((above, _)) => above == full,
            None => full.is_empty(),
        };
        let inner: Vec<Value> = world
            .jobs
            .keys()
            .filter(inside)
            .filter_map(|name| item(world, name))
            .collect();
        found["jobs"] = json!(inner);
    } else {
        found["allBuilds"] = found["builds"].take();
        let newest = &found["allBuilds"][0]["number"];
        found["lastBuild"] = if newest.is_null() {
            Value::Null
        } else {
            json!({"number": newest})
        };
        found["fullName"] = json!(full);
    }
    found["name"] = json!(full.rsplit('/').next());
    Some(found)
}

pub fn refuse(status: u16, message: &str) -> Answer {
    let mut answer = Answer::new(status).header("x-error", message);
    answer.body = format!(
        "<html><head><title>Error</title></head><body><h1>Error</h1><p>{message}</p></body></html>"
    );
    answer
}

pub fn answer(world: &mut World, asked: &Asked) -> Answer {
    if world.user.is_some()
        && !asked
            .header("authorization")
            .unwrap_or_default()
            .starts_with("Basic ")
    {
        return refuse(401, "Invalid password/token for user: leadtime");
    }
    let decoded: Vec<String> = asked
        .path()
        .trim_start_matches('/')
        .split('/')
        .map(|piece| {
            percent_decode_str(piece)
                .decode_utf8()
                .unwrap()
                .into_owned()
        })
        .collect();
    let mut pieces: &[String] = &decoded;
    let mut parts: Vec<&str> = Vec::new();
    while let [job, name, rest @ ..] = pieces
        && job == "job"
    {
        parts.push(name);
        pieces = rest;
    }
    let full = parts.join("/");
    let rest: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let found = match asked.method.as_str() {
        "GET" => get(world, &full, &rest).map(|whole| {
            let tree = asked.query("tree").map(|tree| {
                form_urlencoded::parse(format!("t={tree}").as_bytes())
                    .next()
                    .unwrap()
                    .1
                    .into_owned()
            });
            let body = tree.map_or_else(|| whole.clone(), |tree| cut(&whole, &tree));
            Answer::json(200, &body).header("x-jenkins", "2.516.1")
        }),
        _ => post(world, &full, &rest, asked),
    };
    found.unwrap_or_else(|| refuse(404, "Not Found"))
}

fn get(world: &World, full: &str, rest: &[&str]) -> Option<Value> {
    match rest {
        ["api", "json"] => item(world, full),
        ["me", "api", "json"] => world
            .user
            .map(|(id, name)| json!({"id": id, "fullName": name, "absoluteUrl": "x"})),
        ["queue", "api", "json"] => {
            let waiting = world.queue.iter().filter(|item| item["left"] != true);
            Some(json!({"items": waiting.collect::<Vec<_>>()}))
        }
        ["queue", "item", id, "api", "json"] => {
            let mut all = world.queue.iter();
            all.find(|item| item["id"].to_string() == *id).cloned()
        }
        [number, rest @ ..] => {
            let builds = world.jobs.get(full)?["builds"].as_array()?;
            let build = builds
                .iter()
                .find(|one| one["number"].to_string() == *number)?;
            match rest {
                ["api", "json"] => Some(build.clone()),
                _ if world.blind => None,
                ["wfapi", "describe"] => {
                    let mut run = build.get("wf")?.clone();
                    for stage in run["stages"].as_array_mut()? {
                        stage.as_object_mut()?.remove("stageFlowNodes");
                    }
                    Some(run)
                }
                ["wfapi", "pendingInputActions"] => build.get("pending").cloned(),
                ["execution", "node", id, "wfapi", "describe"] => {
                    let mut stages = build["wf"]["stages"].as_array()?.iter();
                    stages.find(|one| one["id"] == *id).cloned()
                }
                _ => None,
            }
        }
        [] => None,
    }
}

fn post(world: &mut World, full: &str, rest: &[&str], asked: &Asked) -> Option<Answer> {
    world.jobs.get(full)?;
    match rest {
        [number, "input", id, deed @ ("proceedEmpty" | "abort")] => {
            let number: u64 = number.parse().ok()?;
            let build = world.build(full, number);
            let mut pending = build["pending"].as_array()?.iter();
            if !pending.any(|one| one["id"] == *id) {
                return Some(refuse(400, "This input has been already given"));
            }
            world.decide(full, number, *deed == "proceedEmpty");
            Some(Answer::new(200))
        }
        [number, "stop"] => {
            let number: u64 = number.parse().ok()?;
            world.stop(full, number);
            let page = format!("{}/job/{full}/{number}/", world.address);
            Some(Answer::new(302).header("location", &page))
        }
        [way @ ("build" | "buildWithParameters")] => {
            let is_form = asked.header("content-type") == Some("application/x-www-form-urlencoded");
            let takes = item(world, full)?["property"]
                .to_string()
                .contains("parameterDefinitions");
            if takes != (*way == "buildWithParameters") || takes != is_form {
                return Some(refuse(500, "the job is or is not parameterized"));
            }
            let form = form_urlencoded::parse(asked.body.as_bytes())
                .into_owned()
                .collect();
            let place = world.begin(full, &form);
            Some(Answer::new(201).header("location", &place))
        }
        _ => None,
    }
}
