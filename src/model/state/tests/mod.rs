//! Each state once, on a change followed by hand: code → review → test → staging → cab → production. `waiting_for_release` stands beside its rule
//! (`release`); `delivered` is the end of a life and has no time of its own.

mod ladder;
mod left;
mod returns;
mod standing;

use super::silence::{Silence, told_by};
use super::{End, Lives, State};
use crate::event::kind::{Decision, Outcome, ReviewState, RunKind};
use crate::event::time::Span;
use crate::model::definition::{Freeze, Rules, StepKind};
use crate::model::entity::{Gate, Hold, Run};
use crate::model::sample::{Sample, at};

/// A way: step, state, from and until, as times of March.
type Way = Vec<(String, State, String, String)>;

fn sample() -> Sample {
    let mut s = Sample::new("shop");
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("test", StepKind::Test, None),
        ("staging", StepKind::Deploy, Some("staging")),
        ("cab", StepKind::Gate, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    s.commit("r", "m0", "02-01 08:00", &[]);
    s.deploy("d0", "r", "m0", "02-02 08:00");
    deploy(&mut s, "s0", "m0", "02-02 07:00");
    s.commit("r", "m1", "03-03 12:00", &["m0"])
        .commit("r", "c1", "03-03 08:00", &["m0"]);
    s.request("pr", "r", &["c1"]).opened("03-03 09:00");
    s
}

/// To staging.
fn deploy(s: &mut Sample, id: &str, sha: &str, time: &str) {
    s.deploy(id, "r", sha, time);
    let staging = s.name("staging");
    s.record().environment = Some(staging);
}

fn merged(s: &mut Sample) {
    s.merged("m1", "03-03 12:00");
    let place = s.sha("m1") as usize;
    s.workload().commits[place].change = Some(0);
}

/// A second request on top of the first, merged as m2.
fn second(s: &mut Sample) {
    s.commit("r", "m2", "03-05 12:00", &["m1"])
        .commit("r", "c2", "03-05 08:00", &["m1"]);
    s.request("pr2", "r", &["c2"]).opened("03-05 09:00");
    s.merged("m2", "03-05 12:00");
    let place = s.sha("m2") as usize;
    s.workload().commits[place].change = Some(1);
}

fn run(s: &mut Sample, times: [Option<&str>; 3], outcome: Option<Outcome>) {
    let commit = Some(s.sha("m1"));
    let (id, source) = (s.name("run"), s.name("ci"));
    let [queued, started, finished] = times.map(|time| time.map(at));
    let attempt = u32::try_from(s.workload().runs.len()).unwrap();
    s.workload().runs.push(Run {
        id,
        kind: RunKind::Test,
        source,
        name: None,
        url: None,
        step: None,
        commit,
        artifact: None,
        environment: None,
        branch: None,
        attempt,
        queued,
        started,
        finished,
        outcome,
    });
}

fn gate(s: &mut Sample, sha: &str, opened: &str, closed: Option<(&str, Decision)>) {
    let commit = Some(s.sha(sha));
    let id = s.name(&format!("gate/{opened}"));
    let (source, name) = (s.name("board"), Some(s.name("cab")));
    s.workload().gates.push(Gate {
        id,
        source,
        name,
        environment: None,
        opened: at(opened),
        closed: closed.map(|(time, _)| at(time)),
        decision: closed.map(|(_, decision)| decision),
        requestor: None,
        responder: None,
        comment: None,
        approvers: Vec::new(),
        may_decide: None,
        votes: Vec::new(),
        commit,
        artifact: None,
        version: None,
        changes: Vec::new(),
        url: None,
    });
}

/// The way of the first change, as of an instant.
fn way(mut s: Sample, as_of: &str) -> Way {
    s.workload().as_of = at(as_of);
    let workload = s.done();
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    let life = lives.life(0).unwrap();
    let short = |time: crate::event::time::Timestamp| time.to_string()[8..16].replace('T', " ");
    life.legs
        .iter()
        .map(|leg| {
            let step = workload.path.steps[leg.step].name.clone();
            (step, leg.state, short(leg.from), short(leg.to))
        })
        .collect()
}

#[track_caller]
fn ends(way: &Way, step: &str, state: State, since: &str) {
    let (last_step, last, from, _) = way.last().unwrap();
    assert_eq!(
        (last_step.as_str(), *last, from.as_str()),
        (step, state, since),
        "{way:?}"
    );
}

#[test]
fn working_on_the_code_until_it_is_opened_and_waiting_for_a_reviewer_then() {
    let s = sample();
    let way = way(s, "03-03 10:00");
    assert_eq!(way[0].1, State::Working);
    ends(&way, "review", State::Waiting, "03 09:00");
}

#[test]
fn a_review_is_worked_on_and_requested_changes_go_back_to_the_code() {
    let mut s = sample();
    s.review("bob", "03-03 10:00");
    s.last_change().reviews[0].state = Some(ReviewState::ChangesRequested);
    ends(&way(s, "03-03 11:00"), "code", State::Working, "03 10:00");
    let mut s = sample();
    s.review("bob", "03-03 10:00");
    s.last_change().reviews[0].state = Some(ReviewState::ChangesRequested);
    s.last_change().updated.push(at("03-03 10:30"));
    ends(&way(s, "03-03 11:00"), "review", State::Working, "03 10:30");
}

#[test]
fn queued_until_the_run_starts_and_failed_until_something_runs_again() {
    let mut s = sample();
    merged(&mut s);
    run(&mut s, [Some("03-03 12:10"), None, None], None);
    ends(&way(s, "03-03 12:20"), "test", State::Queued, "03 12:10");
    let attempts = |until: &str| {
        let mut s = sample();
        merged(&mut s);
        let failure = Some(Outcome::Failure);
        run(
            &mut s,
            [None, Some("03-03 12:10"), Some("03-03 12:20")],
            failure,
        );
        if until > "03-03 13:00" {
            run(&mut s, [None, Some("03-03 13:00"), None], None);
        }
        way(s, until)
    };
    ends(&attempts("03-03 12:50"), "test", State::Failed, "03 12:20");
    ends(&attempts("03-03 13:10"), "test", State::Working, "03 13:00");
}

#[test]
fn what_begins_at_the_instant_of_a_failure_begins_again() {
    let mut s = sample();
    let failed = [None, Some("03-03 09:30"), Some("03-03 10:00")];
    run(&mut s, failed, Some(Outcome::Failure));
    run(&mut s, [None, Some("03-03 10:00"), None], None);
    let head = Some(s.sha("c1"));
    for run in &mut s.workload().runs {
        run.commit = head;
    }
    ends(&way(s, "03-03 11:00"), "review", State::Waiting, "03 09:00");
}

#[test]
fn what_passed_on_the_request_runs_again_on_its_merge() {
    let again = |times: [Option<&str>; 3], outcome: Option<Outcome>| {
        let mut s = sample();
        merged(&mut s);
        let passed = Some(Outcome::Success);
        run(
            &mut s,
            [None, Some("03-03 10:00"), Some("03-03 10:20")],
            passed,
        );
        let head = s.sha("c1");
        s.workload().runs[0].commit = Some(head);
        run(&mut s, times, outcome);
        way(s, "03-03 13:00")
    };
    let (asked, begun, ended) = (
        Some("03-03 12:10"),
        Some("03-03 12:20"),
        Some("03-03 12:30"),
    );
    ends(
        &again([asked, None, None], None),
        "test",
        State::Queued,
        "03 12:10",
    );
    ends(
        &again([asked, begun, None], None),
        "test",
        State::Working,
        "03 12:20",
    );
    let all = [asked, begun, ended];
    ends(
        &again(all, Some(Outcome::Failure)),
        "test",
        State::Failed,
        "03 12:30",
    );
    ends(
        &again(all, Some(Outcome::Success)),
        "staging",
        State::Waiting,
        "03 12:30",
    );
    // What was stopped says nothing of what had passed.
    ends(
        &again(all, Some(Outcome::Cancelled)),
        "staging",
        State::Waiting,
        "03 12:00",
    );
}

#[test]
fn what_was_stopped_did_not_fail() {
    let mut s = sample();
    merged(&mut s);
    let stopped = Some(Outcome::Cancelled);
    run(
        &mut s,
        [None, Some("03-03 12:10"), Some("03-03 12:20")],
        stopped,
    );
    ends(&way(s, "03-03 13:00"), "test", State::Waiting, "03 12:20");
}

/// Merged, tested and in staging at 13:00.
fn staged() -> Sample {
    let mut s = sample();
    merged(&mut s);
    let passed = Some(Outcome::Success);
    run(
        &mut s,
        [None, Some("03-03 12:10"), Some("03-03 12:20")],
        passed,
    );
    deploy(&mut s, "s1", "m1", "03-03 13:00");
    s
}

#[test]
fn gated_while_a_gate_is_open_and_with_the_step_before_when_it_is_turned_down() {
    let mut s = staged();
    gate(&mut s, "m1", "03-03 14:00", None);
    ends(&way(s, "03-04 14:00"), "cab", State::Gated, "03 14:00");
    let mut s = staged();
    gate(
        &mut s,
        "m1",
        "03-03 14:00",
        Some(("03-03 15:00", Decision::Rejected)),
    );
    ends(&way(s, "03-04 14:00"), "staging", State::Failed, "03 15:00");
}

#[test]
fn a_gate_that_lives_in_no_tool_opens_by_itself() {
    ends(
        &way(staged(), "03-04 14:00"),
        "cab",
        State::Gated,
        "03 13:00",
    );
}

/// Approved at 15:00, and not in production.
fn approved() -> Sample {
    let mut s = staged();
    gate(
        &mut s,
        "m1",
        "03-03 14:00",
        Some(("03-03 15:00", Decision::Approved)),
    );
    s
}

#[test]
fn waiting_when_nobody_asked_for_the_next_step() {
    ends(
        &way(approved(), "03-03 16:00"),
        "production",
        State::Waiting,
        "03 15:00",
    );
}

#[test]
fn soaking_from_the_arrival_in_the_environment_before_whatever_gate_lies_between() {
    let mut s = approved();
    s.workload().path.steps[3].soak = Some(Span::from_seconds(4 * 3_600));
    let way = way(s, "03-03 18:00");
    let soaking = (
        "production".to_owned(),
        State::Soaking,
        "03 15:00".to_owned(),
        "03 17:00".to_owned(),
    );
    assert_eq!(way[way.len() - 2], soaking);
    ends(&way, "production", State::Waiting, "03 17:00");
}

#[test]
fn soaking_before_whatever_step_is_next() {
    let four_hours = Some(Span::from_seconds(4 * 3_600));
    let staged = |kind: StepKind| {
        let mut s = staged();
        s.workload().path.steps[3].soak = four_hours;
        s.workload().path.steps[4].kind = kind;
        s
    };
    // Others were at the gate, or checked; this one has not been asked for.
    let filled = |kind: StepKind| {
        let mut s = staged(kind);
        if kind == StepKind::Gate {
            let approved = ("02-02 08:00", Decision::Approved);
            gate(&mut s, "m0", "02-02 07:30", Some(approved));
        } else {
            run(&mut s, [None, None, Some("02-02 07:30")], None);
            let (step, other) = (s.name("cab"), s.sha("m0"));
            let last = s.workload().runs.last_mut().unwrap();
            (last.step, last.commit) = (Some(step), Some(other));
        }
        s
    };
    for kind in [StepKind::Gate, StepKind::Verify, StepKind::Test] {
        let way = |until: &str| way(filled(kind), until);
        ends(&way("03-03 15:00"), "cab", State::Soaking, "03 13:00");
        ends(&way("03-03 18:00"), "cab", State::Waiting, "03 17:00");
    }
    // People may decide meanwhile: of a gate of a tool, and of one that lives in none.
    let mut s = staged(StepKind::Gate);
    gate(&mut s, "m1", "03-03 14:00", None);
    ends(&way(s, "03-03 15:00"), "cab", State::Gated, "03 14:00");
    let s = staged(StepKind::Gate);
    ends(&way(s, "03-03 15:00"), "cab", State::Gated, "03 13:00");
}

#[test]
fn frozen_and_held() {
    let mut s = approved();
    s.workload().path.freezes.push(Freeze {
        environment: "production".to_owned(),
        schedule: "FREQ=WEEKLY;BYDAY=MO;BYHOUR=16;BYMINUTE=0;BYSECOND=0".to_owned(),
        length: Span::from_seconds(7_200),
        reason: None,
    });
    ends(
        &way(s, "03-03 17:00"),
        "production",
        State::Frozen,
        "03 16:00",
    );
    let mut s = approved();
    let environment = s.name("production");
    s.workload().holds.push(Hold {
        environment,
        from: at("03-03 16:00"),
        until: None,
        by: None,
        reason: None,
    });
    ends(
        &way(s, "03-03 17:00"),
        "production",
        State::Held,
        "03 16:00",
    );
}

#[test]
fn unknown_from_when_its_sources_fell_silent() {
    let mut s = approved();
    s.workload().as_of = at("03-05 00:00");
    let workload = s.done();
    let rules = Rules::default();
    let last = |silence: Silence| {
        let lives = Lives::new(&workload, &rules, Some(silence));
        *lives.life(0).unwrap().legs.last().unwrap()
    };
    let whole = last(Silence {
        whole: Some(at("03-04 00:00")),
        steps: Vec::new(),
    });
    assert_eq!(
        (whole.state, whole.from),
        (State::Unknown, at("03-04 00:00"))
    );
    // Only what tells of the step at which it stands matters.
    let of = |step: usize| {
        let mut steps = vec![None; step + 1];
        steps[step] = Some(at("03-04 06:00"));
        last(Silence { whole: None, steps })
    };
    let own = of(whole.step);
    assert_eq!((own.state, own.from), (State::Unknown, at("03-04 06:00")));
    assert_ne!(of(whole.step - 1).state, State::Unknown);
}

#[test]
fn who_told_of_a_step_last_is_who_is_waited_for_there() {
    let mut s = staged();
    gate(&mut s, "m1", "03-03 14:00", None);
    let workload = s.done();
    let told = told_by(&workload);
    let by = |name: &str| {
        let place = workload
            .path
            .steps
            .iter()
            .position(|step| step.name == name);
        told[place.unwrap()].map(|name| workload.text(name))
    };
    assert_eq!(by("staging"), Some("deployer"));
    assert!(by("cab").is_some_and(|name| name != "deployer"));
    assert_eq!(
        by("code"),
        None,
        "commits are not told by what fills a step"
    );
}

#[test]
fn superseded_once_a_newer_candidate_that_holds_it_was_let_through() {
    let overtaken = |decision: Option<(&str, Decision)>| {
        let mut s = staged();
        second(&mut s);
        gate(&mut s, "m1", "03-03 14:00", None);
        gate(&mut s, "m2", "03-05 14:00", decision);
        way(s, "03-06 00:00")
    };
    ends(&overtaken(None), "cab", State::Gated, "03 14:00");
    let approved = overtaken(Some(("03-05 15:00", Decision::Approved)));
    ends(&approved, "production", State::Superseded, "05 15:00");
}

#[test]
fn superseded_where_its_own_deployment_failed_and_a_newer_one_did_not() {
    let mut s = sample();
    merged(&mut s);
    second(&mut s);
    deploy(&mut s, "s1", "m1", "03-03 13:00");
    s.outcome(Outcome::Failure);
    deploy(&mut s, "s2", "m2", "03-05 13:00");
    gate(
        &mut s,
        "m2",
        "03-05 14:00",
        Some(("03-05 15:00", Decision::Approved)),
    );
    let way = way(s, "03-06 00:00");
    assert!(way.iter().any(|leg| leg.1 == State::Failed), "{way:?}");
    assert!(way.iter().any(|leg| leg.1 == State::Gated), "{way:?}");
    ends(&way, "production", State::Superseded, "05 15:00");
}

#[test]
fn delivered_and_its_legs_end_there() {
    let mut s = approved();
    s.deploy("d1", "r", "m1", "03-03 16:00");
    s.workload().as_of = at("03-05 00:00");
    let workload = s.done();
    let rules = Rules::default();
    let life = Lives::new(&workload, &rules, None).life(0).unwrap();
    assert_eq!(life.end, End::Delivered(at("03-03 16:00")));
    assert_eq!(life.until(), at("03-03 16:00"));
}
