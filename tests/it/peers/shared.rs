//! The peers' own cases, where they lie beside the project: `ours.json` is what the definitions give on a peer's events; where there is none, what the
//! definitions have in common with the peer's own expectation.

use std::fs;
use std::path::PathBuf;

use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use super::neutral::Case;
use crate::support::door::Door;
use crate::support::left_out;

/// The facts of a case and what is expected; nothing where the folder is not there.
fn case(name: &str, expected: &str) -> Option<(Vec<Value>, Value)> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("peer-data/neutral").join(name);
    let Ok(facts) = fs::read_to_string(folder.join("events.jsonl")) else {
        left_out(&format!("{name}, since {} is not there", folder.display()));
        return None;
    };
    let facts = facts
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let expected = fs::read_to_string(folder.join(expected)).unwrap();
    Some((facts.collect(), serde_json::from_str(&expected).unwrap()))
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Figures over all of history, or over a window.
fn figures(facts: &[Value], service: &str, metrics: &str, window: Option<(&str, &str)>) -> Value {
    let case = Case::of(facts);
    let mut door = Door::on(&case.lines, &case.configuration(metrics));
    let (from, to) = window.unwrap_or(("1969-01-01T00:00:00Z", "2029-01-01T00:00:00Z"));
    let window = door.window(time(from), time(to));
    door.dora(service, window, time("2029-01-01T00:00:00Z"))["workloads"][0].clone()
}

/// What our definitions give on the events of peers, line by line.
fn compare_lists(told: &Value, ours: &Value) {
    let deployments: Vec<Value> = told["deployment_list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            json!({
                "deployment": line["deployment"],
                "time": line["finished"],
                "kind": line["kind"].as_str().unwrap().replace('_', " "),
                "failed": line["failed"],
                "rework": line["rework"],
            })
        })
        .collect();
    assert_eq!(Value::from(deployments), ours["deployments"]);
    let changes = told["change_list"].as_array().unwrap();
    let shipped = ours["changes"].as_array().unwrap().iter();
    let shipped: Vec<&Value> = shipped.filter(|one| one["state"] == "shipped").collect();
    assert_eq!(changes.len(), shipped.len());
    for ours in shipped {
        let line = changes.iter().find(|line| line["change"] == ours["change"]);
        let line = line.unwrap_or_else(|| panic!("{ours} is not there"));
        for key in ["start", "deployment", "deployed"] {
            assert_eq!(line[key], ours[key], "{ours}");
        }
        assert_eq!(line["lead_seconds"].as_f64(), ours["total_s"].as_f64());
        for part in ["coding", "pickup", "review", "deploy"] {
            let told = line[format!("{part}_seconds")].as_f64();
            assert_eq!(told, ours[format!("{part}_s")].as_f64(), "{part} of {ours}");
        }
        if ours["shipped_before_merge"].is_boolean() {
            assert_eq!(line["shipped_before_merge"], ours["shipped_before_merge"]);
        }
    }
    for line in told["incident_list"].as_array().unwrap() {
        let id = line["incident"].as_str().unwrap();
        assert_eq!(line["deployment"], ours["incident_links"][id], "{id}");
    }
    let incidents = told["incident_list"].as_array().unwrap().len();
    assert_eq!(incidents, ours["incident_links"].as_object().unwrap().len());
}

#[track_caller]
fn near(value: &Value, wanted: &Value) {
    match (value.as_f64(), wanted.as_f64()) {
        (Some(value), Some(wanted)) => {
            assert!((value - wanted).abs() < 1e-6, "{value} is not {wanted}");
        }
        (value, wanted) => assert_eq!(value, wanted),
    }
}

