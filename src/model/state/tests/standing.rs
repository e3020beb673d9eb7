//! Where a change stands that is on its way, by what production needs, and which gates wait for it meanwhile.

use super::{at, ends, gate, merged, run, sample, staged, way};
use crate::event::kind::{Decision, Outcome, Severities};
use crate::model::definition::{Limits, Rules, Step, StepKind};
use crate::model::entity::Scan;
use crate::model::gate::open;
use crate::model::locate::whereabouts;
use crate::model::sample::Sample;
use crate::model::state::silence::Silence;
use crate::model::state::{Lives, State};

/// A scan of m1 that found nothing.
fn scan(s: &mut Sample, time: &str) {
    let (id, source, tool) = (s.name(time), s.name("scanner"), Some(s.name("trivy")));
    let commit = Some(s.sha("m1"));
    s.workload().scans.push(Scan {
        id,
        source,
        at: at(time),
        tool,
        commit,
        artifact: None,
        digest: None,
        suppressed: Vec::new(),
        outcome: None,
        counts: None,
        url: None,
    });
}

/// Scanned at 12:20 and in staging at 13:00; scanned again in the two nights that follow.
fn scanned() -> Sample {
    let mut s = staged();
    s.workload().path.steps[2].kind = StepKind::Scan;
    s.workload().runs.clear();
    for time in ["03-03 12:20", "03-04 05:00", "03-05 05:00"] {
        scan(&mut s, time);
    }
    s
}

/// The gates that live in no tool, each since when, and what they hold.
fn gates(mut s: Sample, as_of: &str, silence: Option<Silence>) -> Vec<(String, String, usize)> {
    s.workload().as_of = at(as_of);
    let workload = s.done();
    let rules = Rules::default();
    let gates = open(&Lives::new(&workload, &rules, silence));
    let short = |time: crate::event::time::Timestamp| time.to_string()[8..16].replace('T', " ");
    gates
        .into_iter()
        .map(|gate| (gate.gate, short(gate.opened), gate.changes.len()))
        .collect()
}

fn one(gate: &str, since: &str) -> Vec<(String, String, usize)> {
    vec![(format!("shop/{gate}"), since.to_owned(), 1)]
}

#[test]
fn a_scan_of_every_night_does_not_begin_the_wait_anew() {
    let cab = |as_of: &str| {
        ends(&way(scanned(), as_of), "cab", State::Gated, "03 13:00");
        assert_eq!(gates(scanned(), as_of, None), one("cab", "03 13:00"));
    };
    cab("03-03 20:00");
    cab("03-05 20:00");
    // Nor once it is live, whoever let it go: what was asked for only after the nights.
    let mut s = scanned();
    s.deploy("d1", "r", "m1", "03-05 21:00");
    s.record().started = Some(at("03-05 20:30"));
    let way = way(s, "03-06 00:00");
    assert!(
        way.iter()
            .all(|leg| leg.0 != "test" || &*leg.3 <= "03 12:20"),
        "{way:?}"
    );
}

/// A test that only itself needs, beside the way to staging, and that has filled its step before.
fn with_side_step(needs: usize) -> Sample {
    let mut s = staged();
    let side = Step {
        needs: vec![needs],
        ..Step::bare("e2e", StepKind::Verify)
    };
    let steps = &mut s.workload().path.steps;
    steps.insert(2, side);
    for step in &mut steps[4..] {
        for need in &mut step.needs {
            *need += 1;
        }
    }
    run(&mut s, [None, None, Some("02-02 07:30")], None);
    let (step, other) = (s.name("e2e"), s.sha("m0"));
    let last = s.workload().runs.last_mut().unwrap();
    (last.step, last.commit) = (Some(step), Some(other));
    s
}

