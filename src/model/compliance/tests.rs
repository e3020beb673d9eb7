//! What is live, and what speaks for it: code → review → test → build → scan → cab → production.

use super::*;
use crate::event::kind::{Decision, Outcome, ReviewState, RunKind, Severities};
use crate::model::definition::{Freeze, Limits, Rules, Step};
use crate::model::entity::{Artifact, Gate, Hold, Run, Scan};
use crate::model::sample::{Sample, at};

/// m1 is the merge of #1, built as sha256:1 and live since the 4th, with all the evidence that its path asks for.
fn sample() -> Sample {
    let mut s = Sample::new("shop");
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("test", StepKind::Test, None),
        ("build", StepKind::Build, None),
        ("scan", StepKind::Scan, None),
        ("cab", StepKind::Gate, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    s.commit("r", "m0", "03-01 10:00", &[])
        .commit("r", "c1", "03-03 08:00", &["m0"])
        .commit("r", "m1", "03-03 10:00", &["m0"]);
    s.request("#1", "r", &["c1"]).opened("03-03 08:30");
    s.review("bob", "03-03 09:00").merged("m1", "03-03 10:00");
    s.last_change().reviews[0].state = Some(ReviewState::Approved);
    run(&mut s, "m1", "https://jenkins.example", "03-03 11:00");
    let artifact = Artifact {
        id: s.name("pkg:oci/shop@sha256:1"),
        source: s.name("registry"),
        digest: Some(s.name("sha256:1")),
        version: Some(s.name("v1.1")),
        commit: Some(s.sha("m1")),
        packaged: Some(at("03-03 11:30")),
        published: None,
        signed: None,
        sbom: None,
        change: None,
    };
    s.workload().artifacts.push(artifact);
    scan(&mut s, "trivy", "03-03 11:40", (0, 1));
    gate(&mut s, "03-03 12:00", Some("03-03 13:00"));
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m1", "03-04 10:00").digest("sha256:1");
    s
}

fn run(s: &mut Sample, sha: &str, source: &str, time: &str) {
    let run = Run {
        id: s.name(&format!("{source}/{time}")),
        kind: RunKind::Test,
        source: s.name(source),
        name: Some(s.name("unit tests")),
        url: None,
        step: None,
        commit: Some(s.sha(sha)),
        artifact: None,
        environment: None,
        branch: None,
        attempt: 1,
        queued: None,
        started: Some(at(time)),
        finished: Some(at(time)),
        outcome: Some(Outcome::Success),
    };
    s.workload().runs.push(run);
}

fn scan(s: &mut Sample, tool: &str, time: &str, (critical, high): (u32, u32)) {
    let scan = Scan {
        id: s.name(time),
        source: s.name(&format!("https://{tool}.example")),
        at: at(time),
        tool: Some(s.name(tool)),
        commit: None,
        artifact: Some(s.name("pkg:oci/shop@sha256:1")),
        digest: None,
        suppressed: Vec::new(),
        outcome: None,
        counts: Some(Severities {
            critical,
            high,
            ..Severities::default()
        }),
        url: None,
    };
    s.workload().scans.push(scan);
}

fn gate(s: &mut Sample, opened: &str, closed: Option<&str>) {
    let (source, id) = (s.name("https://servicenow.example"), s.name("CHG-1"));
    let mut gate = Gate::asked(source, id, at(opened));
    gate.name = Some(s.name("cab"));
    gate.commit = Some(s.sha("m1"));
    gate.closed = closed.map(at);
    gate.decision = closed.map(|_| Decision::Approved);
    gate.responder = Some(s.name("carl"));
    s.workload().gates.push(gate);
}

fn step<'a>(s: &'a mut Sample, name: &str) -> &'a mut Step {
    let mut steps = s.workload().path.steps.iter_mut();
    steps.find(|step| step.name == name).unwrap()
}

fn told(s: Sample) -> Compliance {
    let workload = s.done();
    let rules = Rules::default();
    compliance(&Lives::new(&workload, &rules, None))
}

/// How a step stands, and since when.
fn stands(told: &Compliance, name: &str) -> (Standing, String, String) {
    let step = told.steps.iter().find(|step| step.step == name).unwrap();
    let since = step
        .since
        .map_or("-".to_owned(), |at| at.to_string()[5..16].to_owned());
    (step.standing, since, step.detail.clone())
}

fn is(told: &Compliance, name: &str, standing: Standing, since: &str, detail: &str) {
    let wanted = (standing, since.to_owned(), detail.to_owned());
    assert_eq!(stands(told, name), wanted, "{name}");
}

