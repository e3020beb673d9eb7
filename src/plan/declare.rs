//! What a person declares: that an environment is held or let go, that an incident belongs to a deployment, that a deployment failed or was not planned.
//! Events in leadtime's own log; a tool that can hold something itself is asked to, too.

use super::ask::Ask;
use super::find::place;
use super::request::{Order, Target, Verb};
use super::{Draft, Refusal, policy};
use crate::event::Event;
use crate::event::kind::{Decision, Kind, Mark, MarkKind};
use crate::model::environment;
use crate::model::state::Lives;
use crate::model::{OWN, Workload};

/// Keeps an environment as it is.
pub fn hold(ask: &Ask, lives: &Lives<'_>, environment: &str) -> Result<Draft, Refusal> {
    place(lives.workload, environment)?;
    if let Some(since) = is_held(lives, environment) {
        return Err(Refusal::new(
            "nothing",
            format!("{environment} is held already, since {since}"),
        ));
    }
    let mut draft = Draft::new(Verb::Hold, lives.workload.name());
    let reason = reason(ask, &mut draft, "who holds an environment says why");
    draft.environment = Some(environment.to_owned());
    draft
        .orders
        .extend(order(ask, lives, environment, Verb::Hold));
    draft.records.push(held(ask, lives, environment, &reason));
    draft.notes.push("leadtime objects to every promotion there until it is released; it stops no pipeline of others".to_owned());
    Ok(draft)
}

/// Lets it go.
pub fn release(ask: &Ask, lives: &Lives<'_>, environment: &str) -> Result<Draft, Refusal> {
    place(lives.workload, environment)?;
    if is_held(lives, environment).is_none() {
        return Err(Refusal::new(
            "nothing",
            format!("{environment} is not held"),
        ));
    }
    let mut draft = Draft::new(Verb::Release, lives.workload.name());
    draft.environment = Some(environment.to_owned());
    draft
        .orders
        .extend(order(ask, lives, environment, Verb::Release));
    let target = format!("{}/{environment}", lives.workload.name());
    draft.records.push(event(
        ask,
        MarkKind::ReleaseHold,
        &target,
        None,
        ask.comment.clone(),
    ));
    Ok(draft)
}

/// Declares something of an incident or a deployment.
pub fn mark(
    ask: &Ask,
    lives: &Lives<'_>,
    kind: MarkKind,
    target: &str,
    deployment: Option<&str>,
) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let incident = || {
        workload
            .incidents
            .iter()
            .any(|one| workload.text(one.id) == target)
    };
    let is_deployment = |id: &str| {
        workload
            .records
            .iter()
            .any(|one| workload.text(one.deployment) == id)
    };
    let known = match kind {
        MarkKind::IncidentLink => incident(),
        MarkKind::Unplanned | MarkKind::Failed => is_deployment(target),
        _ => incident() || is_deployment(target),
    };
    let what = if kind == MarkKind::IncidentLink {
        "incident"
    } else {
        "deployment"
    };
    if !known {
        return Err(Refusal::new(
            "unknown",
            format!("{} has no {what} {target:?}", workload.name()),
        ));
    }
    if let Some(id) = deployment.filter(|id| !is_deployment(id)) {
        return Err(Refusal::new(
            "unknown",
            format!("{} has no deployment {id:?}", workload.name()),
        ));
    }
    let mut draft = Draft::new(Verb::Mark, workload.name());
    if kind == MarkKind::Ignore {
        reason(
            ask,
            &mut draft,
            "who takes something out of the figures says why",
        );
    }
    let mut event = event(ask, kind, target, deployment, ask.comment.clone());
    if let Kind::Mark(mark) = &mut event.kind {
        mark.service = Some(whose(workload, target));
    }
    draft.records.push(event);
    Ok(draft)
}

/// Whose a deployment or an incident is: another workload may have one of the same name.
fn whose(workload: &Workload, target: &str) -> String {
    let records = workload.records.iter();
    let records = records.map(|one| (one.deployment, one.service));
    let incidents = workload.incidents.iter().map(|one| (one.id, one.service));
    let mut all = records.chain(incidents);
    let service = all.find_map(|(id, service)| {
        let service = service.filter(|_| workload.text(id) == target)?;
        let services = &workload.definition.services;
        services.iter().find(|own| *own == workload.text(service))
    });
    service.map_or(workload.name(), String::as_str).to_owned()
}

/// The mark that an environment is held.
#[must_use]
pub fn held(ask: &Ask, lives: &Lives<'_>, environment: &str, reason: &str) -> Event<String> {
    let target = format!("{}/{environment}", lives.workload.name());
    event(ask, MarkKind::Hold, &target, None, Some(reason.to_owned()))
}

