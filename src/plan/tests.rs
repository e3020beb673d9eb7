//! What objects to bringing a version somewhere, and which one is brought back, in small workloads written by hand.

use super::ask::{Ask, Deed, Permit};
use super::{Draft, draft};
use crate::event::kind::{Decision, Outcome};
use crate::event::time::Span;
use crate::model::definition::{Rules, StepKind};
use crate::model::entity::{Gate, Vote};
use crate::model::sample::{Sample, at};
use crate::model::state::Lives;
use crate::model::{OWN, Workload};

/// Three requests, merged on 2, 3 and 4 March.
fn merged(path: &[(&str, StepKind, Option<&str>)]) -> Sample {
    let mut s = Sample::new("shop");
    s.path(path);
    s.commit("r", "m0", "03-01 10:00", &[]);
    for (day, sha, before) in [(2, "m1", "m0"), (3, "m2", "m1"), (4, "m3", "m2")] {
        let time = format!("03-0{day} 10:00");
        s.commit("r", sha, &time, &[before]);
        s.request(&format!("#{}", day - 1), "r", &[]).opened(&time);
        s.merged(sha, &time);
    }
    s
}

fn deploy(s: &mut Sample, environment: &str, sha: &str, time: &str) {
    let id = format!("{environment}-{sha}-{time}");
    let environment = s.name(environment);
    s.deploy(&id, "r", sha, time).record().environment = Some(environment);
}

const CODE: (&str, StepKind, Option<&str>) = ("code", StepKind::Code, None);
const REVIEW: (&str, StepKind, Option<&str>) = ("review", StepKind::Review, None);
const TEST: (&str, StepKind, Option<&str>) = ("test", StepKind::Test, None);
const CAB: (&str, StepKind, Option<&str>) = ("cab", StepKind::Gate, None);
const STAGING: (&str, StepKind, Option<&str>) = ("staging", StepKind::Deploy, Some("staging"));
const PERF: (&str, StepKind, Option<&str>) = ("perf", StepKind::Deploy, Some("perf"));
const PRODUCTION: (&str, StepKind, Option<&str>) =
    ("production", StepKind::Deploy, Some("production"));

fn planned(workload: &Workload, deed: &Deed) -> Draft {
    let rules = Rules::default();
    let ask = Ask {
        comment: None,
        overrides: Vec::new(),
        by: "jane".to_owned(),
        at: workload.as_of,
        key: "k".to_owned(),
        permit: Permit::Given,
    };
    draft(&ask, deed, &Lives::new(workload, &rules, None)).unwrap()
}

fn promoted(workload: &Workload, to: &str, version: Option<&str>) -> Draft {
    let deed = Deed::Promote {
        to: to.to_owned(),
        version: version.map(str::to_owned),
    };
    planned(workload, &deed)
}

fn rolled_back(workload: &Workload) -> Draft {
    let deed = Deed::Rollback {
        environment: "production".to_owned(),
        to: None,
    };
    planned(workload, &deed)
}

fn objections(draft: &Draft) -> Vec<(&str, &str)> {
    let all = draft.objections.iter();
    all.map(|one| (one.rule.as_str(), one.text.as_str()))
        .collect()
}

#[test]
fn a_gate_objects_where_the_step_needs_it_wherever_it_stands_in_the_list() {
    let objected = |needs: &[usize]| {
        let mut s = merged(&[CODE, STAGING, CAB, PERF, PRODUCTION]);
        s.workload().path.steps[3].needs = vec![1];
        s.workload().path.steps[4].needs = needs.to_vec();
        for environment in ["staging", "perf", "production"] {
            deploy(&mut s, environment, "m0", "03-01 12:00");
        }
        deploy(&mut s, "staging", "m1", "03-02 12:00");
        deploy(&mut s, "perf", "m1", "03-02 13:00");
        let told = promoted(&s.done(), "production", None);
        objections(&told).len()
    };
    assert_eq!(objected(&[2, 3]), 1);
    assert_eq!(objected(&[3]), 0, "a gate beside the way");
}

#[test]
fn what_a_step_does_not_need_keeps_nothing_from_it_unless_it_is_locked() {
    let objected = |needs: usize, locked: bool| {
        let mut s = merged(&[CODE, TEST, STAGING, PRODUCTION]);
        s.workload().path.steps[1].locked = locked;
        s.workload().path.steps[2].needs = vec![needs];
        for environment in ["staging", "production"] {
            deploy(&mut s, environment, "m0", "03-01 12:00");
        }
        deploy(&mut s, "staging", "m1", "03-02 12:00");
        let told = promoted(&s.done(), "production", None);
        assert_eq!(told.evidence.len(), 1, "it is shown all the same");
        let rules = told.objections.iter().map(|one| one.rule.clone());
        rules.collect::<Vec<_>>()
    };
    assert_eq!(objected(1, false), ["evidence"]);
    assert!(objected(0, false).is_empty());
    assert_eq!(objected(0, true), ["locked_step"]);
}

