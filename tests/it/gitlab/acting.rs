//! Acting: the exact requests of every deed, what stands in their way, and that none is ever sent twice or taken for ours when it is another's, whatever the
//! server does with it.

use std::time::Duration;

use leadtime::connector::Actor;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::gitlab::GitLab;
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb, Version};
use serde_json::{Map, Value, json};

use super::{now, settings};
use crate::support::gitlab::{
    Mock, World, ago, below, deployment, job, pipeline, request, sha, start, user,
};
use crate::support::wild::{Answer, Asked};

pub const SHOP: &str = "acme/shop";
const KEY: &str = "0190-act";

fn actor(mock: &Mock) -> GitLab {
    let mut settings = settings(&mock.url(), &[SHOP]);
    settings.patience = Some(Duration::from_millis(400));
    GitLab::new(&settings).unwrap()
}

fn order(verb: Verb, id: Option<&str>, way: Value) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec![SHOP.to_owned(), "elsewhere/x".to_owned()],
        environment: Some("production".to_owned()),
        target: id.map(|id| Target {
            source: format!("gitlab:127.0.0.1/{SHOP}"),
            id: id.to_owned(),
            url: None,
        }),
        to: Some(Version {
            version: Some("1.2.0".to_owned()),
            sha: Some(sha("merge", 50)),
            ..Version::default()
        }),
        from: None,
        way: way.as_object().cloned(),
        comment: Some("ship it".to_owned()),
        key: KEY.to_owned(),
        at: now(),
    }
}

fn none() -> Value {
    json!(Map::new())
}

/// A blocked deployment, a manual job, a failed pipeline, a running one, an earlier deployment, and a request that waits.
pub fn world() -> World {
    let mut world = World::new(now());
    let at = ago(now(), 3);
    world.generate(1, SHOP, 2, (now(), 24));
    world.one(SHOP, "")["default_branch"] = json!("main");
    let ship = job(5000, ("deploy", "ship"), "manual", 50, &at);
    *world.one(SHOP, "/jobs/5000") = ship.clone();
    world.pipeline(SHOP, pipeline(50, "manual", &sha("merge", 50), &at));
    world.list(SHOP, "/pipelines/50/jobs").push(ship.clone());
    let mut held = deployment(41, "blocked", &ship, &at);
    held["user"] = user("jane");
    held["approval_summary"] = json!({"rules": [{"access_level": 30, "access_level_description": "Developers", "required_approvals": 1}]});
    held["approvals"] = json!([]);
    *world.one(SHOP, "/deployments/41") = held;
    let offered = deployment(42, "created", &ship, &at);
    world.list(SHOP, "/deployments").insert(0, offered);
    let me = user("reader")["id"].as_i64().unwrap();
    *world.one(SHOP, &format!("/members/all/{me}")) = json!({"access_level": 40});
    world.pipeline(SHOP, pipeline(51, "failed", &sha("merge", 51), &at));
    let failed = job(5100, ("test", "unit"), "failed", 51, &at);
    world.list(SHOP, "/pipelines/51/jobs").push(failed);
    world.pipeline(SHOP, pipeline(52, "running", &sha("merge", 52), &at));
    let earlier = world.item(SHOP, "/deployments", 1).clone();
    *world.one(SHOP, "/deployments/1") = earlier;
    let mut waits = request(7, &at);
    waits["state"] = json!("opened");
    waits["merged_at"] = json!(null);
    waits["merge_user"] = json!(null);
    waits["source_branch"] = json!("promote/production-1.2.0");
    waits["detailed_merge_status"] = json!("mergeable");
    *world.list(SHOP, "/merge_requests") = vec![waits.clone()];
    *world.one(SHOP, "/merge_requests/7") = waits;
    *world.one(SHOP, "/repository/commits/main") = json!({"id": sha("merge", 2)});
    for (deed, does) in DEEDS {
        let (method, rest) = deed.split_once(' ').unwrap();
        let deed = format!("{method} {}", below(SHOP, rest));
        world.deeds.insert(deed, *does);
    }
    world
}

