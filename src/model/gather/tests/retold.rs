//! Things that begin or end more than once, and begin and end told at one instant in the wrong order.

use super::{Told, day, deployed, event, gathered};
use crate::event::kind::{Decision, Deployment, Gate, GatePhase, Kind, Outcome, Phase, Run};
use crate::event::time::Timestamp;

type Row = (Option<Timestamp>, Option<Timestamp>, Option<Outcome>);

const OK: Option<Outcome> = Some(Outcome::Success);
const BAD: Option<Outcome> = Some(Outcome::Failure);

fn deployment(id: &'static str, at: i64, phase: Phase, outcome: Option<Outcome>) -> Told {
    let fact = Deployment {
        phase,
        outcome,
        ..Deployment::default()
    };
    deployed(id, at, fact)
}

fn run(id: &'static str, at: i64, phase: Phase, outcome: Option<Outcome>) -> Told {
    let fact = Run {
        run: "r1",
        repository: Some("shop"),
        phase,
        outcome,
        ..Run::default()
    };
    event(id, at, Kind::Run(fact))
}

fn gate(id: &'static str, at: i64, phase: GatePhase, decision: Option<Decision>) -> Told {
    let fact = Gate {
        gate: "g1",
        repository: Some("shop"),
        phase,
        decision,
        ..Gate::default()
    };
    event(id, at, Kind::Gate(fact))
}

fn records(events: &[Told], until: i64) -> Vec<Row> {
    let records = gathered(events, until).records;
    let rows = records.iter();
    rows.map(|record| (record.started, record.finished, record.outcome))
        .collect()
}

fn runs(events: &[Told]) -> Vec<Row> {
    let runs = gathered(events, 9).runs;
    let rows = runs.iter();
    rows.map(|run| (run.started, run.finished, run.outcome))
        .collect()
}

fn gates(events: &[Told]) -> Vec<(Timestamp, Option<Timestamp>, Option<Decision>)> {
    let gates = gathered(events, 9).gates;
    let rows = gates.iter();
    rows.map(|gate| (gate.opened, gate.closed, gate.decision))
        .collect()
}

#[test]
fn a_record_that_finishes_twice_is_two_rows() {
    let events = [
        deployment("a", 1, Phase::Started, None),
        deployment("b", 2, Phase::Finished, BAD),
        deployment("c", 4, Phase::Started, None),
        deployment("d", 5, Phase::Finished, OK),
    ];
    let first = (Some(day(1)), Some(day(2)), BAD);
    assert_eq!(records(&events, 3), [first]);
    assert_eq!(records(&events, 4), [first, (Some(day(4)), None, None)]);
    let second = (Some(day(4)), Some(day(5)), OK);
    assert_eq!(records(&events, 9), [first, second]);
    // Nobody says when it began again: not when it first did.
    let [a, b, _, d] = events;
    let unknown = (None, Some(day(5)), OK);
    assert_eq!(records(&[a, b, d], 9), [first, unknown]);
}

#[test]
fn a_deployment_begun_and_finished_at_one_instant_is_over() {
    for [started, finished] in [["a", "b"], ["b", "a"]] {
        let events = [
            deployment(started, 1, Phase::Started, None),
            deployment(finished, 1, Phase::Finished, OK),
        ];
        let found = records(&events, 9);
        let ends: Vec<_> = found.iter().map(|row| (row.1, row.2)).collect();
        assert_eq!(ends, [(Some(day(1)), OK)], "{started} {finished}");
    }
}

#[test]
fn a_run_begun_and_finished_at_one_instant_is_over() {
    for [started, finished] in [["a", "b"], ["b", "a"]] {
        let events = [
            run(started, 1, Phase::Started, None),
            run(finished, 1, Phase::Finished, OK),
        ];
        assert_eq!(runs(&events), [(Some(day(1)), Some(day(1)), OK)]);
    }
}

#[test]
fn a_gate_opened_and_closed_at_one_instant_is_decided() {
    for [opened, closed] in [["a", "b"], ["b", "a"]] {
        let events = [
            gate(opened, 1, GatePhase::Created, None),
            gate(closed, 1, GatePhase::Closed, Some(Decision::Approved)),
        ];
        let decided = (day(1), Some(day(1)), Some(Decision::Approved));
        assert_eq!(gates(&events), [decided]);
    }
}

#[test]
fn a_gate_asked_again_is_another_wait() {
    let events = [
        gate("a", 1, GatePhase::Created, None),
        gate("b", 2, GatePhase::Closed, Some(Decision::Rejected)),
        gate("c", 3, GatePhase::Created, None),
    ];
    let rejected = (day(1), Some(day(2)), Some(Decision::Rejected));
    assert_eq!(gates(&events), [rejected, (day(3), None, None)]);
}

#[test]
fn a_run_begun_again_under_one_number_is_another() {
    let first = [
        run("a", 1, Phase::Started, None),
        run("b", 2, Phase::Finished, BAD),
    ];
    let failed = (Some(day(1)), Some(day(2)), BAD);
    let with = |more: &[Told]| runs(&[&first, more].concat());
    let again = run("c", 3, Phase::Started, None);
    let passed = run("d", 4, Phase::Finished, OK);
    assert_eq!(
        with(std::slice::from_ref(&again)),
        [failed, (Some(day(3)), None, None)]
    );
    assert_eq!(
        with(&[again, passed.clone()]),
        [failed, (Some(day(3)), Some(day(4)), OK)]
    );
    assert_eq!(with(&[passed]), [failed, (None, Some(day(4)), OK)]);
    // The same end told once more is no attempt.
    let same = run("d", 4, Phase::Finished, BAD);
    assert_eq!(with(&[same]).len(), 1);
}