/// m1 has run in staging since 2 March, m2 since the 30th; m3 was never there. It is the 31st.
fn soaking() -> Workload {
    let mut s = merged(&[CODE, STAGING, PERF, PRODUCTION]);
    s.workload().path.steps[1].soak = Some(Span::from_seconds(10 * 86_400));
    s.workload().path.steps[3].needs = vec![1];
    for environment in ["staging", "perf", "production"] {
        deploy(&mut s, environment, "m0", "03-01 12:00");
    }
    deploy(&mut s, "staging", "m1", "03-02 12:00");
    deploy(&mut s, "production", "m1", "03-20 12:00");
    deploy(&mut s, "staging", "m2", "03-30 12:00");
    s.done()
}

#[test]
fn a_version_soaks_from_when_it_came_there_itself() {
    let workload = soaking();
    let until = "it has to run in staging until 9 Apr 2025 12:00 UTC";
    let newest = promoted(&workload, "production", None);
    assert_eq!(objections(&newest), [("soak", until)]);
    let never = "it has to run in staging first, and was not there yet";
    let next = promoted(&workload, "production", Some("m3"));
    assert_eq!(objections(&next), [("soak", never)]);
    // Deployed there once more, it has been there all the same.
    let mut s = merged(&[CODE, STAGING, PRODUCTION]);
    s.workload().path.steps[1].soak = Some(Span::from_seconds(10 * 86_400));
    deploy(&mut s, "production", "m0", "03-01 12:00");
    for time in ["03-02 12:00", "03-30 12:00"] {
        deploy(&mut s, "staging", "m1", time);
    }
    let workload = s.done();
    assert!(
        promoted(&workload, "production", None)
            .objections
            .is_empty()
    );
}

#[test]
fn a_version_goes_by_the_environments_before_in_their_order() {
    let workload = |locked: bool| {
        let mut s = merged(&[CODE, STAGING, PERF, PRODUCTION]);
        s.workload().path.steps[1].locked = locked;
        for environment in ["staging", "production"] {
            deploy(&mut s, environment, "m0", "03-01 12:00");
        }
        for sha in ["m1", "m2"] {
            deploy(&mut s, "staging", sha, "03-05 12:00");
        }
        s.done()
    };
    let objected = |workload: &Workload, to: &str, version: &str| {
        let told = promoted(workload, to, Some(version));
        let told = objections(&told).into_iter();
        told.map(|(rule, text)| format!("{rule}: {text}"))
            .collect::<Vec<_>>()
    };
    // Nothing ever came to perf, so that it keeps nothing out.
    let never = "evidence: it was not in staging yet, which comes before";
    assert_eq!(objected(&workload(false), "production", "m3"), [never]);
    assert!(objected(&workload(false), "production", "m2").is_empty());
    let within = objected(&workload(false), "production", "m1");
    assert!(!within.iter().any(|told| told == never), "{within:?}");
    assert!(objected(&workload(false), "staging", "m3").is_empty());
    let locked = objected(&workload(true), "production", "m3");
    assert!(locked[0].starts_with("locked_step: it was not in staging yet"));
    // Only the environments right before: what is in perf came there somehow.
    let mut s = merged(&[CODE, STAGING, PERF, PRODUCTION]);
    for environment in ["staging", "perf", "production"] {
        deploy(&mut s, environment, "m0", "03-01 12:00");
    }
    deploy(&mut s, "perf", "m1", "03-02 12:00");
    let workload = s.done();
    assert!(objected(&workload, "production", "m1").is_empty());
    assert_eq!(objected(&workload, "perf", "m2"), [never]);
    let perf = "evidence: it was not in perf yet, which comes before";
    assert_eq!(objected(&workload, "production", "m2"), [perf]);
}

#[test]
fn what_was_live_before_goes_back_whatever_soaks() {
    let workload = soaking();
    let back = rolled_back(&workload);
    assert_eq!(back.to.as_ref().unwrap().sha.as_deref(), Some("m0"));
    assert!(back.objections.is_empty(), "{:?}", back.objections);
}

#[test]
fn a_request_that_is_open_still_is_not_through_its_review() {
    let told = |path: &[(&str, StepKind, Option<&str>)]| {
        let mut s = merged(path);
        s.last_change().merged = None;
        let head = s.last_change().sha.take();
        s.last_change().head = head;
        deploy(&mut s, "production", "m1", "03-02 12:00");
        let workload = s.done();
        let draft = promoted(&workload, "production", Some("m3"));
        let mut told = objections(&draft).into_iter();
        told.next().map(|(rule, text)| format!("{rule}: {text}"))
    };
    let open = "evidence: review is not over: #3 not merged".to_owned();
    assert_eq!(told(&[CODE, REVIEW, PRODUCTION]), Some(open));
    assert_eq!(told(&[CODE, PRODUCTION]), None);
}

