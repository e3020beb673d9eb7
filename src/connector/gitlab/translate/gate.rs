//! Gates: deployments that wait for approval, and manual jobs. GitLab tells of every approval who gave it and when; of a manual job it tells who started it, and
//! it opens when the stages before it are done.

use super::deployment::version;
use super::login;
use super::pipeline::{job_id, name};
use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::wire::{Approval, Deployment, Job, Rule};
use crate::connector::origin::Origin;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// The name of the gate of a deployment.
#[must_use]
pub fn deployment_gate(id: i64) -> String {
    format!("deployment/{id}")
}

/// Who rules let decide: people by name, groups and roles with an `@`.
#[must_use]
pub fn approvers(rules: &[Rule]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for rule in rules {
        let Some(who) = given(rule.access_level_description.as_ref()) else {
            continue;
        };
        let who = match rule.user_id {
            Some(_) => who,
            None => format!("@{who}"),
        };
        if !names.contains(&who) {
            names.push(who);
        }
    }
    names
}

/// Every approval of a deployment, each once, in the order in which they were given.
#[must_use]
pub fn votes(deployment: &Deployment) -> Vec<Approval> {
    let rules = deployment
        .approval_summary
        .iter()
        .flat_map(|all| &all.rules);
    let by_rule = rules.flat_map(|rule| &rule.deployment_approvals);
    let mut votes: Vec<Approval> = Vec::new();
    for vote in deployment.approvals.iter().chain(by_rule) {
        let same = |known: &Approval| {
            known.created_at == vote.created_at
                && login(known.user.as_ref()) == login(vote.user.as_ref())
        };
        if !votes.iter().any(same) {
            votes.push(vote.clone());
        }
    }
    votes.sort_by_key(|vote| vote.created_at);
    votes
}

/// The gate of a deployment. `protected` are those who may approve in this environment, where the deployment itself does not say.
#[must_use]
pub fn approval(
    origin: &Origin,
    deployment: &Deployment,
    protected: &[String],
    tags: &[String],
) -> Facts {
    let mut facts = Facts::default();
    let votes = votes(deployment);
    let blocked = deployment.status == "blocked";
    let Some(opened) = deployment
        .created_at
        .filter(|_| blocked || !votes.is_empty())
    else {
        return facts;
    };
    let gate = known(origin, deployment, protected, tags);
    let id = gate.gate.clone();
    facts.events.push(origin.event(
        format!("gate/{id}/created"),
        opened,
        Kind::Gate(gate.clone()),
    ));
    let mut last = None;
    for (number, vote) in votes.iter().enumerate() {
        let decision = decision(&mut facts, vote);
        let fact = Gate {
            phase: GatePhase::Updated,
            decision: Some(decision),
            responder: login(vote.user.as_ref()),
            comment: given(vote.comment.as_ref()),
            ..gate.clone()
        };
        // The last one closes the gate once it is closed, and is told as that; a refusal always does.
        if decision == Decision::Rejected || (!blocked && number + 1 == votes.len()) {
            last = Some((vote.created_at, fact));
            break;
        }
        let by = fact.responder.clone().unwrap_or_default();
        let id = format!("gate/{id}/vote/{by}/{}", vote.created_at);
        let event = origin.event(id, vote.created_at.max(opened), Kind::Gate(fact));
        facts.events.push(event);
    }
    if let Some((at, fact)) = last {
        let fact = Gate {
            phase: GatePhase::Closed,
            ..fact
        };
        let event = origin.event(
            format!("gate/{id}/closed"),
            at.max(opened),
            Kind::Gate(fact),
        );
        facts.events.push(event);
    }
    facts
}

fn decision(facts: &mut Facts, vote: &Approval) -> Decision {
    match vote.status.as_str() {
        "approved" => Decision::Approved,
        "rejected" => Decision::Rejected,
        other => {
            facts.unknown("approval.status", other);
            Decision::Other
        }
    }
}

