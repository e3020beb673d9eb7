//! Deciding gates: those of tools, and those that live in leadtime alone.

use super::ask::Ask;
use super::content;
use super::policy;
use super::proof::Proof;
use super::request::{Order, Target, Verb};
use super::{Draft, Evidence, Moving, Refusal};
use crate::event::Event;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;
use crate::model::definition::{Confirm, Definition, Step};
use crate::model::entity;
use crate::model::environment;
use crate::model::gate::{OpenGate, undecided};
use crate::model::state::Lives;
use crate::model::{OWN, Workload};

/// Decides gates of a workload, all the same way.
pub fn draft(
    ask: &Ask,
    lives: &Lives<'_>,
    gates: &[String],
    approve: bool,
) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let all = undecided(lives);
    let verb = if approve { Verb::Approve } else { Verb::Reject };
    let mut draft = Draft::new(verb, workload.name());
    for id in gates {
        let gate = find(&all, id, workload.name())?;
        one(ask, lives, gate, approve, &mut draft)?;
    }
    if !approve
        && ask
            .comment
            .as_ref()
            .is_none_or(|text| text.trim().is_empty())
    {
        policy::object(
            &mut draft,
            policy::COMMENT,
            "who rejects says why",
            policy::A_REASON.to_owned(),
        );
    }
    let [only] = gates else { return Ok(draft) };
    let gate = find(&all, only, workload.name())?;
    draft.environment.clone_from(&gate.environment);
    Ok(draft)
}

/// A gate by its id, or one that something waits for by its step or its environment.
fn find<'g>(
    all: &'g [(OpenGate, bool)],
    id: &str,
    workload: &str,
) -> Result<&'g OpenGate, Refusal> {
    if let Some((gate, _)) = all.iter().find(|(gate, _)| gate.gate == id) {
        return Ok(gate);
    }
    let open = all.iter().filter(|(_, is_past)| !is_past);
    let open = open.map(|(gate, _)| gate);
    let by = |gate: &&OpenGate| {
        gate.is_called(id)
            || gate.step.as_deref() == Some(id)
            || gate.environment.as_deref() == Some(id)
    };
    let mut found = open.clone().filter(by);
    match (found.next(), found.next()) {
        (Some(gate), None) => Ok(gate),
        (Some(_), Some(_)) => Err(Refusal::new(
            "ambiguous",
            format!("several gates of {workload} are open at {id}"),
        )
        .hinted("name one by its id: leadtime gates")),
        (None, _) => {
            let known: Vec<&str> = open.map(|gate| gate.gate.as_str()).collect();
            let refusal = Refusal::new("unknown", format!("no gate {id:?} of {workload} is open"));
            Err(if known.is_empty() {
                refusal
            } else {
                refusal.hinted(format!("these are: {}", known.join(", ")))
            })
        }
    }
}

fn one(
    ask: &Ask,
    lives: &Lives<'_>,
    gate: &OpenGate,
    approve: bool,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let workload = lives.workload;
    let steps = &workload.path.steps;
    let named = gate.step.as_ref();
    let place = named.and_then(|name| steps.iter().position(|step| step.name == *name));
    let step = place.map(|place| &steps[place]);
    let held = content::named(workload, &gate.changes);
    let evidence: Vec<Evidence> = gate.evidence.iter().map(Evidence::from).collect();
    if approve {
        if let Some(newer) = &gate.superseded_by {
            let text = format!("{newer} is newer than what {} holds", gate.gate);
            policy::newer(text, draft);
        }
        policy::evidence(lives, place, &evidence, draft);
        policy::four_eyes(ask, lives, step, &held, draft);
    }
    draft
        .evidence
        .extend(evidence.into_iter().map(|found| Evidence {
            gate: Some(gate.gate.clone()),
            ..found
        }));
    draft.gates.push(gate.gate.clone());
    let confirm = confirmation(lives, gate, place, approve);
    draft.confirm = draft.confirm.max(confirm);
    let known = workload
        .gates
        .iter()
        .rfind(|known| known.closed.is_none() && workload.text(known.id) == gate.gate);
    if approve {
        draft.ships.extend(held);
    } else {
        draft.notes.push(turned_down(gate, &held));
    }
    let at = At {
        ask,
        gate,
        step,
        of: &workload.definition,
        approve,
    };
    match known.filter(|known| workload.text(known.source) != OWN) {
        Some(known) => {
            at.in_tool(workload, known, draft);
            Ok(())
        }
        None => at.here(known.is_some(), draft),
    }
}

/// What a rejection keeps back.
fn turned_down(gate: &OpenGate, held: &[Moving]) -> String {
    let version = gate.version.as_deref().or(gate.sha.as_deref());
    let version = version.map_or("what it holds", environment::short);
    let named = held.iter().map(|one| one.change.as_str());
    let named: Vec<&str> = named.take(5).collect();
    let changes = match (named.is_empty(), held.len().saturating_sub(named.len())) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", named.join(", ")),
        (false, rest) => format!(": {} and {rest} more", named.join(", ")),
    };
    format!("{version} is turned down{changes}")
}