fn compare_figures(told: &Value, ours: &Value, incidents_known: bool) {
    near(&told["deployments"], &ours["deployment_count"]);
    near(
        &told["change_lead_time"]["p50_seconds"],
        &ours["lead_time_median_s"],
    );
    near(
        &told["change_lead_time"]["p90_seconds"],
        &ours["lead_time_p90_s"],
    );
    near(
        &told["failed_deployment_recovery"]["p50_seconds"],
        &ours["recovery_median_s"],
    );
    near(
        &told["time_to_restore"]["p50_seconds"],
        &ours["incident_restore_median_s"],
    );
    near(
        &told["attempt_failure_rate"]["rate"],
        &ours["attempt_failure_rate"],
    );
    for (rate, key) in [
        ("change_fail_rate", "change_fail_rate"),
        ("deployment_rework_rate", "rework_rate"),
    ] {
        if incidents_known {
            near(&told[rate]["rate"], &ours[key]);
        } else {
            // The case has no incident at all, so nobody knows that none happened: metrics.md, 8.3, where the case says 0.
            assert_eq!(ours[key], 0.0);
            assert_eq!(told[rate]["rate"], Value::Null);
        }
    }
}

#[test]
fn the_timeline_gives_the_figures_worked_by_hand() {
    let Some((facts, ours)) = case("ours-timeline", "ours.json") else {
        return;
    };
    compare_lists(&figures(&facts, "shop", "", None), &ours);
    let window = Some(("2025-03-03T00:00:00Z", "2025-03-31T00:00:00Z"));
    let told = figures(&facts, "shop", "", window);
    compare_figures(&told, &ours, true);
    near(&told["deployments_per_week"], &ours["per_week"]);
    near(
        &told["deployment_days_per_week_median"],
        &ours["median_deployment_days_per_week"],
    );
    assert_eq!(told["quick_check"]["lead_time_step"], 5);
    near(&told["quick_check"]["throughput"], &json!(7.33));
    near(&told["quick_check"]["stability"], &json!(7.5));
    near(&told["quick_check"]["overall"], &json!(7.4));
    let berlin = Some(("2025-03-02T23:00:00Z", "2025-03-30T22:00:00Z"));
    let told = figures(&facts, "shop", "timezone = \"Europe/Berlin\"", berlin);
    assert_eq!(told["deployments"], 5, "d8 is on 31 March there");
}

#[test]
fn devlake_change_lead_time() {
    if let Some((facts, ours)) = case("devlake-change-lead-time", "ours.json") {
        let told = figures(&facts, "project1", "", None);
        compare_lists(&told, &ours);
        compare_figures(&told, &ours, false);
    }
}

#[test]
fn devlake_incident_link() {
    if let Some((facts, ours)) = case("devlake-incident-link", "ours.json") {
        let told = figures(&facts, "project1", "", None);
        compare_lists(&told, &ours);
        compare_figures(&told, &ours, true);
    }
    if let Some((facts, peer)) = case("devlake-incident-link", "expected.json") {
        let told = figures(&facts, "project1", "link_window = \"unbounded\"", None);
        let lines = told["incident_list"].as_array().unwrap();
        let expected = peer["incident_links"].as_array().unwrap();
        assert_eq!(lines.len(), expected.len());
        for link in expected {
            let line = lines
                .iter()
                .find(|line| line["incident"] == link["incident"]);
            assert_eq!(line.unwrap()["deployment"], link["deployment"], "{link}");
        }
        let rate = &peer["derived"]["change_fail_rate_dora_json"];
        near(&told["change_fail_rate"]["rate"], rate);
    }
}

