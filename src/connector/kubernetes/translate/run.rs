//! Tekton's runs of pipelines and tasks, with the commit that their labels, results or parameters name. A task is of the commit of its pipeline. What a run has
//! made is told by the results that Tekton Chains knows (`IMAGE_URL`, `IMAGE_DIGEST`).

use super::{Times, key};
use crate::connector::environment::labelled;
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::runs::{Spec, Status};
use crate::connector::kubernetes::wire::{Object, condition};
use crate::event::kind::{Outcome, Run, RunKind};
use crate::event::time::Timestamp;

pub struct PipelineRuns;
pub struct TaskRuns;

pub const PIPELINE_RUNS: Resource = Resource {
    group: "tekton.dev",
    plural: "pipelineruns",
    kind: "PipelineRun",
};

impl Family for PipelineRuns {
    fn resource(&self) -> Resource {
        PIPELINE_RUNS
    }

    fn word(&self) -> &'static str {
        "pipelinerun"
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let spec: Spec = object.of("spec")?;
        let name = object.label("tekton.dev/pipeline").map(str::to_owned);
        let name = name.or_else(|| Some(spec.pipeline_ref.name.clone()).filter(|n| !n.is_empty()));
        told(self, seen, &spec, (RunKind::Pipeline, name))
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Pipeline)
    }
}

impl Family for TaskRuns {
    fn resource(&self) -> Resource {
        Resource {
            group: "tekton.dev",
            plural: "taskruns",
            kind: "TaskRun",
        }
    }

    fn word(&self) -> &'static str {
        "taskrun"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        pipeline_run(object)
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let spec: Spec = object.of("spec")?;
        let name = object.label("tekton.dev/pipelineTask").map(str::to_owned);
        let name = name.or_else(|| Some(spec.task_ref.name.clone()).filter(|n| !n.is_empty()));
        told(self, seen, &spec, (RunKind::Task, name))
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Task)
    }
}

/// The run of a pipeline that something is a part of.
#[must_use]
pub fn pipeline_run(object: &Object) -> Vec<Wanted> {
    let run = object.label("tekton.dev/pipelineRun");
    let wanted = run.map(|name| Wanted {
        resource: PIPELINE_RUNS,
        namespace: object.meta.namespace.clone(),
        name: Some(name.to_owned()),
        labels: std::collections::BTreeMap::new(),
    });
    wanted.into_iter().collect()
}

/// The commit and the repository that a run is of, by itself or by the run that it is a part of.
#[must_use]
pub fn about(seen: &Seen<'_>, spec: &Spec, status: &Status) -> (Option<String>, Option<String>) {
    let object = seen.object;
    let parent = seen.nth(0).first();
    let parent = parent.map(|object| {
        let spec: Spec = object.of("spec").unwrap_or_default();
        let status: Status = object.of("status").unwrap_or_default();
        (spec.sha(&status, object), spec.repository(&status, object))
    });
    let (sha, repository) = parent.unwrap_or_default();
    (
        spec.sha(status, object).or(sha),
        spec.repository(status, object).or(repository),
    )
}

fn told(
    family: &dyn Family,
    seen: &Seen<'_>,
    spec: &Spec,
    (kind, name): (RunKind, Option<String>),
) -> Result<Told, String> {
    let object = seen.object;
    let mut told = Told::default();
    let status: Status = object.of("status")?;
    let (sha, repository) = about(seen, spec, &status);
    let attempts = u32::try_from(status.retries_status.len()).unwrap_or_default();
    let stem = object.meta.generate_name.trim_end_matches('-').to_owned();
    let made = spec.image(&status);
    let fact = Run {
        run: format!("{}@{}", key(family, object), object.mark()),
        name: name
            .or_else(|| Some(stem).filter(|stem| !stem.is_empty()))
            .or_else(|| Some(object.meta.name.clone())),
        sha,
        repository,
        artifact: made
            .as_deref()
            .map(|image| Reference::read(image).image().artifact),
        environment: labelled(&object.meta.labels),
        kind,
        attempt: (attempts > 0).then_some(attempts + 1),
        ..Run::default()
    };
    let times = times(seen, &status);
    told.run(seen, &fact, times);
    if let (Some(image), Some((at, Outcome::Success))) = (&made, times.ended) {
        told.packaged(seen, &fact, at, Reference::read(image));
    }
    Ok(told)
}

fn times(seen: &Seen<'_>, status: &Status) -> Times {
    let succeeded = condition(&status.conditions, "Succeeded");
    let said = succeeded.map(|one| (one.status.as_str(), one.reason.as_str()));
    let outcome = match said {
        Some(("True", _)) => Some(Outcome::Success),
        Some(("False", reason)) if reason.contains("Cancel") || reason.contains("Stopped") => {
            Some(Outcome::Cancelled)
        }
        Some(("False", _)) => Some(Outcome::Failure),
        Some(("Unknown", _)) | None => None,
        Some((other, _)) => {
            seen.unknown("Succeeded.status", other);
            None
        }
    };
    let changed = succeeded.and_then(|one| one.last_transition_time);
    let at: Option<Timestamp> = status.completion_time.or(changed);
    Times {
        queued: seen.object.meta.creation_timestamp,
        started: status.start_time,
        ended: outcome.map(|outcome| (at.unwrap_or(seen.now), outcome)),
    }
}
