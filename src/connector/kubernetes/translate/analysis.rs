//! The analyses of Argo Rollouts: each `AnalysisRun` is a test of the revision that is being rolled out. One that comes to no result has neither succeeded nor
//! failed, and the pause that follows from it is a gate of its Rollout.

use super::deployment::SETS;
use super::{Times, key};
use crate::connector::environment::labelled;
use crate::connector::image::own;
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::family::{Family, Seen, Told};
use crate::connector::kubernetes::wire::Object;
use crate::connector::kubernetes::wire::workload::{AnalysisStatus, Spec};
use crate::event::kind::{Outcome, Run, RunKind};

pub struct AnalysisRuns;

/// The label that says of which revision a thing is.
const HASH: &str = "rollouts-pod-template-hash";
const INDEX: &str = "step-index";
const TYPE: &str = "rollout-type";

impl Family for AnalysisRuns {
    fn resource(&self) -> Resource {
        Resource {
            group: "argoproj.io",
            plural: "analysisruns",
            kind: "AnalysisRun",
        }
    }

    fn word(&self) -> &'static str {
        "analysisrun"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        let hash = object.label(HASH);
        let wanted = hash.map(|hash| Wanted {
            resource: SETS,
            namespace: object.meta.namespace.clone(),
            name: None,
            labels: [(HASH.to_owned(), hash.to_owned())].into(),
        });
        wanted.into_iter().collect()
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let status: AnalysisStatus = object.of("status")?;
        let owner = object
            .meta
            .owner_references
            .iter()
            .find(|one| one.controller);
        let fact = Run {
            run: format!("{}@{}", key(self, object), object.mark()),
            name: Some(name(object, owner.map(|one| one.name.as_str()))),
            artifact: owner.and_then(|owner| image(seen, &owner.name)),
            environment: labelled(&object.meta.labels),
            kind: RunKind::Test,
            ..Run::default()
        };
        let is_stopped = status.message.eq_ignore_ascii_case("run terminated");
        let outcome = match status.phase.as_str() {
            "" | "Pending" | "Running" => None,
            // Whoever stops one has it succeed.
            "Successful" if is_stopped => Some(Outcome::Cancelled),
            "Successful" => Some(Outcome::Success),
            "Failed" | "Error" => Some(Outcome::Failure),
            "Inconclusive" => Some(Outcome::Other),
            other => {
                seen.unknown("status.phase", other);
                Some(Outcome::Other)
            }
        };
        let measured = status
            .metric_results
            .iter()
            .flat_map(|one| &one.measurements);
        let last = measured.filter_map(|one| one.finished_at).max();
        let at = status.completed_at.or(last).unwrap_or(seen.now);
        let mut told = Told::default();
        let times = Times {
            queued: object.meta.creation_timestamp,
            started: status.started_at,
            ended: outcome.map(|outcome| (at, outcome)),
        };
        told.run(seen, &fact, times);
        Ok(told)
    }
}

/// What it is called on every rollout: its own name has the revision in it.
fn name(object: &Object, owner: Option<&str>) -> String {
    let Some(owner) = owner else {
        let stem = object.meta.generate_name.trim_end_matches('-');
        let name = if stem.is_empty() {
            &object.meta.name
        } else {
            stem
        };
        return format!("analysis {name}");
    };
    match (object.label(TYPE), object.label(INDEX)) {
        (Some("Step"), Some(index)) => format!("analysis {owner} step {index}"),
        (Some(other), _) => format!("analysis {owner} {}", other.to_ascii_lowercase()),
        (None, _) => format!("analysis {owner}"),
    }
}

/// The image of the revision that is tested.
fn image(seen: &Seen<'_>, rollout: &str) -> Option<String> {
    let set = seen.nth(0).first()?;
    let spec: Spec = set.of("spec").ok()?;
    let containers = spec.template.spec.containers;
    let mut named = containers.iter().filter(|one| one.name == rollout);
    let images = match named.next() {
        Some(one) => vec![one.image.as_str()],
        None => containers.iter().map(|one| one.image.as_str()).collect(),
    };
    Some(own(images.into_iter(), rollout)?.image().artifact)
}
