//! Which step had the change when: it is the end of a step that decides, not when it was asked for.

use super::{Way, at, sample, way};
use crate::event::kind::{Outcome, RunKind};
use crate::model::definition::{Step, StepKind};
use crate::model::entity::Run;
use crate::model::sample::Sample;
use crate::model::state::State;

/// code → review → test → build → production, merged at 12:00.
fn shipped() -> Sample {
    let mut s = sample();
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("test", StepKind::Test, None),
        ("build", StepKind::Build, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    super::merged(&mut s);
    s
}

/// A successful run on a commit: queued, started, finished.
fn run(s: &mut Sample, (kind, name, sha): (RunKind, &str, &str), times: [&str; 3]) {
    let commit = Some(s.sha(sha));
    let (id, source) = (
        s.name(&format!("{name} of {sha} at {}", times[0])),
        s.name("ci"),
    );
    let name = Some(s.name(name));
    let [queued, started, finished] = times.map(|time| Some(at(&format!("03-03 {time}"))));
    s.workload().runs.push(Run {
        id,
        kind,
        source,
        name,
        url: None,
        step: None,
        commit,
        artifact: None,
        environment: None,
        branch: None,
        attempt: 1,
        queued,
        started,
        finished,
        outcome: Some(Outcome::Success),
    });
}

const TEST: (RunKind, &str, &str) = (RunKind::Test, "unit", "m1");
const BUILD: (RunKind, &str, &str) = (RunKind::Build, "image", "m1");

/// In production at 13:00, and when that was asked for and started.
fn deploy(s: &mut Sample, queued: &str, started: &str) {
    s.deploy("d1", "r", "m1", "03-03 13:00");
    s.record().queued = Some(at(&format!("03-03 {queued}")));
    s.record().started = Some(at(&format!("03-03 {started}")));
}

/// From when until when each step had the change after the merge.
fn ladder(s: Sample) -> Vec<(String, String, String)> {
    let mut ladder: Vec<(String, String, String)> = Vec::new();
    for (step, _, from, to) in after_merge(way(s, "03-05 00:00")) {
        match ladder.last_mut() {
            Some(last) if last.0 == step => last.2 = to,
            _ => ladder.push((step, from, to)),
        }
    }
    ladder
}

fn after_merge(way: Way) -> Vec<(String, State, String, String)> {
    let legs = way.into_iter().filter(|leg| &*leg.2 >= "03 12:00");
    legs.collect()
}

fn had(step: &str, from: &str, to: &str) -> (String, String, String) {
    (step.to_owned(), format!("03 {from}"), format!("03 {to}"))
}

#[test]
fn steps_that_were_all_asked_for_at_once_have_their_own_time() {
    let mut s = shipped();
    run(&mut s, TEST, ["12:00", "12:00", "12:20"]);
    run(&mut s, BUILD, ["12:00", "12:20", "12:40"]);
    deploy(&mut s, "12:00", "12:40");
    let expected = [
        had("test", "12:00", "12:20"),
        had("build", "12:20", "12:40"),
        had("production", "12:40", "13:00"),
    ];
    assert_eq!(ladder(s), expected);
}

#[test]
fn a_step_that_started_before_the_one_that_it_needs_was_done_has_the_rest() {
    let mut s = shipped();
    run(&mut s, TEST, ["12:00", "12:00", "12:30"]);
    run(&mut s, BUILD, ["12:10", "12:10", "12:40"]);
    deploy(&mut s, "12:20", "12:35");
    let expected = [
        had("test", "12:00", "12:30"),
        had("build", "12:30", "12:40"),
        had("production", "12:40", "13:00"),
    ];
    assert_eq!(ladder(s), expected);
}

#[test]
fn a_step_that_was_done_before_the_one_that_it_needs_held_nothing_up() {
    let mut s = shipped();
    run(&mut s, TEST, ["12:00", "12:00", "12:50"]);
    run(&mut s, BUILD, ["12:00", "12:00", "12:10"]);
    deploy(&mut s, "12:00", "12:50");
    let expected = [
        had("test", "12:00", "12:50"),
        had("production", "12:50", "13:00"),
    ];
    assert_eq!(ladder(s), expected);
}

#[test]
fn a_step_that_was_done_too_late_or_never_ran_is_left_out() {
    let mut s = shipped();
    run(&mut s, TEST, ["12:00", "12:00", "13:30"]);
    deploy(&mut s, "12:00", "12:50");
    assert_eq!(ladder(s), [had("production", "12:00", "13:00")]);
    let mut s = shipped();
    run(&mut s, BUILD, ["12:00", "12:20", "12:40"]);
    deploy(&mut s, "12:00", "12:40");
    let expected = [
        had("build", "12:00", "12:40"),
        had("production", "12:40", "13:00"),
    ];
    assert_eq!(ladder(s), expected);
}

#[test]
fn what_ran_on_the_request_does_not_stand_for_what_runs_after_the_merge() {
    let mut s = shipped();
    run(
        &mut s,
        (RunKind::Test, "unit", "c1"),
        ["10:00", "10:00", "10:20"],
    );
    run(&mut s, TEST, ["12:00", "12:00", "12:20"]);
    run(&mut s, BUILD, ["12:00", "12:20", "12:40"]);
    deploy(&mut s, "12:00", "12:40");
    assert_eq!(ladder(s)[0], had("test", "12:00", "12:20"));
}

#[test]
fn of_two_steps_side_by_side_the_one_that_ended_last_has_the_time() {
    let mut s = shipped();
    s.workload().path.steps.insert(
        4,
        Step {
            needs: vec![1],
            ..Step::bare("scan", StepKind::Scan)
        },
    );
    s.workload().path.steps[5].needs = vec![3, 4];
    run(&mut s, TEST, ["12:00", "12:00", "12:10"]);
    run(&mut s, BUILD, ["12:00", "12:10", "12:20"]);
    run(
        &mut s,
        (RunKind::Task, "scan", "m1"),
        ["12:00", "12:05", "12:45"],
    );
    deploy(&mut s, "12:00", "12:45");
    let expected = [
        had("scan", "12:00", "12:45"),
        had("production", "12:45", "13:00"),
    ];
    assert_eq!(ladder(s), expected);
}

#[test]
fn what_is_run_once_more_while_something_else_is_waited_for_holds_nothing_up() {
    let mut s = shipped();
    run(&mut s, TEST, ["12:00", "12:00", "12:10"]);
    run(&mut s, BUILD, ["12:10", "12:10", "12:20"]);
    deploy(&mut s, "12:20", "12:50");
    run(&mut s, TEST, ["12:30", "12:30", "12:40"]);
    let expected = [
        had("test", "12:00", "12:10"),
        had("build", "12:10", "12:20"),
        had("production", "12:20", "13:00"),
    ];
    assert_eq!(ladder(s), expected);
    // Something else of the same step is no repetition, nor is what nobody named.
    for (second, named) in [("browser", true), ("unit", false)] {
        let mut s = shipped();
        run(&mut s, TEST, ["12:00", "12:00", "12:10"]);
        run(&mut s, BUILD, ["12:10", "12:10", "12:20"]);
        deploy(&mut s, "12:20", "12:50");
        let second = (RunKind::Test, second, "m1");
        run(&mut s, second, ["12:30", "12:30", "12:40"]);
        for run in &mut s.workload().runs {
            run.name = run.name.filter(|_| named);
        }
        let expected = [
            had("test", "12:00", "12:40"),
            had("production", "12:40", "13:00"),
        ];
        assert_eq!(ladder(s), expected);
    }
}

#[test]
fn a_review_that_ends_while_the_test_runs_keeps_its_time() {
    let mut s = shipped();
    run(&mut s, TEST, ["11:30", "11:40", "12:20"]);
    deploy(&mut s, "12:20", "12:50");
    let way = way(s, "03-05 00:00");
    let until = way.iter().rfind(|leg| leg.0 == "review");
    assert_eq!(until.unwrap().3, "03 12:00");
}
