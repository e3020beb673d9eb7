//! What waits for a person: deployments that are blocked until they are approved, and manual jobs; from opening to decision.

use leadtime::event::kind::{Decision, Gate, GatePhase, Kind};
use serde_json::{Value, json};

use super::{asked, now, read};
use crate::support::gitlab::{World, ago, deployment, job, pipeline, sha, start, user};
use crate::support::kept::Kept;

const SHOP: &str = "acme/shop";

fn gate<'k>(kept: &'k Kept, id: &str) -> &'k Gate<String> {
    match &kept.event(id).kind {
        Kind::Gate(gate) => gate,
        other => panic!("{other:?}"),
    }
}

fn gates(kept: &Kept) -> Vec<&str> {
    let mut ids = kept.ids();
    ids.retain(|id| id.starts_with("gate/"));
    ids
}

fn blocked() -> (World, Value) {
    let mut world = World::new(now());
    world.generate(1, SHOP, 1, (now(), 48));
    let at = ago(now(), 3);
    let ship = job(5000, ("deploy", "ship"), "manual", 50, &at);
    let mut held = deployment(41, "blocked", &ship, &at);
    held["pending_approval_count"] = json!(2);
    held["approvals"] = json!([]);
    world.list(SHOP, "/deployments").insert(0, held.clone());
    held["approval_summary"] = json!({"rules": [
        {"group_id": 134, "access_level_description": "qa-group", "required_approvals": 1, "deployment_approvals": []},
        {"user_id": 7, "access_level_description": "Ada L.", "required_approvals": 1, "deployment_approvals": []},
    ]});
    *world.one(SHOP, "/deployments/41") = held.clone();
    (world, held)
}

#[tokio::test]
async fn a_blocked_deployment_is_a_gate_until_the_last_approval() {
    let (world, mut held) = blocked();
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let opened = gate(&kept, "gate/deployment/41/created");
    assert_eq!(opened.approvers, ["@qa-group", "Ada L."]);
    assert_eq!(opened.environment.as_deref(), Some("production"));
    assert_eq!(opened.sha, Some(sha("merge", 50)));
    assert!(!kept.ids().iter().any(|id| id.starts_with("deployment/41/")));

    // One of two: the deployment itself does not change by it.
    let (first, last) = (ago(now(), 2), ago(now(), 1));
    let vote = |by: &str, at: &str| json!({"user": user(by), "status": "approved", "created_at": at, "comment": "ok"});
    held["approvals"] = json!([vote("ada", &first)]);
    *mock.state().one(SHOP, "/deployments/41") = held.clone();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    assert_eq!(gates(&kept).len(), 2, "{:?}", gates(&kept));
    assert!(gates(&kept)[1].starts_with("gate/deployment/41/vote/ada/"));

    held["approvals"] = json!([vote("ada", &first), vote("li", &last)]);
    held["status"] = json!("running");
    held["deployable"]["status"] = json!("running");
    held["deployable"]["started_at"] = json!(ago(now(), 0));
    held["updated_at"] = json!(ago(now(), 0));
    {
        let mut world = mock.state();
        *world.one(SHOP, "/deployments/41") = held.clone();
        *world.item(SHOP, "/deployments", 41) = held;
    }
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let closed = gate(&kept, "gate/deployment/41/closed");
    assert_eq!(
        (closed.phase, closed.decision),
        (GatePhase::Closed, Some(Decision::Approved))
    );
    assert_eq!(closed.responder.as_deref(), Some("li"));
    assert_eq!(closed.comment.as_deref(), Some("ok"));
    assert_eq!(kept.event("gate/deployment/41/closed").at.to_string(), last);
    kept.event("deployment/41/started");
    assert!(
        !kept
            .cursors
            .keys()
            .any(|key| key.contains("todo deployment 41"))
    );
    assert_eq!(kept.findings, [], "{}", kept.told());
}

#[tokio::test]
async fn a_refusal_closes_the_gate_and_a_deployment_that_ends_unapproved_does_too() {
    for (votes, status, decision) in [
        (
            json!([{"user": user("ada"), "status": "rejected", "created_at": ago(now(), 1), "comment": null}]),
            "failed",
            Decision::Rejected,
        ),
        (json!([]), "canceled", Decision::Cancelled),
        (json!([]), "failed", Decision::Other),
    ] {
        let (world, mut held) = blocked();
        let mock = start(world);
        let mut kept = Kept::default();
        read(&mock, &[SHOP], &mut kept).await.unwrap();
        held["approvals"] = votes;
        held["status"] = json!(status);
        held["updated_at"] = json!(ago(now(), 0));
        {
            let mut world = mock.state();
            *world.one(SHOP, "/deployments/41") = held.clone();
            *world.item(SHOP, "/deployments", 41) = held;
        }
        read(&mock, &[SHOP], &mut kept).await.unwrap();
        assert_eq!(
            gate(&kept, "gate/deployment/41/closed").decision,
            Some(decision)
        );
    }
}

