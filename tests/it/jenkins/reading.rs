//! Reading: what becomes of builds, stages, inputs and deployments, and that every build is told once however a reading ends.

use std::fmt::Write as _;

use leadtime::connector::Connector;
use leadtime::connector::jenkins::Jenkins;
use leadtime::event::cdevents::write;
use leadtime::event::kind::{Decision, Kind, Outcome, Phase};
use leadtime::event::time::Span;
use serde_json::{Value, json};

use super::world::{NOW, Server, build, folder, job, pipeline, start, taking, waiting};
use super::{connector, now, read, settings};
use crate::support::kept::Kept;

/// All events as the log has them, without the address of the server.
fn told(server: &Server, kept: &Kept) -> String {
    let mut lines: Vec<String> = kept
        .events
        .values()
        .map(|event| {
            let line = write(event);
            line.replace(&server.url().replace("http://", ""), "ci.example.com")
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

/// The event whose identity, without its time, ends so.
fn find<'k>(kept: &'k Kept, job: &str, end: &str) -> &'k leadtime::event::Event<String> {
    let mut all = kept.events.values();
    all.find(|event| event.id.starts_with(job) && event.id.ends_with(end))
        .unwrap_or_else(|| panic!("no {job} … {end} in {:?}", kept.ids()))
}

#[tokio::test]
async fn builds_stages_and_inputs_become_events() {
    let server = start([
        ("acme", folder()),
        ("acme/shop", folder()),
        ("acme/shop/main", job(vec![waiting(2), pipeline(1)])),
        ("nightly", job(vec![build(7)])),
        ("never-built", job(vec![])),
    ]);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.told(), "");
    insta::assert_snapshot!("events", told(&server, &kept));

    // A quiet Jenkins costs the list; one in which a build runs, that build as well.
    let before = server.asked().len();
    let batches = kept.batches;
    read(&server, &mut kept).await.unwrap();
    let asked: Vec<String> = server.asked()[before..]
        .iter()
        .map(|one| one.path().to_owned())
        .collect();
    assert_eq!(
        asked,
        [
            "/api/json",
            "/job/acme/job/shop/job/main/2/api/json",
            "/job/acme/job/shop/job/main/2/wfapi/describe",
            "/job/acme/job/shop/job/main/2/execution/node/12/wfapi/describe",
        ]
    );
    assert_eq!(kept.batches, batches, "nothing is new");

    server.state().decide("acme/shop/main", 2, true);
    read(&server, &mut kept).await.unwrap();
    let Kind::Gate(gate) = &find(&kept, "acme/shop/main#2@", "input/14/closed").kind else {
        panic!()
    };
    assert_eq!(gate.decision, Some(Decision::Approved));
    assert_eq!(gate.responder.as_deref(), Some("leadtime"));
    let before = server.asked().len();
    server.state().stop("acme/shop/main", 2);
    read(&server, &mut kept).await.unwrap();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        server.asked()[before..].last().unwrap().path(),
        "/api/json",
        "it is not looked at any more"
    );
    let finished = kept.events.values().filter(|event| matches!(&event.kind, Kind::Run(run) if run.run == "acme/shop/main#2" && run.phase == Phase::Finished));
    assert_eq!(finished.count(), 1);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn each_build_is_told_once_wherever_a_reading_is_cut() {
    let builds: Vec<Value> = (1..=60).rev().map(build).collect();
    let server = start([
        ("shop", job(builds)),
        ("till", job((1..=30).rev().map(build).collect())),
    ]);
    let mut whole = Kept::default();
    read(&server, &mut whole).await.unwrap();
    assert_eq!(whole.events.len(), 180);
    assert!(whole.batches >= 3, "handed over as it goes");
    for cut in 0..whole.batches {
        let mut kept = Kept {
            killed_after: Some(cut),
            ..Kept::default()
        };
        read(&server, &mut kept).await.unwrap_err();
        // A build begins before the next reading.
        server.state().builds("shop").insert(0, build(61));
        kept.killed_after = None;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(
            (kept.events.len(), kept.differing.len()),
            (182, 0),
            "cut after {cut}"
        );
        let before = server.asked().len();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(server.asked().len(), before + 1, "nothing is left to read");
        server.state().builds("shop").remove(0);
    }
}

