//! An Argo CD of our own: applications, and what its API does with them, as its source says (server/application): fields of the list, refusals while
//! auto-sync is on or something is under way, the operation that replaces the one before, the notes of who did what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    pub applications: Vec<Value>,
    pub user: String,
    /// Who deeds are done by, where that is somebody else.
    pub deeds_by: Option<String>,
    pub notes: Vec<Value>,
    pub windows: Value,
    /// When revisions were committed, of those that were not long ago.
    pub commits: BTreeMap<String, String>,
    pub may: bool,
    pub version: String,
    /// The actions that Rollouts offer.
    pub actions: BTreeMap<String, bool>,
    /// When the next thing happens: a second later each time.
    pub second: i64,
    /// It happens now.
    pub lives: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            applications: Vec::new(),
            user: "leadtime".to_owned(),
            deeds_by: None,
            notes: Vec::new(),
            windows: json!({"canSync": true}),
            commits: BTreeMap::new(),
            may: true,
            version: "v3.2.1+abc".to_owned(),
            actions: BTreeMap::new(),
            second: 0,
            lives: false,
        }
    }
}

pub type Server = Wild<World>;

pub fn start(world: World) -> Server {
    Wild::start(world, answer)
}

pub fn sha(number: u32) -> String {
    format!("{number:08x}{number:032x}")
}

/// `2026-03-01T` and so many minutes.
pub fn at(minutes: u32) -> String {
    format!("2026-03-01T{:02}:{:02}:00Z", minutes / 60, minutes % 60)
}

/// An application that follows `main`, with so many deployments, an hour apart, the newest of them live.
pub fn application(name: &str, deployments: u32) -> Value {
    let source = json!({"repoURL": "https://git.example.com/acme/deploy.git", "path": name, "targetRevision": "main"});
    let history: Vec<Value> = (1..=deployments)
        .map(|number| {
            json!({"id": number, "revision": sha(number), "source": source, "initiatedBy": {"username": "jane"},
                "deployStartedAt": at(number * 60), "deployedAt": at(number * 60 + 1)})
        })
        .collect();
    let mut application = json!({
        "metadata": {"name": name, "namespace": "argocd", "uid": "u", "labels": {"environment": "production"}},
        "spec": {"project": "acme", "source": source, "destination": {"namespace": name, "server": "https://kubernetes.default.svc"}},
        "status": {
            "controllerNamespace": "argocd",
            "sync": {"status": "Synced", "revision": sha(deployments)},
            "health": {"status": "Healthy", "lastTransitionTime": at(deployments * 60 + 2)},
            "history": history,
            "summary": {"images": [format!("ghcr.io/acme/{name}:1.{deployments}.0")]},
            "reconciledAt": at(deployments * 60 + 3),
        }
    });
    if deployments > 0 {
        application["status"]["operationState"] = json!({
            "phase": "Succeeded", "message": "successfully synced", "startedAt": at(deployments * 60),
            "finishedAt": at(deployments * 60 + 1), "syncResult": {"revision": sha(deployments)},
            "operation": {"sync": {"revision": sha(deployments)}, "initiatedBy": {"username": "jane"}},
        });
    }
    application
}

pub fn automated(mut application: Value) -> Value {
    application["spec"]["syncPolicy"] = json!({"automated": {"prune": true, "selfHeal": true}, "syncOptions": ["CreateNamespace=true"]});
    application
}

/// It follows a revision that was never synced.
pub fn behind(mut application: Value, revision: u32) -> Value {
    application["status"]["sync"] = json!({"status": "OutOfSync", "revision": sha(revision)});
    application
}

impl World {
    pub fn of(applications: impl IntoIterator<Item = Value>) -> Self {
        Self {
            applications: applications.into_iter().collect(),
            ..Self::default()
        }
    }

    pub fn find(&mut self, name: &str) -> &mut Value {
        let mut all = self.applications.iter_mut();
        all.find(|one| one["metadata"]["name"] == name).unwrap()
    }

    fn now(&mut self) -> String {
        if self.lives {
            let now = leadtime::clock::now().to_utc();
            return now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        }
        self.second += 1;
        format!("2026-03-02T00:00:{:02}Z", self.second)
    }

    fn by(&self) -> String {
        self.deeds_by.clone().unwrap_or_else(|| self.user.clone())
    }

    pub fn note(&mut self, deed: &str) {
        let (now, by) = (self.now(), self.by());
        let note = json!({"message": format!("{by} {deed}"), "lastTimestamp": now});
        self.notes.push(note);
    }