type Does = fn(&mut World, &Asked) -> Answer;

/// What GitLab does when it is asked.
const DEEDS: &[(&str, Does)] = &[
    ("POST /deployments/41/approval", |world, asked| {
        let body = asked.json();
        let vote = json!({"user": user("reader"), "status": body["status"], "comment": body["comment"], "created_at": ago(now(), 0)});
        let held = world.one(SHOP, "/deployments/41");
        held["approvals"] = json!([vote]);
        held["status"] = json!("created");
        Answer::json(201, &vote)
    }),
    ("POST /jobs/5000/play", |world, _| {
        let played = world.one(SHOP, "/jobs/5000");
        played["status"] = json!("pending");
        played["user"] = user("reader");
        Answer::json(200, &played.clone())
    }),
    ("POST /pipelines/51/retry", |world, _| {
        let mut again = job(9000, ("test", "unit"), "pending", 51, &ago(now(), 0));
        again["user"] = user("reader");
        world.list(SHOP, "/pipelines/51/jobs").push(again);
        Answer::json(201, &json!({"id": 51, "status": "running"}))
    }),
    ("POST /jobs/101/retry", |world, _| {
        let mut again = job(9001, ("deploy", "ship"), "pending", 1, &ago(now(), 0));
        again["user"] = user("reader");
        world.list(SHOP, "/pipelines/1/jobs").push(again.clone());
        Answer::json(201, &again)
    }),
    ("POST /pipeline", |world, asked| {
        let body = asked.json();
        let mut run = pipeline(60, "created", &sha("merge", 2), &now().to_string());
        run["user"] = user("reader");
        world.pipeline(SHOP, run.clone());
        *world.one(SHOP, "/pipelines/60/variables") = body["variables"].clone();
        Answer::json(201, &run)
    }),
    ("PUT /merge_requests/7/merge", |world, asked| {
        let open = world.one(SHOP, "/merge_requests/7");
        if asked.json()["sha"] != open["sha"] {
            return Answer::json(
                409,
                &json!({"message": "SHA does not match HEAD of source branch"}),
            );
        }
        open["state"] = json!("merged");
        open["merge_user"] = user("reader");
        Answer::json(200, &open.clone())
    }),
    ("POST /merge_requests", |world, asked| {
        let body = asked.json();
        let mut made = request(9, &now().to_string());
        for key in ["source_branch", "target_branch", "title", "description"] {
            made[key] = body[key].clone();
        }
        made["state"] = json!("opened");
        made["author"] = user("reader");
        world.list(SHOP, "/merge_requests").push(made.clone());
        Answer::json(201, &made)
    }),
    ("POST /pipelines/52/cancel", |world, _| {
        let run = world.one(SHOP, "/pipelines/52");
        run["status"] = json!("canceled");
        run["finished_at"] = json!(now().to_string());
        Answer::json(200, &run.clone())
    }),
];

pub fn orders() -> Vec<Order> {
    let inputs = json!({"ref": "main", "inputs": {"VERSION": "1.2.0", "DRY": "no"}});
    let mut back = order(Verb::Rollback, Some("42"), none());
    back.to.as_mut().unwrap().deployment = Some("1".to_owned());
    vec![
        order(Verb::Approve, Some("deployment/41"), none()),
        order(Verb::Reject, Some("deployment/41"), none()),
        order(Verb::Approve, Some("job/5000"), none()),
        order(Verb::Retry, Some("pipeline/51"), none()),
        order(Verb::RetryFailed, Some("pipeline/51"), none()),
        order(Verb::Cancel, Some("pipeline/52"), none()),
        order(Verb::Promote, None, inputs),
        order(
            Verb::Promote,
            None,
            json!({"workflow": "ship", "inputs": {"CANARY_PERCENT": "5"}}),
        ),
        order(
            Verb::Promote,
            None,
            json!({"merge": "promote/production-*"}),
        ),
        order(Verb::Promote, Some("41"), none()),
        back,
        order(
            Verb::Promote,
            None,
            json!({
                "repository": SHOP, "open": "promote/shop-9", "ref": "main", "title": "Promote shop 9 to production",
                "text": format!("seen on staging\n\nLeadtime-Action: {KEY}"),
            }),
        ),
    ]
}

