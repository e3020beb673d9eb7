//! Inputs: a person has to say whether a build goes on. The stage view tells of each when it began to wait, how long it did and how it ended; the build tells who
//! approved its inputs, in their order, and who or what ended it. A list of the inputs that wait (`InputAction`) is no use: it outlives the decision.

use super::{Origin, Seen, deployment, identity, run_id};
use crate::connector::facts::Facts;
use crate::connector::jenkins::wire::{Build, Cause, PAUSED, Stage};
use crate::event::kind::{Decision, Gate, GatePhase, Kind};

/// Where an input stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Waits,
    Approved,
    /// Ended otherwise: turned down, or out of time, or the build was stopped.
    Ended,
}

/// A step of a stage that is an input.
#[derive(Clone, Copy, Debug)]
pub struct Step<'s> {
    pub stage: &'s Stage,
    pub step: &'s Stage,
    pub stands: Stands,
}

/// The inputs of a build, in the order in which they began to wait.
#[must_use]
pub fn steps<'s>(build: &Build, paused: &'s [Stage]) -> Vec<Step<'s>> {
    let mut found: Vec<Step<'s>> = Vec::new();
    for stage in paused {
        let is_input = |step: &&Stage| {
            // Versions that keep no pauses are left with the name.
            let named = step.pause_duration_millis.is_none()
                && step.name.to_ascii_lowercase().contains("input");
            step.has_paused() || named
        };
        let steps = stage.stage_flow_nodes.iter().filter(is_input);
        let newest = steps.clone().max_by_key(|step| step.start_time_millis);
        for step in steps {
            let is_newest = newest.is_some_and(|newest| newest.id == step.id);
            // A step that waits has no error yet, and may say that it succeeded: the stage knows better.
            let waits = match step.status.as_str() {
                PAUSED | "IN_PROGRESS" => true,
                _ => stage.status == PAUSED && is_newest,
            };
            let stands = match step.status.as_str() {
                _ if waits && build.building => Stands::Waits,
                "SUCCESS" => Stands::Approved,
                _ => Stands::Ended,
            };
            found.push(Step {
                stage,
                step,
                stands,
            });
        }
    }
    found.sort_by_key(|one| (one.step.start_time_millis, one.step.id.clone()));
    found
}

/// The name of the gate of an input.
#[must_use]
pub fn id(job: &str, number: u64, step: &str) -> String {
    format!("{}/input/{step}", run_id(job, number))
}

/// Who approved an input: told where there are as many approvals as approved inputs.
#[must_use]
pub fn approver(build: &Build, steps: &[Step<'_>], step: &str) -> Option<String> {
    let mut approved: Vec<&Step<'_>> = steps
        .iter()
        .filter(|one| one.stands == Stands::Approved)
        .collect();
    approved.sort_by_key(|one| one.step.resumed());
    let users: Vec<&str> = build.approvals().collect();
    let place = approved.iter().position(|one| one.step.id == step)?;
    let user = (users.len() == approved.len()).then(|| users.get(place))?;
    user.map(|user| (*user).to_owned())
}

/// What ended a build, as far as it decided its input: how, and by whom.
#[must_use]
pub fn ending(build: &Build) -> Option<(Decision, Option<String>)> {
    let decides = |cause: &Cause| {
        let is = |word: &str| cause.class.ends_with(word);
        if is("Rejection") {
            Some((Decision::Rejected, cause.who()))
        } else if is("ExceededTimeout") {
            Some((Decision::Expired, None))
        } else if is("UserInterruption") {
            Some((Decision::Cancelled, cause.who()))
        } else {
            None
        }
    };
    build.causes().find_map(decides)
}

/// The gates of a build.
pub(super) fn inputs(origin: &Origin<'_>, seen: &Seen<'_>, facts: &mut Facts) {
    let Seen { job, build, .. } = *seen;
    let all = steps(build, seen.paused);
    let commit = deployment::commit(origin, job, build);
    let begun = build.causes().find(|cause| !cause.user_id.is_empty());
    for one in &all {
        let gate = Gate {
            gate: id(job, build.number, &one.step.id),
            name: Some(one.stage.name.clone()).filter(|name| !name.is_empty()),
            requestor: begun.map(|cause| cause.user_id.clone()),
            url: Some(format!("{}input/", seen.page(origin))),
            repository: commit.repository.clone(),
            sha: commit.sha.clone(),
            version: deployment::version(build),
            environment: deployment::environment(origin, build),
            ..Gate::default()
        };
        let Some(opened) = one.step.started() else {
            continue;
        };
        let event = |what: &str, at, gate: Gate<String>| {
            let of = run_id(job, build.number);
            let told = identity(
                &of,
                build.timestamp,
                &format!("input/{}/{what}", one.step.id),
            );
            origin.event(job, told, at, Kind::Gate(gate))
        };
        facts.events.push(event("created", opened, gate.clone()));
        let (decision, responder) = match one.stands {
            Stands::Waits => continue,
            Stands::Approved => (Decision::Approved, approver(build, &all, &one.step.id)),
            // What ended it stands in the build once that has ended, and not before.
            Stands::Ended if build.building => continue,
            Stands::Ended => ending(build).unwrap_or((Decision::Other, None)),
        };
        let at = one.step.resumed().unwrap_or(opened);
        let gate = Gate {
            phase: GatePhase::Closed,
            decision: Some(decision),
            responder,
            ..gate
        };
        facts.events.push(event("closed", at, gate));
    }
}

/// The steps of the inputs of a build that are told and not closed.
#[must_use]
pub fn open(build: &Build, paused: &[Stage]) -> Vec<String> {
    let all = steps(build, paused);
    let open = all.iter().filter(|one| match one.stands {
        Stands::Waits => true,
        Stands::Approved => false,
        Stands::Ended => build.building,
    });
    open.map(|one| one.step.id.clone()).collect()
}
