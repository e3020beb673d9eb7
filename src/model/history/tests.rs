//! A request followed from its first commit to the incident after it; and what belongs to somebody else stays away.

use super::{Tone, history};
use crate::event::kind::{Decision, Outcome, ReviewState, RunKind};
use crate::event::time::Span;
use crate::model::definition::Rules;
use crate::model::entity::{Gate, Run, Vote};
use crate::model::sample::{Sample, at};
use crate::model::state::Lives;

fn told(s: Sample, place: u32) -> Vec<(String, Option<String>)> {
    let workload = s.done();
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    let told = history(&lives, place);
    assert!(told.is_sorted_by_key(|one| one.at));
    told.into_iter().map(|one| (one.what, one.by)).collect()
}

fn lines(s: Sample, place: u32) -> Vec<String> {
    told(s, place).into_iter().map(|(what, _)| what).collect()
}

fn base() -> Sample {
    let mut s = Sample::new("shop");
    s.commit("r", "m0", "02-01 08:00", &[]);
    s.deploy("d0", "r", "m0", "02-02 08:00");
    s.commit("r", "m1", "03-03 12:00", &["m0"])
        .commit("r", "c1", "03-03 08:00", &["m0"])
        .message("c1", "Round up");
    s.request("pr", "r", &["c1"]).opened("03-03 09:00");
    s.review("bob", "03-03 10:00");
    s.last_change().reviews[0].state = Some(ReviewState::Approved);
    s.merged("m1", "03-03 12:00");
    let place = s.sha("m1") as usize;
    s.workload().commits[place].change = Some(0);
    s
}

fn run(s: &mut Sample, sha: &str, finished: Option<&str>, outcome: Option<Outcome>) {
    let commit = Some(s.sha(sha));
    let (id, source, name) = (s.name("run"), s.name("ci://x"), Some(s.name("unit")));
    let attempt = u32::try_from(s.workload().runs.len()).unwrap() + 1;
    s.workload().runs.push(Run {
        id,
        kind: RunKind::Test,
        source,
        name,
        url: None,
        step: None,
        commit,
        artifact: None,
        environment: None,
        branch: None,
        attempt,
        queued: None,
        started: Some(at("03-03 12:10")),
        finished: finished.map(at),
        outcome,
    });
}

fn gate(s: &mut Sample, sha: &str, opened: &str, closed: Option<&str>) {
    let (source, name) = (s.name("board"), Some(s.name("cab")));
    let id = s.name(opened);
    let (bob, comment) = (Some(s.name("bob")), Some(s.name("fine by me")));
    let mut gate = Gate::asked(source, id, at(opened));
    gate.name = name;
    gate.commit = Some(s.sha(sha));
    gate.votes.push(Vote {
        at: at(opened),
        by: bob,
        decision: None,
        comment: Some(s.name("which risk?")),
    });
    if let Some(time) = closed {
        gate.closed = Some(at(time));
        gate.decision = Some(Decision::Approved);
        (gate.responder, gate.comment) = (bob, comment);
    }
    s.workload().gates.push(gate);
}

#[test]
fn a_way_is_told_from_its_first_commit_to_what_broke() {
    let mut s = base();
    run(&mut s, "m1", Some("03-03 12:20"), Some(Outcome::Failure));
    run(&mut s, "m1", Some("03-03 12:40"), Some(Outcome::Success));
    gate(&mut s, "m1", "03-03 13:00", Some("03-04 13:00"));
    s.deploy("d1", "r", "m1", "03-04 14:00")
        .outcome(Outcome::Failure);
    s.deploy("d2", "r", "m1", "03-04 15:00");
    s.incident("INC-1", "03-04 16:00", Some("03-04 18:00"));
    let d2 = s.name("d2");
    s.last_incident().deployment = Some(Some(d2));
    assert_eq!(
        lines(s, 0),
        [
            "commit c1: Round up",
            "opened",
            "approved in review",
            "merged as m1",
            "test unit failed",
            "test unit passed, attempt 2",
            "gate cab opened",
            "gate cab commented on: which risk?",
            "gate cab approved: fine by me",
            "deployment to production failed",
            "live in production",
            "incident INC-1 opened",
            "incident INC-1 resolved",
        ]
    );
}

#[test]
fn who_with_what_and_for_how_long() {
    let mut s = base();
    run(&mut s, "c1", Some("03-03 12:40"), Some(Outcome::Success));
    run(&mut s, "c1", None, None);
    gate(&mut s, "m1", "03-03 13:00", Some("03-04 13:00"));
    let workload = s.done();
    let rules = Rules::default();
    let told = history(&Lives::new(&workload, &rules, None), 0);
    let find = |what: &str| told.iter().find(|one| one.what == what).unwrap();
    assert_eq!(find("opened").by.as_deref(), Some("ann"));
    assert_eq!(find("approved in review").by.as_deref(), Some("bob"));
    let ran = find("test unit passed");
    assert_eq!(ran.source.as_deref(), Some("x"));
    assert_eq!(ran.took, Some(Span::from_seconds(30 * 60)));
    assert_eq!(ran.tone, Tone::Good);
    let going = find("test unit under way, attempt 2");
    assert_eq!((going.at, going.took), (at("03-03 12:10"), None));
    assert_eq!(going.tone, Tone::Going);
    let decided = find("gate cab approved: fine by me");
    assert_eq!(decided.by.as_deref(), Some("bob"));
    assert_eq!(decided.took, Some(Span::from_seconds(86_400)));
}

#[test]
fn what_a_later_candidate_met_counts_until_it_arrived() {
    let mut s = base();
    s.commit("r", "m2", "03-05 12:00", &["m1"])
        .commit("r", "c2", "03-05 08:00", &["m1"]);
    s.request("pr2", "r", &["c2"]).opened("03-05 09:00");
    s.merged("m2", "03-05 12:00");
    let place = s.sha("m2") as usize;
    s.workload().commits[place].change = Some(1);
    gate(&mut s, "m2", "03-05 13:00", None);
    s.deploy("d2", "r", "m2", "03-05 15:00");
    let first = |what: &str, lines: &[String]| lines.iter().any(|line| line == what);
    let of_both = lines(s, 0);
    assert!(
        first("gate cab opened", &of_both),
        "it was carried: {of_both:?}"
    );
    assert!(first("live in production", &of_both));
    assert!(
        !of_both.iter().any(|line| line.contains("c2")),
        "{of_both:?}"
    );

    // Where the first had arrived before the second met the gate, that gate was not its.
    let mut s = base();
    s.deploy("d1", "r", "m1", "03-04 15:00");
    s.commit("r", "m2", "03-05 12:00", &["m1"])
        .commit("r", "c2", "03-05 08:00", &["m1"]);
    s.request("pr2", "r", &["c2"]).opened("03-05 09:00");
    s.merged("m2", "03-05 12:00");
    let place = s.sha("m2") as usize;
    s.workload().commits[place].change = Some(1);
    s.deploy("d2", "r", "m2", "03-05 15:00")
        .outcome(Outcome::Failure);
    let of_first = lines(s, 0);
    assert!(
        !of_first.iter().any(|line| line.contains("failed")),
        "{of_first:?}"
    );
}

#[test]
fn a_direct_commit_has_no_request_and_a_strange_place_nothing() {
    let mut s = Sample::new("shop");
    s.commit("r", "m0", "02-01 08:00", &[])
        .message("m0", "Begin");
    s.direct("m0", "r");
    assert_eq!(lines(s, 0), ["commit m0: Begin"]);
    assert!(lines(Sample::new("shop"), 7).is_empty());
}
