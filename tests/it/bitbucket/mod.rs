//! Bitbucket Cloud: recorded answers, a double of its API with pages that name the next, and answers that are none.

pub mod subject;

use std::fs;
use std::time::Duration;

use leadtime::connector::Connector;
use leadtime::connector::bitbucket::Bitbucket;
use leadtime::connector::bitbucket::translate::{change, deployment, pipeline};
use leadtime::connector::bitbucket::wire;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::origin::Origin;
use leadtime::event::kind::{ChangePhase, Decision, Kind, Outcome, ReviewState};
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::scans::payloads;
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Wild};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn now() -> Timestamp {
    at("2026-03-02T12:00:00Z")
}

/// What the one repository has, the newest first.
#[derive(Debug, Default)]
struct World {
    pulls: Vec<Value>,
    pipelines: Vec<Value>,
    steps: Vec<Value>,
    deployments: Vec<Value>,
    page: usize,
}

type Server = Wild<World>;

fn list(asked: &Asked, all: &[Value], page: usize) -> Answer {
    let number: usize = asked.query("page").map_or(1, |page| page.parse().unwrap());
    let items: Vec<&Value> = all.iter().skip((number - 1) * page).take(page).collect();
    let mut body = json!({"values": items, "pagelen": page});
    if all.len() > number * page {
        let host = asked.header("host").unwrap();
        let target = asked.target.replace(&format!("&page={number}"), "");
        body["next"] = json!(format!("http://{host}{target}&page={}", number + 1));
    }
    Answer::json(200, &body)
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().replace("%7B", "{").replace("%7D", "}");
    let Some(rest) = path.strip_prefix("/2.0/repositories/acme") else {
        return Answer::new(404);
    };
    let page = world.page;
    let one = |all: &[Value], uuid: &str| {
        let found = all.iter().find(|one| one["uuid"] == uuid);
        found.map_or(Answer::new(404), |one| Answer::json(200, one))
    };
    let pieces: Vec<&str> = rest.trim_start_matches('/').split('/').collect();
    match pieces.as_slice() {
        [""] => list(
            asked,
            &[
                json!({"full_name": "acme/shop"}),
                json!({"full_name": "acme/attic-1"}),
            ],
            page,
        ),
        ["shop"] => Answer::json(200, &json!({"full_name": "acme/shop"})),
        ["shop", "pullrequests"] => {
            assert_eq!(
                asked.target.matches("state=").count(),
                4,
                "{}",
                asked.target
            );
            let q = asked.query("q").unwrap().replace("%3A", ":");
            let from = at(q.split("%22").nth(1).unwrap());
            let fresh = |one: &&Value| at(one["updated_on"].as_str().unwrap()) >= from;
            let fresh: Vec<Value> = world.pulls.iter().filter(fresh).cloned().collect();
            list(asked, &fresh, page)
        }
        ["shop", "pullrequests", number, "activity"] => list(asked, &activity(number), page),
        ["shop", "pullrequests", _, "commits"] => list(asked, &commits(), page),
        ["shop", "commit", short] => Answer::json(200, &commit(&short.repeat(4)[..40], "Merge")),
        ["shop", "pipelines", ""] => list(asked, &world.pipelines, page),
        ["shop", "pipelines", uuid] => one(&world.pipelines, uuid),
        ["shop", "pipelines", _, "steps", ""] => list(asked, &world.steps, page),
        ["shop", "deployments", ""] => list(asked, &world.deployments, page),
        ["shop", "deployments", uuid] => one(&world.deployments, uuid),
        _ => Answer::new(404),
    }
}

fn user(name: &str) -> Value {
    json!({"nickname": name, "type": "user"})
}

fn commit(hash: &str, message: &str) -> Value {
    json!({
        "hash": hash, "date": "2026-03-02T08:00:00+00:00", "message": message,
        "author": {"raw": "Jane Doe <jane@example.com>"}, "parents": [{"hash": "0".repeat(40)}],
    })
}

fn commits() -> Vec<Value> {
    vec![
        commit(&"b".repeat(40), "Round up\n\nFixes #3"),
        commit(&"a".repeat(40), "Add rounding"),
    ]
}

fn activity(number: &str) -> Vec<Value> {
    let date = |minute: u32| format!("2026-03-02T09:{minute:02}:00.123456+00:00");
    let mut all = vec![
        json!({"approval": {"date": date(20), "user": user("omar")}}),
        json!({"comment": {"id": 7, "created_on": date(12), "user": user("jane")}}),
        json!({"comment": {"id": 6, "created_on": date(11), "user": user("omar")}}),
        json!({"changes_requested": {"date": date(10), "user": user("omar")}}),
        json!({"update": {"date": date(0), "state": "OPEN"}}),
    ];
    if number == "2" {
        all.insert(0, json!({"update": {"date": date(30), "state": "MERGED"}}));
    }
    all
}

