//! A cluster of our own: objects by their addresses, and what an API server does with them: groups, lists in pages, labels, patches with tests, statuses that
//! are written apart, schemas of their kinds where those are at hand, and versions of objects that count up. What controllers would do, the tests do.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::schemas;
use crate::support::wild::{Answer, Asked, Wild};

#[derive(Debug, Default)]
pub struct World {
    /// `apps/v1/deployments/shop/web` and the object.
    pub objects: BTreeMap<String, Value>,
    pub version: u64,
    /// Objects in a page, however many are asked for.
    pub page: Option<usize>,
    /// Up to which version it does not remember what changed.
    pub forgotten: u64,
    /// Whether it says what one may do.
    pub reviews: bool,
    /// What one may not: `list deployments.apps`, or with `in shop`.
    pub denied: Vec<String>,
    /// Kinds that the cluster has though nothing is there: `apps/v1/deployments`.
    pub kinds: Vec<String>,
}

pub type Server = Wild<World>;

pub fn start(world: World) -> Server {
    Wild::start(world, answer)
}

/// `2026-03-01T` and so many minutes.
pub fn at(minutes: u32) -> String {
    format!("2026-03-01T{:02}:{:02}:00Z", minutes / 60, minutes % 60)
}

/// `group/version/plural` of an object by its kind.
fn kind(object: &Value) -> String {
    let kind = object["kind"].as_str().unwrap().to_ascii_lowercase();
    let plural = match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    };
    format!("{}/{plural}", object["apiVersion"].as_str().unwrap())
}

fn place(object: &Value) -> String {
    let meta = &object["metadata"];
    let namespace = meta["namespace"].as_str().unwrap_or("default");
    format!(
        "{}/{namespace}/{}",
        kind(object),
        meta["name"].as_str().unwrap()
    )
}

impl World {
    pub fn of(objects: impl IntoIterator<Item = Value>) -> Self {
        let mut world = Self {
            kinds: vec![
                "apps/v1/deployments".to_owned(),
                "apps/v1/replicasets".to_owned(),
            ],
            ..Self::default()
        };
        for object in objects {
            world.put(object);
        }
        world
    }

    /// Writes an object; it is another version of it then.
    pub fn put(&mut self, mut object: Value) {
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        if object["metadata"]["namespace"].is_null() {
            object["metadata"]["namespace"] = json!("default");
        }
        if object["metadata"]["uid"].is_null() {
            object["metadata"]["uid"] = json!(format!("{:08x}-uid", self.version));
        }
        let kind = kind(&object);
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
        self.objects.insert(place(&object), object);
    }

    /// An object by the end of its place: `deployments/shop/web`.
    pub fn find(&self, end: &str) -> Value {
        let mut found = self.objects.iter();
        let found = found.find(|(place, _)| place.ends_with(end));
        found.unwrap_or_else(|| panic!("no {end}")).1.clone()
    }

    /// Changes an object.
    pub fn change(&mut self, end: &str, change: impl FnOnce(&mut Value)) {
        let mut object = self.find(end);
        change(&mut object);
        self.put(object);
    }

    pub fn remove(&mut self, end: &str) {
        self.objects.retain(|place, _| !place.ends_with(end));
    }
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().trim_start_matches('/').to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["version"]) => Answer::json(200, &json!({"gitVersion": "v1.35.0"})),
        ("GET", ["apis"]) => Answer::json(200, &groups(world)),
        ("GET", ["apis" | "api", ..]) => get(world, asked, &parts[1..]),
        ("PATCH", ["apis", rest @ ..]) => patch(world, asked, rest),
        (
            "POST",
            [
                "apis",
                "authorization.k8s.io",
                "v1",
                "selfsubjectaccessreviews",
            ],
        ) if world.reviews => review(world, asked),
        ("POST", ["apis", group, version, "namespaces", _, _]) => {
            let object = asked.json();
            assert_eq!(object["apiVersion"], format!("{group}/{version}"));
            if world.objects.contains_key(&place(&object)) {
                return no(409, "already exists");
            }
            // What is copied of another was wrong before.
            let others = world.objects.values();
            let others = others.filter(|one| one["kind"] == object["kind"]);
            let before = others.filter_map(|one| Some(schemas::of(one)?.against(one)));
            let before: Vec<String> = before.flatten().collect();
            if let Some(refusal) = unfit(&object, &before) {
                return refusal;
            }
            world.put(object.clone());
            Answer::json(201, &world.find(&place(&object)))
        }
        _ => no(404, "the server could not find the requested resource"),
    }
}

/// What an API server says that is asked to be strict, where the schema of the kind is at hand and something is wrong that was not before.
fn unfit(object: &Value, before: &[String]) -> Option<Answer> {
    let mut wrong = schemas::of(object)?.against(object);
    wrong.retain(|one| !before.contains(one));
    let name = format!("{} {}", object["kind"], object["metadata"]["name"]);
    let text = format!("{name} is invalid: {}", wrong.join("; "));
    (!wrong.is_empty()).then(|| no(422, &text))
}

