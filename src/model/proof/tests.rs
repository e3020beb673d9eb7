//! What a proof says of small workloads, followed by hand: code → review → scan → staging → cab → production.

use super::*;
use crate::event::kind::{Decision, ReviewState, RunKind};
use crate::model::definition::{Rules, StepKind};
use crate::model::entity::{Artifact, Gate, Run, Scan, Vote};
use crate::model::evidence::Standing;
use crate::model::sample::{Sample, at};

/// m1 is the merge of #1, built as sha256:1, and live since the 4th in the place of m0.
fn sample() -> Sample {
    let mut s = Sample::new("shop");
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("scan", StepKind::Scan, None),
        ("staging", StepKind::Deploy, Some("staging")),
        ("cab", StepKind::Gate, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    s.commit("r", "m0", "03-01 10:00", &[])
        .commit("r", "c1", "03-03 08:00", &["m0"])
        .commit("r", "m1", "03-03 10:00", &["m0"]);
    s.request("#1", "r", &["c1"]).opened("03-03 08:30");
    s.review("bob", "03-03 08:40").review("bob", "03-03 09:00");
    s.merged("m1", "03-03 10:00");
    let reviews = &mut s.last_change().reviews;
    reviews[0].state = Some(ReviewState::ChangesRequested);
    reviews[1].state = Some(ReviewState::Approved);
    let artifact = Artifact {
        id: s.name("pkg:oci/shop@sha256:1"),
        source: s.name("registry"),
        digest: Some(s.name("sha256:1")),
        version: Some(s.name("v1.1")),
        commit: Some(s.sha("m1")),
        packaged: Some(at("03-03 11:30")),
        published: None,
        signed: Some(at("03-03 11:35")),
        sbom: Some(s.name("https://sbom.example/1")),
        change: None,
    };
    s.workload().artifacts.push(artifact);
    scan(&mut s, "03-03 11:40");
    gate(&mut s, "cab", "03-03 13:00");
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("s1", "r", "m1", "03-03 12:00").digest("sha256:1");
    let staging = s.name("staging");
    s.record().environment = Some(staging);
    s.deploy("d1", "r", "m1", "03-04 10:00").digest("sha256:1");
    s.workload().incident_source = true;
    s
}

fn scan(s: &mut Sample, time: &str) {
    let scan = Scan {
        id: s.name(time),
        source: s.name("https://trivy.example"),
        at: at(time),
        tool: Some(s.name("trivy")),
        commit: None,
        artifact: Some(s.name("pkg:oci/shop@sha256:1")),
        digest: None,
        suppressed: Vec::new(),
        outcome: Some(Outcome::Success),
        counts: Some(Severities {
            high: 1,
            ..Severities::default()
        }),
        url: None,
    };
    s.workload().scans.push(scan);
}

/// An approval of m1 by carl, after a vote of dora.
fn gate(s: &mut Sample, name: &str, closed: &str) -> usize {
    let (source, id) = (s.name("https://servicenow.example"), s.name("CHG-1"));
    let mut gate = Gate::asked(source, id, at("03-03 12:30"));
    gate.name = Some(s.name(name));
    gate.commit = Some(s.sha("m1"));
    gate.closed = Some(at(closed));
    gate.decision = Some(Decision::Approved);
    gate.responder = Some(s.name("carl"));
    gate.comment = Some(s.name("all well"));
    gate.votes.push(Vote {
        at: at("03-03 12:50"),
        by: Some(s.name("dora")),
        decision: Some(Decision::Approved),
        comment: None,
    });
    s.workload().gates.push(gate);
    s.workload().gates.len() - 1
}

/// What ran at an instant, looked at from the end of the month: what happened later than the instant is taken out of what is known of it.
fn told(make: &dyn Fn() -> Sample, environment: &str, time: &str) -> Option<Proof> {
    let now = make().done();
    let mut then = make().done();
    let then_is = at(time);
    then.as_of = then_is;
    then.records
        .retain(|record| record.finished.is_some_and(|finished| finished <= then_is));
    then.scans.retain(|scan| scan.at <= then_is);
    for gate in &mut then.gates {
        if gate.closed.is_some_and(|closed| closed > then_is) {
            (gate.closed, gate.decision) = (None, None);
        }
    }
    let rules = Rules::default();
    let (then, now) = (
        Lives::new(&then, &rules, None),
        Lives::new(&now, &rules, None),
    );
    proof(&then, &now, environment)
}

#[test]
fn what_runs_is_told_with_who_brought_it_and_who_decided() {
    let proof = told(&sample, "production", "03-05 10:00").unwrap();
    let live = &proof.live;
    assert_eq!(
        (
            live.version.as_deref(),
            live.sha.as_deref(),
            live.digest.as_deref()
        ),
        (Some("v1.1"), Some("m1"), Some("sha256:1"))
    );
    assert_eq!((live.since, proof.until), (at("03-04 10:00"), None));
    assert_eq!(
        (live.deployment.as_str(), proof.delivery.kind),
        ("d1", Some("change"))
    );
    let before = proof.before.as_ref().unwrap();
    assert_eq!(
        (before.sha.as_deref(), before.since),
        (Some("m0"), Some(at("03-02 10:00")))
    );
    let [change] = proof.changes.as_slice() else {
        panic!("{:?}", proof.changes)
    };
    assert_eq!(change.change.change, "#1");
    assert_eq!(change.change.author.as_deref(), Some("ann"));
    assert_eq!(change.merged, Some(at("03-03 10:00")));
    let [review] = change.reviews.as_slice() else {
        panic!("the last word alone: {:?}", change.reviews)
    };
    assert_eq!(
        (review.said, review.by.as_deref()),
        ("approved", Some("bob"))
    );
    let [gate] = proof.gates.as_slice() else {
        panic!("{:?}", proof.gates)
    };
    assert_eq!(
        (gate.step.as_deref(), gate.decision, gate.by.as_deref()),
        (Some("cab"), Some("approved"), Some("carl"))
    );
    assert_eq!(
        (gate.comment.as_deref(), gate.in_time, gate.votes.len()),
        (Some("all well"), Some(true), 1)
    );
}

#[test]
fn what_speaks_for_what_runs_is_told_and_what_is_not_known() {
    let proof = told(&sample, "production", "03-05 10:00").unwrap();
    let standing = |step: &Required| (step.step.clone(), step.standing);
    let steps: Vec<_> = proof.steps.iter().map(standing).collect();
    let present = |step: &str| (step.to_owned(), Standing::Present);
    assert_eq!(steps, [present("review"), present("scan"), present("cab")]);
    assert_eq!(proof.scans.len(), 1);
    assert_eq!(proof.sbom.as_deref(), Some("https://sbom.example/1"));
    assert_eq!(proof.signed, Some(at("03-03 11:35")));
    assert_eq!(proof.incidents.as_deref(), Some(&[][..]));
    assert_eq!(
        proof.unknown,
        [
            "when its deployment began",
            "which run deployed it",
            "who merged its changes: no event tells that"
        ]
    );
}

#[test]
fn its_end_is_told_by_what_came_after_and_its_evidence_by_what_was_there() {
    let later = || {
        let mut s = sample();
        scan(&mut s, "03-05 08:00");
        s.commit("r", "m2", "03-05 10:00", &["m1"]);
        s.deploy("lost", "r", "m2", "03-05 12:00")
            .outcome(Outcome::Failure);
        s.deploy("d2", "r", "m2", "03-06 10:00");
        s
    };
    let ran = |time: &str| told(&later, "production", time).unwrap();
    let early = ran("03-04 12:00");
    assert_eq!(
        (early.live.deployment.as_str(), early.until),
        ("d1", Some(at("03-06 10:00")))
    );
    assert_eq!(early.after.unwrap().deployment, "d2");
    assert_eq!(early.scans.len(), 1);
    assert_eq!(ran("03-05 13:00").scans.len(), 2);
    assert_eq!(ran("03-03 12:00").live.deployment, "d0");
    let last = ran("03-06 10:00");
    assert_eq!(
        (last.live.deployment.as_str(), last.until, last.after),
        ("d2", None, None)
    );
}

#[test]
fn a_version_that_came_back_is_told_with_what_left_and_who_had_brought_it() {
    let back = || {
        let mut s = sample();
        s.commit("r", "m2", "03-05 10:00", &["m1"]);
        s.request("#2", "r", &[]).opened("03-05 09:00");
        s.merged("m2", "03-05 10:00");
        s.deploy("d2", "r", "m2", "03-06 10:00");
        s.deploy("d3", "r", "m1", "03-07 10:00").digest("sha256:1");
        s
    };
    let proof = told(&back, "production", "03-08 10:00").unwrap();
    assert_eq!(proof.delivery.kind, Some("rollback"));
    assert_eq!(
        (proof.first, proof.live.since),
        (at("03-04 10:00"), at("03-07 10:00"))
    );
    assert_eq!(proof.brought_by.as_deref(), Some("d1"));
    assert_eq!(proof.changes[0].change.change, "#1");
    assert_eq!(proof.leaves, ["#2"]);
    assert_eq!(proof.before.as_ref().unwrap().deployment, "d2");
    assert_eq!(proof.gates[0].in_time, Some(true), "before it came first");
    let first = || {
        let mut s = sample();
        s.deploy("d2", "r", "m0", "03-06 10:00");
        s
    };
    let first = told(&first, "production", "03-08 10:00").unwrap();
    assert_eq!(first.brought_by.as_deref(), Some("d0"));
    let gap = |gap: &String| gap.starts_with("all that the version brought");
    assert!(first.unknown.iter().any(gap), "{:?}", first.unknown);
    assert!(!proof.unknown.iter().any(gap), "{:?}", proof.unknown);
    let before = told(&back, "production", "03-06 12:00").unwrap();
    assert_eq!((before.brought_by, before.leaves.len()), (None, 0));
}

#[test]
fn an_environment_is_asked_for_what_stands_before_it() {
    let staging = told(&sample, "staging", "03-05 10:00").unwrap();
    let steps: Vec<&str> = staging
        .steps
        .iter()
        .map(|step| step.step.as_str())
        .collect();
    assert_eq!(steps, ["review", "scan"]);
    assert!(staging.gates.is_empty(), "cab stands behind it");
    let gated = |environment: &'static str| {
        let make = move || {
            let mut s = sample();
            let own = gate(&mut s, "protection", "03-03 11:50");
            let environment = s.name(environment);
            s.workload().gates[own].environment = Some(environment);
            s
        };
        told(&make, "staging", "03-05 10:00").unwrap().gates.len()
    };
    assert_eq!((gated("staging"), gated("production")), (1, 0));
}