fn pull(number: u32, state: &str) -> Value {
    json!({
        "id": number, "title": format!("PAY-{number}: round"), "description": "Fixes #3", "state": state, "draft": false,
        "author": user("jane"), "created_on": "2026-03-02T08:30:00+00:00", "updated_on": "2026-03-02T10:00:00+00:00",
        "source": {"branch": {"name": "round"}, "commit": {"hash": "bbbbbbbbbbbb"}},
        "merge_commit": (state == "MERGED").then(|| json!({"hash": "c0ffee123456"})),
        "reviewers": [user("omar")], "links": {"html": {"href": format!("https://bb.example/{number}")}},
    })
}

fn run(number: u32, waits: bool) -> Value {
    let state = if waits {
        json!({"name": "IN_PROGRESS", "stage": {"name": "PAUSED"}})
    } else {
        json!({"name": "COMPLETED", "result": {"name": "SUCCESSFUL"}})
    };
    json!({
        "uuid": format!("{{run-{number}}}"), "build_number": number, "state": state, "creator": user("jane"),
        "target": {"ref_name": "main", "commit": {"hash": "a".repeat(40)}, "selector": {"type": "branches", "pattern": "main"}},
        "created_on": format!("2026-03-02T10:{number:02}:00Z"),
        "completed_on": (!waits).then_some("2026-03-02T11:30:00Z"),
    })
}

fn steps(waits: bool) -> Vec<Value> {
    let step = |name: &str, kind: &str, begun: Option<&str>, ended: Option<&str>| {
        let result = ended.map(|_| json!({"name": "SUCCESSFUL"}));
        json!({
            "uuid": format!("{{{name}}}"), "name": name, "trigger": {"type": format!("pipeline_step_trigger_{kind}")},
            "state": {"name": if ended.is_some() { "COMPLETED" } else { "PENDING" }, "result": result},
            "started_on": begun, "completed_on": ended, "run_number": 1,
        })
    };
    let test = step(
        "test",
        "automatic",
        Some("2026-03-02T10:40:00Z"),
        Some("2026-03-02T10:50:00Z"),
    );
    let begun = (!waits).then_some("2026-03-02T11:00:00Z");
    let ended = (!waits).then_some("2026-03-02T11:20:00Z");
    vec![test, step("production", "manual", begun, ended)]
}

fn shipped(number: u32, ended: bool) -> Value {
    json!({
        "uuid": format!("{{dep-{number}}}"), "environment": {"name": "Production"},
        "release": {"pipeline": {"uuid": "{run-1}"}, "commit": {"hash": "a".repeat(40)}},
        "state": {
            "name": if ended { "COMPLETED" } else { "IN_PROGRESS" }, "url": "https://bb.example/d",
            "status": ended.then(|| json!({"name": "SUCCESSFUL"})),
            "started_on": format!("2026-03-02T11:{number:02}:00Z"), "completed_on": ended.then_some("2026-03-02T11:45:00Z"),
        },
    })
}

