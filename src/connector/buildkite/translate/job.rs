//! Jobs that run something, or a build of another pipeline. Of a step that was retried every try is told.

use super::{Seen, plain};
use crate::connector::buildkite::wire::Job;
use crate::connector::facts::{Facts, given};
use crate::event::kind::{Kind, Outcome, Phase, Run, RunKind};
use crate::event::time::Timestamp;

/// What a job is called: its label, else the key of its step.
#[must_use]
pub fn name(job: &Job) -> String {
    let label = job.label.as_ref().or(job.name.as_ref());
    let label = label.map(|label| plain(label)).unwrap_or_default();
    if label.is_empty() {
        given(job.step_key.as_ref()).unwrap_or_else(|| job.id.clone())
    } else {
        label
    }
}

/// How a job ended. `None`: it has not.
fn outcome(facts: &mut Facts, job: &Job) -> Option<Outcome> {
    Some(match job.state.as_str() {
        "passed" => Outcome::Success,
        // It stops nothing: its pipeline says that it need not pass.
        "failed" | "timed_out" | "finished" if job.soft_failed => Outcome::Success,
        "failed" | "timed_out" | "expired" => Outcome::Failure,
        "canceled" => Outcome::Cancelled,
        "skipped" | "broken" | "not_run" => Outcome::Skipped,
        "creating" | "pending" | "waiting" | "waiting_failed" | "blocked" | "blocked_failed"
        | "limiting" | "limited" | "platform_limiting" | "platform_limited" | "scheduled"
        | "reserved" | "assigned" | "accepted" | "running" | "canceling" | "timing_out" => {
            return None;
        }
        other => {
            facts.unknown("job.state", other);
            job.finished_at?;
            Outcome::Other
        }
    })
}

pub(super) fn phases(seen: &Seen<'_>, job: &Job, facts: &mut Facts) {
    let outcome = outcome(facts, job);
    // What was left out was asked for by nobody.
    if outcome == Some(Outcome::Skipped) {
        return;
    }
    let id = format!("{}/job/{}", seen.id(), job.id);
    let triggered = job.triggered_build.as_ref();
    let url = triggered.and_then(|build| given(build.web_url.as_ref()));
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let run = Run {
            run: id.clone(),
            name: Some(name(job)),
            url: url.clone().or_else(|| given(job.web_url.as_ref())),
            kind: RunKind::Task,
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            attempt: job.retries_count.map(|count| count + 1),
            ..seen.run()
        };
        facts
            .events
            .push(seen.event(format!("{id}/{what}"), at, Kind::Run(run)));
    };
    // From then on it waited for nothing but an agent.
    let asked = job.runnable_at.or_else(|| {
        let begun = job.started_at.is_some() || job.state == "scheduled";
        job.scheduled_at.filter(|_| begun)
    });
    if let Some(at) = asked {
        tell("queued", Phase::Queued, at);
    }
    if let Some(at) = job.started_at {
        tell("started", Phase::Started, at);
    }
    if let (Some(_), Some(at)) = (outcome, job.finished_at) {
        tell("finished", Phase::Finished, at);
    }
}
