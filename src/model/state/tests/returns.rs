//! Which steps a change came back to.

use super::{at, deploy, gate, merged, run, sample};
use crate::event::kind::{Decision, Outcome, ReviewState};
use crate::model::definition::Rules;
use crate::model::sample::Sample;
use crate::model::state::{End, Life, Lives};

/// The first change.
fn life(mut s: Sample) -> (Life, Vec<String>) {
    s.workload().as_of = at("03-10 00:00");
    let workload = s.done();
    let rules = Rules::default();
    let life = Lives::new(&workload, &rules, None).life(0).unwrap();
    let back = workload.path.steps.iter().zip(&life.returned);
    let back = back.filter(|(_, returned)| **returned);
    let back = back.map(|(step, _)| step.name.clone()).collect();
    (life, back)
}

/// m1 of `r` and x1 of `q` go to production as one deployment.
fn of_two_repositories() -> Sample {
    let mut s = sample();
    merged(&mut s);
    s.commit("q", "x0", "02-01 08:00", &[])
        .commit("q", "x1", "03-03 08:00", &["x0"]);
    s.deploy("d0", "q", "x0", "02-02 08:00");
    s.deploy("d1", "r", "m1", "03-03 16:00");
    s.deploy("d1", "q", "x1", "03-03 16:00");
    s
}

#[test]
fn what_another_repository_took_back_is_no_return() {
    let mut s = of_two_repositories();
    s.deploy("d2", "q", "x0", "03-03 18:00");
    assert!(life(s).1.is_empty());
    // Whatever the others of its deployment did.
    let mut s = of_two_repositories();
    s.commit("q", "x2", "03-03 17:00", &["x1"]);
    s.deploy("d2", "q", "x2", "03-03 18:00");
    s.deploy("d2", "r", "m0", "03-03 18:00");
    assert_eq!(life(s).1, ["cab"]);
    // And what went out in between from elsewhere.
    let mut s = of_two_repositories();
    s.commit("q", "x2", "03-03 17:00", &["x1"]);
    s.deploy("d2", "q", "x2", "03-03 18:00");
    s.deploy("d3", "r", "m1", "03-03 19:00");
    s.deploy("d4", "r", "m0", "03-03 20:00");
    assert_eq!(life(s).1, ["cab"]);
}

#[test]
fn a_pipeline_that_only_rolls_back_takes_back_what_another_brought() {
    let undone = |pipeline: &str| {
        let mut s = sample();
        merged(&mut s);
        s.deploy("p0", "r", "m0", "02-02 08:00").pipeline("deploy");
        s.deploy("d1", "r", "m1", "03-03 16:00").pipeline("deploy");
        s.deploy("u1", "r", "m0", "03-03 18:00").pipeline(pipeline);
        s.record().rollback = true;
        life(s).1
    };
    assert_eq!(undone("deploy"), ["cab"]);
    assert_eq!(undone("undo"), ["cab"]);
}

#[test]
fn what_came_after_in_its_own_repository_keeps_a_change() {
    let mut s = of_two_repositories();
    s.commit("r", "m2", "03-03 17:00", &["m1"]);
    s.deploy("d2", "r", "m2", "03-03 18:00");
    s.deploy("d3", "r", "m1", "03-03 20:00");
    assert!(life(s).1.is_empty());
}

#[test]
fn a_change_that_was_given_up_was_handed_on_and_came_back() {
    let mut s = sample();
    s.review("bob", "03-03 10:00");
    s.last_change().reviews[0].state = Some(ReviewState::ChangesRequested);
    s.last_change().abandoned = Some(at("03-03 11:00"));
    let (given_up, back) = life(s);
    assert_eq!(given_up.end, End::Abandoned(at("03-03 11:00")));
    assert!(given_up.legs.is_empty(), "no time of it is measured");
    assert_eq!(back, ["code"]);
    let handed: Vec<_> = given_up.handed.iter().flatten().collect();
    assert_eq!(handed, [&at("03-03 09:00")]);
    // What came after its end was no business of its author.
    let mut s = sample();
    s.last_change().abandoned = Some(at("03-03 11:00"));
    run(
        &mut s,
        [None, Some("03-03 11:10"), Some("03-03 11:20")],
        Some(Outcome::Failure),
    );
    let head = s.sha("c1");
    s.workload().runs[0].commit = Some(head);
    assert!(life(s).1.is_empty());
}

#[test]
fn a_gate_that_turns_it_down_and_a_deployment_that_fails_send_it_back() {
    let mut s = sample();
    merged(&mut s);
    deploy(&mut s, "s1", "m1", "03-03 13:00");
    let rejected = ("03-03 15:00", Decision::Rejected);
    gate(&mut s, "m1", "03-03 14:00", Some(rejected));
    assert_eq!(life(s).1, ["staging"]);
    let mut s = sample();
    merged(&mut s);
    s.deploy("d1", "r", "m1", "03-03 16:00");
    s.outcome(Outcome::Failure);
    assert_eq!(life(s).1, ["cab"]);
}