async fn prepared(actor: &GitLab, order: &Order) -> Prepared {
    let prepared = actor.prepare(order).await;
    prepared.unwrap_or_else(|error| panic!("{order:?}: {error}"))
}

async fn one_request(actor: &GitLab, order: &Order) -> Request {
    let prepared = prepared(actor, order).await;
    assert_eq!(prepared.objections, [], "{order:?}");
    assert_eq!(prepared.user.as_deref(), Some("reader"));
    let [request] = prepared.requests.as_slice() else {
        panic!("{prepared:?}")
    };
    // As it comes back from the journal.
    serde_json::from_str(&serde_json::to_string(request).unwrap()).unwrap()
}

#[tokio::test]
async fn every_deed_is_one_exact_request_and_preparing_it_does_nothing() {
    let mock = start(world());
    let actor = actor(&mock);
    let mut shown = Vec::new();
    for order in orders() {
        let mut first = prepared(&actor, &order).await;
        assert_eq!(first, prepared(&actor, &order).await, "the same each time");
        for request in &mut first.requests {
            assert_eq!(actor.ask(request).await, Standing::Open, "{request:?}");
            request.url = request.url.replace(&mock.url(), "https://git.example");
            if let Some(at) = request.probe.get_mut("at") {
                *at = json!("then");
            }
        }
        shown.push(json!({
            "order": format!("{} {:?}", order.verb.word(), order.target.map(|target| target.id)),
            "requests": first.requests, "notes": first.notes, "objections": first.objections, "undone_by": first.undone_by,
        }));
    }
    assert_eq!(mock.deeds().len(), 0);
    insta::assert_json_snapshot!("requests", shown);
}

