//! Block steps: a person has to say whether a build goes on. Buildkite tells who did and when, and not since when it waited: that is when the jobs before it in
//! the build were done.

use super::{Seen, deployment, has_ended, job};
use crate::connector::buildkite::wire::Job;
use crate::connector::facts::{Facts, given};
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// Whether a job is done, and lets what comes after it begin.
fn lets_on(job: &Job) -> bool {
    matches!(
        job.state.as_str(),
        "passed" | "unblocked" | "skipped" | "finished"
    ) || job.soft_failed
        || job.retried
}

/// That somebody unblocked it, and when.
fn decided(job: &Job, opened: Timestamp, facts: &mut Facts) -> Option<(Decision, Timestamp)> {
    match job.state.as_str() {
        "unblocked" => Some((Decision::Approved, job.unblocked_at.unwrap_or(opened))),
        "blocked" | "blocked_failed" | "unblocked_failed" | "waiting" | "pending" | "broken"
        | "canceled" | "skipped" | "not_run" | "finished" | "passed" | "failed" => None,
        other => {
            facts.unknown("block.state", other);
            None
        }
    }
}

pub(super) fn block(seen: &Seen<'_>, place: usize, facts: &mut Facts) {
    let build = seen.build;
    let Some((job, before)) = build
        .jobs
        .split_at_checked(place)
        .and_then(|(before, rest)| Some((rest.first()?, before)))
    else {
        return;
    };
    let ends = before
        .iter()
        .map(|one| one.finished_at.max(one.unblocked_at));
    let ends = ends.filter(|at| job.unblocked_at.is_none() || *at <= job.unblocked_at);
    let opened = ends.flatten().max();
    let Some(opened) = opened.or(build.started_at).or(build.created_at) else {
        return;
    };
    let mut before = before.iter().filter(|one| one.kind != "waiter");
    let was_reached = before.all(lets_on);
    let ended = has_ended(build) && was_reached;
    let ended = ended.then(|| (Decision::Cancelled, build.finished_at.unwrap_or(opened)));
    let closed = decided(job, opened, facts).or(ended);
    let is_open = job.unblockable == Some(true) && !has_ended(build);
    if closed.is_none() && !is_open {
        return;
    }
    let id = format!("{}/block/{}", seen.id(), job.id);
    let sha = deployment::commit(seen);
    let gate = Gate {
        gate: id.clone(),
        name: Some(job::name(job)),
        requestor: build.creator.as_ref().map(|user| user.name.clone()),
        url: given(job.unblock_url.as_ref()).or_else(|| given(build.web_url.as_ref())),
        repository: sha.as_ref().and_then(|_| seen.repository()),
        sha,
        version: deployment::version(seen),
        environment: deployment::environment(seen),
        ..Gate::default()
    };
    let created = Kind::Gate(gate.clone());
    facts
        .events
        .push(seen.event(format!("{id}/created"), opened, created));
    if let Some((decision, at)) = closed {
        let by = job.unblocked_by.as_ref().map(|user| user.name.clone());
        let gate = Gate {
            phase: GatePhase::Closed,
            decision: Some(decision),
            responder: by.filter(|_| decision == Decision::Approved),
            ..gate
        };
        let closed = seen.event(format!("{id}/closed"), at.max(opened), Kind::Gate(gate));
        facts.events.push(closed);
    }
}
