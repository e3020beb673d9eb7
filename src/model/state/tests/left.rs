//! Changes that have left their path behind: it ends before production, which nothing is known of.

use super::{at, merged, run, sample};
use crate::event::kind::{Outcome, ReviewState};
use crate::model::definition::{Rules, StepKind};
use crate::model::locate::{Match, whereabouts};
use crate::model::sample::Sample;
use crate::model::state::Lives;

/// Where the first change is on a path that ends before production, where nothing was ever deployed.
fn on(mut s: Sample, kinds: &[StepKind], as_of: &str) -> Match {
    let steps: Vec<_> = kinds
        .iter()
        .map(|kind| (kind.word(), *kind, None))
        .collect();
    s.path(&steps);
    s.workload().path.derived = true;
    s.workload().records.clear();
    s.workload().definition.team = Some("payments".to_owned());
    s.workload().as_of = at(as_of);
    let workload = s.done();
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    whereabouts(&lives, 0, &[], &[]).unwrap()
}

/// It waits for production since then, and the team is asked.
#[track_caller]
fn waits(found: &Match, since: &str) {
    assert_eq!(
        (found.state, found.since),
        ("waiting", Some(at(since))),
        "{found:?}"
    );
    let sentence = format!("waiting for production, since {}, on payments", at(since));
    assert!(found.sentence.ends_with(&sentence), "{}", found.sentence);
    assert_eq!(found.on, ["payments"]);
}

const REVIEWED: [StepKind; 2] = [StepKind::Code, StepKind::Review];

#[test]
fn nobody_works_on_a_change_that_is_merged() {
    let merged = |state: Option<ReviewState>| {
        let mut s = sample();
        s.review("bob", "03-03 10:00");
        s.last_change().reviews[0].state = state;
        merged(&mut s);
        s
    };
    for state in [
        None,
        Some(ReviewState::Commented),
        Some(ReviewState::Approved),
        Some(ReviewState::ChangesRequested),
    ] {
        waits(&on(merged(state), &REVIEWED, "03-04 00:00"), "03-03 12:00");
    }
    // A label that is set later is an update, too.
    let mut s = merged(Some(ReviewState::ChangesRequested));
    s.last_change().updated.push(at("03-03 15:00"));
    waits(&on(s, &REVIEWED, "03-04 00:00"), "03-03 12:00");
}

#[test]
fn nobody_works_on_a_commit_that_reached_its_branch() {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-03 12:00", &[]).direct("m1", "r");
    s.last_change().merged = Some(at("03-03 13:00"));
    waits(&on(s, &[StepKind::Code], "03-04 00:00"), "03-03 13:00");
    // Nor does it wait for the review that requests have.
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-03 12:00", &[]).direct("m1", "r");
    s.last_change().merged = Some(at("03-03 13:00"));
    waits(&on(s, &REVIEWED, "03-04 00:00"), "03-03 13:00");
}

#[test]
fn a_step_that_is_done_is_not_waited_for() {
    let tested = [StepKind::Code, StepKind::Review, StepKind::Test];
    let passed = Some(Outcome::Success);
    // On the request, before the merge.
    let mut s = sample();
    merged(&mut s);
    run(
        &mut s,
        [None, Some("03-03 10:00"), Some("03-03 10:20")],
        passed,
    );
    let head = s.sha("c1");
    s.workload().runs[0].commit = Some(head);
    waits(&on(s, &tested, "03-04 00:00"), "03-03 12:00");
    // And after it.
    let mut s = sample();
    merged(&mut s);
    run(
        &mut s,
        [None, Some("03-03 12:10"), Some("03-03 12:20")],
        passed,
    );
    waits(&on(s, &tested, "03-04 00:00"), "03-03 12:20");
    // One that did not run is.
    let mut s = sample();
    merged(&mut s);
    run(
        &mut s,
        [None, Some("03-03 12:10"), Some("03-03 12:20")],
        passed,
    );
    let other = s.sha("m0");
    s.workload().runs[0].commit = Some(other);
    let found = on(s, &tested, "03-04 00:00");
    assert!(
        found.sentence.contains("waiting for test"),
        "{}",
        found.sentence
    );
}
