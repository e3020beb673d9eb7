//! Deployments. What carries one out is a job (`deployable`), which has the times; one that was reported from outside has only its own.

use super::pipeline::{self, Standing, pipeline_id, read};
use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::wire::{Deployment, Environment};
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

/// Whether it waits for somebody to start its job.
#[must_use]
pub fn is_offered(deployment: &Deployment) -> bool {
    let job = deployment.deployable.as_ref();
    deployment.status == "created" && job.is_some_and(|job| job.status == "manual")
}

/// Whether it waits for approval.
#[must_use]
pub fn is_blocked(deployment: &Deployment) -> bool {
    deployment.status == "blocked"
}

/// The phases of a deployment. One that waits for a person has not been asked for: its gate tells of it.
#[must_use]
pub fn deployment(origin: &Origin, deployment: &Deployment, tags: &[String]) -> Facts {
    let mut facts = Facts::default();
    let job = deployment.deployable.as_ref();
    let ended = job
        .and_then(|job| job.finished_at)
        .or(deployment.updated_at)
        .or(deployment.created_at);
    let standing = read(&mut facts, "deployment.status", &deployment.status, false);
    if pipeline::standing(&deployment.status.to_ascii_lowercase()).is_none() {
        facts.add(kept(origin, deployment));
        return facts;
    }
    let started = job
        .map_or(deployment.created_at, |job| job.started_at)
        .filter(|_| standing != Standing::Ended(Outcome::Skipped));
    let asked = match job {
        Some(job) if job.started_at.is_some() => pipeline::asked(job, None),
        Some(job) => deployment
            .created_at
            .filter(|_| pipeline::standing(&job.status) == Some(Standing::Queued)),
        None => deployment.created_at,
    };
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let fact = kind::Deployment {
            phase,
            outcome: match standing {
                Standing::Ended(outcome) if phase == Phase::Finished => Some(outcome),
                _ => None,
            },
            started: started.filter(|started| phase == Phase::Finished && *started <= at),
            ..fact(origin, deployment, tags)
        };
        let id = format!("deployment/{}/{what}", deployment.id);
        let event = origin.event(id, at, Kind::Deployment(fact));
        facts.events.push(event);
    };
    let begun = matches!(standing, Standing::Running | Standing::Ended(_));
    let queued = asked.filter(|_| standing != Standing::Ended(Outcome::Skipped));
    if let Some(at) = queued {
        tell("queued", Phase::Queued, at);
    }
    if let Some(at) = started.filter(|_| begun) {
        tell("started", Phase::Started, at);
    }
    // What was skipped or never started changed nothing in the environment.
    let happened = started.is_some() || standing == Standing::Ended(Outcome::Success);
    if let (Standing::Ended(_), Some(at), true) = (standing, ended, happened) {
        tell(
            &format!("finished/{}", deployment.status),
            Phase::Finished,
            at,
        );
    }
    facts
}

/// A state that is not known, or means nothing here: kept, and changes nothing.
fn kept(origin: &Origin, deployment: &Deployment) -> Facts {
    let word: String = deployment
        .status
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let word = word.to_ascii_lowercase();
    let Some(at) = deployment.updated_at.or(deployment.created_at) else {
        return Facts::default();
    };
    let kind = format!("dev.cdeventsx.gitlab-deployment.{word}.0.1.0");
    let id = format!("deployment/{}/{word}", deployment.id);
    origin.event(id, at, Kind::Other(kind)).into()
}

fn fact(origin: &Origin, deployment: &Deployment, tags: &[String]) -> kind::Deployment<String> {
    let job = deployment.deployable.as_ref();
    let id = deployment.id.to_string();
    let pipeline = job.and_then(|job| job.pipeline.as_ref());
    kind::Deployment {
        record: id.clone(),
        deployment: Some(id),
        environment: Some(deployment.environment.name.clone()),
        repository: Some(origin.repository.clone()),
        sha: Some(deployment.sha.clone()),
        version: version(deployment, tags),
        pipeline: pipeline.map(|pipeline| pipeline_id(pipeline.id)),
        url: given(deployment.environment.external_url.as_ref())
            .or_else(|| job.and_then(|job| given(job.web_url.as_ref()))),
        ..kind::Deployment::default()
    }
}

/// The ref, when it is a tag: one that is known, or one that looks like a version.
#[must_use]
pub fn version(deployment: &Deployment, tags: &[String]) -> Option<String> {
    let reference = given(deployment.reference.as_ref())?;
    let mut parts = reference.trim_start_matches('v').split('.');
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let looks_like_one = parts.clone().count() > 1 && parts.by_ref().take(2).all(is_number);
    (looks_like_one || tags.contains(&reference)).then_some(reference)
}

/// An environment that was stopped: nothing runs there any more.
#[must_use]
pub fn stopped(origin: &Origin, environment: &Environment) -> Facts {
    let mut facts = Facts::default();
    match environment.state.as_deref() {
        Some("stopped") => {}
        Some("available" | "stopping") | None => return facts,
        Some(other) => {
            facts.unknown("environment.state", other);
            return facts;
        }
    }
    let (Some(id), Some(at)) = (environment.id, environment.updated_at) else {
        return facts;
    };
    let record = format!("environment/{id}/stopped/{at}");
    let fact = kind::Deployment {
        record: record.clone(),
        environment: Some(environment.name.clone()),
        repository: Some(origin.repository.clone()),
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        removed: true,
        ..kind::Deployment::default()
    };
    facts
        .events
        .push(origin.event(record, at, Kind::Deployment(fact)));
    facts
}
