//! Builds and their stages. A build of a pipeline goes through all steps of a path, so it fills none of them itself: its stages do, by their names. A build
//! without stages stands for itself.

use super::{Origin, Seen, deployment, ended, identity, run_id};
use crate::connector::facts::Facts;
use crate::connector::jenkins::wire::PAUSED;
use crate::event::kind::{Kind, Outcome, Phase, Run, RunKind};
use crate::event::time::Timestamp;

/// The phases of a build.
pub(super) fn build(origin: &Origin<'_>, seen: &Seen<'_>, facts: &mut Facts) {
    let Seen { job, build, .. } = *seen;
    let id = run_id(job, build.number);
    let outcome = (!build.building).then(|| ended(facts, "build.result", &build.result));
    let step = build.is_pipeline() && seen.stages.is_some();
    let run = Run {
        run: id.clone(),
        name: Some(job.to_owned()),
        step: step.then(|| "pipeline".to_owned()),
        environment: deployment::environment(origin, build),
        kind: RunKind::Pipeline,
        ..known(origin, seen)
    };
    let mut tell = |what: &str, phase: Phase, at: Timestamp, outcome: Option<Outcome>| {
        let run = Run {
            phase,
            outcome,
            ..run.clone()
        };
        let told = identity(&id, build.timestamp, what);
        facts
            .events
            .push(origin.event(job, told, at, Kind::Run(run)));
    };
    if let Some(at) = build.queued() {
        tell("queued", Phase::Queued, at, None);
    }
    if let Some(at) = build.started() {
        tell("started", Phase::Started, at, None);
    }
    if let Some(at) = build.finished() {
        tell("finished", Phase::Finished, at, outcome);
    }
}

/// What a build and its stages share.
fn known(origin: &Origin<'_>, seen: &Seen<'_>) -> Run<String> {
    let commit = deployment::commit(origin, seen.job, seen.build);
    Run {
        url: Some(seen.page(origin)),
        repository: commit.repository,
        sha: commit.sha,
        branch: commit.branch,
        ..Run::default()
    }
}

/// The phases of the stages. One that was not reached, or left out, never began.
pub(super) fn stages(origin: &Origin<'_>, seen: &Seen<'_>, facts: &mut Facts) {
    let Seen { job, build, .. } = *seen;
    let shared = known(origin, seen);
    for stage in seen.stages.unwrap_or_default() {
        let moving = matches!(stage.status.as_str(), "IN_PROGRESS" | PAUSED);
        // The stage that a build stopped in may still say that it runs.
        let outcome = match stage.status.as_str() {
            _ if moving && build.building => None,
            "IN_PROGRESS" | PAUSED => Some(ended(facts, "build.result", &build.result)),
            word => Some(ended(facts, "stage.status", word)),
        };
        let (Some(started), false) = (stage.started(), outcome == Some(Outcome::Skipped)) else {
            continue;
        };
        let of = run_id(job, build.number);
        let id = format!("{of}/stage/{}", stage.id);
        let mut tell = |what: &str, phase: Phase, at: Timestamp, outcome: Option<Outcome>| {
            let run = Run {
                run: id.clone(),
                name: Some(stage.name.clone()).filter(|name| !name.is_empty()),
                kind: RunKind::Task,
                phase,
                outcome,
                ..shared.clone()
            };
            let told = identity(&of, build.timestamp, &format!("stage/{}/{what}", stage.id));
            facts
                .events
                .push(origin.event(job, told, at, Kind::Run(run)));
        };
        tell("started", Phase::Started, started, None);
        if let (Some(outcome), Some(at)) = (outcome, stage.finished()) {
            tell("finished", Phase::Finished, at, Some(outcome));
        }
    }
}
