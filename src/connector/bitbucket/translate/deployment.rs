//! Deployments: steps of pipelines that say to which environment they deploy.

use super::pipeline::run_id;
use crate::connector::bitbucket::client::bare;
use crate::connector::bitbucket::wire::Deployment;
use crate::connector::facts::{Facts, given};
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

/// Whether it goes on. One that was not begun is none yet.
#[must_use]
pub fn is_open(deployment: &Deployment) -> bool {
    deployment.state.started_on.is_some() && deployment.state.completed_on.is_none()
}

fn outcome(facts: &mut Facts, deployment: &Deployment) -> Outcome {
    let state = &deployment.state;
    let word = state.status.as_ref().or(state.result.as_ref());
    match word.map_or("", |word| word.name.as_str()) {
        "SUCCESSFUL" => Outcome::Success,
        "FAILED" | "ERROR" => Outcome::Failure,
        "STOPPED" => Outcome::Cancelled,
        "" => Outcome::Other,
        other => {
            facts.unknown("deployment.status", other);
            Outcome::Other
        }
    }
}

#[must_use]
pub fn all(origin: &Origin, deployment: &Deployment) -> Facts {
    let mut facts = Facts::default();
    let state = &deployment.state;
    if !matches!(
        state.name.as_str(),
        "UNDEPLOYED" | "IN_PROGRESS" | "COMPLETED"
    ) {
        facts.unknown("deployment.state", &state.name);
    }
    let Some(began) = state.started_on else {
        return facts;
    };
    let environment = deployment.environment.as_ref();
    let release = &deployment.release;
    let id = format!("deployment/{}", bare(&deployment.uuid));
    let fact = kind::Deployment {
        record: id.clone(),
        service: origin.repository.rsplit('/').next().map(str::to_owned),
        environment: environment.and_then(|one| given(Some(&one.name))),
        repository: Some(origin.repository.clone()),
        sha: release.commit.as_ref().map(|commit| commit.hash.clone()),
        pipeline: release.pipeline.as_ref().map(|one| run_id(&one.uuid)),
        url: given(state.url.as_ref()),
        started: Some(began),
        ..kind::Deployment::default()
    };
    let outcome = state.completed_on.map(|_| outcome(&mut facts, deployment));
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let fact = kind::Deployment {
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            ..fact.clone()
        };
        let id = format!("{id}/{what}");
        facts
            .events
            .push(origin.event(id, at, Kind::Deployment(fact)));
    };
    tell("started", Phase::Started, began);
    if let Some(at) = state.completed_on {
        tell("finished", Phase::Finished, at);
    }
    facts
}
