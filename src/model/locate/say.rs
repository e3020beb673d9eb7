//! In words: whose move it is, and what a person would say of where a change is.

use std::collections::BTreeMap;

use super::thing::{Stay, Thing};
use super::{Departure, called};
use crate::event::kind::Decision;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::delivery::ArrivalKind;
use crate::model::entity::Change;
use crate::model::environment::short;
use crate::model::gate;
use crate::model::state::{End, Leg, Life, Lives, State};
use crate::model::step;

/// Whose move it is.
pub(super) fn on(lives: &Lives<'_>, change: &Change, life: &Life, leg: &Leg) -> Vec<String> {
    use crate::model::definition::StepKind;
    let workload = lives.workload;
    let step = &workload.path.steps[leg.step];
    let author = || {
        let author = change.author.map(|author| workload.text(author).to_owned());
        author.into_iter().collect::<Vec<String>>()
    };
    let team = || workload.definition.team.clone().into_iter().collect();
    match (leg.state, step.kind) {
        (State::Waiting, _) if life.through(leg).is_some() => team(),
        (State::Gated, _) => {
            let gate = workload.gates.iter().rfind(|gate| {
                gate.closed.is_none()
                    && step::of_gate(workload, gate) == Some(leg.step)
                    && gate::holds(lives, gate, leg.step, life.change)
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
            .filter(|hold| step.environment.as_deref() == Some(workload.text(hold.environment)))
            .filter_map(|hold| hold.by)
            .map(|name| workload.text(name).to_owned())
            .collect(),
        (State::Waiting, _) => team(),
        (State::WaitingForRelease, _) => lives.last_of_release(change),
        _ => Vec::new(),
    }
}

/// What a person would say of a change; `until`: when its wait ends, `on`: whose move it is, and `rolled_back`: where it is not any more.
pub(super) fn sentence(
    lives: &Lives<'_>,
    life: &Life,
    (leg, until): (Option<&Leg>, Option<Timestamp>),
    (on, rolled_back): (&[String], &BTreeMap<String, Departure>),
) -> String {
    let production = &lives.production().environment;
    let id = short(
        lives
            .workload
            .text(lives.workload.changes[life.change as usize].id),
    );
    let again = lives.production().brought_again(life.change);
    let was_live = matches!(life.end, End::Delivered(_) | End::LiveBefore(_));
    let removed = lives.production().removed.filter(|_| was_live);
    let told = match (rolled_back.get(production), removed, again) {
        (Some(left), ..) => format!("{id} {}", taken_out(production, left)),
        (None, Some(at), _) => {
            format!("{id} was live in {production} until {at}, when {REMOVED}")
        }
        (None, None, Some(row)) => {
            let (be, at) = (be(lives), row.at);
            format!("{id} {be} live in {production} again since {at}, after a rollback")
        }
        (None, None, None) => plain(lives, life, (leg, until), (on, rolled_back)),
    };
    tensed(lives, told)
}

/// Of a change that no rollback took out of production.
fn plain(
    lives: &Lives<'_>,
    life: &Life,
    (leg, until): (Option<&Leg>, Option<Timestamp>),
    (on, rolled_back): (&[String], &BTreeMap<String, Departure>),
) -> String {
    let workload = lives.workload;
    let id = short(workload.text(workload.changes[life.change as usize].id));
    let production = &lives.production().environment;
    let be = be(lives);
    let by = if on.is_empty() {
        String::new()
    } else {
        format!(", on {}", on.join(", "))
    };
    match (life.end, leg) {
        (End::Delivered(at), _) => format!("{id} {be} live in {production} since {at}"),
        (End::LiveBefore(at), _)
            if lives
                .arrival(life.change)
                .is_some_and(|arrival| arrival.kind == ArrivalKind::Copied) =>
        {
            format!("{id} {be} live in {production} since {at}, as a copy of what was live already")
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
            // Done with the last step of its path, it waits for what lies beyond.
            let step = if life.through(leg).is_some() {
                production
            } else {
                step
            };
            let state = rejected(lives, life, leg);
            let state = state.unwrap_or_else(|| standing(leg.state, step, production));
            let left = rolled_back.iter();
            let left = left.map(|(name, left)| format!("; it {}", taken_out(name, left)));
            let left: String = left.collect();
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            format!("{id}: {state}, since {}{until}{by}{left}", leg.from)
        }
    }
}

/// How an environment became empty.
const REMOVED: &str = "it was taken out of there and nothing took its place";

/// What a person would say of a commit or a version by itself.
pub(super) fn of_thing(
    lives: &Lives<'_>,
    thing: &Thing,
    stays: &[Stay<'_>],
    branches: &dyn Fn() -> Vec<String>,
) -> String {
    let workload = lives.workload;
    let production = lives.production().environment.as_str();
    let live = stays.iter().find(|stay| stay.environment == production);
    let name = &thing.name;
    let Some(stay) = live.or_else(|| stays.last()) else {
        return nowhere(workload, thing, branches);
    };
    let (environment, since) = (stay.environment, stay.since);
    if let Some(left) = stay.departure(workload) {
        return tensed(lives, format!("{name} {}", taken_out(environment, &left)));
    }
    let with = Some(stay.record).filter(|_| !stay.own);
    let with = with.and_then(|record| called(workload, record));
    let with = with.map_or_else(String::new, |with| format!(", with {with}"));
    let verb = if live.is_some() { "live in" } else { "in" };
    let rest = match live {
        Some(_) => String::new(),
        None if stay.held => format!(", and not in {production}"),
        None => format!(", and never in {production}"),
    };
    let be = be(lives);
    let told = match stay.until {
        None if stay.held => format!("{name} {be} {verb} {environment} since {since}{with}{rest}"),
        None => format!("{name} was {verb} {environment} from {since}{with}{rest}"),
        Some((at, None)) => {
            format!("{name} was {verb} {environment} from {since} to {at}, when {REMOVED}{rest}")
        }
        Some((at, Some((_, record)))) => {
            let next = called(workload, record);
            let next = next.unwrap_or_else(|| "another version".to_owned());
            let holds = match (stay.held, live) {
                (true, Some(_)) => "; what it holds is live still",
                (false, Some(_)) => " without it",
                _ => "",
            };
            format!(
                "{name} was {verb} {environment} from {since} to {at}, when {next} took its place{holds}{rest}"
            )
        }
    };
    tensed(lives, told)
}

/// Of a commit that touches no part of its repository that is the workload's.
pub(super) fn outside(lives: &Lives<'_>, thing: &Thing, parts: &[String]) -> String {
    let workload = lives.workload;
    let commit = thing
        .commit
        .and_then(|at| workload.commits.get(at as usize));
    let repository = commit.and_then(|commit| commit.repository);
    let of = repository.map_or("its repository", |name| workload.text(name));
    let (name, parts) = (&thing.name, parts.join(", "));
    let told = format!(
        "{name} is a commit of {of} that touches none of the `paths` of {} ({parts}): it is no change of it",
        workload.name()
    );
    tensed(lives, told)
}

/// Of a commit or a version that was deployed nowhere.
fn nowhere(workload: &Workload, thing: &Thing, branches: &dyn Fn() -> Vec<String>) -> String {
    let name = &thing.name;
    if thing.is_version {
        let of = workload.name();
        return format!(
            "{name} is a version of {of} that no deployment brought anywhere, as far as is known"
        );
    }
    let commit = thing
        .commit
        .and_then(|at| workload.commits.get(at as usize));
    let repository = commit.and_then(|commit| commit.repository);
    let of = repository.map_or(workload.name(), |name| workload.text(name));
    if commit.is_none_or(|commit| commit.at.is_none()) {
        return format!("{name} is named as a commit of {of}, and nothing more is known of it");
    }
    if thing.commit.is_some_and(|at| workload.graph.is_merge(at)) {
        return format!("{name} is a merge of {of} that no deployment holds, as far as is known");
    }
    let branches = branches();
    let on = match branches.as_slice() {
        [] => String::new(),
        [one] => format!(", on the branch {one}"),
        [one, others @ ..] => format!(", on the branch {one} and {} more", others.len()),
    };
    format!(
        "{name} is a commit of {of} that is not merged, as far as is known{on}: no change and no deployment holds it"
    )
}

/// How one speaks of what was so at an instant that is past: with the instant before it.
fn tensed(lives: &Lives<'_>, sentence: String) -> String {
    if lives.looking_back {
        format!("as of {}, {sentence}", lives.workload.as_of)
    } else {
        sentence
    }
}

fn be(lives: &Lives<'_>) -> &'static str {
    if lives.looking_back { "was" } else { "is" }
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

/// Whether a change failed because a gate turned it down: it went back to the step before.
pub(super) fn is_rejected(lives: &Lives<'_>, life: &Life, leg: &Leg) -> bool {
    let steps = &lives.workload.path.steps;
    let is_back = |(place, at): (usize, _)| {
        steps[place].needs.iter().max() == Some(&leg.step) && at <= leg.from
    };
    leg.state == State::Failed && lives.turned_down(life.change).is_some_and(is_back)
}

/// That a gate turned the change down, where that is why it stands as it does: it went back to the step before, or another gate of that step holds it still.
fn rejected(lives: &Lives<'_>, life: &Life, leg: &Leg) -> Option<String> {
    let workload = lives.workload;
    let (place, at) = lives.turned_down(life.change)?;
    let step = &workload.path.steps[place];
    let mut gates = workload.gates.iter();
    let gate = gates.find(|gate| {
        (gate.closed, gate.decision) == (Some(at), Some(Decision::Rejected))
            && step::of_gate(workload, gate) == Some(place)
    });
    let by = gate.and_then(|gate| gate.responder);
    let by = by.map_or_else(String::new, |name| format!(" by {}", workload.text(name)));
    let name = &step.name;
    match leg.state {
        State::Failed if is_rejected(lives, life, leg) => {
            Some(format!("rejected at the gate {name}{by}"))
        }
        State::Gated if place == leg.step && at > leg.from => {
            let held = standing(leg.state, name, name);
            Some(format!(
                "{held}, where another candidate was rejected{by} at {at}"
            ))
        }
        _ => None,
    }
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