/// Which commits a deployment ships: those of the peer, but for the first deployment of each pipeline, whose content nobody knows.
#[test]
fn devlake_commit_diff() {
    let Some((facts, peer)) = case("devlake-commit-diff", "expected.json") else {
        return;
    };
    let told = figures(&facts, "project1", "", None);
    let lines = told["deployment_list"].as_array().unwrap();
    let contents = peer["deployment_contents"].as_array().unwrap();
    assert_eq!(lines.len(), contents.len());
    for content in contents {
        let line = lines.iter().find(|line| line["sha"] == content["sha"]);
        let line = line.unwrap();
        let first = content["previous_sha"].is_null();
        assert_eq!(line["kind"] == "first", first, "{line}");
        let mut shipped: Vec<&str> = line["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        shipped.sort_unstable();
        let all = content["shas"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str);
        let expected: Vec<&str> = if first { Vec::new() } else { all.collect() };
        assert_eq!(shipped, expected, "{line}");
    }
}

/// The reviews of a request that is then deployed, so that its parts are told.
#[test]
fn middleware_reviews() {
    for (name, pickup, review) in [
        ("middleware-review-first-response", Some(3_600.0), None),
        ("middleware-review-no-review", None, None),
        // Opened to merged; nobody looked, so all of it is review.
        ("middleware-review-cycle-merged", None, Some(86_400.0)),
        ("middleware-review-merged-unreviewed", None, Some(1_800.0)),
        // The peer's rework time is first review to approval, which is the merge here: our review.
        ("middleware-review-rework", Some(3_600.0), Some(7_200.0)),
        ("middleware-review-cycles-1", Some(0.0), None),
    ] {
        let Some((mut facts, peer)) = case(name, "expected.json") else {
            continue;
        };
        let merged = facts.iter().any(|fact| fact["type"] == "change_merged");
        if !merged {
            facts.push(json!({"time": "2024-02-05T00:00:00Z", "type": "change_merged", "change": "pr", "repo": "r", "sha": "m"}));
        }
        let deployed = |time: &str, id: &str, sha: &str| {
            json!({"time": time, "type": "deployment_finished", "service": "s", "repo": "r",
            "deployment": id, "sha": sha, "environment": "production", "outcome": "success"})
        };
        facts.push(deployed("2024-01-01T00:00:00Z", "d0", "old"));
        facts.push(deployed("2024-02-06T00:00:00Z", "d1", "m"));
        facts.push(json!({"time": "2024-02-04T00:00:00Z", "type": "commit", "repo": "r", "sha": "m", "parents": ["old"]}));
        facts.push(json!({"time": "2024-01-01T00:00:00Z", "type": "commit", "repo": "r", "sha": "old", "parents": []}));
        let told = figures(&facts, "s", "", None);
        let line = &told["change_list"][0];
        assert_eq!(line["change"], "pr", "{name}: {told}");
        assert_eq!(line["pickup_seconds"].as_f64(), pickup, "{name}");
        if !peer["first_response_seconds"].is_null() {
            near(&line["pickup_seconds"], &peer["first_response_seconds"]);
        }
        if let Some(review) = review {
            assert_eq!(line["review_seconds"].as_f64(), Some(review), "{name}");
        }
    }
}

/// Its deployments name no commit, and their first ships nothing: no lead time where the peer has a mean of everything built before.
#[test]
fn metrik_lead_time() {
    for number in 1..=4 {
        let Some((facts, peer)) = case(&format!("metrik-lead-time-{number}"), "expected.json")
        else {
            return;
        };
        for (service, environment) in peer["scope"].as_object().unwrap() {
            let metrics = format!("production = {environment}");
            let told = figures(&facts, service, &metrics, None);
            assert_eq!(told["change_lead_time"]["n"], 0, "{told}");
            let finished = facts.iter().filter(|fact| {
                fact["type"] == "deployment_finished"
                    && fact["service"] == service.as_str()
                    && fact["environment"] == *environment
                    && fact["outcome"] == "success"
            });
            let n = told["deployments"].as_u64().unwrap_or(0);
            assert!(n <= finished.count() as u64);
            assert_eq!(told["change_fail_rate"]["rate"], Value::Null);
        }
    }
}

/// Work in progress of the timeline: 231.33 h of changes inside 672 h.
#[test]
fn the_flow_of_the_timeline() {
    let Some((facts, _)) = case("ours-timeline", "ours.json") else {
        return;
    };
    let case = Case::of(&facts);
    let mut door = Door::on(&case.lines, &case.configuration(""));
    let mut flow = |to: &str| {
        let window = door.window(time("2025-03-03T00:00:00Z"), time(to));
        door.map("shop", window)["flow"].clone()
    };
    let month = flow("2025-03-31T00:00:00Z");
    assert_eq!(month["velocity"], 7);
    near(&month["velocity_per_week"], &json!(1.75));
    assert_eq!(month["time"]["p50_seconds"], 10_800);
    let wip = month["wip_average"].as_f64().unwrap();
    assert!((wip - 0.344).abs() < 0.000_5, "{wip}");
    assert_eq!(month["little_warning"], false);
    assert_eq!(flow("2025-03-24T00:00:00Z")["load"], 1, "pr5");
}
