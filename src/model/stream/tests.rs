//! The map on a workload written by hand: code → review → production.

use super::*;
use crate::event::kind::{Decision, Outcome, ReviewState, RunKind};
use crate::model::definition::{Rules, Step};
use crate::model::entity::{Artifact, Gate, Review, Run};
use crate::model::sample::{Sample, at};

/// One change that goes live on the 5th, one that is given up on the 6th, one that is begun on the 7th; what follows.
fn shop() -> Sample {
    let mut s = Sample::new("shop");
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    s.commit("r", "m0", "02-01 08:00", &[]);
    s.direct("m0", "r");
    s.deploy("d0", "r", "m0", "02-02 08:00");
    s.commit("r", "c1", "03-03 08:00", &["m0"])
        .commit("r", "m1", "03-04 12:00", &["m0"]);
    s.request("pr1", "r", &["c1"]).opened("03-03 10:00");
    s.merged("m1", "03-04 12:00");
    s.deploy("d1", "r", "m1", "03-05 12:00");
    s.commit("r", "c2", "03-03 11:00", &["m0"]);
    s.request("pr2", "r", &["c2"]).opened("03-03 12:00");
    s.last_change().abandoned = Some(at("03-06 00:00"));
    s.commit("r", "c3", "03-07 00:00", &["m1"]);
    s.request("pr3", "r", &["c3"]).opened("03-07 01:00");
    s
}

fn window(from: &str, to: &str) -> Window {
    Window {
        from: at(from),
        to: at(to),
        timezone: chrono_tz::Tz::UTC,
    }
}

fn told(s: Sample, from: &str, to: &str) -> Map {
    let (workload, rules) = (s.done(), Rules::default());
    map(&Lives::new(&workload, &rules, None), window(from, to), true)
}

fn wip(map: &Map) -> Vec<usize> {
    map.steps.iter().map(|step| step.wip).collect()
}

#[test]
fn work_in_progress_is_that_of_the_end_of_the_window() {
    let until = |to: &str| {
        let map = told(shop(), "03-01 00:00", to);
        assert_eq!(map.flow.load, wip(&map).iter().sum::<usize>(), "{to}");
        wip(&map)
    };
    assert_eq!(until("03-03 09:00"), [1, 0, 0]);
    assert_eq!(until("03-03 12:00"), [0, 2, 0]);
    assert_eq!(until("03-05 00:00"), [0, 1, 1]);
    // What goes live at that very instant is not yet counted as live.
    assert_eq!(until("03-05 12:00"), [0, 1, 1]);
    assert_eq!(until("03-06 00:00"), [0, 1, 0]);
    assert_eq!(until("03-06 12:00"), [0, 0, 0]);
    assert_eq!(until("03-07 12:00"), [0, 1, 0]);
    assert_eq!(until("03-31 00:00"), [0, 1, 0]);
    // No further than what is known.
    let mut early = shop();
    early.workload().as_of = at("03-07 12:00");
    assert_eq!(wip(&told(early, "03-01 00:00", "04-15 00:00")), [0, 1, 0]);
}

#[test]
fn what_came_after_the_window_tells_of_what_was_in_it() {
    let handed = |s: Sample| {
        let map = told(s, "03-04 00:00", "03-06 00:00");
        assert_eq!(map.changes, 1);
        map.steps[1].complete_accurate.rate
    };
    assert_eq!(handed(shop()), Some(1.0));
    let mut rolled_back = shop();
    rolled_back.deploy("d2", "r", "m0", "03-10 00:00");
    assert_eq!(handed(rolled_back), Some(0.0));
}

#[test]
fn a_window_counts_from_the_first_event_known() {
    let mut s = shop();
    s.workload().known = Some((at("02-01 08:00"), at("03-07 01:00")));
    let map = told(s, "01-01 00:00", "03-31 00:00");
    assert_eq!(map.window.from, at("01-01 00:00"));
    assert_eq!(map.known_from, Some(at("02-01 08:00")));
}

#[test]
fn where_nothing_went_live_nothing_is_told() {
    let map = told(shop(), "03-10 00:00", "03-11 00:00");
    assert_eq!((map.changes, map.lead.n), (0, 0));
    assert_eq!(
        (map.lead_seconds, map.process_seconds, map.wait_seconds),
        (None, None, None)
    );
    assert_eq!(map.flow_efficiency, Efficiency::default());
    assert_eq!(map.rolled_complete_accurate, None);
    for step in &map.steps {
        assert_eq!((step.visits, step.share_of_lead), (0, None));
        assert_eq!(
            (step.process.sum_seconds, step.wait.sum_seconds),
            (None, None)
        );
    }
    assert!(map.change_list.is_some_and(|list| list.is_empty()));
}

#[test]
fn a_review_by_nobody_that_is_named_is_one() {
    let mut s = shop();
    // Of a request whose author is not named either; it is merged a day and two hours after it was opened.
    let change = &mut s.workload().changes[1];
    change.author = None;
    change.reviews.push(crate::model::entity::Review {
        at: at("03-03 12:00"),
        reviewer: None,
        state: Some(crate::event::kind::ReviewState::Approved),
        bot: false,
    });
    let map = told(s, "03-01 00:00", "03-06 00:00");
    // Two hours of coding and a day of review, of 52 hours.
    assert_eq!(map.flow_efficiency.low, Some(0.0));
    assert_eq!(map.flow_efficiency.high, Some(26.0 / 52.0));
}

