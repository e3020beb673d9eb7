//! A change request with its approvals into gates: pure. Its approval is one gate; where it then waits for its planned start, that wait is another, which
//! nobody decides.

use super::client::Reach;
use super::config::SERVICES;
use super::wire::Record;
use crate::connector::facts::Facts;
use crate::connector::mention::mentions;
use crate::connector::template::named;
use crate::event::Event;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// What both gates are called, where a path asks for a name.
const NAME: &str = "change request";
/// What the id of the wait for the planned start ends with.
const START: &str = "/start";

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was not asked for.
    Ahead,
    Open,
    Closed(Decision),
}

/// What was made of a change request.
#[derive(Clone, Debug, Default)]
pub struct Made {
    pub facts: Facts,
    /// A gate of it is open.
    pub open: bool,
}

/// The number of the change request that a gate is of, and whether the gate is the wait for its start.
#[must_use]
pub fn of_gate(gate: &str) -> (&str, bool) {
    match gate.strip_suffix(START) {
        Some(number) => (number, true),
        None => (gate, false),
    }
}

/// Whether nothing goes on with it any more.
fn is_over(change: &Record) -> bool {
    matches!(change.value("state"), "3" | "4") || change.value("active") == "false"
}

/// Where the approval of a change request stands.
pub fn standing(change: &Record, approvals: &[&Record], facts: &mut Facts) -> Standing {
    let told = change.value("approval");
    match told.to_ascii_lowercase().replace('_', " ").as_str() {
        "requested" if change.value("state") == "4" => Standing::Closed(Decision::Cancelled),
        "requested" if is_over(change) => Standing::Closed(Decision::Other),
        "requested" => Standing::Open,
        "approved" => Standing::Closed(Decision::Approved),
        "rejected" => Standing::Closed(Decision::Rejected),
        "" | "not requested" => Standing::Ahead,
        "not required" | "not yet requested" if approvals.is_empty() => Standing::Ahead,
        "not required" | "not yet requested" => Standing::Closed(Decision::Other),
        "cancelled" | "canceled" | "duplicate" => Standing::Closed(Decision::Cancelled),
        _ => {
            facts.unknown("change_request.approval", told);
            Standing::Ahead
        }
    }
}

/// How somebody decided: `None` while nobody has.
fn vote(approval: &Record) -> Option<Decision> {
    match approval.value("state") {
        "approved" => Some(Decision::Approved),
        "rejected" => Some(Decision::Rejected),
        _ => None,
    }
}

/// When the approval was asked for: of a second asking, after a refusal, the second time.
fn asked(change: &Record, approvals: &[&Record]) -> Option<Timestamp> {
    let created = |one: &&Record| one.time("sys_created_on");
    let refused = approvals
        .iter()
        .filter(|one| vote(one) == Some(Decision::Rejected));
    let refused = refused.filter_map(|one| one.time("sys_updated_on")).max();
    let again = approvals.iter().filter_map(created);
    let again = again
        .filter(|at| refused.is_some_and(|refused| *at > refused))
        .min();
    again
        .or_else(|| approvals.iter().filter_map(created).min())
        .or_else(|| change.time("opened_at"))
        .or_else(|| change.time("sys_created_on"))
}

/// When it was decided.
fn decided(change: &Record, approvals: &[&Record], decision: Decision) -> Option<Timestamp> {
    let set = change.time("approval_set");
    let last = || {
        let votes = approvals.iter().filter(|one| vote(one) == Some(decision));
        votes.filter_map(|one| one.time("sys_updated_on")).max()
    };
    match decision {
        Decision::Approved | Decision::Rejected => set.or_else(last),
        _ => change.time("closed_at").or(set),
    }
    .or_else(|| change.time("sys_updated_on"))
}

/// All that a change request tells.
#[must_use]
pub fn change(reach: &Reach<'_>, change: &Record, approvals: &[&Record], now: Timestamp) -> Made {
    let mut made = Made::default();
    let standing = standing(change, approvals, &mut made.facts);
    let Some(asked) = asked(change, approvals).filter(|_| standing != Standing::Ahead) else {
        return made;
    };
    let known = Gate {
        approvers: approvers(approvals).into(),
        ..known(reach, change)
    };
    let teller = Teller { reach, known };
    let facts = &mut made.facts.events;
    let seconds = |at: Timestamp| at.micros() / 1_000_000;
    let created = format!("{}/asked/{}", change.number(), seconds(asked));
    facts.push(teller.tell(created, asked, GatePhase::Created, |_| {}));
    for one in approvals {
        if let (Some(decision), Some(at)) = (vote(one), one.time("sys_updated_on")) {
            let id = format!("{}/vote/{}/{}", change.number(), one.id(), seconds(at));
            facts.push(teller.tell(id, at, GatePhase::Updated, |gate| {
                gate.decision = Some(decision);
                gate.responder = one.who("approver");
                gate.comment = one.said("comments");
            }));
        }
    }
    let Standing::Closed(decision) = standing else {
        made.open = true;
        return made;
    };
    let Some(closed) = decided(change, approvals, decision) else {
        return made;
    };
    let closed = closed.max(asked);
    let id = format!("{}/decided/{}", change.number(), seconds(closed));
    facts.push(teller.tell(id, closed, GatePhase::Closed, |gate| {
        gate.decision = Some(decision);
        gate.responder = responder(approvals, decision);
    }));
    if decision == Decision::Approved {
        made.open = start(&teller, change, (closed, now), facts);
    }
    made
}