    /// The controller takes up what was asked for.
    pub fn take_up(&mut self, name: &str) {
        let now = self.now();
        let application = self.find(name);
        let operation = application["operation"].clone();
        assert!(operation.is_object(), "nothing was asked for");
        application["status"]["operationState"] =
            json!({"phase": "Running", "startedAt": now, "operation": operation});
    }

    /// What is under way ends.
    pub fn end(&mut self, name: &str, phase: &str) {
        let now = self.now();
        let application = self.find(name);
        application.as_object_mut().unwrap().remove("operation");
        let state = &mut application["status"]["operationState"];
        state["phase"] = json!(phase);
        state["finishedAt"] = json!(now);
        let (started, operation) = (state["startedAt"].clone(), state["operation"].clone());
        if phase == "Succeeded" {
            let revision = operation["sync"]["revision"].clone();
            state["syncResult"] = json!({"revision": revision});
            let source = application["spec"]["source"].clone();
            let history = application["status"]["history"].as_array_mut().unwrap();
            let id = history
                .last()
                .map_or(0, |last| last["id"].as_i64().unwrap() + 1);
            history.push(
                json!({"id": id, "revision": revision, "source": source, "deployStartedAt": started,
                "deployedAt": now, "initiatedBy": operation["initiatedBy"]}),
            );
        }
    }
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"error": message, "code": 9, "message": message}),
    )
}

pub fn answer(world: &mut World, asked: &Asked) -> Answer {
    if asked.method != "GET" && asked.header("content-type") != Some("application/json") {
        return refuse(415, "Invalid content type");
    }
    if !asked
        .header("authorization")
        .unwrap_or_default()
        .starts_with("Bearer ")
    {
        return refuse(401, "no session information");
    }
    let path = asked.path().to_owned();
    let pieces: Vec<&str> = path.trim_start_matches("/api/").split('/').collect();
    match (asked.method.as_str(), pieces.as_slice()) {
        ("GET", ["version"]) => Answer::json(200, &json!({"Version": world.version})),
        ("GET", ["v1", "session", "userinfo"]) => Answer::json(
            200,
            &json!({"loggedIn": true, "username": world.user, "iss": "argocd"}),
        ),
        ("GET", ["v1", "account", "can-i", "applications", ..]) => {
            Answer::json(200, &json!({"value": if world.may { "yes" } else { "no" }}))
        }
        ("GET", ["v1", "applications"]) => list(world, asked),
        ("GET", ["v1", "stream", "applications"]) => {
            assert_eq!(asked.header("accept"), Some("text/event-stream"));
            assert_eq!(asked.query("resourceVersion"), Some("4711"));
            Answer::flow()
        }
        (method, ["v1", "applications", name, rest @ ..]) => {
            let known = world
                .applications
                .iter()
                .find(|one| one["metadata"]["name"] == *name);
            let project = asked.json()["project"].as_str().map(str::to_owned);
            let project = project.or_else(|| asked.query("project").map(str::to_owned));
            match known {
                Some(known) if known["spec"]["project"].as_str() == project.as_deref() => {
                    let name = (*name).to_owned();
                    one(world, (method, rest), &name, asked)
                }
                _ if project.is_some() => refuse(404, "applications.argoproj.io not found"),
                _ => refuse(403, "permission denied"),
            }
        }
        _ => refuse(404, "Not Found"),
    }
}

fn list(world: &World, asked: &Asked) -> Answer {
    // Argo CD gives only these, whatever is asked for.
    const FIELDS: [&str; 9] = [
        "metadata.name",
        "metadata.namespace",
        "metadata.deletionTimestamp",
        "spec",
        "status.sync.status",
        "status.health",
        "status.operationState.phase",
        "status.operationState.startedAt",
        "status.operationState.finishedAt",
    ];
    let fields = asked
        .query("fields")
        .unwrap_or_default()
        .replace("%2C", ",");
    let wanted: Vec<&str> = fields.split(',').collect();
    let mut items = Vec::new();
    for one in &world.applications {
        let is_named = asked
            .query("name")
            .is_none_or(|name| one["metadata"]["name"] == name);
        let is_asked = asked
            .query("projects")
            .is_none_or(|project| one["spec"]["project"] == project);
        if !is_named || !is_asked {
            continue;
        }
        let mut item = json!({});
        for field in FIELDS {
            assert!(
                wanted.contains(&format!("items.{field}").as_str()),
                "{field} is not asked for"
            );
            let pointer = format!("/{}", field.replace('.', "/"));
            let Some(value) = one.pointer(&pointer) else {
                continue;
            };
            let mut place = &mut item;
            for part in field.split('.') {
                place = &mut place[part];
            }
            *place = value.clone();
        }
        items.push(item);
    }
    Answer::json(
        200,
        &json!({"metadata": {"resourceVersion": "4711"}, "items": items}),
    )
}

