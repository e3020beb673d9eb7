//! What is read: gates that open and close, the wait for a planned start, pages, and answers that are none.

use std::fs;

use leadtime::connector::Connector;
use leadtime::connector::servicenow::ServiceNow;
use serde_json::{Value, json};

use super::world::{World, approval, april, at, change, query, start};
use super::{gate, now, read_at, settings, told};
use crate::scans::payloads;
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

#[tokio::test]
async fn gates_open_are_voted_on_and_close_and_wait_for_their_start() {
    let planned = json!({
        "approval": "approved", "approval_set": april(2, 20), "start_date": april(4, 6), "state": "-2",
    });
    let none = json!({"approval": "not requested", "state": "-5"});
    let text = "PAY-412, acme/checkout#12";
    let server = start(World::new(
        vec![
            change(1, 1, &json!({"description": text})),
            change(2, 2, &planned),
            change(3, 3, &none),
        ],
        vec![
            approval(1, 1, "jane", "approved", 1),
            approval(2, 1, "omar", "requested", 1),
            approval(3, 2, "omar", "approved", 2),
        ],
    ));
    let mut kept = Kept::default();
    read_at(&server, &mut kept, at("2026-04-03T00:00:00Z"))
        .await
        .unwrap();
    assert_eq!(
        told(&kept),
        [
            "2026-04-01T12:00:00Z CHG0000001 asked",
            "2026-04-01T18:00:00Z CHG0000001 Updated Approved by jane",
            "2026-04-02T12:00:00Z CHG0000002 asked",
            "2026-04-02T18:00:00Z CHG0000002 Updated Approved by omar",
            "2026-04-02T20:00:00Z CHG0000002 Closed Approved by omar",
            "2026-04-02T20:00:00Z CHG0000002/start asked",
        ]
    );
    let asked = kept
        .events
        .values()
        .find(|one| gate(one).gate == "CHG0000001")
        .unwrap();
    let asked = gate(asked);
    assert_eq!(asked.approvers.to_vec(), ["jane", "omar"]);
    assert_eq!(
        asked.changes.to_vec(),
        ["CHG0000001", "PAY-412", "acme/checkout#12"]
    );
    assert_eq!(asked.version.as_deref(), Some("2.14.0"));
    assert_eq!(asked.service.as_deref(), Some("checkout"));
    assert_eq!(asked.requestor.as_deref(), Some("li"));
    let page = format!("{}/change_request.do?sys_id={:032x}", server.url(), 1);
    assert_eq!(asked.url, Some(page));
    assert_eq!(kept.cursors.len(), 3, "{:?}", kept.cursors);
    // The other one votes, which the change request itself does not show; the start comes.
    server.state().approvals[1] = approval(2, 1, "omar", "rejected", 3);
    read_at(&server, &mut kept, at("2026-04-05T00:00:00Z"))
        .await
        .unwrap();
    let lines = told(&kept);
    assert!(
        lines.contains(&"2026-04-03T18:00:00Z CHG0000001 Updated Rejected by omar".to_owned()),
        "{lines:?}"
    );
    assert_eq!(
        lines.last().unwrap(),
        "2026-04-04T06:00:00Z CHG0000002/start Closed Approved"
    );
    assert_eq!(kept.cursors.len(), 2);
    // It is refused, and asked for again.
    {
        let mut world = server.state();
        world.changes[0] = change(
            1,
            1,
            &json!({"description": text, "approval": "rejected", "approval_set": april(3, 19), "sys_updated_on": april(3, 19)}),
        );
    }
    read_at(&server, &mut kept, at("2026-04-06T00:00:00Z"))
        .await
        .unwrap();
    {
        let mut world = server.state();
        world.changes[0] = change(
            1,
            1,
            &json!({"description": text, "sys_updated_on": "2026-05-01 11:59:00"}),
        );
        world.approvals.push(approval(4, 1, "omar", "requested", 7));
    }
    read_at(&server, &mut kept, now()).await.unwrap();
    let lines = told(&kept);
    assert_eq!(
        lines[lines.len() - 1],
        "2026-04-07T12:00:00Z CHG0000001 asked",
        "{lines:#?}"
    );
    assert!(
        lines.contains(&"2026-04-03T19:00:00Z CHG0000001 Closed Rejected by omar".to_owned()),
        "{lines:#?}"
    );
    // Taken away: told, and not asked for again.
    server.state().changes.remove(0);
    read_at(&server, &mut kept, now()).await.unwrap();
    assert!(kept.told().contains("is gone"), "{}", kept.told());
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn every_ending_has_its_word() {
    let of = |number: u32, told: Value| change(number, 1, &told);
    let set = |approval: &str, state: &str| json!({"approval": approval, "state": state, "closed_at": april(9, 9)});
    let mut odd = of(7, set("under a spell", "-3"));
    odd["next_year"] = json!({"x": [1]});
    let server = start(World::new(
        vec![
            of(1, set("requested", "4")),
            of(2, set("requested", "3")),
            of(3, set("approved", "-2")),
            of(
                4,
                json!({
                    "approval": "approved", "approval_set": april(2, 9), "start_date": april(20, 9),
                    "work_start": april(3, 9), "state": "-1",
                }),
            ),
            of(
                5,
                json!({
                    "approval": "approved", "approval_set": april(2, 9), "start_date": april(20, 9),
                    "closed_at": april(4, 9), "state": "4",
                }),
            ),
            of(6, set("not_required", "-2")),
            odd,
        ],
        vec![],
    ));
    let mut kept = Kept::default();
    read_at(&server, &mut kept, at("2026-04-12T00:00:00Z"))
        .await
        .unwrap();
    let mut lines = told(&kept);
    lines.retain(|line| line.contains("Closed"));
    assert_eq!(
        lines,
        [
            "2026-04-01T12:00:00Z CHG0000003 Closed Approved",
            "2026-04-02T09:00:00Z CHG0000004 Closed Approved",
            "2026-04-02T09:00:00Z CHG0000005 Closed Approved",
            "2026-04-03T09:00:00Z CHG0000004/start Closed Approved",
            "2026-04-04T09:00:00Z CHG0000005/start Closed Cancelled",
            "2026-04-09T09:00:00Z CHG0000001 Closed Cancelled",
            "2026-04-09T09:00:00Z CHG0000002 Closed Other",
        ]
    );
    assert!(kept.told().contains("\"under a spell\""), "{}", kept.told());
    assert_eq!(kept.cursors.len(), 1);
}

#[tokio::test]
async fn every_page_is_read_and_a_kill_loses_nothing() {
    let many = |count: u32| (1..=count).map(|number| change(number, 1 + number % 28, &json!({})));
    let server = start(World::new(many(130).collect(), vec![]));
    let mut kept = Kept {
        killed_after: Some(1),
        ..Kept::default()
    };
    assert!(read_at(&server, &mut kept, now()).await.is_err());
    assert!(!kept.cursors.contains_key("all read"));
    kept.killed_after = None;
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!((kept.events.len(), kept.cursors.len()), (130, 131));
    // Quiet: what is new, and what is open, in three requests and their approvals.
    let before = server.count("GET", "change_request?");
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(server.count("GET", "change_request?") - before, 4);
    let sent = server.asked();
    let asked = sent
        .iter()
        .find(|one| one.target.contains("change_request?"))
        .unwrap();
    assert!(asked.header("authorization").unwrap().starts_with("Basic "));
    assert_eq!(query(asked, "sysparm_display_value"), "all");
}

#[tokio::test]
async fn services_are_chosen_and_fields_of_ones_own_are_asked_for() {
    let own = json!({
        "u_app": "till", "u_tag": "v9", "u_env": "production", "cmdb_ci": "srv-17",
    });
    let other = json!({"u_app": "other"});
    let server = start(World::new(
        vec![change(1, 1, &own), change(2, 1, &other)],
        vec![],
    ));
    let mut told = settings(&server.url());
    told.service = Some("{u_app}".to_owned());
    told.version = Some("{u_tag}".to_owned());
    told.environment = Some("{u_env}".to_owned());
    told.projects = vec!["till*".to_owned(), "nothing".to_owned()];
    let source = ServiceNow::new(told).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 1);
    let gate = gate(kept.events.values().next().unwrap());
    assert_eq!(gate.service.as_deref(), Some("till"));
    assert_eq!(gate.version.as_deref(), Some("v9"));
    assert_eq!(gate.environment.as_deref(), Some("production"));
    server.state().now = at("2026-04-03T00:00:00Z");
    let health = source.check(at("2026-04-03T00:00:00Z")).await.unwrap();
    assert!(health.facts[0].contains("1 of the newest 2"), "{health:?}");
    assert!(health.facts[1].contains("jane"), "{health:?}");
    assert!(
        health.findings[0].text.contains("\"nothing\""),
        "{health:?}"
    );
}

