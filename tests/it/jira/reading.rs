//! What is read: tickets, incidents, gates; pages of both forms; and answers that are none.

use std::collections::BTreeMap;
use std::fs;

use leadtime::connector::Connector;
use leadtime::connector::jira::Jira;
use serde_json::{Value, json};

use super::world::{World, approval, april, at, history, issue, query, start, with};
use super::{now, read_as, settings, told};
use crate::scans::payloads;
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

pub fn world() -> World {
    let released = with(
        issue(
            "PAY-1",
            "Done",
            &json!({"summary": "Pay with acme/checkout#12", "labels": ["web"]}),
        ),
        &[
            history(11, &april(2, 9), "li", "status", ("To Do", "In Progress")),
            history(
                12,
                &april(3, 9),
                "li",
                "status",
                ("In Progress", "Ready for Release"),
            ),
            history(
                13,
                &april(4, 9),
                "omar",
                "status",
                ("Ready for Release", "In Progress"),
            ),
            history(
                14,
                &april(5, 9),
                "li",
                "status",
                ("In Progress", "Ready for Release"),
            ),
            history(
                15,
                &april(6, 9),
                "jane",
                "status",
                ("Ready for Release", "Done"),
            ),
            history(16, &april(6, 9), "jane", "resolution", ("", "Done")),
        ],
    );
    let incident = with(
        issue(
            "OPS-2",
            "Done",
            &json!({"issuetype": {"name": "[System] Incident"}, "priority": {"name": "Highest"}}),
        ),
        &[
            history(21, &april(2, 10), "li", "resolution", ("", "Fixed")),
            history(22, &april(2, 11), "li", "resolution", ("Fixed", "")),
            history(23, &april(2, 12), "li", "resolution", ("", "Fixed")),
        ],
    );
    let labelled = issue(
        "OPS-3",
        "Done",
        &json!({"labels": ["Incident"], "resolutiondate": april(8, 9)}),
    );
    let asked = issue(
        "OPS-4",
        "Waiting for approval",
        &json!({"created": april(9, 9)}),
    );
    let other = issue("HR-5", "To Do", &json!({}));
    World {
        issues: vec![asked, labelled, incident, released, other],
        approvals: BTreeMap::from([(
            "OPS-4".to_owned(),
            vec![approval(
                "7",
                9,
                &[("jane", "pending"), ("omar", "pending")],
            )],
        )]),
        ..World::default()
    }
}

#[tokio::test]
async fn issues_are_tickets_incidents_and_gates_in_both_forms() {
    for cloud in [true, false] {
        let mut world = world();
        // Cloud tells the newest of what happened, and the rest elsewhere; both page.
        (world.told, world.page) = (2, 2);
        let server = start(world);
        let mut kept = Kept::default();
        read_as(&server, &mut kept, cloud, now()).await.unwrap();
        insta::assert_snapshot!("read", told(&kept).join("\n"));
        assert_eq!(
            kept.cursors.keys().collect::<Vec<_>>(),
            ["all read", "open OPS-4"]
        );
        assert_eq!(kept.findings, []);
        // Both answer, the second against it; only the approval shows it.
        {
            let mut world = server.state();
            let decided = &mut world.approvals.get_mut("OPS-4").unwrap()[0];
            decided["approvers"][0]["approverDecision"] = json!("approved");
            decided["approvers"][1]["approverDecision"] = json!("declined");
            decided["finalDecision"] = json!("declined");
            decided["completedDate"] = json!({"iso8601": april(10, 9)});
        }
        read_as(&server, &mut kept, cloud, now()).await.unwrap();
        let lines = told(&kept);
        assert_eq!(
            lines.last().unwrap(),
            "2026-04-10T09:00:00Z OPS-4/approval/7/decided: Closed Some(Rejected) cab by omar of OPS-4"
        );
        assert_eq!(kept.cursors.len(), 1);
        assert_eq!(kept.differing, []);
        let sent = server.asked();
        let scheme = if cloud { "Basic " } else { "Bearer " };
        assert!(
            sent.iter()
                .all(|one| one.header("authorization").unwrap().starts_with(scheme))
        );
        let lists = sent.iter().filter(|one| one.target.contains("/search"));
        let lists: Vec<String> = lists.map(|one| query(one, "jql")).collect();
        assert!(
            lists[0].starts_with("project in (\"PAY\",\"OPS\") AND updated >= -259201m"),
            "{lists:?}"
        );
        assert_eq!(lists.len(), 4, "{lists:?}");
    }
}