fn one(world: &mut World, (method, rest): (&str, &[&str]), name: &str, asked: &Asked) -> Answer {
    let body = asked.json();
    match (method, rest) {
        ("GET", []) => Answer::json(200, world.find(name)),
        ("GET", ["syncwindows"]) => Answer::json(200, &world.windows),
        ("GET", ["events"]) => Answer::json(200, &json!({"items": world.notes})),
        ("GET", ["resource", "actions"]) => {
            let actions = world.actions.iter();
            let actions: Vec<Value> = actions
                .map(|(name, open)| json!({"name": name, "disabled": !open}))
                .collect();
            Answer::json(200, &json!({"actions": actions}))
        }
        ("GET", ["revisions", revision, "metadata"]) => {
            let date = world.commits.get(*revision).cloned();
            let date = date.unwrap_or_else(|| at(600));
            Answer::json(
                200,
                &json!({"author": "jane", "date": date, "message": "x"}),
            )
        }
        ("POST", ["sync"]) => {
            let revision = &body["revision"];
            let is_auto = world.find(name)["spec"]["syncPolicy"]["automated"].is_object();
            if is_auto && revision.is_string() && revision != "main" {
                return refuse(400, "Cannot sync: auto-sync currently set to main");
            }
            let head = world.find(name)["status"]["sync"]["revision"].clone();
            let revision = if revision.is_string() {
                revision
            } else {
                &head
            };
            operate(
                world,
                name,
                json!({"sync": {"revision": revision}, "info": body["infos"]}),
            )
        }
        ("POST", ["rollback"]) => {
            let application = world.find(name);
            if application["spec"]["syncPolicy"]["automated"].is_object() {
                return refuse(
                    400,
                    "rollback cannot be initiated when auto-sync is enabled",
                );
            }
            let Some(id) = body["id"].as_i64() else {
                return refuse(400, "id is no number");
            };
            let history = application["status"]["history"].as_array().unwrap();
            let Some(entry) = history.iter().find(|entry| entry["id"] == id).cloned() else {
                return refuse(400, &format!("does not have deployment with id {id}"));
            };
            operate(
                world,
                name,
                json!({"sync": {"revision": entry["revision"], "source": entry["source"]}}),
            )
        }
        ("PATCH", []) => {
            assert_eq!(body["patchType"], "merge");
            let patch: Value = serde_json::from_str(body["patch"].as_str().unwrap()).unwrap();
            merge(world.find(name), &patch);
            Answer::json(200, world.find(name))
        }
        ("DELETE", ["operation"]) => {
            let application = world.find(name);
            if !application["operation"].is_object() {
                return refuse(
                    400,
                    "Unable to terminate operation. No operation is in progress",
                );
            }
            application["status"]["operationState"]["phase"] = json!("Terminating");
            world.note("terminated running operation");
            Answer::json(200, &json!({}))
        }
        ("POST", ["resource", "actions", "v2"]) => {
            let text = |key: &str| body[key].as_str().unwrap().to_owned();
            run(
                world,
                &text("action"),
                [&text("group"), &text("kind"), &text("resourceName")],
            )
        }
        ("POST", ["resource", "actions"]) => {
            let query = |key| asked.query(key).unwrap();
            run(
                world,
                body.as_str().unwrap(),
                [query("group"), query("kind"), query("resourceName")],
            )
        }
        _ => refuse(404, "Not Found"),
    }
}

fn run(world: &mut World, action: &str, resource: [&str; 3]) -> Answer {
    if world.actions.get(action) != Some(&true) {
        return refuse(400, "error getting Lua resource action");
    }
    world.actions.insert(action.to_owned(), false);
    world.note(&format!(
        "ran action {action} on resource {}",
        resource.join("/")
    ));
    Answer::json(200, &json!({}))
}

fn operate(world: &mut World, name: &str, mut operation: Value) -> Answer {
    operation["initiatedBy"] = json!({"username": world.by()});
    let application = world.find(name);
    if application["operation"].is_object() {
        return refuse(400, "another operation is already in progress");
    }
    application["operation"] = operation;
    application["status"]
        .as_object_mut()
        .unwrap()
        .remove("operationState");
    Answer::json(200, application)
}

/// RFC 7396.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key], value);
        }
    }
}