/// A pipeline with a manual job that deploys, one that holds it up, and one that is only offered.
fn manual(world: &mut World, done: &str) -> Value {
    let at = ago(now(), 5);
    let mut tested = job(4999, ("test", "unit"), "success", 50, &at);
    tested["finished_at"] = json!(done);
    let ship = job(5000, ("deploy", "ship"), "manual", 50, &at);
    let mut hold = job(5001, ("deploy", "sign off"), "manual", 50, &at);
    hold["allow_failure"] = json!(false);
    let offer = job(5002, ("deploy", "benchmark"), "manual", 50, &at);
    let mut waits = pipeline(50, "manual", &sha("merge", 50), &at);
    waits["updated_at"] = json!(done);
    world.pipeline(SHOP, waits);
    world
        .list(SHOP, "/pipelines/50/jobs")
        .extend([offer, hold, ship.clone(), tested]);
    world
        .list(SHOP, "/deployments")
        .insert(0, deployment(41, "created", &ship, &at));
    ship
}

#[tokio::test]
async fn manual_jobs_that_hold_or_deploy_are_gates_and_whoever_starts_them_decides() {
    let mut world = World::new(now());
    world.generate(1, SHOP, 1, (now(), 48));
    let (done, begun) = (ago(now(), 4), ago(now(), 1));
    let mut ship = manual(&mut world, &done);
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    assert_eq!(
        gates(&kept),
        ["gate/job/5000/created", "gate/job/5001/created"]
    );
    let open = gate(&kept, "gate/job/5000/created");
    assert_eq!(open.environment.as_deref(), Some("production"));
    assert_eq!(
        open.approvers,
        ["@Maintainers"],
        "by a pattern of environments"
    );
    assert_eq!(
        kept.event("gate/job/5000/created").at.to_string(),
        done,
        "when the stages before it were done"
    );
    let holds = gate(&kept, "gate/job/5001/created");
    assert_eq!(
        (holds.environment.as_deref(), holds.name.as_deref()),
        (None, Some("deploy / sign off"))
    );
    assert!(!kept.ids().iter().any(|id| id.starts_with("deployment/41/")));
    // What waits for a person is not asked after again and again, but for one, in its turn.
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let from = mock.asked().len();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    assert_eq!(asked(&mock, from).len(), 11);

    ship["status"] = json!("running");
    ship["user"] = user("li");
    ship["started_at"] = json!(begun);
    ship["queued_duration"] = json!(0.0);
    {
        let mut world = mock.state();
        let live = deployment(41, "running", &ship, &ago(now(), 5));
        let item = world.item(SHOP, "/deployments", 41);
        *item = live;
        item["updated_at"] = json!(ago(now(), 1));
        let item = item.clone();
        *world.one(SHOP, "/deployments/41") = item;
        *world.item(SHOP, "/pipelines/50/jobs", 5000) = ship;
        for (key, value) in [("updated_at", begun.as_str()), ("status", "running")] {
            world.item(SHOP, "/pipelines", 50)[key] = json!(value);
            world.one(SHOP, "/pipelines/50")[key] = json!(value);
        }
    }
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let closed = gate(&kept, "gate/job/5000/closed");
    assert_eq!(
        (closed.decision, closed.responder.as_deref()),
        (Some(Decision::Approved), Some("li"))
    );
    assert_eq!(kept.event("gate/job/5000/closed").at.to_string(), begun);
    kept.event("deployment/41/started");
    assert!(
        !kept.ids().contains(&"gate/job/5001/closed"),
        "that one still waits"
    );
    assert_eq!(kept.findings, [], "{}", kept.told());
}

#[tokio::test]
async fn a_pipeline_that_was_deleted_waits_for_nobody() {
    let mut world = World::new(now());
    world.generate(1, SHOP, 1, (now(), 48));
    manual(&mut world, &ago(now(), 4));
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    {
        let mut world = mock.state();
        let is_of_it = |path: &String| path.contains("/pipelines/50");
        world.ones.retain(|path, _| !is_of_it(path));
        world.lists.retain(|path, _| !is_of_it(path));
        for (path, list) in &mut world.lists {
            if path.ends_with("/pipelines") {
                list.retain(|one| one["id"] != 50);
            }
        }
    }
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    for job in [5000, 5001] {
        let closed = gate(&kept, &format!("gate/job/{job}/closed"));
        assert_eq!(closed.decision, Some(Decision::Other), "{job}");
    }
}

#[tokio::test]
async fn an_environment_that_was_stopped_is_empty() {
    let mut world = World::new(now());
    world.generate(1, SHOP, 1, (now(), 48));
    let at = ago(now(), 1);
    world
        .list(SHOP, "/environments")
        .push(json!({"id": 12, "name": "review/jane", "state": "stopped", "updated_at": at}));
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let Kind::Deployment(gone) = &kept.event(&format!("environment/12/stopped/{at}")).kind else {
        panic!()
    };
    assert!(gone.removed);
    assert_eq!(gone.environment.as_deref(), Some("review/jane"));
}
