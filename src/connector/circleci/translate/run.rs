//! Workflows and their jobs. CircleCI tells where a thing stands now; the events are the phases that it must have passed. A workflow goes through several
//! steps of a path, so it fills none of them itself: its jobs do, by their names.

use super::{Origin, job_id, workflow_id};
use crate::connector::circleci::wire::{Job, Workflow};
use crate::connector::facts::Facts;
use crate::event::kind::{self, Kind, Outcome, Phase, RunKind};
use crate::event::time::Timestamp;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What it needs is not done, or it will not be run.
    Ahead,
    Queued,
    Running,
    Ended(Outcome),
}

/// Reads a status of a job. `None`: a word that is not known.
#[must_use]
pub fn standing(status: &str) -> Option<Standing> {
    Some(match status {
        "blocked" | "on_hold" | "not_run" => Standing::Ahead,
        "queued" | "not_running" => Standing::Queued,
        "running" => Standing::Running,
        "success" => Standing::Ended(Outcome::Success),
        "failed" | "infrastructure_fail" | "timedout" | "unauthorized" => {
            Standing::Ended(Outcome::Failure)
        }
        "canceled" | "terminated-unknown" => Standing::Ended(Outcome::Cancelled),
        // Another run of it has taken its place, and tells how it went.
        "retried" => Standing::Ended(Outcome::Other),
        _ => return None,
    })
}

/// How a workflow ended.
fn outcome(facts: &mut Facts, workflow: &Workflow) -> Option<Outcome> {
    if !workflow.has_ended() {
        if !matches!(workflow.status.as_str(), "running" | "failing" | "on_hold") {
            facts.unknown("workflow.status", &workflow.status);
        }
        return None;
    }
    Some(match workflow.status.as_str() {
        "success" => Outcome::Success,
        "failed" | "error" | "unauthorized" => Outcome::Failure,
        "canceled" => Outcome::Cancelled,
        "not_run" => Outcome::Skipped,
        other => {
            facts.unknown("workflow.status", other);
            Outcome::Other
        }
    })
}

fn fact(origin: &Origin<'_>, run: String) -> kind::Run<String> {
    let pipeline = origin.pipeline;
    kind::Run {
        run,
        repository: pipeline.repository.clone(),
        sha: pipeline.sha.clone(),
        branch: pipeline.branch.clone(),
        ..kind::Run::default()
    }
}

/// A pipeline of which no workflow could be made: its configuration is wrong.
#[must_use]
pub fn failed(origin: &Origin<'_>) -> Facts {
    let mut facts = Facts::default();
    let pipeline = origin.pipeline;
    let Some(at) = pipeline.created else {
        return facts;
    };
    let id = format!("pipeline/{}", pipeline.id);
    let fact = kind::Run {
        name: Some("configuration".to_owned()),
        step: Some("pipeline".to_owned()),
        kind: RunKind::Pipeline,
        phase: Phase::Finished,
        outcome: Some(Outcome::Failure),
        ..fact(origin, id.clone())
    };
    let event = origin.event(format!("{id}/finished"), at, Kind::Run(fact));
    facts.events.push(event);
    facts
}

/// The phases of a workflow.
#[must_use]
pub fn workflow(origin: &Origin<'_>, workflow: &Workflow, jobs: &[Job]) -> Facts {
    let mut facts = Facts::default();
    let outcome = outcome(&mut facts, workflow);
    let id = workflow_id(&workflow.id);
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let fact = kind::Run {
            name: Some(workflow.name.clone()),
            url: origin.page(workflow),
            step: Some("pipeline".to_owned()),
            kind: RunKind::Pipeline,
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            ..fact(origin, id.clone())
        };
        let event = origin.event(format!("{id}/{what}"), at, Kind::Run(fact));
        facts.events.push(event);
    };
    let Some(began) = workflow.created_at.or(origin.pipeline.created) else {
        return facts;
    };
    tell("started", Phase::Started, began);
    if outcome.is_some() {
        let last = jobs.iter().filter_map(|job| job.stopped_at).max();
        let ended = workflow.stopped_at.or(last).unwrap_or(began);
        tell("finished", Phase::Finished, ended.max(began));
    }
    facts
}

/// When a job could begin: what it needs was done.
#[must_use]
pub fn asked((workflow, jobs): (&Workflow, &[Job]), job: &Job) -> Option<Timestamp> {
    let needed = jobs.iter().filter(|one| job.dependencies.contains(&one.id));
    let done = needed.filter_map(|one| one.stopped_at).max();
    done.max(workflow.created_at)
}

/// The phases of a job. One that a workflow has taken over from the one that it runs again is told there.
#[must_use]
pub fn job(origin: &Origin<'_>, (workflow, jobs): (&Workflow, &[Job]), job: &Job) -> Facts {
    let mut facts = Facts::default();
    if job.stopped_at.is_some() && job.stopped_at < workflow.created_at {
        return facts;
    }
    if !matches!(job.kind.as_str(), "build" | "") {
        facts.unknown("job.type", &job.kind);
    }
    let standing = standing(&job.status).unwrap_or_else(|| {
        facts.unknown("job.status", &job.status);
        match job.stopped_at {
            Some(_) => Standing::Ended(Outcome::Other),
            None => Standing::Ahead,
        }
    });
    let id = job_id(&workflow.id, &job.id);
    let page = origin.page(workflow);
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let number = job.job_number;
        let fact = kind::Run {
            name: Some(job.name.clone()),
            url: page.as_ref().map(|page| match number {
                Some(number) => format!("{page}/jobs/{number}"),
                None => page.clone(),
            }),
            kind: RunKind::Task,
            phase,
            outcome: match standing {
                Standing::Ended(outcome) if phase == Phase::Finished => Some(outcome),
                _ => None,
            },
            ..fact(origin, id.clone())
        };
        let event = origin.event(format!("{id}/{what}"), at, Kind::Run(fact));
        facts.events.push(event);
    };
    let begun = job.started_at.is_some() && standing != Standing::Ahead;
    // What was never started was asked for by nobody: what it needs failed, or it was left out.
    if (standing == Standing::Queued || begun)
        && let Some(at) = asked((workflow, jobs), job)
    {
        tell(
            "queued",
            Phase::Queued,
            job.started_at.map_or(at, |began| at.min(began)),
        );
    }
    if let Some(at) = job
        .started_at
        .filter(|_| begun && standing != Standing::Queued)
    {
        tell("started", Phase::Started, at);
    }
    if let (Standing::Ended(_), true, Some(at)) = (standing, begun, job.stopped_at) {
        tell("finished", Phase::Finished, at);
    }
    facts
}