/// What a decision is confirmed with: what its step asks for. An approval lets on what comes next, so that it takes no less than that, unless the path says
/// so of the gate itself.
fn confirmation(
    lives: &Lives<'_>,
    gate: &OpenGate,
    place: Option<usize>,
    approve: bool,
) -> Confirm {
    let path = &lives.workload.path;
    let production = lives.workload.production(lives.rules);
    let step = place.map(|place| &path.steps[place]);
    let own = step.map(|step| step.confirmation(production));
    let own = own.unwrap_or_default();
    if !approve || step.is_some_and(|step| step.confirm.is_some()) {
        return own;
    }
    let opened = place.map(|place| path.opened_by(place)).unwrap_or_default();
    let opened = opened.iter().map(|step| step.confirmation(production));
    let there = if gate.environment.as_deref() == Some(production) {
        Confirm::Typed
    } else {
        Confirm::Yes
    };
    opened.fold(own.max(there), Confirm::max)
}

/// A decision at one gate.
struct At<'a> {
    ask: &'a Ask,
    gate: &'a OpenGate,
    step: Option<&'a Step>,
    of: &'a Definition,
    approve: bool,
}

impl At<'_> {
    fn in_tool(&self, workload: &Workload, known: &entity::Gate, draft: &mut Draft) {
        let (ask, gate) = (self.ask, self.gate);
        policy::barred(gate, false, draft);
        let source = workload.text(known.source).to_owned();
        draft.proofs.push(Proof::Decided {
            source: source.clone(),
            gate: gate.gate.clone(),
        });
        let verb = if self.approve {
            Verb::Approve
        } else {
            Verb::Reject
        };
        let mut order = Order {
            environment: gate.environment.clone(),
            target: Some(Target {
                source,
                id: gate.gate.clone(),
                url: gate.url.clone(),
            }),
            ..ask.order(verb, workload)
        };
        // Each of several has a key of its own.
        if let many @ 1.. = draft.orders.len() {
            order.key = format!("{}.{many}", ask.key);
        }
        draft.orders.push((order, None));
    }

    /// A step that lives in no tool is decided by an event in the log.
    fn here(&self, asked: bool, draft: &mut Draft) -> Result<(), Refusal> {
        let (ask, gate) = (self.ask, self.gate);
        if gate.votes.iter().any(|vote| vote.is_of(&ask.by)) {
            return Err(Refusal::new(
                "nothing",
                format!("{} has approved {} already", ask.by, gate.gate),
            )
            .hinted(format!(
                "{} approvals are needed, by different people",
                gate.approvals
            )));
        }
        policy::barred(gate, true, draft);
        let id = if asked {
            gate.gate.clone()
        } else {
            format!("{}/{}", gate.gate, ask.key)
        };
        if !asked {
            let fact = self.fact(&id, GatePhase::Created);
            draft
                .records
                .push(event(ask, &id, "created", gate.opened, fact));
        }
        let voices = u32::try_from(gate.votes.len() + 1).unwrap_or(u32::MAX);
        let last = !self.approve || voices >= gate.approvals;
        let (word, phase) = if last {
            ("closed", GatePhase::Closed)
        } else {
            ("updated", GatePhase::Updated)
        };
        let decision = if self.approve {
            Decision::Approved
        } else {
            Decision::Rejected
        };
        let answer = Gate {
            responder: Some(ask.by.clone()),
            comment: ask.comment.clone(),
            decision: Some(decision),
            ..self.fact(&id, phase)
        };
        draft.records.push(event(ask, &id, word, ask.at, answer));
        if !last {
            draft.notes.push(format!(
                "{voices} of {} approvals; it stays open until the last",
                gate.approvals
            ));
        }
        Ok(())
    }

    fn fact(&self, id: &str, phase: GatePhase) -> Gate<String> {
        let gate = self.gate;
        Gate {
            gate: id.to_owned(),
            name: self.step.map(|step| step.name.clone()),
            // What the event is known to be about, whoever reads the log.
            repository: self.of.repositories.first().cloned(),
            service: self.of.services.first().cloned(),
            environment: gate.environment.clone(),
            version: gate.version.clone(),
            sha: gate.sha.clone(),
            artifact: gate.artifact.clone(),
            changes: gate.changes.clone().into(),
            approvers: gate.approvers.clone().into(),
            phase,
            ..Gate::default()
        }
    }
}

fn event(ask: &Ask, gate: &str, word: &str, at: Timestamp, fact: Gate<String>) -> Event<String> {
    Event {
        source: OWN.to_owned(),
        id: format!("{}/{gate}/{word}", ask.key),
        at,
        kind: Kind::Gate(fact),
    }
}
