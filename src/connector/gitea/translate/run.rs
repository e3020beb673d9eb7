//! Runs of Actions and their jobs, and what other tools say of a commit. Gitea tells where a thing stands now; the events are the phases that it must have
//! passed. A run goes through all steps of a path, so it fills none of them itself: its jobs do, by their names.

use super::said;
use crate::connector::facts::Facts;
use crate::connector::gitea::wire::{Job, Run, Status};
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind, Outcome, Phase, RunKind};
use crate::event::time::Timestamp;

/// Whether a run, or a job, is over, and how. Gitea has a status and a conclusion; Forgejo a status that is both.
fn ended(
    facts: &mut Facts,
    field: &'static str,
    status: &str,
    conclusion: &str,
) -> Option<Outcome> {
    let word = match status {
        "completed" => conclusion,
        "queued" | "waiting" | "in_progress" | "running" | "blocked" | "pending" | "requested"
        | "unknown" | "" => return None,
        other => other,
    };
    Some(match word {
        "success" | "neutral" => Outcome::Success,
        "failure" | "timed_out" => Outcome::Failure,
        "cancelled" => Outcome::Cancelled,
        "skipped" => Outcome::Skipped,
        other => {
            facts.unknown(field, other);
            Outcome::Other
        }
    })
}

/// Whether nothing more will happen to a run unless somebody runs it again.
#[must_use]
pub fn is_over(run: &Run) -> bool {
    ended(&mut Facts::default(), "", &run.status, &run.conclusion).is_some()
}

/// The name of a run among runs.
#[must_use]
pub fn run_id(run: i64) -> String {
    format!("run/{run}")
}

/// The name of a job: with its run, which its address needs.
#[must_use]
pub fn job_id(run: i64, job: i64) -> String {
    format!("run/{run}/job/{job}")
}

/// The run of an id, and the job where it is of one.
#[must_use]
pub fn read_id(id: &str) -> Option<(i64, Option<i64>)> {
    let mut parts = id.strip_prefix("run/")?.split("/job/");
    let run = parts.next()?.parse().ok()?;
    let job = parts.next().map(str::parse).transpose().ok()?;
    parts.next().is_none().then_some((run, job))
}

/// The phases of a run's newest attempt.
#[must_use]
pub fn run(origin: &Origin, run: &Run) -> Facts {
    let mut facts = Facts::default();
    let outcome = ended(&mut facts, "run.conclusion", &run.status, &run.conclusion);
    let fact = kind::Run {
        run: run_id(run.id),
        name: said(run.file()),
        step: Some("pipeline".to_owned()),
        attempt: Some(run.attempt()),
        kind: RunKind::Pipeline,
        url: said(&run.html_url),
        ..known(origin, run)
    };
    let times = (None, run.started_at, run.completed_at);
    let id = format!("{}/{}", run_id(run.id), run.attempt());
    phases(origin, &fact, (&id, outcome), times, &mut facts);
    facts
}

fn known(origin: &Origin, run: &Run) -> kind::Run<String> {
    kind::Run {
        repository: Some(origin.repository.clone()),
        sha: said(&run.head_sha),
        branch: said(&run.head_branch),
        ..kind::Run::default()
    }
}

/// The phases of a job.
#[must_use]
pub fn job(origin: &Origin, run: &Run, job: &Job) -> Facts {
    let mut facts = Facts::default();
    let outcome = ended(&mut facts, "job.conclusion", &job.status, &job.conclusion);
    let attempt = job.run_attempt.unwrap_or(1).max(1);
    let fact = kind::Run {
        run: job_id(run.id, job.id),
        // As GitHub shows it: two workflows may have a job of the same name.
        name: said(&format!("{} / {}", run.file(), job.name)),
        attempt: Some(attempt),
        kind: RunKind::Task,
        url: said(&job.html_url),
        ..known(origin, run)
    };
    // One that never began was left out, or stopped before: when it was asked for says nothing.
    let begun = job.started_at.is_some() || outcome.is_none();
    let times = (
        job.created_at.filter(|_| begun),
        job.started_at,
        job.completed_at.filter(|_| begun),
    );
    let id = format!("{}/{attempt}", job_id(run.id, job.id));
    phases(origin, &fact, (&id, outcome), times, &mut facts);
    facts
}

/// The events of the phases that have a time.
fn phases(
    origin: &Origin,
    fact: &kind::Run<String>,
    (id, outcome): (&str, Option<Outcome>),
    (queued, started, finished): (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>),
    facts: &mut Facts,
) {
    let all = [
        ("queued", Phase::Queued, queued),
        ("started", Phase::Started, started),
        (
            "finished",
            Phase::Finished,
            finished.filter(|_| outcome.is_some()),
        ),
    ];
    for (word, phase, at) in all {
        let Some(at) = at else { continue };
        let fact = kind::Run {
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            ..fact.clone()
        };
        let event = origin.event(format!("{id}/{word}"), at, Kind::Run(fact));
        facts.events.push(event);
    }
}

/// What another tool says of a commit: a run that it reports. Gitea's own runs are told by themselves.
#[must_use]
pub fn status(origin: &Origin, sha: &str, status: &Status) -> Facts {
    let mut facts = Facts::default();
    let Some(at) = status
        .created_at
        .filter(|_| !status.target_url.contains("/actions/runs/"))
    else {
        return facts;
    };
    let (phase, outcome) = match status.status.as_str() {
        "pending" => (Phase::Started, None),
        "success" | "warning" => (Phase::Finished, Some(Outcome::Success)),
        "failure" | "error" => (Phase::Finished, Some(Outcome::Failure)),
        "skipped" => (Phase::Finished, Some(Outcome::Skipped)),
        other => {
            facts.unknown("status.status", other);
            (Phase::Finished, Some(Outcome::Other))
        }
    };
    let fact = kind::Run {
        run: format!("status/{sha}/{}", status.context),
        name: said(&status.context),
        url: said(&status.target_url),
        repository: Some(origin.repository.clone()),
        sha: Some(sha.to_owned()),
        kind: RunKind::Task,
        phase,
        outcome,
        ..kind::Run::default()
    };
    let event = origin.event(format!("status/{}", status.id), at, Kind::Run(fact));
    facts.events.push(event);
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_made() {
        assert_eq!(read_id(&run_id(7)), Some((7, None)));
        assert_eq!(read_id(&job_id(7, 9)), Some((7, Some(9))));
        for wrong in [
            "7",
            "run/",
            "run/x",
            "run/7/job/",
            "run/7/job/9/job/1",
            "status/a/b",
        ] {
            assert_eq!(read_id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ends_are_told_by_gitea_and_by_forgejo() {
        let mut facts = Facts::default();
        let mut end = |status, conclusion| ended(&mut facts, "x", status, conclusion);
        assert_eq!(end("completed", "failure"), Some(Outcome::Failure));
        assert_eq!(end("success", ""), Some(Outcome::Success));
        assert_eq!(end("blocked", ""), None);
        assert_eq!(end("waiting", ""), None);
        assert_eq!(end("completed", "melted"), Some(Outcome::Other));
        assert_eq!(facts.unknown.len(), 1);
    }
}