fn world() -> World {
    World {
        pulls: vec![pull(2, "MERGED"), pull(1, "OPEN")],
        pipelines: vec![run(1, false)],
        steps: steps(false),
        deployments: vec![shipped(2, false), shipped(1, true)],
        page: 50,
    }
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "bb".to_owned(),
        url: Some(server.url()),
        user: Some("jane@example.com".to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: vec!["acme/*".to_owned(), "!acme/attic-*".to_owned()],
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

fn source(server: &Server) -> Box<dyn Connector> {
    Box::new(Bitbucket::new(&settings(server)).unwrap())
}

#[tokio::test]
async fn requests_pipelines_and_deployments_are_told() {
    let server = Wild::start(world(), answer);
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.told(), "");
    insta::assert_snapshot!("told", kept.ids().join("\n"));
    let change = |id: &str| match &kept.event(id).kind {
        Kind::Change(change) => change.clone(),
        other => panic!("{other:?}"),
    };
    let merged = change("pull/2/merged");
    assert_eq!(merged.phase, ChangePhase::Merged);
    assert_eq!(
        merged.sha,
        Some("c0ffee123456".repeat(4)[..40].to_owned()),
        "in full"
    );
    assert_eq!(merged.head, Some("b".repeat(40)));
    assert_eq!(merged.tickets.to_vec(), ["PAY-2", "acme/shop#3"]);
    assert_eq!(
        kept.event("pull/2/merged").at,
        at("2026-03-02T09:30:00.123456Z")
    );
    let second = at("2026-03-02T09:20:00Z").micros() / 1_000_000;
    let approved = change(&format!("pull/1/approved/{second}"));
    assert_eq!(approved.reviewer.as_deref(), Some("omar"));
    assert_eq!(approved.state, Some(ReviewState::Approved));
    let Kind::Gate(gate) = &kept.event("pipeline/run-1/manual/production/closed").kind else {
        panic!()
    };
    assert_eq!(
        (gate.decision, gate.name.as_deref()),
        (Some(Decision::Approved), Some("production"))
    );
    let Kind::Deployment(fact) = &kept.event("deployment/dep-1/finished").kind else {
        panic!()
    };
    assert_eq!(fact.environment.as_deref(), Some("Production"));
    assert_eq!(fact.outcome, Some(Outcome::Success));
    let sent = server.asked();
    assert!(sent.iter().all(|one| one.method == "GET"));
    assert!(
        sent.iter()
            .all(|one| one.header("authorization").unwrap().starts_with("Basic "))
    );
    assert!(
        kept.cursors
            .contains_key("acme/shop deployments open dep-2")
    );
}

#[tokio::test]
async fn what_was_open_is_looked_at_again_and_quiet_costs_little() {
    let mut one = world();
    one.pipelines = vec![run(1, true)];
    one.steps = steps(true);
    let server = Wild::start(one, answer);
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert!(
        kept.ids()
            .contains(&"pipeline/run-1/manual/production/created")
    );
    let known = kept.events.len();
    let later = now() + Span::from_seconds(86_400);
    {
        let mut world = server.state();
        world.pipelines = vec![run(1, false)];
        world.steps = steps(false);
        world.deployments = vec![shipped(2, true), shipped(1, true)];
    }
    let before = server.asked().len();
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    assert!(server.count("GET", "/pullrequests/") > 0);
    // The repositories, three lists, a pipeline with its steps, a deployment.
    assert_eq!(server.asked().len() - before, 7, "{:?}", server.asked());
    // The run ends; the gate closes; the step is asked, begun and ended; the deployment ends.
    assert_eq!(kept.events.len(), known + 5, "{:?}", kept.ids());
    assert_eq!(kept.differing, []);
    // Gone before it ended: told once, and forgotten.
    let mut kept = Kept::default();
    server.state().deployments = vec![shipped(3, false)];
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    server.state().deployments.clear();
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    assert!(kept.told().contains("gone before"), "{}", kept.told());
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn a_pipeline_that_is_gone_waits_for_nobody() {
    let mut one = world();
    one.pipelines = vec![run(1, true)];
    one.steps = steps(true);
    let server = Wild::start(one, answer);
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    kept.event("pipeline/run-1/manual/production/created");
    server.state().pipelines.clear();
    let later = now() + Span::from_seconds(86_400);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    let closed = kept.event("pipeline/run-1/manual/production/closed");
    let Kind::Gate(gate) = &closed.kind else {
        panic!()
    };
    assert_eq!((gate.decision, closed.at), (Some(Decision::Other), later));
}

#[tokio::test]
async fn many_that_are_paused_keep_none_from_being_seen_to_end() {
    let paused = |number: u32| {
        let mut one = run(number % 60, true);
        one["uuid"] = json!(format!("{{run-{number:03}}}"));
        one
    };
    let mut one = world();
    one.page = 100;
    one.pipelines = (1..=60).rev().map(paused).collect();
    one.steps = steps(true);
    let server = Wild::start(one, answer);
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let mut ended = run(0, false);
    ended["uuid"] = json!("{run-060}");
    server.state().pipelines[0] = ended;
    let later = now() + Span::from_seconds(86_400);
    for _ in 0..2 {
        deeds::read(&*source(&server), &mut kept, later)
            .await
            .unwrap();
    }
    assert!(
        !kept
            .cursors
            .contains_key("acme/shop pipelines open run-060")
    );
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn every_page_is_read_and_a_kill_loses_nothing() {
    let many = || World {
        pulls: (1..=7).map(|number| pull(number, "OPEN")).collect(),
        pipelines: (1..=5).rev().map(|number| run(number, false)).collect(),
        deployments: (1..=5).rev().map(|number| shipped(number, true)).collect(),
        page: 2,
        ..world()
    };
    let server = Wild::start(many(), answer);
    let mut whole = Kept::default();
    deeds::read(&*source(&server), &mut whole, now())
        .await
        .unwrap();
    for number in 1..=7 {
        assert!(
            whole
                .ids()
                .contains(&format!("pull/{number}/opened").as_str())
        );
    }
    for killed_after in [1, 3, 6] {
        let mut kept = Kept {
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        assert!(
            deeds::read(&*source(&server), &mut kept, now())
                .await
                .is_err()
        );
        kept.killed_after = None;
        deeds::read(&*source(&server), &mut kept, now())
            .await
            .unwrap();
        assert_eq!((kept.ids(), &kept.cursors), (whole.ids(), &whole.cursors));
        assert_eq!(kept.differing, []);
    }
    // Bitbucket allows a thousand requests an hour: what was handed over is not asked for again.
    let mut kept = Kept {
        killed_after: Some(2),
        ..Kept::default()
    };
    let stopped = deeds::read(&*source(&server), &mut kept, now()).await;
    assert!(stopped.is_err());
    kept.killed_after = None;
    let before = server.asked().len();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let asked = server.asked();
    let mut lists = asked[before..].iter();
    let pulls = lists.find(|one| one.target.contains("/pullrequests?"));
    assert_eq!(pulls.unwrap().query("page"), Some("3"));
}

#[tokio::test]
async fn what_a_request_is_called_and_who_is_asked_may_change() {
    let server = Wild::start(world(), answer);
    let mut kept = Kept::default();
    server.state().pulls[1]["draft"] = json!(true);
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    server.state().pulls[1]["draft"] = json!(false);
    server.state().pulls[1]["updated_on"] = json!("2026-03-02T11:59:00+00:00");
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let Kind::Change(change) = &kept.event("pull/1/updated/2026-03-02T11:59:00Z").kind else {
        panic!()
    };
    assert_eq!(
        (change.phase, change.draft),
        (ChangePhase::Updated, Some(false))
    );
}

#[tokio::test]
async fn a_page_elsewhere_is_not_asked_for() {
    // A next page elsewhere would take the credentials along.
    let server = Wild::start(world(), |_, _| {
        Answer::json(
            200,
            &json!({"values": [], "next": "https://elsewhere.example/x"}),
        )
    });
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert!(kept.told().contains("another address"), "{}", kept.told());
}

#[tokio::test]
async fn doctor_says_what_is_seen() {
    let server = Wild::start(world(), answer);
    let health = source(&server).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    assert!(
        facts.contains("1 repositories are read") && facts.contains("pipelines can be read"),
        "{facts}"
    );
}

#[test]
fn recorded_answers_are_told() {
    let Some(folder) = payloads("bitbucket") else {
        return;
    };
    let rows = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.join("rest-recorded").join(name)).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        rows.into_iter().map(|row| row["body"].clone()).collect()
    };
    let now = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    let origin = Origin::new("bitbucket:api.bitbucket.org", "likyh/likyhphp", now);
    let mut told = Vec::new();
    for row in rows("pull-requests.json") {
        let pull: wire::Pull = serde_json::from_value(row).unwrap();
        let seen = change::Seen {
            pull: &pull,
            activity: &[],
            commits: &[],
            merge: None,
        };
        told.push(change::pull(&origin, &seen));
    }
    let steps = rows("pipeline-steps.json");
    for row in rows("pipelines.json") {
        let of = steps
            .iter()
            .filter(|step| step["pipeline"]["uuid"] == row["uuid"]);
        let of: Vec<wire::Step> = of
            .map(|step| serde_json::from_value(step.clone()).unwrap())
            .collect();
        let run: wire::Pipeline = serde_json::from_value(row).unwrap();
        told.push(pipeline::all(&origin, &run, &of));
    }
    for row in rows("deployments.json") {
        let one: wire::Deployment = serde_json::from_value(row).unwrap();
        told.push(deployment::all(&origin, &one));
    }
    let mut lines = Vec::new();
    for facts in told {
        lines.extend(
            facts
                .unknown
                .iter()
                .map(|one| format!("unknown {} {}", one.field, one.value)),
        );
        lines.extend(
            facts
                .events
                .iter()
                .map(|event| format!("{} {}", event.at, event.id)),
        );
    }
    insta::assert_snapshot!("recorded", lines.join("\n"));
    for row in rows("pr-commits.json") {
        let _: wire::Commit = serde_json::from_value(row).unwrap();
    }
}
