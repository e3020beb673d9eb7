//! Gates that live in no tool: they are steps of the path, and leadtime itself keeps what is decided. Each holds the changes that wait there.

use super::super::entity::Change;
use super::super::evidence::Subject;
use super::super::name::Name;
use super::super::state::Lives;
use super::super::{OWN, Workload, step};
use super::{Evidence, OpenGate, before};
use crate::event::time::Timestamp;

/// What speaks for the newest of some changes, which carries those before it: a gate that lives in no tool holds changes, and no version of its own.
pub(super) fn newest<'a>(
    lives: &Lives<'_>,
    place: Option<usize>,
    held: impl Iterator<Item = &'a Change>,
) -> Vec<Evidence> {
    let newest = held.max_by_key(|change| change.merged);
    newest.map_or_else(Vec::new, |change| {
        before(lives, place, &Subject::of_change(lives.workload, change))
    })
}

/// The changes at a gate of leadtime's own that some have approved, and more must: it is told of with the others.
fn asked(workload: &Workload) -> Vec<(Option<usize>, Name)> {
    let open = workload
        .gates
        .iter()
        .filter(|gate| gate.closed.is_none() && workload.text(gate.source) == OWN);
    let asked = open.flat_map(|gate| {
        let place = step::of_gate(workload, gate);
        gate.changes.iter().map(move |change| (place, *change))
    });
    asked.collect()
}

/// Gates that live in no tool: one for each step at which changes wait.
pub(super) fn manual(lives: &Lives<'_>) -> Vec<OpenGate> {
    let workload = lives.workload;
    let places = 0..workload.path.steps.len();
    if !places.clone().any(|place| lives.is_manual(place)) {
        return Vec::new();
    }
    let mut waiting: Vec<Vec<(Timestamp, &Change)>> = vec![Vec::new(); workload.path.steps.len()];
    let asked = asked(workload);
    for (change, one) in (0..).zip(&workload.changes) {
        if !lives.in_flight(change) {
            continue;
        }
        for (place, since) in lives.waits_at(change) {
            if !asked.contains(&(Some(place), one.id)) {
                waiting[place].push((since, one));
            }
        }
    }
    places
        .filter_map(|place| {
            let step = &workload.path.steps[place];
            let mut held = std::mem::take(&mut waiting[place]);
            let id = |change: &Change| workload.text(change.id);
            held.sort_by_key(|(from, change)| (*from, id(change)));
            let opened = held.first()?.0;
            let open = OpenGate {
                gate: format!("{}/{}", workload.name(), step.name),
                workload: workload.name().to_owned(),
                step: Some(step.name.clone()),
                environment: None,
                opened,
                waiting_seconds: workload.as_of - opened,
                due: step.within.map(|within| opened + within),
                requestor: None,
                changes: held
                    .iter()
                    .map(|(_, change)| id(change).to_owned())
                    .collect(),
                version: None,
                sha: None,
                artifact: None,
                approvers: step.approvers.clone(),
                may_decide: None,
                why_not: None,
                bar: None,
                superseded_by: None,
                holds_back: 0,
                evidence: newest(lives, Some(place), held.iter().map(|(_, change)| *change)),
                url: None,
                approvals: step.approvals,
                votes: Vec::new(),
            };
            Some(open.judged(lives, Some(step), None))
        })
        .collect()
}
