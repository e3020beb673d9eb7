//! In words: whose move it is, and what a person would say of where a change is.

use std::collections::BTreeMap;

use super::Departure;
use crate::model::delivery::ArrivalKind;
use crate::model::entity::Change;
use crate::model::environment::short;
use crate::model::state::{End, Leg, Life, Lives, State};
use crate::model::step;

/// Whose move it is.
pub(super) fn on(lives: &Lives<'_>, change: &Change, leg: &Leg) -> Vec<String> {
    use crate::model::definition::StepKind;
    let workload = lives.workload;
    let step = &workload.path.steps[leg.step];
    let author = || {
        let author = change.author.map(|author| workload.text(author).to_owned());
        author.into_iter().collect::<Vec<String>>()
    };
    let team = || workload.definition.team.clone().into_iter().collect();
    match (leg.state, step.kind) {
        (State::Gated, _) => {
            let gate = workload.gates.iter().rfind(|gate| {
                gate.closed.is_none() && step::of_gate(workload, gate) == Some(leg.step)
            });
            match gate {
                Some(gate) if !gate.approvers.is_empty() => {
                    let names = gate.approvers.iter();
                    names.map(|name| workload.text(*name).to_owned()).collect()
                }
                _ => step.approvers.clone(),
            }
        }
        (State::Failed, _) | (_, StepKind::Code) => author(),
        (State::Waiting, StepKind::Review) => {
            let approved = change.reviews.iter().any(|review| {
                review.state == Some(crate::event::kind::ReviewState::Approved) && !review.bot
            });
            if approved {
                author()
            } else if change.reviewers.is_empty() {
                team()
            } else {
                let names = change.reviewers.iter();
                names.map(|name| workload.text(*name).to_owned()).collect()
            }
        }
        (State::Working, StepKind::Review) => {
            let last = change.reviews.iter().rfind(|review| !review.bot);
            let name = last.and_then(|review| review.reviewer);
            name.map(|name| workload.text(name).to_owned())
                .into_iter()
                .collect()
        }
        (State::Held, _) => workload
            .holds
            .iter()
            .filter(|hold| hold.until.is_none())
            .filter_map(|hold| hold.by)
            .map(|name| workload.text(name).to_owned())
            .collect(),
        (State::Waiting, _) => team(),
        (State::WaitingForRelease, _) => lives.last_of_release(change),
        _ => Vec::new(),
    }
}

/// What a person would say of a change; `on`: whose move it is, and `rolled_back`: where it is not any more.
pub(super) fn sentence(
    lives: &Lives<'_>,
    life: &Life,
    leg: Option<&Leg>,
    (on, rolled_back): (&[String], &BTreeMap<String, Departure>),
) -> String {
    let workload = lives.workload;
    let change = &workload.changes[life.change as usize];
    let id = short(workload.text(change.id));
    let production = &lives.production().environment;
    if let Some(left) = rolled_back.get(production) {
        return format!("{id} {}", taken_out(production, left));
    }
    if let Some(row) = lives.production().brought_again(life.change) {
        let at = row.at;
        return format!("{id} is live in {production} again since {at}, after a rollback");
    }
    let by = if on.is_empty() {
        String::new()
    } else {
        format!(", on {}", on.join(", "))
    };
    match (life.end, leg) {
        (End::Delivered(at), _) => format!("{id} is live in {production} since {at}"),
        (End::LiveBefore(at), _)
            if lives
                .arrival(life.change)
                .is_some_and(|arrival| arrival.kind == ArrivalKind::Copied) =>
        {
            format!("{id} is live in {production} since {at}, as a copy of what was live already")
        }
        (End::LiveBefore(at), _) => {
            format!(
                "{id} was already in the first deployment to {production} that is known, of {at}"
            )
        }
        (End::Abandoned(at), _) => format!("{id} was closed without a merge at {at}"),
        (End::InFlight, None) => format!("nothing is known of the way of {id}"),
        (End::InFlight, Some(leg)) => {
            let step = &workload.path.steps[leg.step].name;
            let state = standing(leg.state, step, production);
            let left = rolled_back.iter();
            let left = left.map(|(name, left)| format!("; it {}", taken_out(name, left)));
            let left: String = left.collect();
            format!("{id}: {state}, since {}{by}{left}", leg.from)
        }
    }
}

/// How a change left an environment.
fn taken_out(environment: &str, left: &Departure) -> String {
    let to = left.version.as_ref();
    let to = to.map_or_else(String::new, |version| format!(" to {version}"));
    format!(
        "was rolled back in {environment} at {}, by the deployment {}{to}",
        left.at,
        short(&left.deployment)
    )
}

/// How a change stands at a step.
fn standing(state: State, step: &str, production: &str) -> String {
    match state {
        State::Working => format!("{step} is being worked on"),
        State::Queued => format!("queued for {step}"),
        State::Waiting => format!("waiting for {step}"),
        State::Gated => format!("held at the gate {step}"),
        State::Soaking => format!("soaking before {step}"),
        State::Frozen => format!("kept out of {step} by a freeze"),
        State::Held => format!("kept out of {step} by a hold"),
        State::WaitingForRelease => {
            format!("ready for {step}, and waiting for the rest of its feature")
        }
        State::Failed => format!("failed at {step}, and nothing runs since"),
        State::Superseded => format!("overtaken at {step} by a newer candidate"),
        State::Unknown => format!("last seen at {step}; its source is silent"),
        State::Delivered => format!("live in {production}"),
    }
}