/// The wait from the approval to the planned start, and whether it goes on.
fn start(
    teller: &Teller<'_>,
    change: &Record,
    (approved, now): (Timestamp, Timestamp),
    facts: &mut Vec<Event<String>>,
) -> bool {
    let planned = change
        .time("start_date")
        .filter(|planned| *planned > approved);
    let begun = change.time("work_start");
    let Some(planned) = planned.filter(|_| begun.is_none_or(|begun| begun > approved)) else {
        return false;
    };
    let number = change.number();
    let id = format!("{number}{START}");
    let named = |gate: &mut Gate<String>| {
        gate.gate.clone_from(&id);
        gate.approvers = Vec::new().into();
        gate.may_decide = Some(false);
        gate.comment = Some(format!("waits for its planned start, {planned}"));
    };
    facts.push(teller.tell(format!("{id}/waits"), approved, GatePhase::Created, named));
    let updated = || change.time("sys_updated_on");
    let over = match (change.value("state"), begun) {
        ("4", _) => Some((
            change.time("closed_at").or_else(updated),
            Decision::Cancelled,
        )),
        (_, Some(begun)) => Some((Some(begun), Decision::Approved)),
        _ if planned <= now => Some((Some(planned), Decision::Approved)),
        ("-1" | "0" | "3", None) => Some((updated(), Decision::Approved)),
        _ => None,
    };
    let Some((at, decision)) = over else {
        return true;
    };
    let at = at.unwrap_or(approved).max(approved);
    facts.push(
        teller.tell(format!("{id}/over"), at, GatePhase::Closed, |gate| {
            named(gate);
            gate.decision = Some(decision);
        }),
    );
    false
}

struct Teller<'a> {
    reach: &'a Reach<'a>,
    known: Gate<String>,
}

impl Teller<'_> {
    fn tell(
        &self,
        id: String,
        at: Timestamp,
        phase: GatePhase,
        more: impl FnOnce(&mut Gate<String>),
    ) -> Event<String> {
        let mut gate = Gate {
            phase,
            ..self.known.clone()
        };
        more(&mut gate);
        Event {
            source: self.reach.instance.source.clone(),
            id,
            at,
            kind: Kind::Gate(gate),
        }
    }
}

/// What every event of it says.
fn known(reach: &Reach<'_>, change: &Record) -> Gate<String> {
    let told = reach.told;
    let field = |name: &str| change.said(name);
    let texts = ["short_description", "description", "correlation_id"];
    let found = mentions(texts.map(|name| change.value(name)));
    let mut changes = vec![change.number().to_owned()];
    changes.extend(found.changes);
    Gate {
        gate: change.number().to_owned(),
        name: Some(NAME.to_owned()),
        requestor: change.who("requested_by"),
        url: Some(reach.shown(change)),
        service: service(reach, change),
        environment: named(told.environment.as_deref(), &[], field),
        version: named(told.version.as_deref(), &[], field).or(found.version),
        sha: found.sha,
        changes: changes.into(),
        ..Gate::default()
    }
}

/// The service that it is of.
#[must_use]
pub fn service(reach: &Reach<'_>, change: &Record) -> Option<String> {
    named(reach.told.service.as_deref(), &SERVICES, |name| {
        change.said(name)
    })
}

/// Who is asked, or was: each once, in the order of their names.
#[must_use]
pub fn approvers(approvals: &[&Record]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let asked = approvals
        .iter()
        .filter(|one| matches!(one.value("state"), "requested" | "approved" | "rejected"));
    for name in asked.filter_map(|one| one.who("approver")) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    names
}

/// Whose decision was the last.
#[must_use]
pub fn responder(approvals: &[&Record], decision: Decision) -> Option<String> {
    let votes = approvals.iter().filter(|one| vote(one) == Some(decision));
    votes
        .max_by_key(|one| one.time("sys_updated_on"))
        .and_then(|one| one.who("approver"))
}
