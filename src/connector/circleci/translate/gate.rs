//! Approvals: jobs at which a workflow is on hold until a person says yes. Nobody can say no; who does not want it cancels the workflow.

use super::run::asked;
use super::{Origin, People, gate_id};
use crate::connector::circleci::wire::{Job, Workflow};
use crate::connector::facts::Facts;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// What became of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Its turn has not come, or never came.
    Ahead,
    Open,
    Closed(Decision),
}

/// An approval, from when what it needs was done.
#[must_use]
pub fn approval(
    origin: &Origin<'_>,
    (workflow, jobs): (&Workflow, &[Job]),
    job: &Job,
    (people, now): (&People, Timestamp),
) -> Facts {
    let mut facts = Facts::default();
    let standing = standing(&mut facts, workflow, jobs, job);
    // By what was before it, since its own beginning is told only once it is decided. One that is taken over from an earlier workflow is told there.
    let opened = asked((workflow, jobs), job);
    let taken_over = job.stopped_at.is_some() && job.stopped_at < workflow.created_at;
    let Some(opened) = opened.filter(|_| standing != Standing::Ahead && !taken_over) else {
        return facts;
    };
    let pipeline = origin.pipeline;
    let id = gate_id(&workflow.id, &job.id);
    let gate = Gate {
        gate: id.clone(),
        name: Some(job.name.clone()),
        requestor: pipeline.by.clone(),
        url: origin.page(workflow),
        repository: pipeline.repository.clone(),
        sha: pipeline.sha.clone(),
        ..Gate::default()
    };
    let event = origin.event(format!("{id}/created"), opened, Kind::Gate(gate.clone()));
    facts.events.push(event);
    if let Standing::Closed(decision) = standing {
        let behind = jobs.iter().filter(|one| one.dependencies.contains(&job.id));
        let behind = behind.filter_map(|one| one.started_at).min();
        let at = job.stopped_at.or(behind).or(workflow.stopped_at);
        let by = match decision {
            Decision::Approved => job.approved_by.as_ref(),
            _ => job.canceled_by.as_ref().or(workflow.canceled_by.as_ref()),
        };
        let fact = Gate {
            phase: GatePhase::Closed,
            decision: Some(decision),
            responder: by.and_then(|id| people.get(id)).cloned(),
            ..gate
        };
        let at = at.unwrap_or(now).max(opened);
        let event = origin.event(format!("{id}/closed"), at, Kind::Gate(fact));
        facts.events.push(event);
    }
    facts
}

fn standing(facts: &mut Facts, workflow: &Workflow, jobs: &[Job], job: &Job) -> Standing {
    let needed = jobs.iter().filter(|one| job.dependencies.contains(&one.id));
    let mut needed = needed.map(|one| one.status.as_str());
    let was_reached = needed.all(|status| status == "success");
    let closed = |decision| {
        if was_reached {
            Standing::Closed(decision)
        } else {
            Standing::Ahead
        }
    };
    match job.status.as_str() {
        "on_hold" if workflow.has_ended() => closed(Decision::Cancelled),
        "on_hold" => Standing::Open,
        "success" => Standing::Closed(Decision::Approved),
        "canceled" | "terminated-unknown" | "not_run" => closed(Decision::Cancelled),
        "blocked" | "queued" | "not_running" | "running" => Standing::Ahead,
        "failed" | "unauthorized" | "timedout" | "infrastructure_fail" | "retried" => {
            closed(Decision::Other)
        }
        other => {
            facts.unknown("approval.status", other);
            if workflow.has_ended() {
                closed(Decision::Other)
            } else {
                Standing::Ahead
            }
        }
    }
}
