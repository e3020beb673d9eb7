//! Pipelines and their steps. A pipeline goes through several steps of a path, so it fills none of them itself: its steps do, by their names. A manual step is a gate:
//! that it was started says that somebody let it, and by whom Bitbucket does not tell.

use crate::connector::bitbucket::client::bare;
use crate::connector::bitbucket::wire::{Pipeline, State, Step, User};
use crate::connector::facts::{Facts, given};
use crate::connector::origin::Origin;
use crate::event::kind::{Decision, Gate, GatePhase, Kind, Outcome, Phase, Run, RunKind};
use crate::event::time::Timestamp;

#[must_use]
pub fn run_id(uuid: &str) -> String {
    format!("pipeline/{}", bare(uuid))
}

/// Whether nothing of it goes on any more.
#[must_use]
pub fn has_ended(pipeline: &Pipeline) -> bool {
    !matches!(
        pipeline.state.name.as_str(),
        "PENDING" | "IN_PROGRESS" | "PAUSED" | "HALTED"
    ) || pipeline.completed_on.is_some()
}

/// How something ended; its own word where it has no result.
fn outcome(facts: &mut Facts, field: &'static str, state: &State) -> Outcome {
    let word = state
        .result
        .as_ref()
        .map_or(&state.name, |result| &result.name);
    match word.as_str() {
        "SUCCESSFUL" | "PASSED" | "COMPLETED" => Outcome::Success,
        "FAILED" | "ERROR" => Outcome::Failure,
        "STOPPED" | "EXPIRED" => Outcome::Cancelled,
        "NOT_RUN" | "SKIPPED" => Outcome::Skipped,
        other => {
            facts.unknown(field, other);
            Outcome::Other
        }
    }
}

fn page(origin: &Origin, pipeline: &Pipeline) -> Option<String> {
    let number = pipeline.build_number?;
    let repository = &origin.repository;
    Some(format!(
        "https://bitbucket.org/{repository}/pipelines/results/{number}"
    ))
}

fn known(origin: &Origin, pipeline: &Pipeline) -> Run<String> {
    let sha = pipeline
        .target
        .commit
        .as_ref()
        .map(|commit| commit.hash.clone());
    Run {
        repository: Some(origin.repository.clone()),
        sha,
        branch: given(pipeline.target.ref_name.as_ref()),
        url: page(origin, pipeline),
        ..Run::default()
    }
}

/// Everything that a pipeline and its steps tell.
#[must_use]
pub fn all(origin: &Origin, pipeline: &Pipeline, steps: &[Step]) -> Facts {
    let mut facts = Facts::default();
    let Some(created) = pipeline.created_on else {
        return facts;
    };
    let ended = has_ended(pipeline);
    let outcome = ended.then(|| outcome(&mut facts, "pipeline.result", &pipeline.state));
    let id = run_id(&pipeline.uuid);
    let selector = pipeline.target.selector.as_ref();
    let name = selector.and_then(|one| given(one.pattern.as_ref()));
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let run = Run {
            run: id.clone(),
            name: name.clone(),
            step: Some("pipeline".to_owned()),
            kind: RunKind::Pipeline,
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            ..known(origin, pipeline)
        };
        let event = origin.event(format!("{id}/{what}"), at, Kind::Run(run));
        facts.events.push(event);
    };
    tell("started", Phase::Started, created);
    let last = steps.iter().filter_map(|step| step.completed_on).max();
    if let (true, Some(at)) = (ended, pipeline.completed_on.or(last)) {
        tell("finished", Phase::Finished, at);
    }
    for (place, one) in steps.iter().enumerate() {
        let before = steps.get(..place).unwrap_or_default();
        let asked = before.iter().filter_map(|step| step.completed_on).max();
        let asked = asked.max(Some(created));
        if is_manual(one) {
            gate(origin, pipeline, (one, before, asked), &mut facts);
        }
        step(origin, pipeline, (one, asked), &mut facts);
    }
    facts
}

fn is_manual(step: &Step) -> bool {
    let kind = step.trigger.as_ref().map(|trigger| trigger.kind.as_str());
    kind.is_some_and(|kind| kind.ends_with("manual"))
}

fn step(
    origin: &Origin,
    pipeline: &Pipeline,
    (step, asked): (&Step, Option<Timestamp>),
    facts: &mut Facts,
) {
    // One that was not started waits for what is before it, or was never asked for.
    let Some(began) = step.started_on else {
        return;
    };
    let ended = step.completed_on.is_some();
    let outcome = ended.then(|| outcome(facts, "step.result", &step.state));
    let id = format!("{}/step/{}", run_id(&pipeline.uuid), bare(&step.uuid));
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let run = Run {
            run: id.clone(),
            name: given(step.name.as_ref()),
            kind: RunKind::Task,
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            attempt: step.run_number,
            ..known(origin, pipeline)
        };
        let event = origin.event(format!("{id}/{what}"), at, Kind::Run(run));
        facts.events.push(event);
    };
    if let Some(asked) = asked.filter(|at| *at <= began && !is_manual(step)) {
        tell("queued", Phase::Queued, asked);
    }
    tell("started", Phase::Started, began);
    if let Some(at) = step.completed_on {
        tell("finished", Phase::Finished, at);
    }
}

/// A manual step, from when what is before it was done.
fn gate(
    origin: &Origin,
    pipeline: &Pipeline,
    (step, before, opened): (&Step, &[Step], Option<Timestamp>),
    facts: &mut Facts,
) {
    let was_done = |one: &Step| {
        one.state
            .result
            .as_ref()
            .is_some_and(|result| result.name == "SUCCESSFUL")
    };
    let (Some(opened), true) = (opened, before.iter().all(was_done)) else {
        return;
    };
    let id = format!("{}/manual/{}", run_id(&pipeline.uuid), bare(&step.uuid));
    let run = known(origin, pipeline);
    let fact = Gate {
        gate: id.clone(),
        name: given(step.name.as_ref()),
        requestor: pipeline.creator.as_ref().and_then(User::name),
        url: run.url,
        repository: run.repository,
        sha: run.sha,
        ..Gate::default()
    };
    let created = Kind::Gate(fact.clone());
    let event = origin.event(format!("{id}/created"), opened, created);
    facts.events.push(event);
    let closed = match step.started_on {
        Some(at) => Some((Decision::Approved, at)),
        None if has_ended(pipeline) => {
            Some((Decision::Cancelled, pipeline.completed_on.unwrap_or(opened)))
        }
        None => None,
    };
    if let Some((decision, at)) = closed {
        let fact = Gate {
            phase: GatePhase::Closed,
            decision: Some(decision),
            ..fact
        };
        let event = origin.event(format!("{id}/closed"), at.max(opened), Kind::Gate(fact));
        facts.events.push(event);
    }
}