fn review(world: &World, asked: &Asked) -> Answer {
    let attributes = &asked.json()["spec"]["resourceAttributes"];
    let part = |name: &str, before: &str| match attributes[name].as_str().unwrap() {
        "" => String::new(),
        text => format!("{before}{text}"),
    };
    let verb = part("verb", "");
    let resource = part("resource", "") + &part("subresource", "/") + &part("group", ".");
    let right = format!("{verb} {resource}");
    let there = right.clone() + &part("namespace", " in ");
    let is_denied = world.denied.contains(&right) || world.denied.contains(&there);
    Answer::json(
        201,
        &json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": !is_denied}}),
    )
}

pub fn no(status: u16, message: &str) -> Answer {
    let body = json!({"kind": "Status", "status": "Failure", "message": message, "code": status});
    Answer::json(status, &body)
}

fn groups(world: &World) -> Value {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for kind in &world.kinds {
        let parts: Vec<&str> = kind.split('/').collect();
        if let [group, version, _] = parts.as_slice() {
            let versions = groups.entry(group).or_default();
            if !versions.contains(version) {
                versions.push(version);
            }
        }
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(name, versions)| {
            let all: Vec<Value> = versions.iter().map(|one| json!({"version": one})).collect();
            json!({"name": name, "versions": all, "preferredVersion": all[0]})
        })
        .collect();
    json!({"kind": "APIGroupList", "groups": groups})
}

/// `group/version`, then the namespace or none, the plural, the name or none.
fn address(parts: &[&str]) -> (String, String, String, String) {
    let (group, rest) = if parts[0] == "v1" {
        ("v1".to_owned(), &parts[1..])
    } else {
        (format!("{}/{}", parts[0], parts[1]), &parts[2..])
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] => ((*namespace).to_owned(), rest),
        rest => (String::new(), rest),
    };
    let name = rest
        .get(1)
        .map_or_else(String::new, |name| (*name).to_owned());
    (group, namespace, rest[0].to_owned(), name)
}

fn get(world: &World, asked: &Asked, parts: &[&str]) -> Answer {
    let (group, namespace, plural, name) = address(parts);
    if !name.is_empty() {
        let found = world
            .objects
            .get(&format!("{group}/{plural}/{namespace}/{name}"));
        return found.map_or_else(
            || no(404, &format!("{plural} {name:?} not found")),
            |object| Answer::json(200, object),
        );
    }
    let kind = format!("{group}/{plural}");
    if !world.kinds.contains(&kind) && group != "v1" {
        return no(404, "the server could not find the requested resource");
    }
    if asked.query("watch") == Some("true") {
        assert_eq!(asked.query("allowWatchBookmarks"), Some("true"));
        let since: u64 = asked.query("resourceVersion").unwrap().parse().unwrap();
        if since < world.forgotten {
            return no(410, "too old resource version");
        }
        return Answer::flow();
    }
    let start = format!("{kind}/");
    let labels = asked.query("labelSelector").unwrap_or_default();
    let labels = labels
        .replace("%3D", "=")
        .replace("%2C", ",")
        .replace("%2F", "/");
    let fits = |object: &&Value| {
        let mut pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
        pairs.all(|(key, value)| object["metadata"]["labels"][key] == value)
    };
    let of_kind = world
        .objects
        .iter()
        .filter(|(place, _)| place.starts_with(&start));
    let in_it = of_kind.map(|(_, object)| object).filter(|object| {
        namespace.is_empty() || object["metadata"]["namespace"] == namespace.as_str()
    });
    let all: Vec<&Value> = in_it.filter(fits).collect();
    let from: usize = asked
        .query("continue")
        .map_or(0, |text| text.parse().unwrap());
    let limit: usize = asked
        .query("limit")
        .map_or(500, |text| text.parse().unwrap());
    let page = world.page.unwrap_or(limit);
    let more = all.len() > from + page;
    let items: Vec<&Value> = all.into_iter().skip(from).take(page).collect();
    let next = if more {
        (from + page).to_string()
    } else {
        String::new()
    };
    let meta = json!({"continue": next, "resourceVersion": world.version.to_string()});
    Answer::json(
        200,
        &json!({"kind": "List", "metadata": meta, "items": items}),
    )
}