#[test]
fn a_decision_that_came_late_says_so_and_was_open_until_it_came() {
    let late = || {
        let mut s = sample();
        s.workload().gates[0].closed = Some(at("03-04 12:00"));
        s
    };
    let gate = |time: &str| told(&late, "production", time).unwrap().gates.remove(0);
    assert_eq!(gate("03-05 10:00").in_time, Some(false));
    let open = gate("03-04 11:00");
    assert_eq!(
        (open.closed, open.decision, open.in_time),
        (None, None, None)
    );
}

#[test]
fn incidents_are_those_of_its_time_and_those_that_it_caused() {
    let troubled = || {
        let mut s = sample();
        s.incident("old", "03-02 12:00", Some("03-03 12:00"));
        s.incident("over", "03-03 12:00", Some("03-04 12:00"));
        s.incident("own", "03-04 11:00", Some("03-04 13:00"));
        let none = s.name("staging");
        s.incident("elsewhere", "03-04 11:00", None);
        s.last_incident().environment = Some(none);
        s.deploy("d2", "r", "m0", "03-05 10:00");
        s.incident("later", "03-05 12:00", None);
        s.incident("late", "03-05 12:30", None);
        let d1 = s.name("d1");
        s.last_incident().deployment = Some(Some(d1));
        s
    };
    let incidents = told(&troubled, "production", "03-04 12:00")
        .unwrap()
        .incidents;
    let incidents = incidents.unwrap();
    let all: Vec<_> = incidents
        .iter()
        .map(|one| (one.incident.as_str(), one.caused, one.inferred))
        .collect();
    assert_eq!(
        all,
        [
            ("over", false, false),
            ("own", true, true),
            ("late", true, false)
        ]
    );
    let quiet = || {
        let mut s = sample();
        s.workload().incident_source = false;
        s
    };
    let quiet = told(&quiet, "production", "03-05 10:00").unwrap();
    assert!(quiet.incidents.is_none());
    assert!(quiet.unknown.iter().any(|gap| gap.starts_with("incidents")));
}

