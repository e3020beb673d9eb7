//! Deployments: each revision is a deployment to the environment, begun when its `ReplicaSet` was made (or, of one that is live again, when the template was
//! written), ended when all its pods run, or when the cluster has lost patience. Where the cluster does not say that they all run, because no deadline is set or
//! the Deployment is paused, they are counted as `kubectl rollout status` does. What was live before the first reading is told of the newest revision only:
//! of the others a cluster does not keep how they ended.

use super::{Attempt, deployed, held, home, key};
use crate::connector::image::{Reference, own};
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::workload::{
    Container, HASH, PodStatus, Revision, Spec, Status, revisions,
};
use crate::connector::kubernetes::wire::{Condition, Object, condition};
use crate::event::kind::{self, Outcome};
use crate::event::time::Timestamp;

pub struct Deployments;

/// Where a Deployment and its `ReplicaSets` say their revision.
pub const REVISION: &str = "deployment.kubernetes.io/revision";

pub const SETS: Resource = Resource {
    group: "apps",
    plural: "replicasets",
    kind: "ReplicaSet",
};

const PODS: Resource = Resource {
    group: "",
    plural: "pods",
    kind: "Pod",
};

impl Family for Deployments {
    fn resource(&self) -> Resource {
        Resource {
            group: "apps",
            plural: "deployments",
            kind: "Deployment",
        }
    }

    fn word(&self) -> &'static str {
        "deployment"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        revisions_and_pods(object)
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        let number: Option<i64> = object
            .annotation(REVISION)
            .and_then(|text| text.parse().ok());
        let is_observed = status.observed_generation.as_i64() >= Some(object.meta.generation);
        // What something else made, a Rollout that took it over or a Knative Service, is told by that.
        let is_own = !object.is_controlled() && spec.replicas != Some(0);
        let (Some(number), true, true) = (number, is_observed, is_own) else {
            return Ok(unchanged(seen));
        };
        let home = home(seen.origin, object);
        let all = revisions(object, seen.nth(0), REVISION);
        let live = all.iter().find(|revision| revision.number == number);
        let id = format!("{}@{number}-{}", key(self, object), object.mark());
        let mut fact = deployed(&home, &id);
        fact.rollback = live.is_some_and(|revision| revision.is_again);
        name(&mut fact, &spec.template.spec.containers, seen, live);
        let attempt = Attempt {
            seen,
            told: &mut told,
            id,
            fact,
        };
        tell_how(attempt, (&spec, &status), live);
        if spec.paused {
            let id = format!("{}@paused-{}", key(self, object), object.mark());
            held(seen, &mut told, id, &home, "the Deployment is paused");
        }
        told.home = Some(home);
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Deployment)
    }
}

/// How a revision gets on.
fn tell_how(
    mut attempt: Attempt<'_, '_>,
    (spec, status): (&Spec, &Status),
    live: Option<&Revision<'_>>,
) {
    let seen = attempt.seen;
    let progress = condition(&status.conditions, "Progressing");
    let settled = progress.and_then(Condition::at);
    let began = began(seen.object, live, settled);
    match progress.map(|one| (one.status.as_str(), one.reason.as_str())) {
        Some(("True", "NewReplicaSetAvailable")) => {
            let at = settled.unwrap_or(seen.now);
            let began = began.map(|one| one.min(at));
            attempt.ended("finished", at, Outcome::Success, began);
        }
        Some(("False", reason)) => {
            let at = settled.unwrap_or(seen.now);
            if !matches!(reason, "ProgressDeadlineExceeded" | "ReplicaSetCreateError") {
                seen.unknown("Progressing.reason", reason);
            }
            attempt.ended("failed", at, Outcome::Failure, began.map(|one| one.min(at)));
        }
        None | Some(("Unknown", _)) if is_whole(spec, status) => {
            let available = condition(&status.conditions, "Available").and_then(Condition::at);
            // What the condition says is when it was paused.
            let began = self::began(seen.object, live, None);
            // Seen under way, it has come to its end since; else it had before it was first seen.
            let was_whole = began.max(settled.or(available));
            let at = attempt.since().map_or(was_whole, |_| None);
            attempt.ended("finished", at.unwrap_or(seen.now), Outcome::Success, began);
        }
        _ => {
            let at = attempt.since().or(began).unwrap_or(seen.now);
            attempt.begun(at.min(seen.now), "");
        }
    }
}

