//! Where an issue waits for a decision: the statuses that the configuration names, entered and left as its history tells; and the approvals of Jira Service
//! Management.

use super::Origin;
use crate::connector::descriptor::Waiting;
use crate::connector::facts::Facts;
use crate::connector::jira::wire::{Approval, Approver, Person};
use crate::connector::mention::mentions;
use crate::event::Event;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// Names of statuses are written in any case.
#[must_use]
pub fn same(one: &str, two: &str) -> bool {
    one.trim().to_lowercase() == two.trim().to_lowercase()
}

/// What a gate of an issue is known by: `PAY-412/Ready for release`, `PAY-412/approval/7`.
#[must_use]
pub fn of_gate(gate: &str) -> Option<(&str, Place<'_>)> {
    let (key, rest) = gate.split_once('/')?;
    let approval = rest.strip_prefix("approval/");
    Some((key, approval.map_or(Place::Status(rest), Place::Approval)))
}

/// Where it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    Status(&'a str),
    Approval(&'a str),
}

/// What every gate of an issue says.
fn known(origin: &Origin<'_>, waiting: Option<&Waiting>) -> Gate<String> {
    let told = origin.reach.told;
    let summary = origin.issue.said("summary").unwrap_or_default();
    let mut changes = vec![origin.issue.key.clone()];
    for named in mentions([summary.as_str()]).changes {
        if !changes.contains(&named) {
            changes.push(named);
        }
    }
    let name = waiting.map(|waiting| {
        waiting
            .name
            .clone()
            .unwrap_or_else(|| waiting.status.clone())
    });
    Gate {
        name,
        url: Some(origin.url()),
        service: origin.told(told.service.as_ref(), &[]),
        version: origin.told(told.version.as_ref(), &[]),
        environment: origin.told(told.environment.as_ref(), &[]),
        changes: changes.into(),
        ..Gate::default()
    }
}

/// The statuses in which it waited or waits.
#[must_use]
pub fn statuses(origin: &Origin<'_>) -> Facts {
    let mut facts = Facts::default();
    let gates = &origin.reach.told.gates;
    for waiting in gates.iter().filter(|gate| gate.approve.is_some()) {
        facts.events.extend(status(origin, waiting));
    }
    facts
}

fn status(origin: &Origin<'_>, waiting: &Waiting) -> Vec<Event<String>> {
    let key = &origin.issue.key;
    let known = Gate {
        gate: format!("{key}/{}", waiting.status),
        ..known(origin, Some(waiting))
    };
    let is = |status: &Option<String>| {
        status
            .as_deref()
            .is_some_and(|name| same(name, &waiting.status))
    };
    let mut events = Vec::new();
    let asked = |id: &str, at: Timestamp, by: Option<String>| {
        let gate = Gate {
            requestor: by,
            ..known.clone()
        };
        origin.event(format!("{}/asked/{id}", known.gate), at, Kind::Gate(gate))
    };
    // One that waits from its beginning was never seen to enter.
    let first = origin.changes("status").next();
    let began = match first {
        Some((_, item, _)) => is(&item.from_name),
        None => is(&origin.issue.said("status")),
    };
    if let Some(created) = origin.issue.time("created").filter(|_| began) {
        events.push(asked("0", created, None));
    }
    for (history, item, at) in origin.changes("status") {
        let by = history.author.as_ref().and_then(Person::said);
        if is(&item.to_name) {
            events.push(asked(&history.id, at, by));
        } else if is(&item.from_name) {
            let to = item.to_name.as_deref().unwrap_or_default();
            let gate = Gate {
                phase: GatePhase::Closed,
                decision: Some(decision(waiting, to)),
                responder: by,
                ..known.clone()
            };
            let id = format!("{}/decided/{}", known.gate, history.id);
            events.push(origin.event(id, at, Kind::Gate(gate)));
        }
    }
    events
}

/// What it means that an issue went from where it waited to another status.
fn decision(waiting: &Waiting, to: &str) -> Decision {
    let goes = |status: &Option<String>| status.as_deref().is_some_and(|name| same(name, to));
    if goes(&waiting.approve) {
        Decision::Approved
    } else if goes(&waiting.reject) {
        Decision::Rejected
    } else {
        Decision::Other
    }
}

/// Whether an approval waits.
#[must_use]
pub fn is_open(approval: &Approval) -> bool {
    approval.final_decision == "pending"
}

/// The approvals of a request. Those that are known to have been open were told to be asked for already, with who might decide then.
#[must_use]
pub fn approvals(origin: &Origin<'_>, approvals: &[Approval], known_open: &[String]) -> Facts {
    let mut facts = Facts::default();
    let gates = &origin.reach.told.gates;
    let by_desk = || gates.iter().filter(|gate| gate.approve.is_none());
    for approval in approvals {
        let Some(asked) = approval
            .created_date
            .at
            .or_else(|| origin.issue.time("created"))
        else {
            continue;
        };
        let waiting = by_desk()
            .find(|gate| same(&gate.status, &approval.name))
            .or_else(|| by_desk().next());
        let known = Gate {
            gate: format!("{}/approval/{}", origin.issue.key, approval.id),
            approvers: approval
                .approvers
                .iter()
                .filter_map(|one| one.approver.said())
                .collect(),
            may_decide: approval.can_answer_approval.filter(|_| is_open(approval)),
            ..known(origin, waiting)
        };
        let id = known.gate.clone();
        if is_open(approval) || !known_open.contains(&approval.id) {
            let created = Kind::Gate(known.clone());
            let event = origin.event(format!("{id}/asked"), asked, created);
            facts.events.push(event);
        }
        let decision = match approval.final_decision.as_str() {
            "pending" => continue,
            "approved" => Decision::Approved,
            "declined" => Decision::Rejected,
            other => {
                facts.unknown("approval.finalDecision", other);
                Decision::Other
            }
        };
        let gate = Gate {
            phase: GatePhase::Closed,
            decision: Some(decision),
            responder: responder(approval),
            may_decide: None,
            ..known
        };
        let at = approval.completed_date.at.unwrap_or(asked).max(asked);
        facts
            .events
            .push(origin.event(format!("{id}/decided"), at, Kind::Gate(gate)));
    }
    facts
}

/// Whose answer made it final, as far as only one can have.
#[must_use]
pub fn responder(approval: &Approval) -> Option<String> {
    let wanted = &approval.final_decision;
    let mut of = approval
        .approvers
        .iter()
        .filter(|one: &&Approver| one.approver_decision == *wanted);
    let one = of.next()?;
    match of.next() {
        None => one.approver.said(),
        Some(_) => None,
    }
}
