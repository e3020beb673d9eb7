//! Gates: the environments of a run that wait for a decision, and the decisions. GitHub tells who may decide and who did, but not when; the times
//! are those of the job that was held.

use super::{Origin, login};
use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{
    Approval, Environment, Job, PendingDeployment, Reviewer, Run,
};
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// Who may decide: people by login, teams with an `@`.
#[must_use]
pub fn approvers(reviewers: &[Reviewer]) -> Vec<String> {
    reviewers
        .iter()
        .filter_map(|reviewer| {
            let who = reviewer.reviewer.as_ref()?;
            let team = who.slug.as_ref().or(who.name.as_ref());
            match (&who.login, team) {
                (Some(login), _) => Some(login.clone()),
                (None, Some(team)) => Some(format!("@{team}")),
                (None, None) => None,
            }
        })
        .collect()
}

/// Who may decide on an environment, by its rules; `None` where it asks nobody.
#[must_use]
pub fn required(environment: &Environment) -> Option<Vec<String>> {
    environment
        .protection_rules
        .iter()
        .find(|rule| rule.kind == "required_reviewers")
        .map(|rule| approvers(&rule.reviewers))
}

/// A gate of one attempt of a run.
#[must_use]
pub fn gate_id(run: &Run, environment: &str) -> String {
    match run.run_attempt {
        Some(attempt) if attempt > 1 => format!("{}.{attempt}/{environment}", run.id),
        _ => format!("{}/{environment}", run.id),
    }
}

fn gate(origin: &Origin, run: &Run, environment: &str) -> Gate<String> {
    Gate {
        gate: gate_id(run, environment),
        name: Some(environment.to_owned()),
        requestor: login(run.actor.as_ref()),
        url: given(run.html_url.as_ref()),
        repository: Some(origin.repository.clone()),
        sha: Some(run.head_sha.clone()),
        environment: Some(environment.to_owned()),
        ..Gate::default()
    }
}

/// A gate that is open.
#[must_use]
pub fn opened(origin: &Origin, run: &Run, jobs: &[Job], pending: &PendingDeployment) -> Facts {
    let Some(environment) = given(pending.environment.name.as_ref()) else {
        return Facts::default();
    };
    let held = held(run, jobs, &environment);
    let at = pending
        .wait_timer_started_at
        .or(held.and_then(|job| job.created_at))
        .unwrap_or(run.updated_at);
    let timer = pending
        .wait_timer
        .filter(|minutes| *minutes > 0)
        .map(|minutes| format!("waits at least {minutes} min by the environment's timer"));
    let fact = Gate {
        approvers: approvers(&pending.reviewers).into(),
        may_decide: pending.current_user_can_approve,
        comment: timer,
        ..gate(origin, run, &environment)
    };
    one(origin, "created", at, fact)
}

/// Gates on which somebody has decided. `required` knows who could have.
#[must_use]
pub fn decided(
    origin: &Origin,
    run: &Run,
    jobs: &[Job],
    approvals: &[Approval],
    required: &dyn Fn(&str) -> Vec<String>,
) -> Facts {
    let mut facts = Facts::default();
    for approval in approvals {
        let decision = match approval.state.to_ascii_lowercase().as_str() {
            "approved" => Decision::Approved,
            "rejected" => Decision::Rejected,
            // Who was asked, not what was decided.
            "pending" => continue,
            other => {
                facts.unknown("approval.state", other);
                Decision::Other
            }
        };
        let names = approval.environments.iter();
        for environment in names.filter_map(|named| given(named.name.as_ref())) {
            let held = held(run, jobs, &environment);
            let asked = held
                .and_then(|job| job.created_at)
                .unwrap_or(run.created_at);
            let known = Gate {
                approvers: required(&environment).into(),
                ..gate(origin, run, &environment)
            };
            facts.add(one(origin, "created", asked, known.clone()));
            let ended = held.and_then(|job| job.started_at.or(job.completed_at));
            let closed = Gate {
                phase: GatePhase::Closed,
                decision: Some(decision),
                responder: login(approval.user.as_ref()),
                comment: given(approval.comment.as_ref()),
                ..known
            };
            let at = ended.unwrap_or(run.updated_at).max(asked);
            facts.add(one(origin, "closed", at, closed));
        }
    }
    facts
}

/// A gate that was open and is gone without a decision: the run was stopped, the timer ran out, or the rules were passed over.
#[must_use]
pub fn vanished(origin: &Origin, run: &Run, environment: &str) -> Facts {
    let stopped = run.conclusion.as_deref() == Some("cancelled");
    let fact = Gate {
        phase: GatePhase::Closed,
        decision: Some(if stopped {
            Decision::Cancelled
        } else {
            Decision::Other
        }),
        ..gate(origin, run, environment)
    };
    one(origin, "closed", run.updated_at, fact)
}

fn one(origin: &Origin, word: &str, at: Timestamp, fact: Gate<String>) -> Facts {
    let id = format!("gate/{}/{word}", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}

/// The job that the gate holds: the one that bears the environment's name, else the one that waited longest before it started.
fn held<'a>(run: &Run, jobs: &'a [Job], environment: &str) -> Option<&'a Job> {
    let attempt = run.run_attempt.unwrap_or(1);
    let of_attempt = || {
        jobs.iter()
            .filter(move |job| job.run_attempt.unwrap_or(1) == attempt)
    };
    let environment = environment.to_ascii_lowercase();
    let waited = |job: &&Job| {
        job.created_at
            .zip(job.started_at)
            .map(|(from, to)| to - from)
    };
    of_attempt()
        .find(|job| {
            job.name
                .as_ref()
                .is_some_and(|name| name.to_ascii_lowercase().contains(&environment))
        })
        .or_else(|| {
            of_attempt()
                .filter(|job| waited(job).is_some())
                .max_by_key(waited)
        })
}