#[test]
fn the_run_that_deployed_is_the_last_one_of_the_commit_and_the_environment() {
    let of = |runs: &'static [(&'static str, &'static str, &'static str)]| {
        let make = move || {
            let mut s = sample();
            for (id, environment, time) in runs {
                let run = Run {
                    id: s.name(id),
                    kind: RunKind::Pipeline,
                    source: s.name("ci"),
                    name: Some(s.name("deploy")),
                    url: None,
                    step: None,
                    commit: Some(s.sha("m1")),
                    artifact: None,
                    environment: Some(s.name(environment)),
                    branch: None,
                    attempt: 1,
                    queued: None,
                    started: Some(at(time)),
                    finished: Some(at(time)),
                    outcome: Some(Outcome::Success),
                };
                s.workload().runs.push(run);
            }
            s
        };
        let proof = told(&make, "production", "03-05 10:00").unwrap();
        proof.delivery.run.map(|run| run.run)
    };
    let runs = &[
        ("1", "production", "03-04 09:00"),
        ("2", "production", "03-04 09:30"),
        ("3", "staging", "03-04 09:40"),
        ("4", "production", "03-04 11:00"),
    ];
    assert_eq!(of(runs).as_deref(), Some("2"));
    assert_eq!(of(&[("3", "staging", "03-04 09:40")]), None);
}