#[test]
fn a_step_that_production_does_not_need_holds_nothing_up() {
    let s = with_side_step(1);
    ends(&way(s, "03-03 17:00"), "cab", State::Gated, "03 13:00");
    let cab = gates(with_side_step(1), "03-03 17:00", None);
    assert_eq!(cab, one("cab", "03 13:00"));
    // While it runs for the change itself.
    let mut s = with_side_step(1);
    run(&mut s, [None, Some("03-03 14:00"), None], None);
    let step = Some(s.name("e2e"));
    s.workload().runs.last_mut().unwrap().step = step;
    ends(&way(s, "03-03 17:00"), "cab", State::Gated, "03 13:00");
}

/// code → review → test → production, which needs a gate beside the test as well.
fn beside() -> Sample {
    let mut s = sample();
    merged(&mut s);
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("test", StepKind::Test, None),
        ("qa", StepKind::Gate, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    let steps = &mut s.workload().path.steps;
    steps[3].needs = vec![1];
    steps[4].needs = vec![2, 3];
    s.workload()
        .records
        .retain(|record| record.finished == Some(at("02-02 08:00")));
    run(
        &mut s,
        [None, Some("03-03 13:00"), Some("03-03 15:00")],
        Some(Outcome::Success),
    );
    s
}

#[test]
fn a_gate_beside_a_machine_waits_while_it_runs() {
    let running = || {
        let mut s = beside();
        let run = s.workload().runs.last_mut().unwrap();
        (run.finished, run.outcome) = (None, None);
        s
    };
    ends(
        &way(running(), "03-03 14:00"),
        "test",
        State::Working,
        "03 13:00",
    );
    assert_eq!(gates(running(), "03-03 14:00", None), one("qa", "03 12:00"));
    assert_eq!(gates(beside(), "03-03 16:00", None), one("qa", "03 12:00"));
}

#[test]
fn a_gate_waits_whoever_is_silent() {
    let silence = Silence {
        whole: Some(at("03-03 15:00")),
        steps: Vec::new(),
    };
    let gates = gates(staged(), "03-03 20:00", Some(silence));
    assert_eq!(gates, one("cab", "03 13:00"));
}

#[test]
fn an_attempt_whose_end_nobody_told_holds_nothing_up() {
    // Another attempt at the same run passed, or another run of that name did.
    let lost = |id: &str, outcome: Outcome| {
        let mut s = sample();
        merged(&mut s);
        run(&mut s, [None, Some("03-03 12:10"), None], None);
        let times = [None, Some("03-03 13:00"), Some("03-03 13:20")];
        run(&mut s, times, Some(outcome));
        let (id, name) = (s.name(id), Some(s.name("unit")));
        for (attempt, run) in (1..).zip(&mut s.workload().runs) {
            (run.name, run.attempt) = (name, attempt);
        }
        s.workload().runs[1].id = id;
        way(s, "03-05 00:00")
    };
    for id in ["run", "another"] {
        let way = lost(id, Outcome::Success);
        ends(&way, "staging", State::Waiting, "03 13:20");
    }
    let way = lost("run", Outcome::Failure);
    ends(&way, "test", State::Failed, "03 13:20");
    // Another run may be running still.
    let way = lost("another", Outcome::Failure);
    ends(&way, "test", State::Working, "03 12:10");
}

#[test]
fn what_happens_at_the_very_instant_has_happened() {
    let mut s = staged();
    gate(&mut s, "m1", "03-03 14:00", None);
    s.workload().as_of = at("03-03 14:00");
    let workload = s.done();
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    let found = whereabouts(&lives, 0, &[], &[]).unwrap();
    let since = Some(at("03-03 14:00"));
    assert_eq!((found.state, found.since), ("gated", since));
    assert_eq!(found.entered(), Some(at("03-03 13:00")));
    let life = lives.life(0).unwrap();
    assert_eq!(life.until(), at("03-03 14:00"));
    assert!(life.legs.iter().all(|leg| leg.from < leg.to));
    // Closed at that instant, it is closed.
    let mut s = staged();
    let approved = ("03-03 15:00", Decision::Approved);
    gate(&mut s, "m1", "03-03 14:00", Some(approved));
    s.workload().as_of = at("03-03 15:00");
    let workload = s.done();
    let lives = Lives::new(&workload, &rules, None);
    let found = whereabouts(&lives, 0, &[], &[]).unwrap();
    let (state, step) = (found.state, found.step.as_deref());
    assert_eq!((state, step), ("waiting", Some("production")));
    assert_eq!(found.since, Some(at("03-03 15:00")));
    // And what is opened then is open.
    let mut s = sample();
    s.commit("r", "c1", "03-03 09:00", &["m0"]);
    s.workload().as_of = at("03-03 09:00");
    let workload = s.done();
    let lives = Lives::new(&workload, &rules, None);
    let found = whereabouts(&lives, 0, &[], &[]).unwrap();
    let (state, step) = (found.state, found.step.as_deref());
    assert_eq!((state, step), ("waiting", Some("review")));
}

#[test]
fn a_gate_that_was_passed_over_kept_its_time() {
    let live = |closed: Option<(&str, Decision)>| {
        let mut s = staged();
        gate(&mut s, "m1", "03-03 14:00", closed);
        s.deploy("d1", "r", "m1", "03-03 19:00");
        s.record().started = Some(at("03-03 18:30"));
        let way = way(s, "03-05 00:00");
        let after = way.into_iter().filter(|leg| &*leg.2 >= "03 13:00");
        let told = after.map(|leg| (leg.0, leg.1, leg.3));
        told.collect::<Vec<_>>()
    };
    let leg = |step: &str, state, to: &str| (step.to_owned(), state, format!("03 {to}"));
    let working = leg("production", State::Working, "19:00");
    let waiting = leg("production", State::Waiting, "14:00");
    let open = [
        waiting.clone(),
        leg("cab", State::Gated, "18:30"),
        working.clone(),
    ];
    assert_eq!(live(None), open);
    assert_eq!(live(Some(("03-04 00:00", Decision::Approved))), open);
    let rejected = [
        waiting,
        leg("cab", State::Gated, "15:00"),
        leg("staging", State::Failed, "18:30"),
        working,
    ];
    assert_eq!(live(Some(("03-03 15:00", Decision::Rejected))), rejected);
}

#[test]
fn a_gate_holds_what_is_in_an_environment_that_does_not_need_it() {
    let mut s = staged();
    let perf = Step {
        environment: Some("perf".to_owned()),
        needs: vec![3],
        ..Step::bare("perf", StepKind::Deploy)
    };
    let steps = &mut s.workload().path.steps;
    steps.insert(5, perf);
    steps[6].needs = vec![4, 5];
    s.deploy("f1", "r", "m1", "03-03 13:30");
    let perf = s.name("perf");
    s.record().environment = Some(perf);
    gate(&mut s, "m1", "03-03 14:00", None);
    ends(&way(s, "03-03 16:00"), "cab", State::Gated, "03 14:00");
}

/// A deployment of m1 to production from 14:00 on, which has not ended or failed at 15:00.
fn tried(s: &mut Sample, failed: bool) {
    s.deploy("d1", "r", "m1", "03-03 15:00");
    let record = s.record();
    record.started = Some(at("03-03 14:00"));
    if failed {
        record.outcome = Some(Outcome::Failure);
    } else {
        (record.finished, record.outcome) = (None, None);
    }
}

#[test]
fn a_deployment_that_went_past_a_step_is_where_its_change_is() {
    let hotfix = |failed: bool| {
        let mut s = sample();
        merged(&mut s);
        tried(&mut s, failed);
        way(s, "03-03 17:00")
    };
    ends(&hotfix(false), "production", State::Working, "03 14:00");
    ends(&hotfix(true), "production", State::Failed, "03 15:00");
    let mut s = sample();
    merged(&mut s);
    tried(&mut s, true);
    s.deploy("d2", "r", "m1", "03-03 18:00");
    let record = s.record();
    record.queued = Some(at("03-03 16:00"));
    (record.finished, record.outcome) = (None, None);
    let again = way(s, "03-03 17:00");
    ends(&again, "production", State::Queued, "03 16:00");
    // A gate that lives in no tool holds what it has not let through, once nothing runs.
    let past_the_gate = |failed: bool| {
        let mut s = staged();
        tried(&mut s, failed);
        way(s, "03-03 17:00")
    };
    let running = past_the_gate(false);
    ends(&running, "production", State::Working, "03 14:00");
    let over = past_the_gate(true);
    ends(&over, "cab", State::Gated, "03 13:00");
    // One that is asked in a tool holds what is under way already.
    let mut s = staged();
    gate(&mut s, "m1", "03-03 14:00", None);
    tried(&mut s, false);
    ends(&way(s, "03-03 17:00"), "cab", State::Gated, "03 14:00");
    // What is tried anew where it should come first is there.
    let mut s = sample();
    merged(&mut s);
    tried(&mut s, true);
    let staging = Some(s.name("staging"));
    s.deploy("s1", "r", "m1", "03-03 18:00");
    let record = s.record();
    (record.environment, record.started) = (staging, Some(at("03-03 16:00")));
    (record.finished, record.outcome) = (None, None);
    ends(
        &way(s, "03-03 17:00"),
        "staging",
        State::Working,
        "03 16:00",
    );
}

#[test]
fn a_gate_that_lives_in_no_tool_was_open_until_the_change_went_past() {
    let mut s = staged();
    s.deploy("d1", "r", "m1", "03-03 19:00");
    s.record().started = Some(at("03-03 18:30"));
    let way = way(s, "03-05 00:00");
    let after = way.into_iter().filter(|leg| &*leg.2 >= "03 13:00");
    let told: Vec<_> = after.map(|leg| (leg.0, leg.1, leg.3)).collect();
    let leg = |step: &str, state, to: &str| (step.to_owned(), state, format!("03 {to}"));
    let expected = [
        leg("cab", State::Gated, "18:30"),
        leg("production", State::Working, "19:00"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_gate_holds_what_nobody_told_the_beginning_of() {
    let mut s = staged();
    s.last_change().opened = None;
    for commit in &mut s.workload().commits {
        commit.at = None;
    }
    let gates = gates(s, "03-03 17:00", None);
    assert_eq!(gates, one("cab", "03 13:00"));
}

#[test]
fn a_scan_over_the_limits_of_its_step_did_not_pass() {
    let found = |critical: u32| {
        let mut s = sample();
        merged(&mut s);
        let step = &mut s.workload().path.steps[2];
        step.kind = StepKind::Scan;
        step.limits = Some(Limits {
            critical: Some(0),
            ..Limits::default()
        });
        scan(&mut s, "03-03 12:20");
        let last = s.workload().scans.last_mut().unwrap();
        last.counts = Some(Severities {
            critical,
            ..Severities::default()
        });
        way(s, "03-03 17:00")
    };
    ends(&found(0), "staging", State::Waiting, "03 12:20");
    ends(&found(1), "test", State::Failed, "03 12:20");
}

#[test]
fn a_scan_fills_the_step_that_asks_for_its_scanner_whoever_tells_of_it() {
    let scanned = |from: &str| {
        let mut s = sample();
        merged(&mut s);
        let step = &mut s.workload().path.steps[2];
        (step.kind, step.from) = (StepKind::Scan, Some(from.to_owned()));
        scan(&mut s, "03-03 12:20");
        way(s, "03-03 17:00")
    };
    ends(&scanned("trivy"), "staging", State::Waiting, "03 12:20");
    ends(&scanned("scanner"), "staging", State::Waiting, "03 12:20");
    ends(&scanned("grype"), "staging", State::Waiting, "03 12:00");
}

#[test]
fn what_may_be_deployed_is_not_deployed() {
    let mut s = sample();
    merged(&mut s);
    let approved = ("03-03 14:00", Decision::Approved);
    gate(&mut s, "m1", "03-03 13:00", Some(approved));
    let staging = Some(s.name("staging"));
    let gate = s.workload().gates.last_mut().unwrap();
    (gate.name, gate.environment) = (None, staging);
    ends(
        &way(s, "03-03 17:00"),
        "staging",
        State::Waiting,
        "03 14:00",
    );
}
