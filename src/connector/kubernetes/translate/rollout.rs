//! Argo Rollouts: each revision is a deployment, and a pause that only a person ends is a gate. A Rollout that is aborted has failed where its analysis stopped
//! it, and was cancelled where a person did.

use super::deployment::{began, name, revisions_and_pods, unchanged};
use super::{Attempt, closed, deployed, held, home, key};
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::cursor::{Home, Open, What};
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::workload::{Spec, Status, revisions};
use crate::connector::kubernetes::wire::{Condition, Object, condition};
use crate::event::Event;
use crate::event::kind::{Decision, Gate, Outcome};
use crate::event::time::Timestamp;

pub struct Rollouts;

/// Where a Rollout and its `ReplicaSets` say their revision.
pub const REVISION: &str = "rollout.argoproj.io/revision";

impl Family for Rollouts {
    fn resource(&self) -> Resource {
        Resource {
            group: "argoproj.io",
            plural: "rollouts",
            kind: "Rollout",
        }
    }

    fn word(&self) -> &'static str {
        "rollout"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        revisions_and_pods(object)
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        if status.current_pod_hash.is_empty() || spec.replicas == Some(0) {
            return Ok(unchanged(seen));
        }
        let home = home(seen.origin, object);
        let all = revisions(object, seen.nth(0), REVISION);
        let live = all
            .iter()
            .find(|revision| revision.hash() == Some(status.current_pod_hash.as_str()));
        // The number that the object says may be newer than its status.
        let number = live.map(|revision| revision.number.to_string());
        let number = number.or_else(|| object.annotation(REVISION).map(str::to_owned));
        let number = number.unwrap_or_else(|| "0".to_owned());
        let id = format!("{}@{number}-{}", key(self, object), status.current_pod_hash);
        let mut fact = deployed(&home, &id);
        fact.rollback = live.is_some_and(|revision| revision.is_again);
        name(&mut fact, &spec.template.spec.containers, seen, live);
        let gate = Gate {
            artifact: fact.artifact.clone(),
            version: fact.version.clone(),
            ..gate(&home)
        };
        let stands = stands(&spec, &status);
        let began = began(object, live, stands.at);
        let mut attempt = Attempt {
            seen,
            told: &mut told,
            id: id.clone(),
            fact,
        };
        let at = stands.at.unwrap_or(seen.now);
        let start = began.map(|one| one.min(at));
        match stands.how {
            How::Live => attempt.ended("finished", at, Outcome::Success, start),
            How::Aborted(outcome) => {
                // It may be tried again, and aborted again.
                let since = stands.at.map_or_else(String::new, |at| format!("-{at}"));
                attempt.ended(&format!("aborted{since}"), at, outcome, start);
            }
            How::Late => attempt.ended("failed", at, Outcome::Failure, start),
            How::Moving => {
                let at = attempt.since().or(began).unwrap_or(seen.now);
                attempt.begun(at.min(seen.now), "");
            }
        }
        if let Some(pause) = waiting(&spec, &status) {
            let comment = Some(pause.why);
            // It may be waited for again, after an abort and another try.
            let since = pause.since.map_or_else(String::new, |at| format!("-{at}"));
            let id = format!("{id}/{}{since}", pause.word);
            told.wait(seen, id, pause.since, Gate { comment, ..gate });
        }
        if spec.paused {
            let id = format!("{}@paused-{}", key(self, object), object.mark());
            held(seen, &mut told, id, &home, "the Rollout is paused");
        }
        told.home = Some(home);
        Ok(told)
    }

    fn ended(&self, seen: &Seen<'_>, open: &Open) -> Option<Event<String>> {
        if open.what != What::Gate {
            return None;
        }
        let status: Status = seen.object.of("status").unwrap_or_default();
        let same = open.id.contains(&format!("-{}/", status.current_pod_hash));
        let (at, decided) = if !same {
            let comment = "another revision has taken its place";
            (seen.now, (Decision::Cancelled, comment))
        } else if status.abort {
            let at = status.aborted_at.unwrap_or(seen.now);
            (at, (Decision::Rejected, "the Rollout was aborted"))
        } else {
            (seen.now, (Decision::Approved, "the Rollout went on"))
        };
        Some(closed(seen.origin, open, at, decided))
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Rollout)
    }
}