#[tokio::test]
async fn what_is_older_than_wanted_is_left_out_for_good() {
    let server = start([("shop", job((1..=60).rev().map(build).collect()))]);
    let mut kept = Kept::default();
    let since = Span::from_seconds(30 * 86_400 - 50 * 3600);
    let mut limited = settings(&server.url());
    limited.since = Some(since);
    let source = Jenkins::new(limited).unwrap();
    for _ in 0..2 {
        source.read(kept.reading(now()), &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), 22, "builds 50 to 60");
    }
}

#[tokio::test]
async fn names_of_any_kind_and_depth_are_found() {
    let names = [
        ("Größe & Co", folder()),
        ("Größe & Co/a b", folder()),
        ("Größe & Co/a b/feature%2Fx", job(vec![pipeline(1)])),
        ("1", folder()),
        ("1/2", folder()),
        ("1/2/3", folder()),
        ("1/2/3/4", folder()),
        ("1/2/3/4/5", job(vec![build(1)])),
        ("attic", folder()),
        ("attic/old", job(vec![build(1)])),
    ];
    let server = start(names);
    let mut kept = Kept::default();
    let mut some = settings(&server.url());
    some.projects = ["Größe & Co", "1/*/3", "missing", "!attic"]
        .map(str::to_owned)
        .to_vec();
    let source = Jenkins::new(some).unwrap();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    find(&kept, "Größe & Co/a b/feature%2Fx", "input/14/closed");
    find(&kept, "1/2/3/4/5", "finished");
    assert!(!kept.ids().iter().any(|id| id.starts_with("attic")));
    assert!(kept.told().contains("missing"), "{}", kept.told());
    assert_eq!(server.count("GET", "feature%252Fx/1/wfapi/describe"), 1);
    let told = source.check(now()).await.unwrap();
    assert!(
        told.findings
            .iter()
            .any(|one| one.text.contains("\"missing\"")),
        "{told:?}"
    );
    assert!(
        told.facts.iter().any(|fact| fact.contains("2.516.1")),
        "{told:?}"
    );
    assert!(
        told.facts
            .iter()
            .any(|fact| fact.contains("belongs to leadtime"))
    );
    assert!(
        told.facts
            .iter()
            .any(|fact| fact.contains("2 jobs are visible"))
    );
}

#[tokio::test]
async fn what_is_gone_is_over_and_what_is_made_anew_is_told_anew() {
    let server = start([
        ("shop", job(vec![waiting(9), build(8)])),
        ("till", job(vec![waiting(1)])),
    ]);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    server.state().builds("shop").remove(0);
    server.state().jobs.remove("till");
    read(&server, &mut kept).await.unwrap();
    for job in ["shop", "till"] {
        let Kind::Run(run) = &find(&kept, job, "/finished").kind else {
            panic!()
        };
        assert!(matches!(
            run.outcome,
            Some(Outcome::Other | Outcome::Success)
        ));
        let Kind::Gate(gate) = &find(&kept, job, "input/14/closed").kind else {
            panic!()
        };
        assert_eq!(gate.decision, Some(Decision::Other), "{job}");
    }
    assert!(!kept.cursors.keys().any(|key| key.contains("till")));
    // The same name, counting from one again, at another time.
    let mut anew = build(1);
    anew["timestamp"] = json!(NOW - 1000);
    server
        .state()
        .jobs
        .insert("shop".to_owned(), job(vec![anew]));
    read(&server, &mut kept).await.unwrap();
    assert!(
        kept.ids()
            .iter()
            .any(|id| *id == format!("shop#1@{}/finished", NOW - 1000)),
        "{:?}",
        kept.ids()
    );
    assert_eq!(kept.differing, []);
}

/// What is told of the closed gate of a build whose input ended so.
async fn closed(change: impl FnOnce(&mut Value)) -> Option<(Decision, Option<String>)> {
    let mut one = pipeline(1);
    change(&mut one);
    let server = start([("shop", job(vec![one]))]);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let mut closed = kept.events.values().filter_map(|event| match &event.kind {
        Kind::Gate(gate) => Some((gate.decision?, gate.responder.clone())),
        _ => None,
    });
    closed.next()
}

fn ended(build: &mut Value, cause: Value) {
    build["wf"]["stages"][1]["stageFlowNodes"][0]["status"] = json!("ABORTED");
    build["wf"]["stages"][1]["status"] = json!("ABORTED");
    build["result"] = json!("ABORTED");
    let actions = build["actions"].as_array_mut().unwrap();
    actions.retain(|one| one["userId"].is_null());
    actions.push(json!({"causes": [cause]}));
}

