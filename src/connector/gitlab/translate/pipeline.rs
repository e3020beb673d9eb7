//! Pipelines and their jobs. GitLab tells where a thing stands now; the events are the phases that it must have passed. A pipeline goes through all steps of a
//! path, so it fills none of them itself: its jobs do, by their stage and name. One that others report (`external`) has no jobs, and stands for itself.

use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::wire::{Job, Pipeline};
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind, Outcome, Phase, RunKind};
use crate::event::time::{Span, Timestamp};

/// Where a pipeline, a job or a deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has asked for it yet, or a person has to.
    Ahead,
    Queued,
    Running,
    Ended(Outcome),
}

/// Reads a status. `None`: a word that is not known.
#[must_use]
pub fn standing(status: &str) -> Option<Standing> {
    Some(match status {
        "created" | "manual" | "scheduled" | "blocked" => Standing::Ahead,
        "waiting_for_resource" | "preparing" | "waiting_for_callback" | "pending" => {
            Standing::Queued
        }
        "running" | "canceling" => Standing::Running,
        "success" => Standing::Ended(Outcome::Success),
        "failed" => Standing::Ended(Outcome::Failure),
        "canceled" | "cancelled" => Standing::Ended(Outcome::Cancelled),
        "skipped" => Standing::Ended(Outcome::Skipped),
        _ => return None,
    })
}

/// The same; a word that is not known is told, and stands for an end of another kind where there is an end.
pub(super) fn read(
    facts: &mut Facts,
    field: &'static str,
    status: &str,
    finished: bool,
) -> Standing {
    standing(&status.to_ascii_lowercase()).unwrap_or_else(|| {
        facts.unknown(field, status);
        if finished {
            Standing::Ended(Outcome::Other)
        } else {
            Standing::Ahead
        }
    })
}

/// Whether something will go on by itself, so that it is worth another look.
#[must_use]
pub fn is_moving(pipeline: &Pipeline) -> bool {
    match standing(&pipeline.status) {
        Some(Standing::Ahead) => pipeline.status == "created",
        Some(Standing::Queued | Standing::Running) => true,
        Some(Standing::Ended(_)) => false,
        None => pipeline.finished_at.is_none(),
    }
}

/// The name of a pipeline, and of a job, among runs: their numbers alone may be the same.
#[must_use]
pub fn pipeline_id(id: i64) -> String {
    format!("pipeline/{id}")
}

#[must_use]
pub fn job_id(id: i64) -> String {
    format!("job/{id}")
}

/// The phases of a pipeline. One that was run again ends again; it keeps its beginning.
#[must_use]
pub fn pipeline(origin: &Origin, pipeline: &Pipeline) -> Facts {
    let mut facts = Facts::default();
    let finished = pipeline.finished_at.is_some();
    let standing = read(&mut facts, "pipeline.status", &pipeline.status, finished);
    let id = pipeline_id(pipeline.id);
    let external = pipeline.source.as_deref() == Some("external");
    let mut tell = |what: String, phase: Phase, at: Timestamp| {
        let fact = kind::Run {
            run: id.clone(),
            name: given(pipeline.name.as_ref()),
            url: given(pipeline.web_url.as_ref()),
            repository: Some(origin.repository.clone()),
            sha: Some(pipeline.sha.clone()),
            branch: given(pipeline.reference.as_ref()),
            step: (!external).then(|| "pipeline".to_owned()),
            kind: RunKind::Pipeline,
            phase,
            outcome: match standing {
                Standing::Ended(outcome) if phase == Phase::Finished => Some(outcome),
                _ => None,
            },
            ..kind::Run::default()
        };
        let event = origin.event(format!("{id}/{what}"), at, Kind::Run(fact));
        facts.events.push(event);
    };
    if let Some(at) = pipeline.created_at {
        tell("queued".to_owned(), Phase::Queued, at);
    }
    if let Some(at) = pipeline.started_at {
        tell("started".to_owned(), Phase::Started, at);
    }
    let ended = pipeline.finished_at.or(pipeline.updated_at);
    if let (Standing::Ended(_), Some(at)) = (standing, ended) {
        tell(format!("finished/{at}"), Phase::Finished, at);
    }
    facts
}