fn known(
    origin: &Origin,
    deployment: &Deployment,
    protected: &[String],
    tags: &[String],
) -> Gate<String> {
    let rules = deployment.approval_summary.as_ref().map(|all| &all.rules);
    let own = rules.map(|rules| approvers(rules)).unwrap_or_default();
    let job = deployment.deployable.as_ref();
    Gate {
        gate: deployment_gate(deployment.id),
        name: Some(deployment.environment.name.clone()),
        requestor: login(deployment.user.as_ref()),
        url: job.and_then(|job| given(job.web_url.as_ref())),
        repository: Some(origin.repository.clone()),
        sha: Some(deployment.sha.clone()),
        version: version(deployment, tags),
        environment: Some(deployment.environment.name.clone()),
        approvers: if own.is_empty() {
            protected.iter().cloned().collect()
        } else {
            own.into()
        },
        ..Gate::default()
    }
}

/// A deployment that waited for approval is gone, or ended without it.
#[must_use]
pub fn vanished(origin: &Origin, deployment: &Deployment, at: Timestamp) -> Facts {
    let fact = Gate {
        phase: GatePhase::Closed,
        decision: Some(match deployment.status.as_str() {
            "canceled" | "skipped" => Decision::Cancelled,
            _ => Decision::Other,
        }),
        ..known(origin, deployment, &[], &[])
    };
    let id = format!("gate/{}/closed", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}

/// What is known around a manual job: where it deploys to, and who may start it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub environment: Option<String>,
    pub approvers: Vec<String>,
    /// Its deployment waits for approval first, which is a gate of its own.
    pub blocked: bool,
}

/// Whether a manual job is a gate: it holds its pipeline up, or a deployment waits behind it. Any other is an offer that nobody needs to take.
#[must_use]
pub fn is_gate(job: &Job, offer: Option<&Offer>) -> bool {
    let blocked = offer.is_some_and(|offer| offer.blocked);
    job.status == "manual" && !blocked && (!job.allow_failure || offer.is_some())
}

/// A manual job that waited and is gone with its pipeline, which somebody deleted.
#[must_use]
pub fn gone(origin: &Origin, job: i64, at: Timestamp) -> Facts {
    let fact = Gate {
        gate: job_id(job),
        repository: Some(origin.repository.clone()),
        phase: GatePhase::Closed,
        decision: Some(Decision::Other),
        comment: Some("its pipeline was deleted".to_owned()),
        ..Gate::default()
    };
    let id = format!("gate/{}/closed", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}

fn manual(origin: &Origin, job: &Job, offer: Option<&Offer>) -> Gate<String> {
    let environment = offer.and_then(|offer| offer.environment.clone());
    Gate {
        gate: job_id(job.id),
        name: environment.clone().or_else(|| name(job)),
        url: given(job.web_url.as_ref()),
        repository: Some(origin.repository.clone()),
        sha: job.commit.as_ref().map(|commit| commit.id.clone()),
        environment,
        approvers: offer
            .map(|offer| offer.approvers.clone())
            .unwrap_or_default()
            .into(),
        ..Gate::default()
    }
}

/// A manual job waits. `jobs` are all of its pipeline.
#[must_use]
pub fn waiting(origin: &Origin, job: &Job, jobs: &[Job], offer: Option<&Offer>) -> Facts {
    let before = jobs
        .iter()
        .filter(|other| other.id < job.id && other.stage != job.stage);
    let reached = before.filter_map(|other| other.finished_at).max();
    let Some(at) = reached.max(job.created_at) else {
        return Facts::default();
    };
    let fact = manual(origin, job, offer);
    let id = format!("gate/{}/created", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}

/// A manual job that waited was started, or will not be any more. `changed` is when its pipeline changed last.
#[must_use]
pub fn taken(origin: &Origin, job: &Job, offer: Option<&Offer>, changed: Timestamp) -> Facts {
    let stopped = job.started_at.is_none() && matches!(job.status.as_str(), "canceled" | "skipped");
    let at = super::pipeline::asked(job, None)
        .filter(|_| job.started_at.is_some())
        .or(job.finished_at)
        .unwrap_or(changed);
    let fact = Gate {
        phase: GatePhase::Closed,
        decision: Some(if stopped {
            Decision::Cancelled
        } else {
            Decision::Approved
        }),
        responder: login(job.user.as_ref()).filter(|_| !stopped),
        ..manual(origin, job, offer)
    };
    let id = format!("gate/{}/closed", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}