#[test]
fn where_nothing_ran_there_is_no_proof_and_what_was_taken_out_ended_then() {
    assert!(told(&sample, "production", "03-02 09:00").is_none());
    assert!(told(&sample, "nowhere", "03-05 10:00").is_none());
    let removed = || {
        let mut s = sample();
        s.deploy("gone", "r", "", "03-06 10:00");
        s.record().removed = true;
        s
    };
    assert!(told(&removed, "production", "03-07 10:00").is_none());
    let before = told(&removed, "production", "03-05 10:00").unwrap();
    assert_eq!(
        (before.until, before.after),
        (Some(at("03-06 10:00")), None)
    );
}

#[test]
fn a_pipeline_without_a_name_is_none() {
    let piped = |name: &'static str| {
        let make = move || {
            let mut s = sample();
            for record in 0..s.workload().records.len() {
                let name = s.name(name);
                s.workload().records[record].pipeline = Some(name);
            }
            s
        };
        told(&make, "production", "03-05 10:00").unwrap()
    };
    assert_eq!(piped("deploy").delivery.pipeline.as_deref(), Some("deploy"));
    let tagged = piped("");
    assert_eq!(tagged.delivery.pipeline, None);
    assert!(tagged.unknown.contains(&"which run deployed it".to_owned()));
}

#[test]
fn every_gap_is_told() {
    let bare = || {
        let mut s = Sample::new("shop");
        s.deploy("d1", "", "", "03-04 10:00");
        let lab = s.name("lab");
        s.record().environment = Some(lab);
        s
    };
    let gaps = told(&bare, "lab", "03-05 10:00").unwrap().unknown;
    for gap in [
        "the commit",
        "the digest",
        "what ran before",
        "which changes",
        "when its deployment began",
        "which run",
        "who decided",
        "what was asked of it",
        "a scan",
        "a bill of materials",
        "a signature",
        "incidents",
    ] {
        assert!(
            gaps.iter().any(|told| told.starts_with(gap)),
            "{gap}: {gaps:?}"
        );
    }
    let by_commit = || {
        let mut s = sample();
        s.record().digest = None;
        s
    };
    let guessed = told(&by_commit, "production", "03-05 10:00").unwrap();
    assert_eq!(guessed.live.digest.as_deref(), Some("sha256:1"));
    let gap = |gap: &String| gap.contains("this artifact");
    assert!(guessed.unknown.iter().any(gap), "{:?}", guessed.unknown);
    assert!(
        !gaps.iter().any(|gap| gap.contains("merged")),
        "there are no changes: {gaps:?}"
    );
}
