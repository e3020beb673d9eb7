//! Reading: what happened becomes events once, however often it is read; what is under way is looked at again, a hold above all.

use leadtime::connector::Connector;
use leadtime::connector::circleci::CircleCi;
use leadtime::event::kind::{Decision, Gate, GatePhase, Kind, Outcome, Phase, Run, RunKind};
use leadtime::event::time::Span;
use serde_json::json;

use super::world::{OMAR, World, at, job, sha, start, user, uuid};
use super::{now, read, read_at, settings, time};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn run<'k>(kept: &'k Kept, id: &str) -> &'k Run<String> {
    match &kept.event(id).kind {
        Kind::Run(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn gate<'k>(kept: &'k Kept, id: &str) -> &'k Gate<String> {
    match &kept.event(id).kind {
        Kind::Gate(fact) => fact,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn pipelines_are_told_once_and_a_quiet_project_costs_one_request() {
    let server = start(World {
        page: 4,
        ..World::of(10)
    });
    let mut kept = Kept::default();
    let later = now() + Span::from_seconds(86_400 * 10);
    read_at(&server, &mut kept, later).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    // Two of each workflow, three of each of its two jobs.
    assert_eq!(kept.events.len(), 80);
    let (workflow, build) = (uuid(2, 7), uuid(107, 2));
    let whole = run(&kept, &format!("workflow/{workflow}/finished"));
    assert_eq!(
        (whole.kind, whole.step.as_deref(), whole.outcome),
        (RunKind::Pipeline, Some("pipeline"), Some(Outcome::Success))
    );
    let id = format!("workflow/{workflow}/job/{build}");
    let queued = kept.event(&format!("{id}/queued"));
    assert_eq!(queued.at, time(&at(425)), "when its test was done");
    assert_eq!(kept.event(&format!("{id}/started")).at, time(&at(427)));
    let done = kept.event(&format!("{id}/finished"));
    assert_eq!(done.at, time(&at(429)));
    assert_eq!(done.source, "circleci:127.0.0.1/gh/acme/shop");
    let fact = run(&kept, &format!("{id}/finished"));
    assert_eq!((fact.kind, fact.phase), (RunKind::Task, Phase::Finished));
    assert_eq!(fact.name.as_deref(), Some("build"));
    assert_eq!(fact.repository.as_deref(), Some("acme/shop"));
    assert_eq!(
        (fact.sha.clone(), fact.branch.as_deref()),
        (Some(sha(7)), Some("main"))
    );
    let url = fact.url.as_deref().unwrap();
    let wanted = format!("/pipelines/github/acme/shop/7/workflows/{workflow}/jobs/72");
    assert!(url.ends_with(&wanted), "{url}");
    let (asked, batches) = (server.asked().len(), kept.batches);
    read_at(&server, &mut kept, later).await.unwrap();
    assert_eq!((server.asked().len() - asked, kept.batches), (1, batches));
    // More than a page is new.
    for number in 11..=17 {
        server.state().run("gh/acme/shop", number, "success");
    }
    read_at(&server, &mut kept, later).await.unwrap();
    assert_eq!(kept.events.len(), 80 + 7 * 8);
    // Back to before what may be listed late.
    assert_eq!(server.asked().len() - asked - 1, 3 + 7 * 2);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn a_pipeline_that_is_listed_late_is_told() {
    let server = start(World {
        page: 2,
        ..World::of(5)
    });
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let known = kept.events.len();
    {
        let mut world = server.state();
        world.run("gh/acme/shop", 6, "success");
        // Made a second before the newest that is told, and five seconds, on another page.
        for (number, second) in [(7, 59), (8, 55)] {
            world.run("gh/acme/shop", number, "success");
            let mut late = world.pipelines.remove(0);
            late["created_at"] = json!(format!("2026-03-01T04:59:{second}Z"));
            let place = usize::try_from(number - 5).unwrap();
            world.pipelines.insert(place, late);
        }
    }
    read(&server, &mut kept).await.unwrap();
    for number in [6, 7, 8] {
        kept.event(&format!("workflow/{}/finished", uuid(2, number)));
    }
    assert_eq!(kept.events.len(), known + 3 * 8);
    let batches = kept.batches;
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), known + 3 * 8);
    assert!(kept.batches <= batches + 1, "nothing is told twice");
}

#[tokio::test]
async fn a_reading_that_is_killed_at_any_batch_goes_on_without_loss() {
    let world = || {
        let mut world = World {
            page: 3,
            ..World::of(10)
        };
        world.hold(11);
        world
    };
    let server = start(world());
    let mut whole = Kept::default();
    read(&server, &mut whole).await.unwrap();
    assert!(whole.batches >= 4, "{}", whole.batches);
    for killed_after in 0..whole.batches {
        let mut kept = Kept {
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        read(&server, &mut kept).await.unwrap_err();
        kept.killed_after = None;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events, whole.events, "killed after {killed_after}");
        assert_eq!(kept.differing, []);
    }
    // The same of what came later.
    for number in 12..=18 {
        server.state().run("gh/acme/shop", number, "success");
    }
    let mut later = Kept {
        cursors: whole.cursors.clone(),
        ..Kept::default()
    };
    read(&server, &mut later).await.unwrap();
    for killed_after in 0..later.batches {
        let mut kept = Kept {
            cursors: whole.cursors.clone(),
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        read(&server, &mut kept).await.unwrap_err();
        kept.killed_after = None;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events, later.events, "killed after {killed_after}");
    }
}

#[tokio::test]
async fn a_hold_is_an_open_gate_until_somebody_approves_it_or_cancels_its_workflow() {
    let mut world = World::default();
    let (first, second) = (world.hold(20), world.hold(21));
    let server = start(world);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let open = gate(&kept, &format!("{first}/created"));
    assert_eq!(kept.event(&format!("{first}/created")).at, time(&at(1205)));
    assert_eq!(
        (open.phase, open.name.as_deref()),
        (GatePhase::Created, Some("approve"))
    );
    assert_eq!(
        (open.sha.clone(), open.requestor.as_deref()),
        (Some(sha(20)), Some("jane"))
    );
    assert!(open.url.as_deref().unwrap().contains("/workflows/"));
    assert_eq!(
        kept.ids()
            .iter()
            .filter(|id| id.contains("/closed"))
            .count(),
        0
    );
    // Nobody pushes: it is polled, workflow and jobs, and says the same.
    let (asked, events) = (server.asked().len(), kept.events.len());
    read_at(&server, &mut kept, now() + Span::from_seconds(300))
        .await
        .unwrap();
    assert_eq!(server.asked().len() - asked, 1 + 2 * 2);
    assert_eq!(kept.events.len(), events);
    {
        let mut world = server.state();
        let workflow = uuid(2, 20);
        let hold = world.job(&workflow, "approve");
        (hold["status"], hold["approved_by"]) = (json!("success"), json!(user(OMAR)));
        (hold["started_at"], hold["stopped_at"]) = (json!(at(1300)), json!(at(1300)));
        *world.job(&workflow, "deploy") = job(20, 5, "deploy", "build", "running", &[3]);
        world.job(&workflow, "deploy")["started_at"] = json!(at(1301));
        world.find(&workflow).unwrap()["status"] = json!("running");
        let other = uuid(2, 21);
        world.job(&other, "approve")["status"] = json!("canceled");
        let stopped = world.find(&other).unwrap();
        (stopped["status"], stopped["canceled_by"]) = (json!("canceled"), json!(user(OMAR)));
        stopped["stopped_at"] = json!(at(1400));
    }
    read_at(&server, &mut kept, now() + Span::from_seconds(600))
        .await
        .unwrap();
    let approved = gate(&kept, &format!("{first}/closed"));
    assert_eq!(
        (approved.decision, approved.responder.as_deref()),
        (Some(Decision::Approved), Some("omar"))
    );
    assert_eq!(kept.event(&format!("{first}/closed")).at, time(&at(1300)));
    let stopped = gate(&kept, &format!("{second}/closed"));
    assert_eq!(
        (stopped.decision, stopped.responder.as_deref()),
        (Some(Decision::Cancelled), Some("omar"))
    );
    assert_eq!(kept.event(&format!("{second}/closed")).at, time(&at(1400)));
    let deploy = format!("workflow/{}/job/{}/queued", uuid(2, 20), uuid(120, 5));
    assert_eq!(
        kept.event(&deploy).at,
        time(&at(1300)),
        "since it was approved"
    );
    assert_eq!(server.count("GET", "/user/"), 1, "omar is known by then");
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn an_approval_of_what_is_gone_or_too_old_to_go_on_waits_for_nobody() {
    let day = Span::from_seconds(86_400);
    for is_gone in [true, false] {
        let mut world = World::default();
        let hold = world.hold(20);
        let server = start(world);
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        if is_gone {
            let path = format!("/pipeline/{}/workflow", uuid(1, 20));
            let no = Answer::json(404, &json!({"message": "Pipeline not found"}));
            server.always("GET", &path, Mischief::Instead(no));
        }
        let days = if is_gone { 1 } else { 200 };
        let later = now() + Span::from_micros(day.micros() * days);
        read_at(&server, &mut kept, later).await.unwrap();
        let id = format!("{hold}/closed");
        assert_eq!(gate(&kept, &id).decision, Some(Decision::Other));
        let oldest = time(&at(20 * 60)) + Span::from_micros(day.micros() * 120);
        assert_eq!(kept.event(&id).at, if is_gone { later } else { oldest });
        assert!(!kept.cursors.keys().any(|key| key.starts_with("todo ")));
        let events = kept.events.len();
        read_at(&server, &mut kept, later + day).await.unwrap();
        assert_eq!((kept.events.len(), kept.differing.len()), (events, 0));
    }
}

#[tokio::test]
async fn what_is_run_again_is_seen_and_what_it_took_over_is_not_told_twice() {
    let mut world = World::default();
    world.run("gh/acme/shop", 5, "failed");
    world.job(&uuid(2, 5), "build")["status"] = json!("failed");
    let server = start(world);
    let mut kept = Kept::default();
    let soon = time(&at(320));
    read_at(&server, &mut kept, soon).await.unwrap();
    assert_eq!(kept.events.len(), 8);
    {
        let mut world = server.state();
        world.workflow(5, 6, "running");
        let mut again = job(5, 2, "build", "build", "running", &[1]);
        (again["id"], again["started_at"]) = (json!(uuid(900, 2)), json!(at(362)));
        let test = job(5, 1, "test", "build", "success", &[]);
        world.jobs.insert(uuid(2, 6), vec![test, again]);
    }
    read_at(&server, &mut kept, soon).await.unwrap();
    assert_eq!(kept.events.len(), 8, "not yet: it had just ended");
    read_at(&server, &mut kept, soon + Span::from_seconds(3600))
        .await
        .unwrap();
    let again = format!("workflow/{}/job/{}", uuid(2, 6), uuid(900, 2));
    assert_eq!(
        run(&kept, &format!("{again}/started")).phase,
        Phase::Started
    );
    assert_eq!(
        kept.events.len(),
        8 + 3,
        "a workflow and a job have begun, queued first"
    );
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn configurations_that_are_wrong_unknown_words_and_missing_times_are_told() {
    let mut world = World::default();
    world.pipeline("gh/acme/shop", 1);
    world.pipelines[0]["state"] = json!("errored");
    world.pipelines[0]["errors"] = json!([{"type": "config", "message": "no"}]);
    world.run("gh/acme/shop", 2, "levitating");
    let workflow = uuid(2, 2);
    world.find(&workflow).unwrap()["created_at"] = json!("");
    world.job(&workflow, "test")["status"] = json!("exploded");
    world.job(&workflow, "build")["type"] = json!("release");
    let server = start(world);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let wrong = run(&kept, &format!("pipeline/{}/finished", uuid(1, 1)));
    assert_eq!(wrong.outcome, Some(Outcome::Failure));
    for word in ["levitating", "exploded", "release"] {
        assert!(kept.told().contains(word), "{}", kept.told());
    }
    assert_eq!(kept.findings.len(), 3, "{}", kept.told());
    let exploded = format!("workflow/{workflow}/job/{}/finished", uuid(102, 1));
    assert_eq!(run(&kept, &exploded).outcome, Some(Outcome::Other));
    let whole = run(&kept, &format!("workflow/{workflow}/finished"));
    assert_eq!(whole.outcome, Some(Outcome::Other));
}

#[tokio::test]
async fn only_what_is_wanted_is_read_and_only_since_it_is_wanted() {
    let mut world = World::of(3);
    world.run("gh/acme/attic", 4, "success");
    world.run("gh/acme/shop", 5, "success");
    let server = start(world);
    let url = server.url();
    let source = CircleCi::new(&settings(&url, &["gh/acme/*", "!gh/acme/attic"])).unwrap();
    let mut kept = Kept::default();
    let mut reading = kept.reading(now());
    reading.since = Some(time(&at(150)));
    source.read(reading, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 16, "{:?}", kept.ids());
    let health = source.check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    for wanted in ["belongs to jane", "gh/acme: 4 of its newest 5"] {
        assert!(facts.contains(wanted), "{wanted} in {facts}");
    }
    assert_eq!(health.findings, []);
    let one = CircleCi::new(&settings(&url, &["gh/acme/attic"])).unwrap();
    let mut kept = Kept::default();
    one.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 8);
    assert_eq!(
        server.count("GET", "/project/gh%2Facme%2Fattic/pipeline"),
        1
    );
    let wrong = CircleCi::new(&settings(&url, &["gh/acme/shoop"])).unwrap();
    let health = wrong.check(now()).await.unwrap();
    assert!(health.findings[0].text.contains("spelling"), "{health:?}");
}