/// When a job was asked for: it stands in no field, but how long it was queued does. `now`: while it still is.
#[must_use]
pub fn asked(job: &Job, now: Option<Timestamp>) -> Option<Timestamp> {
    let until = job.started_at.or(now);
    let queued = job.queued_duration.and_then(span);
    match (until, queued) {
        (Some(until), Some(queued)) => Some((until - queued).max(job.created_at?)),
        _ => job.created_at,
    }
}

fn span(seconds: f64) -> Option<Span> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within bounds, and only whole seconds matter"
    )]
    (0.0..1.0e9)
        .contains(&seconds)
        .then(|| Span::from_micros((seconds * 1e6) as i64))
}

/// The phases of a job. `now` is when it was read.
#[must_use]
pub fn job(origin: &Origin, job: &Job, now: Timestamp) -> Facts {
    let mut facts = Facts::default();
    let finished = job.finished_at.is_some();
    let standing = match read(&mut facts, "job.status", &job.status, finished) {
        // It stops nothing: its pipeline says that it need not pass.
        Standing::Ended(Outcome::Failure) if job.allow_failure => Standing::Ended(Outcome::Success),
        other => other,
    };
    let id = job_id(job.id);
    let pipeline = job.pipeline.as_ref();
    let commit = job.commit.as_ref().map(|commit| commit.id.clone());
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let fact = kind::Run {
            run: id.clone(),
            name: name(job),
            url: given(job.web_url.as_ref()),
            repository: Some(origin.repository.clone()),
            sha: commit
                .clone()
                .or_else(|| pipeline.and_then(|pipeline| pipeline.sha.clone())),
            branch: given(job.reference.as_ref()),
            kind: RunKind::Task,
            phase,
            outcome: match standing {
                Standing::Ended(outcome) if phase == Phase::Finished => Some(outcome),
                _ => None,
            },
            ..kind::Run::default()
        };
        let event = origin.event(format!("{id}/{what}"), at, Kind::Run(fact));
        facts.events.push(event);
    };
    // What was never started was asked for by nobody: it was skipped, or its stage was not reached.
    let begun = job.started_at.is_some();
    if standing == Standing::Queued || begun {
        // Whole seconds, since the answer of each look differs by a little.
        let at = asked(job, (!begun).then_some(now)).map(|at| if begun { at } else { whole(at) });
        if let Some(at) = at {
            tell("queued", Phase::Queued, at);
        }
    }
    if let Some(at) = job.started_at {
        tell("started", Phase::Started, at);
    }
    if let (Standing::Ended(_), Some(at)) = (standing, job.finished_at) {
        tell("finished", Phase::Finished, at);
    }
    facts
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.micros().div_euclid(1_000_000))
}

/// With its stage, which says what kind of job it is where its name does not.
#[must_use]
pub fn name(job: &Job) -> Option<String> {
    let name = given(job.name.as_ref())?;
    Some(match given(job.stage.as_ref()) {
        Some(stage) => format!("{stage} / {name}"),
        None => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_may_fail_stops_nothing() {
        let origin = Origin::new("gitlab:gitlab.com", "acme/shop", Timestamp::default());
        let ended = |status: &str, may_fail: bool| {
            let text = serde_json::json!({
                "id": 10, "name": "unit", "stage": "test", "status": status, "allow_failure": may_fail,
                "finished_at": "2026-05-01T10:00:00Z",
            });
            let one: Job = serde_json::from_value(text).unwrap();
            let facts = job(&origin, &one, Timestamp::from_seconds(1_800_000_000));
            match &facts.events[0].kind {
                Kind::Run(run) => run.outcome,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(ended("failed", false), Some(Outcome::Failure));
        assert_eq!(ended("failed", true), Some(Outcome::Success));
        assert_eq!(ended("canceled", true), Some(Outcome::Cancelled));
    }
}
