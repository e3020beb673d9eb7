//! Who decided on the version on its way to the environment, when, and what they said.

use super::{Case, Decided, Voice};
use crate::event::kind::Decision;
use crate::model::compliance::asked;
use crate::model::compliance::people::about;
use crate::model::entity::Gate;
use crate::model::name::Name;
use crate::model::step;

/// The gates that were asked about the version, in the order of their decisions; those that are open last.
pub(super) fn gates(case: &Case<'_>) -> Vec<Decided> {
    let workload = case.lives.workload;
    let mut found: Vec<&Gate> = workload
        .gates
        .iter()
        .filter(|gate| about(workload, gate, case.live))
        .filter(|gate| is_on_the_way(case, gate))
        .collect();
    found.sort_by_key(|gate| (gate.closed.is_none(), gate.closed, gate.opened));
    found.into_iter().map(|gate| decided(case, gate)).collect()
}

/// Whether a gate stands before the environment: its step is asked for, it is of the environment itself, or says neither.
fn is_on_the_way(case: &Case<'_>, gate: &Gate) -> bool {
    let workload = case.lives.workload;
    let here = &case.delivery.environment;
    let place = step::of_gate(workload, gate);
    if place.is_some() && place == step::of_environment(workload, here) {
        return true;
    }
    match (gate.environment, place) {
        (Some(name), _) if workload.text(name) == here => true,
        (_, Some(place)) => asked(case.lives, here).contains(&place),
        (environment, None) => environment.is_none(),
    }
}

fn decided(case: &Case<'_>, gate: &Gate) -> Decided {
    let workload = case.lives.workload;
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let step = step::of_gate(workload, gate).and_then(|place| workload.path.steps.get(place));
    let votes = gate.votes.iter().map(|vote| Voice {
        by: text(vote.by),
        decision: vote.decision.map(word),
        at: vote.at,
        comment: text(vote.comment),
    });
    Decided {
        gate: workload.text(gate.id).to_owned(),
        step: step.map(|step| step.name.clone()),
        environment: text(gate.environment),
        tool: step::producer(workload.text(gate.source)).to_owned(),
        opened: gate.opened,
        closed: gate.closed,
        decision: gate.closed.and(gate.decision).map(word),
        in_time: gate.closed.map(|closed| closed <= case.live.first),
        requestor: text(gate.requestor),
        by: text(gate.responder),
        comment: text(gate.comment),
        votes: votes.collect(),
        url: text(gate.url),
    }
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approved => "approved",
        Decision::Rejected => "rejected",
        Decision::Cancelled => "cancelled",
        Decision::Expired => "expired",
        Decision::Other => "other",
    }
}