fn patch(world: &mut World, asked: &Asked, parts: &[&str]) -> Answer {
    assert_eq!(
        asked.header("content-type"),
        Some("application/json-patch+json")
    );
    let is_status = parts.last() == Some(&"status");
    let (group, namespace, plural, name) = address(parts);
    let place = format!("{group}/{plural}/{namespace}/{name}");
    let Some(object) = world.objects.get(&place).cloned() else {
        return no(404, "not found");
    };
    let known = schemas::of(&object);
    if is_status && known.is_some_and(|kind| !kind.has_status) {
        return no(404, "the server could not find the requested resource");
    }
    let mut next = object.clone();
    for step in asked.json().as_array().unwrap() {
        let path = step["path"].as_str().unwrap();
        if step["op"] == "test" {
            if next.pointer(path) != Some(&step["value"]) {
                return no(
                    422,
                    "the server rejected our request due to an error in our request",
                );
            }
            continue;
        }
        let (parent, last) = path.rsplit_once('/').unwrap();
        let last = last.replace("~1", "/").replace("~0", "~");
        let Some(parent) = next.pointer_mut(parent) else {
            return no(422, &format!("{path}: there is nothing to put it into"));
        };
        match (step["op"].as_str().unwrap(), parent) {
            ("add" | "replace", Value::Array(list)) => {
                list[last.parse::<usize>().unwrap()] = step["value"].clone()
            }
            ("replace", parent) if parent.get(&last).is_none() => {
                return no(422, &format!("{path}: there is nothing to replace"));
            }
            ("add" | "replace", parent) => parent[last] = step["value"].clone(),
            ("remove", parent) => {
                if parent.as_object_mut().unwrap().remove(&last).is_none() {
                    return no(422, &format!("{path}: there is nothing to remove"));
                }
            }
            other => panic!("{other:?}"),
        }
    }
    let before = known.map_or_else(Vec::new, |kind| kind.against(&object));
    if let Some(refusal) = unfit(&next, &before) {
        return refusal;
    }
    // Each is written by its own address only.
    if is_status {
        let status = next["status"].clone();
        next = object;
        next["status"] = status;
    } else {
        next["status"] = object["status"].clone();
    }
    world.put(next.clone());
    Answer::json(200, &next)
}

fn template(image: &str) -> Value {
    json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
        {"name": "proxy", "image": "envoy:1.30"}, {"name": "web", "image": image}]}})
}

/// A Deployment that runs so many revisions, an hour apart, and its `ReplicaSets`: `ghcr.io/acme/web:1.N.0`.
pub fn deployment(namespace: &str, revisions: u32) -> Vec<Value> {
    let image = |number: u32| format!("ghcr.io/acme/web:1.{number}.0");
    let uid = format!("{namespace}-0000-uid");
    let mut all = vec![json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace, "uid": uid, "generation": revisions, "creationTimestamp": at(60),
            "labels": {"environment": "production"}, "annotations": {"deployment.kubernetes.io/revision": revisions.to_string()}},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template(&image(revisions))},
        "status": {"observedGeneration": revisions, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "conditions": [
            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "lastTransitionTime": at(60), "lastUpdateTime": at(revisions * 60 + 2)}]},
    })];
    for number in 1..=revisions {
        let mut set = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": format!("web-{number}"), "namespace": namespace, "creationTimestamp": at(number * 60),
                "labels": {"app": "web", "pod-template-hash": format!("h{number}")},
                "annotations": {"deployment.kubernetes.io/revision": number.to_string()},
                "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": uid, "controller": true}]},
            "spec": {"template": template(&image(number))},
        });
        set["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] =
            json!(format!("h{number}"));
        all.push(set);
    }
    all
}

/// A pod of a revision, which runs an image by its digest.
pub fn pod(namespace: &str, number: u32, digest: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("web-{number}-x"), "namespace": namespace,
        "labels": {"app": "web", "pod-template-hash": format!("h{number}")}},
        "status": {"containerStatuses": [{"name": "web", "imageID": format!("ghcr.io/acme/web@{digest}")}]}})
}

/// A Rollout on its way from its first revision to its second, at the first pause of its canary.
pub fn rollout() -> Vec<Value> {
    let set = |number: u32, hash: &str| {
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": format!("web-{hash}"), "namespace": "shop", "creationTimestamp": at(number * 60),
                "labels": {"app": "web", "rollouts-pod-template-hash": hash},
                "annotations": {"rollout.argoproj.io/revision": number.to_string()},
                "ownerReferences": [{"kind": "Rollout", "name": "web", "uid": "rollout0-uid", "controller": true}]},
            "spec": {"template": template(&format!("ghcr.io/acme/web:1.{number}.0"))}})
    };
    let rollout = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {"name": "web", "namespace": "shop", "uid": "rollout0-uid", "generation": 2, "annotations": {"rollout.argoproj.io/revision": "2"}},
        "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "web"}}, "template": template("ghcr.io/acme/web:1.2.0"),
            "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {"duration": "1h"}}]}}},
        "status": {"phase": "Paused", "message": "CanaryPauseStep", "currentPodHash": "bbb", "stableRS": "aaa", "currentStepIndex": 1,
            "replicas": 4, "updatedReplicas": 1, "availableReplicas": 4, "controllerPause": true,
            "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": at(125)}], "conditions": [
            {"type": "Progressing", "status": "Unknown", "reason": "RolloutPaused", "lastUpdateTime": at(125)}]}});
    vec![rollout, set(1, "aaa"), set(2, "bbb")]
}

pub fn sha(number: u32) -> String {
    format!("{number:08x}{number:032x}")
}

/// A Kustomization that has applied a commit.
pub fn kustomization(number: u32) -> Value {
    let revision = format!("main@sha1:{}", sha(number));
    json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": "shop", "namespace": "flux-production"}, "spec": {"interval": "10m"},
        "status": {"lastAppliedRevision": revision, "lastAttemptedRevision": revision, "conditions": [
            {"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "lastTransitionTime": at(number * 60)}]}})
}