/// Whether all pods are of the revision, and run.
fn is_whole(spec: &Spec, status: &Status) -> bool {
    status.updated_replicas >= spec.replicas.unwrap_or(1)
        && status.replicas <= status.updated_replicas
        && status.available_replicas >= status.updated_replicas
}

/// Nothing can be said yet: what was so stays so.
#[must_use]
pub fn unchanged(seen: &Seen<'_>) -> Told {
    Told {
        open: seen.row.open.clone(),
        state: seen.row.state.clone(),
        home: seen.row.home.clone(),
        ..Told::default()
    }
}

/// The `ReplicaSets` of an object, and its pods where its images are not named by digest.
#[must_use]
pub fn revisions_and_pods(object: &Object) -> Vec<Wanted> {
    let Ok(spec) = object.of::<Spec>("spec") else {
        return Vec::new();
    };
    let labels = spec.selector.match_labels;
    let wanted = |resource| Wanted {
        resource,
        namespace: object.meta.namespace.clone(),
        name: None,
        labels: labels.clone(),
    };
    if labels.is_empty() {
        return Vec::new();
    }
    let containers = spec.template.spec.containers;
    let pinned = own_image(&containers, object).is_some_and(|image| image.digest.is_some());
    let mut all = vec![wanted(SETS)];
    if !pinned {
        all.push(wanted(PODS));
    }
    all
}

/// When a revision began.
#[must_use]
pub fn began(
    object: &Object,
    live: Option<&Revision<'_>>,
    settled: Option<Timestamp>,
) -> Option<Timestamp> {
    match live {
        Some(revision) if !revision.is_again => revision.set.meta.creation_timestamp,
        _ => object.written().or(settled),
    }
}

fn own_image<'c>(containers: &'c [Container], object: &Object) -> Option<Reference<'c>> {
    let name = &object.meta.name;
    let mut named = containers.iter().filter(|one| one.name == *name);
    match named.next() {
        Some(one) => Some(Reference::read(&one.image)),
        None => own(containers.iter().map(|one| one.image.as_str()), name),
    }
}

/// The container whose image is the object's own.
#[must_use]
pub fn own_container(containers: &[Container], object: &Object) -> Option<usize> {
    let image = own_image(containers, object)?;
    let name = &object.meta.name;
    let named = containers.iter().position(|one| one.name == *name);
    named.or_else(|| {
        let is = |one: &Container| Reference::read(&one.image) == image;
        containers.iter().position(is)
    })
}

/// Says which image it is: by digest, where the template or a pod of the revision tells it.
pub fn name(
    fact: &mut kind::Deployment<String>,
    containers: &[Container],
    seen: &Seen<'_>,
    live: Option<&Revision<'_>>,
) {
    let Some(place) = own_container(containers, seen.object) else {
        return;
    };
    let container = &containers[place];
    let mut reference = Reference::read(&container.image);
    let hash = live.and_then(Revision::hash);
    let ran = ran(seen.nth(1), hash, &container.name);
    reference.digest = reference.digest.or(ran.as_deref());
    let image = reference.image();
    fact.artifact = Some(image.artifact);
    fact.version = image.version;
}

/// The digest that the pods of a revision run, where they run one.
fn ran(pods: &[Object], hash: Option<&str>, container: &str) -> Option<String> {
    let hash = hash?;
    let of_it = pods.iter().filter(|pod| {
        pod.label(HASH) == Some(hash) || pod.label("rollouts-pod-template-hash") == Some(hash)
    });
    let mut digests: Vec<String> = of_it
        .filter_map(|pod| {
            let status: PodStatus = pod.of("status").ok()?;
            let mut all = status.container_statuses.into_iter();
            let id = all.find(|one| one.name == container)?.image_id;
            Some(id.rsplit_once('@')?.1.to_owned())
        })
        .collect();
    digests.sort();
    digests.dedup();
    match digests.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}