#[tokio::test]
async fn how_an_input_ended_is_told_as_far_as_jenkins_tells() {
    let by = |name: &str| Some(name.to_owned());
    assert_eq!(closed(|_| {}).await, Some((Decision::Approved, by("jane"))));
    let rejected = json!({"_class": "x.input.Rejection", "shortDescription": "Rejected by Omar Ali", "user": {"id": "omar", "fullName": "Omar Ali"}});
    assert_eq!(
        closed(|one| ended(one, rejected)).await,
        Some((Decision::Rejected, by("omar")))
    );
    let late = json!({"_class": "x.TimeoutStepExecution$ExceededTimeout", "shortDescription": "Timeout has been exceeded"});
    assert_eq!(
        closed(|one| ended(one, late)).await,
        Some((Decision::Expired, None))
    );
    let stopped = json!({"_class": "jenkins.model.CauseOfInterruption$UserInterruption", "shortDescription": "Aborted by Omar Ali"});
    assert_eq!(
        closed(|one| ended(one, stopped)).await,
        Some((Decision::Cancelled, by("Omar Ali")))
    );
    let caught = json!({"_class": "x.Something", "shortDescription": "Something"});
    assert_eq!(
        closed(|one| ended(one, caught)).await,
        Some((Decision::Other, None))
    );
    // Two approvals and one input: whose was it?
    let twice = |one: &mut Value| {
        one["actions"]
            .as_array_mut()
            .unwrap()
            .push(json!({"userId": "omar"}))
    };
    assert_eq!(closed(twice).await, Some((Decision::Approved, None)));
    // While the build is being ended, nothing is said yet.
    let ending = |one: &mut Value| {
        ended(one, json!({}));
        one["building"] = json!(true);
    };
    assert_eq!(closed(ending).await, None);
}

#[tokio::test]
async fn jobs_of_a_source_with_an_environment_deploy() {
    let mut one = build(3);
    one["actions"].as_array_mut().unwrap().push(json!({"parameters": [
        {"name": "VERSION", "value": "1.2.0"}, {"name": "WHERE", "value": "staging"}, {"name": "PASSWORD"}]}));
    let mut by_sha = build(2);
    by_sha["result"] = json!("FAILURE");
    by_sha["actions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"parameters": [
        {"name": "version", "value": "b".repeat(40)}, {"name": "WHERE", "value": "production"}]}));
    let server = start([
        ("ops", folder()),
        (
            "ops/deploy-shop",
            taking(job(vec![one, by_sha, build(1)]), &["VERSION"]),
        ),
    ]);
    let mut deploying = settings(&server.url());
    deploying.environment = Some("{WHERE}".to_owned());
    deploying.service = Some("shop".to_owned());
    let mut kept = Kept::default();
    let source = Jenkins::new(deploying).unwrap();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    let mut seen = String::new();
    for event in kept.events.values() {
        if let Kind::Deployment(fact) = &event.kind {
            writeln!(
                seen,
                "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                fact.record,
                fact.phase,
                fact.outcome,
                fact.environment,
                fact.service,
                fact.version,
                fact.sha,
                fact.repository
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!("deployments", seen);
}

#[tokio::test]
async fn words_that_are_not_known_are_kept_and_told_once() {
    let mut odd = build(2);
    odd["result"] = json!("EXPLODED");
    let mut odder = pipeline(1);
    odder["wf"]["stages"][0]["status"] = json!("MELTED");
    let server = start([("shop", job(vec![odd, odder]))]);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    for (field, word) in [
        ("build.result", "\"EXPLODED\""),
        ("stage.status", "\"MELTED\""),
    ] {
        let told = kept.told();
        assert!(told.contains(field) && told.contains(word), "{told}");
    }
    assert_eq!(kept.findings.len(), 2, "told once");
    let Kind::Run(run) = &find(&kept, "shop", "stage/6/finished").kind else {
        panic!()
    };
    assert_eq!(run.outcome, Some(Outcome::Other));
}

#[tokio::test]
async fn without_the_stage_view_builds_stand_for_themselves() {
    let server = start([
        ("shop", job(vec![pipeline(2), pipeline(1)])),
        ("till", job(vec![pipeline(1)])),
    ]);
    server.state().blind = true;
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings.len(), 1, "told once: {}", kept.told());
    assert!(kept.told().contains("pipeline-rest-api"));
    let Kind::Run(run) = &find(&kept, "till", "/finished").kind else {
        panic!()
    };
    assert_eq!(run.step, None);
    let told = connector(&server).check(now()).await.unwrap();
    assert!(format!("{told:?}").contains("pipeline-rest-api"));
}
