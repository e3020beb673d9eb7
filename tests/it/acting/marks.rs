//! What is declared by command: an event of the log each, in the audit, and in the figures.

use serde_json::{Value, json};

use super::commands::{actions, place, run};
use crate::cli::place::Place;

fn dora(place: &Place) -> Value {
    let told = ["dora", "shop", "--deployments", "--incidents", "--json"];
    let told = [&told[..], &["--from", "2026-03-01"]].concat();
    let told = run(place, &told).ends(0).json();
    told["workloads"][0].clone()
}

fn deployment<'v>(told: &'v Value, id: &str) -> &'v Value {
    let mut all = told["deployment_list"].as_array().unwrap().iter();
    all.find(|one| one["deployment"] == id).unwrap()
}

#[test]
fn what_failed_what_was_not_planned_and_what_caused_it_count_from_then_on() {
    let place = place("");
    let incident = json!({
        "context": {"specversion": "0.5.1", "id": "i-1", "source": "pager", "type": "dev.cdevents.incident.detected.0.3.0", "timestamp": "2026-03-03T18:00:00Z"},
        "subject": {"id": "INC-1", "content": {"service": {"id": "shop"}, "environment": {"id": "production"}, "description": "shop is slow"}},
    });
    let events = place.read("events.jsonl");
    place.write("events.jsonl", format!("{events}{incident}\n"));
    run(&place, &["sync"]).ends(0);
    let before = dora(&place);
    assert_eq!(
        (
            &before["incident_list"][0]["deployment"],
            &before["incident_list"][0]["inferred"]
        ),
        (&json!("p2"), &json!(true))
    );
    assert_eq!(deployment(&before, "p1")["failed"], false);
    assert_eq!(deployment(&before, "p2")["rework"], false);
    let mark = |what: &[&str], why: &str| {
        let all = [&["mark"], what, &["--workload", "shop", "--yes", "-m", why]].concat();
        run(&place, &all).ends(0);
    };
    mark(&["failed", "p1"], "error rate");
    mark(&["unplanned", "p2"], "a hotfix");
    mark(
        &["incident-link", "INC-1", "--deployment", "p1"],
        "its traces",
    );
    run(
        &place,
        &["mark", "failed", "INC-1", "--workload", "shop", "--yes"],
    )
    .ends(3);
    // In the audit, done and seen.
    let done = actions(&place);
    assert_eq!(done.len(), 3);
    for one in &done {
        assert_eq!(
            (&one["state"], &one["by"]["name"]),
            (&json!("seen"), &json!("jane"))
        );
    }
    run(&place, &["audit", "--verify"]).ends(0);
    // In the log.
    let export = run(&place, &["export"]).ends(0).out;
    for (kind, why) in [
        ("failed", "error rate"),
        ("unplanned", "a hotfix"),
        ("incident_link", "its traces"),
    ] {
        let mut lines = export.lines().filter(|line| line.contains("leadtime-mark"));
        let found = lines.find(|line| line.contains(&format!("\"{kind}\"")));
        assert!(
            found.is_some_and(|line| line.contains(why)),
            "{kind}: {export}"
        );
    }
    // In the figures, and in the view of repairs.
    let after = dora(&place);
    assert_eq!(
        (
            &after["incident_list"][0]["deployment"],
            &after["incident_list"][0]["inferred"]
        ),
        (&json!("p1"), &json!(false))
    );
    assert_eq!(deployment(&after, "p1")["failed"], true);
    assert_eq!(deployment(&after, "p2")["rework"], true);
    assert_eq!(deployment(&after, "p2")["failed"], false);
    let view = ["--plain", "--view", "repair", "--width", "120"];
    let shown = run(&place, &view).ends(0).out;
    let row = shown.lines().find(|line| line.contains("INC-1")).unwrap();
    assert!(row.contains("v1") && !row.contains("~v1"), "{shown}");
}
