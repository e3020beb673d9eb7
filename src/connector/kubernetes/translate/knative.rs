//! Knative Services: a revision that gets all traffic is deployed. One that was made and is not ready is under way, or has failed; traffic that goes back to
//! an earlier one is a rollback.

use serde_json::Value;

use super::deployment::own_container;
use super::{Attempt, deployed, home, key};
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::workload::{Container, PodSpec};
use crate::connector::kubernetes::wire::{Condition, Object, condition};
use crate::connector::lenient::answers;
use crate::event::kind::{self, Outcome};
use crate::event::time::Timestamp;

pub struct Services;

pub const REVISIONS: Resource = Resource {
    group: "serving.knative.dev",
    plural: "revisions",
    kind: "Revision",
};

answers! {
    Status {
        conditions: Vec<Condition>,
        latest_created_revision_name: String,
        latest_ready_revision_name: String,
        traffic: Vec<Traffic>,
    }
    Traffic {
        revision_name: String,
        percent: i64,
    }
    RevisionStatus {
        conditions: Vec<Condition>,
        container_statuses: Vec<Ran>,
    }
    Ran {
        name: String,
        image_digest: String,
    }
}

const LIVE: &str = "live";
const SINCE: &str = "since";

impl Family for Services {
    fn resource(&self) -> Resource {
        Resource {
            group: "serving.knative.dev",
            plural: "services",
            kind: "Service",
        }
    }

    fn word(&self) -> &'static str {
        "service"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        vec![Wanted {
            resource: REVISIONS,
            namespace: object.meta.namespace.clone(),
            name: None,
            labels: [(
                "serving.knative.dev/service".to_owned(),
                object.meta.name.clone(),
            )]
            .into(),
        }]
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let status: Status = object.of("status")?;
        let home = home(seen.origin, object);
        let all = seen.nth(0);
        let find = |name: &str| all.iter().find(|one| one.meta.name == name);
        let newest = status.latest_created_revision_name.clone();
        if let Some((live, since, is_back)) = live(seen, &status, &mut told) {
            let revision = find(&live);
            let mut id = format!("{}@{live}", key(self, object));
            if is_back {
                id = format!("{id}-{since}");
            }
            let mut fact = deployed(&home, &id);
            fact.rollback = is_back;
            name(&mut fact, object, revision);
            let made = revision.and_then(|one| one.meta.creation_timestamp);
            let mut attempt = Attempt {
                seen,
                told: &mut told,
                id,
                fact,
            };
            let began = (!is_back).then_some(made).flatten();
            attempt.ended("finished", since, Outcome::Success, began);
        }
        let is_live = told.state.get(LIVE) == Some(&newest);
        if let Some(revision) = find(&newest).filter(|_| !is_live) {
            let id = format!("{}@{newest}", key(self, object));
            let mut fact = deployed(&home, &id);
            name(&mut fact, object, Some(revision));
            let ready: RevisionStatus = revision.of("status")?;
            let ready = condition(&ready.conditions, "Ready");
            let began = revision.meta.creation_timestamp;
            let mut attempt = Attempt {
                seen,
                told: &mut told,
                id,
                fact,
            };
            match ready.map(|one| one.status.as_str()) {
                Some("False") => {
                    let at = ready.and_then(Condition::at).unwrap_or(seen.now);
                    attempt.ended("failed", at, Outcome::Failure, began);
                }
                // It is ready, and gets only a part of the traffic or none: that is somebody's will.
                Some("True") if status.latest_ready_revision_name == newest => {}
                _ => attempt.begun(began.unwrap_or(seen.now), ""),
            }
        }
        told.home = Some(home);
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Knative)
    }
}

/// The revision that has all traffic, since when, and whether it had it before another did.
fn live(seen: &Seen<'_>, status: &Status, told: &mut Told) -> Option<(String, Timestamp, bool)> {
    let known = &seen.row.state;
    told.state.clone_from(known);
    let mut with = status.traffic.iter().filter(|one| one.percent == 100);
    let live = with.next()?.revision_name.clone();
    let ready = condition(&status.conditions, "Ready");
    let at = ready.and_then(|one| one.last_transition_time);
    let before = known.get(SINCE).and_then(|text| Timestamp::parse(text));
    let is_same = known.get(LIVE) == Some(&live);
    let had = format!("had {live}");
    let is_back = if is_same {
        known.contains_key("back")
    } else {
        known.contains_key(&had)
    };
    let since = match before {
        Some(before) if is_same => before,
        Some(before) => at.filter(|at| *at > before).unwrap_or(seen.now),
        None => at.unwrap_or(seen.now),
    };
    told.state.remove("back");
    if is_back {
        told.state.insert("back".to_owned(), String::new());
    }
    told.state.insert(had, String::new());
    told.state.insert(LIVE.to_owned(), live.clone());
    told.state.insert(SINCE.to_owned(), since.to_string());
    // Only of revisions that are kept is it worth remembering.
    let kept: Vec<String> = seen
        .nth(0)
        .iter()
        .map(|one| format!("had {}", one.meta.name))
        .collect();
    if !kept.is_empty() {
        told.state
            .retain(|name, _| !name.starts_with("had ") || kept.contains(name));
    }
    Some((live, since, is_back))
}

/// The containers of a revision.
#[must_use]
pub fn containers(revision: &Object, at: &str) -> Vec<Container> {
    let spec = revision.raw.pointer(at).cloned().unwrap_or(Value::Null);
    let spec: PodSpec = serde_json::from_value(spec).unwrap_or_default();
    spec.containers
}

fn name(fact: &mut kind::Deployment<String>, object: &Object, revision: Option<&Object>) {
    let Some(revision) = revision else {
        return;
    };
    let containers = containers(revision, "/spec");
    let place = own_container(&containers, object);
    let Some(container) = place.map(|place| &containers[place]) else {
        return;
    };
    let status: RevisionStatus = revision.of("status").unwrap_or_default();
    let mut ran = status.container_statuses.iter();
    let ran = ran.find(|one| one.name == container.name || containers.len() == 1);
    let mut reference = Reference::read(&container.image);
    let digest = ran.and_then(|one| Some(one.image_digest.rsplit_once('@')?.1));
    reference.digest = reference.digest.or(digest);
    let image = reference.image();
    fact.artifact = Some(image.artifact);
    fact.version = image.version;
}