#[test]
fn who_told_of_commits_and_requests_fills_their_steps() {
    let mut s = shop();
    let (git, github) = (
        s.name("git:acme/shop"),
        s.name("github:github.com/acme/shop"),
    );
    s.workload().commit_sources = vec![git];
    s.workload().request_sources = vec![github];
    let map = told(s, "03-01 00:00", "03-06 00:00");
    assert_eq!(map.steps[0].from, ["git", "github"]);
    assert_eq!(map.steps[1].from, ["github"]);
    assert_eq!(map.steps[2].from, ["deployer"]);
    assert!(map.steps.iter().all(|step| step.by_producer.is_none()));
}

#[test]
fn the_changes_are_told_as_they_went_live_and_by_their_subject() {
    let mut s = shop();
    s.commit("r", "m9", "03-05 09:00", &["m1"]);
    s.commit("r", "m8", "03-05 08:00", &["m9"]);
    s.direct("m9", "r").direct("m8", "r");
    let title = s.name("Fix the till\n\nChange-Id: I7");
    s.last_change().title = Some(title);
    s.deploy("d2", "r", "m8", "03-06 12:00");
    let list = told(s, "03-01 00:00", "03-31 00:00").change_list.unwrap();
    let lines: Vec<(&str, Option<&str>)> = list
        .iter()
        .map(|one| (&*one.change, one.title.as_deref()))
        .collect();
    assert_eq!(
        lines,
        [("pr1", None), ("m8", Some("Fix the till")), ("m9", None)]
    );
}

#[test]
fn what_was_broken_on_an_open_request_takes_nothing_from_its_review() {
    let high = |broken: bool| {
        let mut s = shop();
        s.workload()
            .path
            .steps
            .insert(2, Step::bare("test", StepKind::Test));
        s.workload().path.steps[2].needs = vec![1];
        s.workload().path.steps[3].needs = vec![2];
        let bob = Some(s.name("bob"));
        s.workload().changes[1].reviews.push(Review {
            at: at("03-03 12:00"),
            reviewer: bob,
            state: Some(ReviewState::Approved),
            bot: false,
        });
        let outcome = if broken {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        let (id, source, name) = (s.name("run"), s.name("ci"), Some(s.name("unit")));
        let commit = Some(s.sha("c1"));
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
            attempt: 1,
            queued: None,
            started: Some(at("03-03 11:00")),
            finished: Some(at("03-03 11:30")),
            outcome: Some(outcome),
        });
        let map = told(s, "03-01 00:00", "03-06 00:00");
        (map.flow_efficiency, map.states)
    };
    let (efficiency, states) = high(true);
    assert!(states.iter().any(|figure| figure.state == "failed"));
    // Two hours of coding and a day of review, of 52 hours.
    assert_eq!(efficiency.high, Some(26.0 / 52.0));
    assert_eq!(efficiency, high(false).0);
}

#[test]
fn as_many_are_rejected_as_were_handed_on() {
    let mut s = shop();
    let cab = Step {
        needs: vec![1],
        ..Step::bare("cab", StepKind::Gate)
    };
    s.workload().path.steps.insert(2, cab);
    s.workload().path.steps[3].needs = vec![2];
    let (source, name) = (s.name("board"), Some(s.name("cab")));
    let commit = Some(s.sha("m1"));
    let merged = s.sha("m1") as usize;
    s.workload().commits[merged].change = Some(1);
    s.workload().changes[1].merged = Some(at("03-03 12:00"));
    for (opened, closed, decision) in [
        ("03-04 13:00", "03-04 14:00", Decision::Rejected),
        ("03-04 15:00", "03-04 16:00", Decision::Rejected),
        ("03-04 17:00", "03-05 11:00", Decision::Approved),
    ] {
        let id = s.name(opened);
        let mut gate = Gate::asked(source, id, at(opened));
        (gate.name, gate.commit) = (name, commit);
        (gate.closed, gate.decision) = (Some(at(closed)), Some(decision));
        s.workload().gates.push(gate);
    }
    let map = told(s, "03-01 00:00", "03-06 00:00");
    let cost = map.cost.unwrap();
    assert!(cost.starts_with("cab: "), "{cost}");
    assert!(cost.ends_with(", 1 of 1 rejected"), "{cost}");
    assert!(map.notes.contains(&cost));
}

#[test]
fn what_runs_somewhere_and_nothing_led_to_came_off_the_path() {
    let notes = |built: bool| {
        let mut s = shop();
        s.deploy("d9", "", "", "03-06 12:00").digest("sha256:9f");
        let (id, digest) = (s.name("pkg:oci/shop"), Some(s.name("sha256:9f")));
        s.record().artifact = Some(id);
        if built {
            let source = s.name("registry");
            s.workload().artifacts.push(Artifact {
                id,
                source,
                digest,
                version: None,
                commit: None,
                packaged: None,
                published: None,
                signed: None,
                sbom: None,
                change: None,
            });
        }
        let notes = told(s, "03-01 00:00", "03-08 00:00").notes;
        notes.into_iter().find(|note| note.contains("off the path"))
    };
    let told = "sha256:9f came to production off the path: no commit and no build of it is known";
    assert_eq!(notes(false).as_deref(), Some(told));
    assert_eq!(notes(true), None);
}