/// How a revision stands, and since when.
struct Stands {
    how: How,
    at: Option<Timestamp>,
}

enum How {
    Moving,
    Live,
    Aborted(Outcome),
    /// It does not get on.
    Late,
}

fn stands(spec: &Spec, status: &Status) -> Stands {
    let progress = condition(&status.conditions, "Progressing");
    let said = progress.map(|one| (one.status.as_str(), one.reason.as_str()));
    let at = progress.and_then(Condition::at);
    if status.abort || said == Some(("False", "RolloutAborted")) {
        let words = progress.map_or("", |one| one.message.as_str());
        let by_analysis = ["Metric", "metric", "assessed", "nalysis"];
        let by_analysis = by_analysis
            .iter()
            .any(|word| words.contains(word) || status.message.contains(word));
        let outcome = if by_analysis {
            Outcome::Failure
        } else {
            Outcome::Cancelled
        };
        return Stands {
            how: How::Aborted(outcome),
            at: status.aborted_at.or(at),
        };
    }
    if matches!(said, Some(("False", "ProgressDeadlineExceeded"))) {
        return Stands { how: How::Late, at };
    }
    let stable = [
        &status.stable_rs,
        &status.canary.stable_rs,
        &status.blue_green.active_selector,
    ];
    let mut stable = stable.into_iter().filter(|hash| !hash.is_empty());
    let is_stable = stable.next() == Some(&status.current_pod_hash);
    let is_calm = match status.phase.as_str() {
        "" | "Healthy" => true,
        // A person pauses what is live, too, to keep it.
        "Paused" => spec.paused,
        _ => false,
    };
    let is_whole = is_calm
        && status.available_replicas >= status.updated_replicas
        && status.pause_conditions.is_empty();
    if is_stable && is_whole {
        let done = condition(&status.conditions, "Completed").filter(|one| one.status == "True");
        let settled = done.and_then(Condition::at).or(at);
        return Stands {
            how: How::Live,
            at: settled,
        };
    }
    Stands {
        how: How::Moving,
        at,
    }
}

/// A pause that does not end by itself.
pub struct Paused {
    /// What it is called in ids: `step-2`, `preview`, `inconclusive`.
    pub word: String,
    pub since: Option<Timestamp>,
    pub why: String,
}

/// What a Rollout waits for a person for.
#[must_use]
pub fn waiting(spec: &Spec, status: &Status) -> Option<Paused> {
    if status.abort {
        return None;
    }
    for pause in &status.pause_conditions {
        let (word, why) = match pause.reason.as_str() {
            "CanaryPauseStep" => {
                let steps = &spec.strategy.canary.as_ref()?.steps;
                let index = status.current_step_index?;
                let step = steps.get(usize::try_from(index).ok()?);
                // One with a duration ends by itself.
                if step
                    .and_then(|step| step.pointer("/pause/duration"))
                    .is_some()
                {
                    continue;
                }
                let (number, of) = (index + 1, steps.len());
                (
                    format!("step-{number}"),
                    format!("the canary pauses at step {number} of {of}"),
                )
            }
            "BlueGreenPause" => {
                let strategy = spec.strategy.blue_green.as_ref()?;
                let promotes = strategy.auto_promotion_enabled != Some(false);
                if promotes || strategy.auto_promotion_seconds.is_some_and(|s| s > 0) {
                    continue;
                }
                let why = "the preview is up, and waits to take the traffic";
                ("preview".to_owned(), why.to_owned())
            }
            other => {
                let why = format!("its analysis came to no result ({other})");
                ("inconclusive".to_owned(), why)
            }
        };
        return Some(Paused {
            word,
            since: pause.start_time,
            why,
        });
    }
    None
}

fn gate(home: &Home) -> Gate<String> {
    let environment = home.environment.clone();
    Gate {
        name: environment.as_ref().map(|name| format!("rollout {name}")),
        service: Some(home.service.clone()),
        environment,
        ..Gate::default()
    }
}