#[test]
fn what_was_done_as_the_path_asks_holds() {
    let told = told(sample());
    assert!(told.holds(), "{told:?}");
    assert_eq!(told.worst(), Some(Standing::Present));
    let names: Vec<&str> = told.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(names, ["review", "test", "build", "scan", "cab"]);
    is(
        &told,
        "review",
        Standing::Present,
        "03-03T09:00",
        "1 of 1 change approved, by bob",
    );
    is(
        &told,
        "test",
        Standing::Present,
        "03-03T11:00",
        "unit tests",
    );
    is(
        &told,
        "build",
        Standing::Present,
        "03-03T11:30",
        "pkg:oci/shop@sha256:1",
    );
    is(
        &told,
        "scan",
        Standing::Present,
        "03-03T11:40",
        "trivy: 0 critical, 1 high, 0 medium, 0 low",
    );
    is(
        &told,
        "cab",
        Standing::Present,
        "03-03T13:00",
        "approved by carl",
    );
    let live = told.live.unwrap();
    assert_eq!(
        (live.version.as_deref(), live.sha.as_deref()),
        (Some("v1.1"), Some("m1"))
    );
    assert_eq!(
        (live.digest.as_deref(), live.since),
        (Some("sha256:1"), at("03-04 10:00"))
    );
    assert_eq!(told.steps[1].tool.as_deref(), Some("jenkins"));
}

#[test]
fn a_later_scan_of_what_is_live_opens_the_step_again() {
    let mut s = sample();
    step(&mut s, "scan").limits = Some(Limits {
        critical: Some(0),
        high: Some(2),
        ..Limits::default()
    });
    scan(&mut s, "trivy", "03-10 10:00", (1, 2));
    scan(&mut s, "trivy", "03-11 10:00", (1, 2));
    let told = told(s);
    let detail = "trivy: 1 critical, 2 high, 0 medium, 0 low, over the limits of the path";
    is(&told, "scan", Standing::Failed, "03-10T10:00", detail);
    let scan = told.steps.iter().find(|step| step.step == "scan").unwrap();
    let all: Vec<_> = scan
        .vulnerabilities
        .iter()
        .map(|one| (one.severity, one.count, one.limit, one.over, one.since))
        .collect();
    assert_eq!(
        all,
        [
            (
                Severity::Critical,
                1,
                Some(0),
                true,
                Some(at("03-10 10:00"))
            ),
            (Severity::High, 2, Some(2), false, Some(at("03-03 11:40"))),
        ],
        "one high was there from the first scan on"
    );
    assert_eq!(
        scan.vulnerabilities[0].age_seconds,
        Some(at("03-31 00:00") - at("03-10 10:00"))
    );
}

#[test]
fn a_new_version_does_not_make_an_old_finding_young() {
    let mut s = sample();
    s.commit("r", "m2", "03-05 10:00", &["m1"]);
    s.direct("m2", "r");
    s.deploy("d2", "r", "m2", "03-06 10:00");
    scan(&mut s, "trivy", "03-05 11:00", (0, 1));
    let m2 = s.sha("m2");
    let newest = s.workload().scans.last_mut().unwrap();
    (newest.commit, newest.artifact) = (Some(m2), None);
    let told = told(s);
    let scan = told.steps.iter().find(|step| step.step == "scan").unwrap();
    assert_eq!(scan.vulnerabilities[0].since, Some(at("03-03 11:40")));
    is(
        &told,
        "review",
        Standing::Missing,
        "03-06T10:00",
        "1 of 1 change not approved: m2 (no request)",
    );
    is(
        &told,
        "test",
        Standing::Missing,
        "03-06T10:00",
        "nothing is known for this commit",
    );
}

#[test]
fn evidence_grows_old() {
    let mut s = sample();
    step(&mut s, "test").fresh = Some(Span::from_seconds(7 * 86_400));
    s.workload().scans[0].at = at("03-03 11:20");
    let told = told(s);
    is(
        &told,
        "test",
        Standing::Stale,
        "03-10T11:00",
        "unit tests, of 2025-03-03T11:00:00Z",
    );
    assert_eq!(
        stands(&told, "scan").0,
        Standing::Stale,
        "from before the artifact was made"
    );
    assert!(!told.holds());
}