#[tokio::test]
async fn one_that_cannot_be_read_leaves_the_others() {
    let server = start(World::new(vec![change(1, 1, &json!({}))], vec![]));
    let mut kept = Kept::default();
    let _stopped = json!({"result": [], "error": {"message": "Transaction cancelled"}}).to_string();
    // One that cannot be read leaves the others.
    server.behave();
    let odd = json!({"result": [7, {"sys_id": {"value": "x"}, "approval": {"value": "requested"}, "number": {"value": "CHG0000009"},
        "opened_at": {"value": "2026-04-01 00:00:00"}}]});
    server.once(
        "GET",
        "change_request",
        Mischief::Instead(Answer::json(200, &odd)),
    );
    server.once("GET", "change_request", Mischief::DoneThenCut);
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(told(&kept), ["2026-04-01T00:00:00Z CHG0000009 asked"]);
    assert!(kept.told().contains("item 1"), "{}", kept.told());
    let mut wrong = settings(&server.url());
    wrong.url = None;
    assert!(ServiceNow::new(wrong).is_err());
}

#[tokio::test]
async fn recorded_change_requests_are_told() {
    let Some(folder) = payloads("servicenow") else {
        return;
    };
    let text = fs::read_to_string(folder.join("change-request-from-template.json")).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let server = start(World::new(vec![], vec![]));
    let page = json!({"result": [whole["result"]]});
    server.once(
        "GET",
        "change_request",
        Mischief::Instead(Answer::json(200, &page)),
    );
    let mut kept = Kept::default();
    read_at(&server, &mut kept, now()).await.unwrap();
    assert_eq!(
        told(&kept),
        [
            "2022-01-06T12:12:43Z CHG0031889 asked",
            "2022-01-06T12:12:43Z CHG0031889 Closed Approved",
        ]
    );
    assert_eq!(kept.findings, []);
}