#[tokio::test]
async fn a_kill_loses_nothing_and_what_is_gone_is_told() {
    let mut crowd = world();
    crowd.page = 1;
    let server = start(crowd);
    let mut kept = Kept {
        killed_after: Some(2),
        ..Kept::default()
    };
    assert!(read_as(&server, &mut kept, true, now()).await.is_err());
    assert!(!kept.cursors.contains_key("all read"));
    kept.killed_after = None;
    read_as(&server, &mut kept, true, now()).await.unwrap();
    let mut whole = Kept::default();
    read_as(&server, &mut whole, true, now()).await.unwrap();
    assert_eq!((told(&kept), kept.differing.len()), (told(&whole), 0));
    server.state().issues.remove(0);
    read_as(&server, &mut kept, true, now()).await.unwrap();
    assert!(kept.told().contains("OPS-4 is gone"), "{}", kept.told());
    read_as(&server, &mut kept, true, now()).await.unwrap();
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn fields_of_ones_own_are_asked_for_and_statuses_are_looked_up() {
    let own = json!({"customfield_7": {"value": "till"}, "fixVersions": [{"name": "v9"}], "labels": ["incident"]});
    let server = start(World {
        issues: vec![
            issue(
                "PAY-1",
                "Ready for release",
                &json!({"customfield_7": "till", "fixVersions": [{"name": "v9"}]}),
            ),
            issue("PAY-2", "Odd", &own),
        ],
        ..World::default()
    });
    let mut told = settings(&server.url(), true);
    told.service = Some("{customfield_7}-{project}".to_owned());
    told.version = Some("{fixVersions}".to_owned());
    told.environment = Some("production".to_owned());
    told.projects = vec!["PA*".to_owned(), "X*".to_owned()];
    let source = Jira::new(told).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    let gate = format!("{:?}", kept.event("PAY-1/Ready for release/asked/0").kind);
    for wanted in ["Some(\"till-PAY\")", "Some(\"v9\")", "Some(\"production\")"] {
        assert!(gate.contains(wanted), "{wanted}: {gate}");
    }
    let incident = format!("{:?}", kept.event("PAY-2/reported").kind);
    assert!(incident.contains("till-PAY"), "{incident}");
    let asked = &server.asked()[0];
    assert!(query(asked, "fields").ends_with(",customfield_7,fixVersions"));
    let health = source.check(now()).await.unwrap();
    assert_eq!(health.facts[2], "2 of its newest 2 issues are read");
    let said = format!("{health:?}");
    assert!(
        said.contains("belongs to jane") && said.contains("\\\"X*\\\""),
        "{said}"
    );
    assert!(said.contains("in the status \\\"done\\\""), "{said}");
    assert!(!said.contains("status \\\"Ready"), "{said}");
}

#[tokio::test]
async fn one_that_cannot_be_read_leaves_the_others() {
    let server = start(world());
    let mut kept = Kept::default();
    // One that cannot be read leaves the others; words of next year are kept.
    server.behave();
    let mut odd = approval("8", 9, &[]);
    (odd["finalDecision"], odd["id"]) = (json!("pondered"), json!(8));
    server
        .state()
        .approvals
        .insert("PAY-1".to_owned(), vec![odd]);
    let page = json!({"issues": [{"key": 7}, world().issues[3]], "isLast": true});
    server.once(
        "GET",
        "/search",
        Mischief::Instead(Answer::json(200, &page)),
    );
    server.once("GET", "/search", Mischief::DoneThenCut);
    read_as(&server, &mut kept, true, now()).await.unwrap();
    assert!(
        kept.told().contains("item 1: field `key`"),
        "{}",
        kept.told()
    );
    assert!(
        kept.told().contains("Jira says \"pondered\""),
        "{}",
        kept.told()
    );
    assert_eq!(
        kept.event("PAY-1/approval/8/asked").at,
        at("2026-04-09T12:00:00Z")
    );
    let mut wrong = settings(&server.url(), true);
    wrong.gates[0].approve = None;
    let error = Jira::new(wrong).err().unwrap();
    assert!(error.to_string().contains("gates"), "{error}");
}

#[tokio::test]
async fn recorded_issues_are_told() {
    let Some(folder) = payloads("jira") else {
        return;
    };
    let text = fs::read_to_string(folder.join("rest-recorded/issues.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let issues: Vec<Value> = rows.into_iter().map(|row| row["body"].clone()).collect();
    let server = start(World::default());
    let page = json!({"issues": issues, "isLast": true});
    server.once(
        "GET",
        "/search",
        Mischief::Instead(Answer::json(200, &page)),
    );
    let mut wanted = settings(&server.url(), false);
    wanted.projects.clear();
    let source = Jira::new(wanted).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(kept.findings, []);
    insta::assert_snapshot!("recorded", told(&kept).join("\n"));
}