/// The marks that rules are set aside, where they are: the freeze, the hold and the others are then seen to have been there.
#[must_use]
pub fn set_aside(ask: &Ask, draft: &Draft) -> Vec<Event<String>> {
    let aside = draft.objections.iter().filter(|one| one.overridden);
    let mut rules: Vec<&str> = aside.map(|one| one.rule.as_str()).collect();
    rules.dedup();
    let place = draft.environment.as_deref();
    let place = place.map_or_else(String::new, |place| format!("/{place}"));
    let workloads = draft.workloads.iter();
    let targets = workloads.map(|workload| format!("{workload}{place}"));
    if rules.is_empty() {
        return Vec::new();
    }
    let why = ask.comment.as_deref().unwrap_or_default();
    let reason = format!("{}: {why}", rules.join(", "));
    targets
        .map(|target| Event {
            id: format!("{}/override/{target}", ask.key),
            ..event(ask, MarkKind::Override, &target, None, Some(reason.clone()))
        })
        .collect()
}

/// What an event of our own declares, in words.
#[must_use]
pub fn told(event: &Event<String>) -> String {
    match &event.kind {
        Kind::Mark(mark) => match (mark.kind, &mark.deployment) {
            (MarkKind::Hold, _) => format!("put on record: {} is held", mark.target),
            (MarkKind::ReleaseHold, _) => format!("put on record: {} is released", mark.target),
            (MarkKind::IncidentLink, Some(to)) => {
                format!(
                    "put on record: {} was caused by deployment {to}",
                    mark.target
                )
            }
            (MarkKind::IncidentLink, None) => {
                format!("put on record: {} was caused by no deployment", mark.target)
            }
            (MarkKind::Unplanned, _) => format!("put on record: {} was not planned", mark.target),
            (MarkKind::Failed, _) => format!("put on record: {} failed", mark.target),
            (MarkKind::Ignore, _) => format!("put on record: {} does not count", mark.target),
            (MarkKind::Override, _) => format!(
                "put on record: a rule of {} is set aside ({})",
                mark.target,
                mark.reason.as_deref().unwrap_or_default()
            ),
            (MarkKind::Other, _) => format!("put on record: {}", mark.target),
        },
        Kind::Gate(gate) => {
            // `workload/step/action`: which action it is says nothing to people.
            let name = gate
                .gate
                .rsplit_once('/')
                .map_or(&*gate.gate, |(name, _)| name);
            let by = gate.responder.as_deref().unwrap_or_default();
            match gate.decision {
                Some(Decision::Approved) => format!("put on record: {name} is approved by {by}"),
                Some(Decision::Rejected) => format!("put on record: {name} is rejected by {by}"),
                _ => format!("put on record: {name} is opened"),
            }
        }
        _ => "put on record".to_owned(),
    }
}

fn event(
    ask: &Ask,
    kind: MarkKind,
    target: &str,
    deployment: Option<&str>,
    reason: Option<String>,
) -> Event<String> {
    Event {
        source: OWN.to_owned(),
        id: format!("{}/mark", ask.key),
        at: ask.at,
        kind: Kind::Mark(Mark {
            mark: ask.key.clone(),
            target: target.to_owned(),
            deployment: deployment.map(str::to_owned),
            by: Some(ask.by.clone()),
            reason,
            kind,
            ..Mark::default()
        }),
    }
}

fn reason(ask: &Ask, draft: &mut Draft, text: &str) -> String {
    let reason = ask.comment.clone().unwrap_or_default();
    if reason.trim().is_empty() {
        policy::object(draft, policy::COMMENT, text, policy::A_REASON.to_owned());
    }
    reason
}

fn is_held(lives: &Lives<'_>, environment: &str) -> Option<crate::event::time::Timestamp> {
    let workload = lives.workload;
    let mut holds = workload.holds.iter();
    holds
        .find(|hold| hold.until.is_none() && workload.text(hold.environment) == environment)
        .map(|hold| hold.from)
}

/// What a tool that can hold an environment itself is asked: the one that tells of what is live there.
fn order(
    ask: &Ask,
    lives: &Lives<'_>,
    environment: &str,
    verb: Verb,
) -> Option<(Order, Option<String>)> {
    let workload = lives.workload;
    let record = environment::live(workload, environment)?;
    let order = Order {
        environment: Some(environment.to_owned()),
        target: Some(Target {
            source: workload.text(record.source).to_owned(),
            id: workload.text(record.deployment).to_owned(),
            url: record.url.map(|name| workload.text(name).to_owned()),
        }),
        ..ask.order(verb, workload)
    };
    Some((order, None))
}