#[tokio::test]
async fn what_somebody_else_does_is_not_ours() {
    /// Somebody else's hand.
    type Hand = fn(&mut World);
    let table: [(usize, Hand, &str); 9] = [
        (
            0,
            |world| {
                let held = world.one(SHOP, "/deployments/41");
                held["approvals"] = json!([{"user": user("ada"), "status": "rejected", "comment": "no", "created_at": ago(now(), 0)}]);
                held["status"] = json!("failed");
            },
            "ada rejected it",
        ),
        (
            0,
            |world| {
                let held = world.one(SHOP, "/deployments/41");
                held["approvals"] = json!([{"user": user("reader"), "status": "approved", "comment": "on the web", "created_at": ago(now(), 0)}]);
            },
            "by another way",
        ),
        (
            2,
            |world| {
                let played = world.one(SHOP, "/jobs/5000");
                played["status"] = json!("running");
                played["user"] = user("ada");
            },
            "ada played it",
        ),
        (
            3,
            |world| {
                let again = job(8000, ("test", "unit"), "pending", 51, &ago(now(), 0));
                world.list(SHOP, "/pipelines/51/jobs").push(again);
            },
            "jane ran it again, as job 8000",
        ),
        (
            5,
            |world| world.one(SHOP, "/pipelines/52")["status"] = json!("success"),
            "ended meanwhile: it is success",
        ),
        (
            8,
            |world| world.one(SHOP, "/merge_requests/7")["sha"] = json!("f00"),
            "new commits",
        ),
        (
            8,
            |world| {
                let merged = world.one(SHOP, "/merge_requests/7");
                merged["state"] = json!("merged");
                merged["merge_user"] = user("ada");
            },
            "ada merged it",
        ),
        (
            10,
            |world| {
                let again = job(8001, ("deploy", "ship"), "pending", 1, &ago(now(), 0));
                world.list(SHOP, "/pipelines/1/jobs").push(again);
            },
            "jane ran it again",
        ),
        (
            11,
            |world| {
                let mut other = request(8, &now().to_string());
                other["state"] = json!("opened");
                other["source_branch"] = json!("promote/shop-9");
                other["target_branch"] = json!("main");
                world.list(SHOP, "/merge_requests").push(other);
            },
            "!8 is open for promote/shop-9 already, by jane",
        ),
    ];
    for (number, hand, wanted) in table {
        let mock = start(world());
        let actor = actor(&mock);
        let request = one_request(&actor, &orders()[number]).await;
        hand(&mut mock.state());
        let standing = actor.ask(&request).await;
        assert!(
            matches!(&standing, Standing::Moved(text) if text.contains(wanted)),
            "{wanted}: {standing:?}"
        );
    }
    // Another pipeline on the same branch, by us and at the same time, without our key.
    let mock = start(world());
    let actor = actor(&mock);
    let request = one_request(&actor, &orders()[6]).await;
    {
        let mut world = mock.state();
        let mut other = pipeline(61, "running", &sha("merge", 2), &now().to_string());
        other["user"] = user("reader");
        world.pipeline(SHOP, other);
        *world.one(SHOP, "/pipelines/61/variables") =
            json!([{"key": "LEADTIME_ACTION", "value": "another"}]);
    }
    assert_eq!(actor.ask(&request).await, Standing::Open);
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_with_what_would_lift_it() {
    type Hand = fn(&mut World);
    let table: [(usize, Hand, &str, &str); 8] = [
        (
            0,
            |world| {
                let me = user("reader")["id"].as_i64().unwrap();
                *world.one(SHOP, &format!("/members/all/{me}")) = json!({"access_level": 20});
            },
            "reader may not",
            "@Developers",
        ),
        (
            0,
            |world| world.one(SHOP, "/deployments/41")["status"] = json!("success"),
            "waits for no approval",
            "",
        ),
        (
            2,
            |world| {
                let rules = json!({"name": "production", "deploy_access_levels": [{"user_id": 1, "access_level_description": "Ada L."}]});
                *world.one(SHOP, "/protected_environments/production") = rules;
            },
            "reader may not",
            "Ada L.",
        ),
        (
            2,
            |world| world.one(SHOP, "/jobs/5000")["status"] = json!("success"),
            "does not wait",
            "another deed",
        ),
        (
            3,
            |world| world.one(SHOP, "/pipelines/51")["status"] = json!("success"),
            "only what failed",
            "jobs",
        ),
        (
            5,
            |world| world.one(SHOP, "/pipelines/52")["status"] = json!("failed"),
            "nothing to stop",
            "",
        ),
        (
            6,
            |world| {
                world.one(SHOP, "")["ci_pipeline_variables_minimum_override_role"] =
                    json!("no_one_allowed")
            },
            "lets nobody set",
            "minimum role",
        ),
        (
            8,
            |world| {
                world.one(SHOP, "/merge_requests/7")["detailed_merge_status"] =
                    json!("not_approved")
            },
            "would not merge !7",
            "approvals",
        ),
    ];
    for (number, hand, wanted, lifted) in table {
        let mock = start(world());
        hand(&mut mock.state());
        let prepared = prepared(&actor(&mock), &orders()[number]).await;
        let [(text, by)] = prepared.objections.as_slice() else {
            panic!("{wanted}: {prepared:?}")
        };
        assert!(text.contains(wanted), "{wanted} in {text}");
        assert!(
            by.clone().unwrap_or_default().contains(lifted),
            "{lifted} in {by:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_done_says_what_to_write() {
    let mock = start(world());
    let actor = actor(&mock);
    let failed = async |order: &Order| actor.prepare(order).await.unwrap_err();
    let mut nothing = order(Verb::Promote, None, none());
    nothing.environment = Some("staging".to_owned());
    let error = failed(&nothing).await;
    assert_eq!(error.kind, ErrorKind::Configuration);
    assert!(
        error.to_string().contains("promote = { workflow ="),
        "{error}"
    );
    for (order, wanted) in [
        (
            order(Verb::Reject, Some("job/5000"), none()),
            "no refusal of a manual job",
        ),
        (
            order(Verb::Approve, Some("pipeline/50"), none()),
            "is no gate",
        ),
        (order(Verb::Hold, Some("41"), none()), "nothing to hold"),
        (
            order(Verb::Retry, Some("nonsense"), none()),
            "no pipeline, job or deployment",
        ),
        (order(Verb::Retry, None, none()), "nothing says what"),
        (
            order(Verb::Promote, None, json!({"workflow": "shipp"})),
            "manual jobs that wait there: ship",
        ),
        (
            order(Verb::Promote, None, json!({"workflow": "a", "merge": "b"})),
            "both",
        ),
        (
            order(Verb::Promote, None, json!({"merge": "release/*"})),
            "no open merge request",
        ),
        (
            order(Verb::Promote, None, json!({"ref": "gone"})),
            "no such branch or tag",
        ),
        (
            order(Verb::Promote, None, json!({"inputs": 7})),
            "cannot be read",
        ),
    ] {
        let error = failed(&order).await;
        assert!(error.to_string().contains(wanted), "{wanted} in {error}");
    }
    let mut elsewhere = order(Verb::Promote, None, json!({"ref": "main"}));
    elsewhere.repositories = vec!["elsewhere/x".to_owned()];
    assert!(
        failed(&elsewhere)
            .await
            .to_string()
            .contains("repository = ")
    );
    assert_eq!(mock.deeds().len(), 0);
}

#[tokio::test]
async fn a_kept_request_goes_nowhere_else_and_only_our_projects_are_spoken_for() {
    let mock = start(world());
    let actor = actor(&mock);
    let mut request = one_request(&actor, &orders()[0]).await;
    request.url = "http://127.0.0.1:9/api/v4/projects/1/x".to_owned();
    assert!(matches!(actor.send(&request).await, Sent::Refused(_)));
    request.probe = json!({"family": "of an older version"});
    assert!(matches!(actor.ask(&request).await, Standing::Unknown(_)));
    assert!(actor.speaks_for("gitlab:127.0.0.1/acme/shop"));
    for other in [
        "gitlab:127.0.0.1/acme/other",
        "gitlab:git.example/acme/shop",
        "github:127.0.0.1/acme/shop",
    ] {
        assert!(!actor.speaks_for(other), "{other}");
    }
}

#[tokio::test]
async fn a_project_without_variables_is_asked_by_who_and_when() {
    let mut world = world();
    world.one(SHOP, "")["ci_pipeline_variables_minimum_override_role"] = json!("no_one_allowed");
    let mock = start(world);
    let actor = actor(&mock);
    let order = order(Verb::Promote, None, json!({"ref": "main"}));
    let request = one_request(&actor, &order).await;
    assert_eq!(request.body.as_deref(), Some("{\"ref\":\"main\"}"));
    let mut old = pipeline(62, "success", &sha("merge", 2), &ago(now(), 2));
    old["user"] = user("reader");
    old["source"] = json!("api");
    mock.state().pipeline(SHOP, old.clone());
    assert_eq!(actor.ask(&request).await, Standing::Open, "that was before");
    for (by, id) in [("ada", 63), ("reader", 64)] {
        let at: Timestamp = now();
        let mut run = pipeline(id, "running", &sha("merge", 2), &at.to_string());
        run["user"] = user(by);
        run["source"] = json!("api");
        mock.state().pipeline(SHOP, run);
        let standing = actor.ask(&request).await;
        assert_eq!(
            matches!(standing, Standing::Done(_)),
            by == "reader",
            "{standing:?}"
        );
    }
}