#[test]
fn a_second_rollback_goes_further_back_and_not_to_what_the_first_took_out() {
    let mut s = merged(&[CODE, PRODUCTION]);
    for (sha, time) in [
        ("m0", "03-01 12:00"),
        ("m1", "03-02 12:00"),
        ("m2", "03-03 12:00"),
        ("m3", "03-04 12:00"),
    ] {
        deploy(&mut s, "production", sha, time);
    }
    // From m3 to m1: what lay between went, too.
    deploy(&mut s, "production", "m1", "03-05 12:00");
    let workload = s.done();
    let back = rolled_back(&workload);
    assert_eq!(back.to.as_ref().unwrap().sha.as_deref(), Some("m0"));
    assert!(back.ships.is_empty());
    assert_eq!(back.leaves.len(), 1);
    // Who names it gets it, and is told.
    let deed = Deed::Rollback {
        environment: "production".to_owned(),
        to: Some("m3".to_owned()),
    };
    let named = planned(&workload, &deed);
    let note = "a rollback took m3 out before";
    assert!(named.notes.iter().any(|one| one == note));
}

#[test]
fn what_was_taken_out_by_mistake_and_brought_again_did_well() {
    let mut s = merged(&[CODE, PRODUCTION]);
    for (sha, time) in [
        ("m1", "03-02 12:00"),
        ("m2", "03-03 12:00"),
        ("m1", "03-03 13:00"),
        ("m2", "03-03 14:00"),
        ("m3", "03-04 12:00"),
    ] {
        deploy(&mut s, "production", sha, time);
    }
    s.deploy("failed", "r", "m3", "03-05 12:00");
    s.outcome(Outcome::Failure);
    let back = rolled_back(&s.done());
    assert_eq!(back.to.as_ref().unwrap().sha.as_deref(), Some("m2"));
}

#[test]
fn how_long_it_took_is_the_median() {
    let mut s = merged(&[CODE, PRODUCTION]);
    for (sha, started, time) in [
        ("m0", "03-01 11:50", "03-01 12:00"),
        ("m1", "03-02 11:40", "03-02 12:00"),
    ] {
        deploy(&mut s, "production", sha, time);
        s.record().started = Some(at(started));
    }
    let told = promoted(&s.done(), "production", Some("m2"));
    assert_eq!(told.usual, Some(Span::from_seconds(900)));
}

#[test]
fn a_gate_that_a_deployment_went_past_is_decided_by_its_id_alone() {
    let mut s = merged(&[CODE, STAGING, CAB, PRODUCTION]);
    deploy(&mut s, "production", "m0", "03-01 12:00");
    deploy(&mut s, "staging", "m2", "03-03 12:00");
    for (id, sha, time) in [("g1", "m1", "03-02 12:00"), ("g2", "m2", "03-03 13:00")] {
        let (source, id) = (s.name("board"), s.name(id));
        let mut gate = Gate::asked(source, id, at(time));
        gate.name = Some(s.name("cab"));
        gate.commit = Some(s.sha(sha));
        s.workload().gates.push(gate);
    }
    deploy(&mut s, "production", "m1", "03-02 13:00");
    let workload = s.done();
    for (asked, found) in [("g1", "g1"), ("g2", "g2"), ("cab", "g2")] {
        let deed = Deed::Decide {
            gates: vec![asked.to_owned()],
            approve: false,
        };
        assert_eq!(planned(&workload, &deed).gates, [found]);
    }
}

#[test]
fn a_gate_is_decided_by_the_name_that_it_had_before_the_first_vote() {
    let mut s = merged(&[CODE, STAGING, CAB, PRODUCTION]);
    s.workload().path.steps[2].approvals = 2;
    deploy(&mut s, "production", "m0", "03-01 12:00");
    deploy(&mut s, "staging", "m1", "03-02 12:00");
    let (source, id) = (s.name(OWN), s.name("shop/cab/k1"));
    let mut gate = Gate::asked(source, id, at("03-02 12:00"));
    gate.name = Some(s.name("cab"));
    gate.changes = vec![s.name("#1")];
    gate.votes.push(Vote {
        at: at("03-02 13:00"),
        by: Some(s.name("ann")),
        decision: Some(Decision::Approved),
        comment: None,
    });
    s.workload().gates.push(gate);
    let deed = Deed::Decide {
        gates: vec!["shop/cab".to_owned()],
        approve: true,
    };
    assert_eq!(planned(&s.done(), &deed).gates, ["shop/cab/k1"]);
}