#[test]
fn a_locked_step_that_another_tool_filled_is_overridden() {
    let mut s = sample();
    for name in ["test", "scan"] {
        step(&mut s, name).locked = true;
    }
    step(&mut s, "test").from = Some("circleci".to_owned());
    step(&mut s, "scan").from = Some("grype".to_owned());
    let all = told(s);
    is(
        &all,
        "scan",
        Standing::Overridden,
        "03-03T11:40",
        "locked to grype, filled by trivy",
    );
    is(
        &all,
        "test",
        Standing::Overridden,
        "03-03T11:00",
        "locked to circleci, filled by jenkins",
    );
    assert_eq!(
        all.problems,
        [
            "step test is locked to circleci, filled by jenkins",
            "step scan is locked to grype, filled by trivy"
        ]
    );
    let mut s = sample();
    step(&mut s, "scan").from = Some("grype".to_owned());
    let all = told(s);
    assert_eq!(
        stands(&all, "scan").0,
        Standing::Missing,
        "not locked: simply not filled"
    );
    let mut s = sample();
    step(&mut s, "scan").from = Some("trivy".to_owned());
    assert!(told(s).holds(), "by the scanner's own name or its source");
}

#[test]
fn what_ran_on_the_request_counts_and_says_so() {
    let mut s = sample();
    s.workload().runs.clear();
    run(&mut s, "c1", "https://jenkins.example", "03-03 08:40");
    let told = told(s);
    let detail = "unit tests, on the request before its merge";
    is(&told, "test", Standing::Present, "03-03T08:40", detail);
}

#[test]
fn a_gate_is_to_be_decided_before() {
    let decided = |closed: Option<&str>, decision| {
        let mut s = sample();
        let gate = &mut s.workload().gates[0];
        (gate.closed, gate.decision) = (closed.map(at), decision);
        let told = told(s);
        stands(&told, "cab").0
    };
    let approved = Some(Decision::Approved);
    assert_eq!(decided(Some("03-04 10:00"), approved), Standing::Present);
    assert_eq!(decided(Some("03-04 10:01"), approved), Standing::Overridden);
    assert_eq!(
        decided(Some("03-04 09:00"), Some(Decision::Rejected)),
        Standing::Failed
    );
    assert_eq!(
        decided(Some("03-04 09:00"), Some(Decision::Expired)),
        Standing::Missing
    );
    assert_eq!(decided(None, None), Standing::Missing);
}

#[test]
fn authors_and_programs_do_not_approve() {
    for own in [true, false] {
        let mut s = sample();
        let ann = s.name("ann");
        let review = &mut s.last_change().reviews[0];
        if own {
            review.reviewer = Some(ann);
        } else {
            review.bot = true;
        }
        let told = told(s);
        is(
            &told,
            "review",
            Standing::Missing,
            "03-04T10:00",
            "1 of 1 change not approved: #1",
        );
    }
}

#[test]
fn a_rollback_is_judged_by_what_brought_its_version() {
    let mut s = sample();
    s.commit("r", "m2", "03-05 10:00", &["m1"]);
    s.direct("m2", "r");
    s.deploy("d2", "r", "m2", "03-06 10:00");
    s.deploy("d3", "r", "m1", "03-07 10:00").digest("sha256:1");
    let told = told(s);
    assert!(told.holds(), "{told:?}");
    assert_eq!(told.live.unwrap().since, at("03-07 10:00"));
}

#[test]
fn what_goes_past_the_path_is_told_in_words() {
    let mut s = sample();
    s.workload().path.steps.remove(1);
    for step in &mut s.workload().path.steps {
        step.needs.clear();
    }
    s.workload().path.freezes.push(Freeze {
        environment: "production".to_owned(),
        schedule: "FREQ=WEEKLY;BYDAY=TU".to_owned(),
        length: Span::from_seconds(86_400),
        reason: None,
    });
    let hold = Hold {
        environment: s.name("production"),
        from: at("03-04 08:00"),
        until: Some(at("03-04 12:00")),
        by: Some(s.name("dora")),
        reason: None,
    };
    s.workload().holds.push(hold);
    assert_eq!(
        told(s).problems,
        [
            "no step of the path asks for a review",
            "went live in production at 2025-03-04T10:00:00Z, within a freeze until 2025-03-05T00:00:00Z",
            "went live in production at 2025-03-04T10:00:00Z, while it was held by dora",
        ]
    );
}

#[test]
fn what_nothing_led_to_is_off_the_path() {
    let mut s = sample();
    s.deploy("d9", "", "", "03-08 10:00").digest("sha256:9");
    let told = told(s);
    assert!(
        told.problems[0].contains("off the path"),
        "{:?}",
        told.problems
    );
    assert!(
        told.steps
            .iter()
            .all(|step| step.standing == Standing::Missing)
    );
}

#[test]
fn where_nothing_is_live_nothing_is_asked() {
    let mut s = sample();
    s.workload().records.clear();
    let told = told(s);
    assert!(told.live.is_none() && told.steps.is_empty());
    let kept = postcard::to_allocvec(&told).unwrap();
    assert_eq!(postcard::from_bytes::<Compliance>(&kept).unwrap(), told);
}
