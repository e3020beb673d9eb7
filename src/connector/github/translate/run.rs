//! Runs of Actions workflows and their jobs. GitHub tells where a thing stands now; the events are the phases that it must have passed.

use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{Job, Run};
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind, Outcome, Phase, RunKind};
use crate::event::time::Timestamp;

/// Where a run or a job stands.
struct Standing {
    started: bool,
    finished: bool,
    outcome: Outcome,
}

/// Reads `status` and `conclusion`; `field` names them in what is told of unknown words.
fn standing(
    facts: &mut Facts,
    fields: [&'static str; 2],
    status: Option<&String>,
    conclusion: Option<&String>,
) -> Standing {
    let word = |text: Option<&String>| given(text).map(|text| text.to_ascii_lowercase());
    let conclusion = word(conclusion);
    let status = word(status).unwrap_or_default();
    let held = is_held_back(conclusion.as_deref());
    let finished = !held && (status == "completed" || conclusion.is_some());
    let started = match status.as_str() {
        _ if held => false,
        "in_progress" | "completed" => true,
        "queued" | "requested" | "waiting" | "pending" | "action_required" => false,
        _ => {
            facts.unknown(fields[0], &status);
            false
        }
    };
    let outcome = match conclusion.as_deref() {
        Some("success" | "neutral") => Outcome::Success,
        Some("failure" | "timed_out" | "startup_failure") => Outcome::Failure,
        Some("cancelled" | "stale") => Outcome::Cancelled,
        Some("skipped") => Outcome::Skipped,
        None => Outcome::Other,
        Some(_) if held => Outcome::Other,
        Some(other) => {
            facts.unknown(fields[1], other);
            Outcome::Other
        }
    };
    Standing {
        started: started || finished,
        finished,
        outcome,
    }
}

/// Whether somebody has to allow it before it begins, as with what comes from a fork: GitHub calls that completed, and then begins the same attempt.
fn is_held_back(conclusion: Option<&str>) -> bool {
    conclusion.is_some_and(|word| word.eq_ignore_ascii_case("action_required"))
}

/// Whether nothing more will happen to the run unless somebody runs it again.
#[must_use]
pub fn is_finished(run: &Run) -> bool {
    let conclusion = given(run.conclusion.as_ref());
    !is_held_back(conclusion.as_deref())
        && (run.status.as_deref() == Some("completed") || conclusion.is_some())
}

/// Whether the run waits for a person or a timer.
#[must_use]
pub fn is_waiting(run: &Run) -> bool {
    run.status.as_deref() == Some("waiting")
}

/// The phases of a run's newest attempt.
#[must_use]
pub fn run(origin: &Origin, run: &Run) -> Facts {
    let mut facts = Facts::default();
    let fields = ["run.status", "run.conclusion"];
    let standing = standing(
        &mut facts,
        fields,
        run.status.as_ref(),
        run.conclusion.as_ref(),
    );
    let attempt = run.run_attempt.unwrap_or(1);
    let begun = run.run_started_at.unwrap_or(run.created_at);
    let queued = if attempt > 1 { begun } else { run.created_at };
    let mut phases = vec![("queued", Phase::Queued, queued)];
    if standing.started {
        phases.push(("started", Phase::Started, begun));
    }
    if standing.finished {
        // There is no time of completion; the last change comes nearest.
        phases.push(("finished", Phase::Finished, run.updated_at));
    }
    for (word, phase, at) in phases {
        let fact = kind::Run {
            run: run.id.to_string(),
            name: given(run.name.as_ref()),
            url: given(run.html_url.as_ref()),
            repository: Some(origin.repository.clone()),
            sha: Some(run.head_sha.clone()),
            branch: given(run.head_branch.as_ref()),
            kind: RunKind::Pipeline,
            phase,
            outcome: (phase == Phase::Finished).then_some(standing.outcome),
            attempt: Some(attempt),
            ..kind::Run::default()
        };
        let id = format!("run/{}/{attempt}/{word}", run.id);
        facts.events.push(origin.event(id, at, Kind::Run(fact)));
    }
    facts
}

/// The phases of a job.
#[must_use]
pub fn job(origin: &Origin, job: &Job) -> Facts {
    let mut facts = Facts::default();
    let fields = ["job.status", "job.conclusion"];
    let standing = standing(
        &mut facts,
        fields,
        job.status.as_ref(),
        job.conclusion.as_ref(),
    );
    let mut phases: Vec<(&str, Phase, Timestamp)> = Vec::new();
    if let Some(at) = job.created_at.or(job.started_at) {
        phases.push(("queued", Phase::Queued, at));
    }
    if let Some(at) = job.started_at.filter(|_| standing.started) {
        phases.push(("started", Phase::Started, at));
    }
    if let Some(at) = job.completed_at.filter(|_| standing.finished) {
        phases.push(("finished", Phase::Finished, at));
    }
    for (word, phase, at) in phases {
        let fact = kind::Run {
            run: job.id.to_string(),
            name: name(job),
            url: given(job.html_url.as_ref()),
            repository: Some(origin.repository.clone()),
            sha: Some(job.head_sha.clone()),
            branch: given(job.head_branch.as_ref()),
            kind: RunKind::Task,
            phase,
            outcome: (phase == Phase::Finished).then_some(standing.outcome),
            attempt: job.run_attempt,
            ..kind::Run::default()
        };
        let id = format!("job/{}/{word}", job.id);
        facts.events.push(origin.event(id, at, Kind::Run(fact)));
    }
    facts
}

/// As GitHub shows it: two workflows may have a job of the same name.
fn name(job: &Job) -> Option<String> {
    let name = given(job.name.as_ref())?;
    Some(match given(job.workflow_name.as_ref()) {
        Some(workflow) => format!("{workflow} / {name}"),
        None => name,
    })
}
