//! Small histories of our own, one for each edge of the definitions (metrics.md, section 2), with figures worked by hand.

use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use super::neutral::Case;
use crate::support::door::Door;

/// A time of March 2025, UTC: `04 12:00`.
fn time(text: &str) -> String {
    let (day, time) = text.split_once(' ').unwrap();
    format!("2025-03-{day}T{time}:00Z")
}

fn commit(at: &str, sha: &str, parents: &[&str]) -> Value {
    json!({"type": "commit", "time": time(at), "repo": "r", "sha": sha, "parents": parents})
}

fn deploy(at: &str, id: &str, sha: &str) -> Value {
    json!({"type": "deployment_finished", "time": time(at), "service": "s", "repo": "r", "deployment": id, "sha": sha,
        "environment": "production", "outcome": "success"})
}

fn incident(id: &str, opened: &str, resolved: Option<&str>) -> Vec<Value> {
    let fact = |kind: &str, at: &str| json!({"type": kind, "time": time(at), "service": "s", "incident": id});
    let mut facts = vec![fact("incident_opened", opened)];
    facts.extend(resolved.map(|at| fact("incident_resolved", at)));
    facts
}

fn with(mut fact: Value, key: &str, value: impl Into<Value>) -> Value {
    fact[key] = value.into();
    fact
}

/// Figures of 3 to 31 March, with settings under `[metrics]`.
fn told_with(facts: &[Value], metrics: &str) -> Value {
    let case = Case::of(facts);
    let mut door = Door::on(&case.lines, &case.configuration(metrics));
    let at = |text: &str| Timestamp::parse(text).unwrap();
    let window = door.window(at("2025-03-03T00:00:00Z"), at("2025-03-31T00:00:00Z"));
    door.dora("s", window, at("2025-04-30T00:00:00Z"))["workloads"][0].clone()
}

fn told(facts: &[Value]) -> Value {
    told_with(facts, "")
}

/// A history in a line: m0 deployed as d0 before the window.
fn base() -> Vec<Value> {
    vec![
        commit("01 08:00", "m0", &[]),
        deploy("01 09:00", "d0", "m0"),
        commit("04 08:00", "m1", &["m0"]),
        commit("05 08:00", "m2", &["m1"]),
        commit("06 08:00", "m3", &["m2"]),
    ]
}

fn kinds(told: &Value) -> Vec<&str> {
    let lines = told["deployment_list"].as_array().unwrap();
    lines
        .iter()
        .filter_map(|line| line["kind"].as_str())
        .collect()
}

fn changes(told: &Value) -> Vec<(&str, f64)> {
    let lines = told["change_list"].as_array().unwrap();
    let pair = |line: &'_ Value| line["lead_seconds"].as_f64().unwrap() / 3_600.0;
    lines
        .iter()
        .map(|line| (line["change"].as_str().unwrap(), pair(line)))
        .collect()
}

#[test]
fn the_first_deployment_ever_ships_nothing() {
    let facts = [
        commit("04 08:00", "m1", &[]),
        deploy("04 12:00", "d1", "m1"),
    ];
    let told = told(&facts);
    assert_eq!(kinds(&told), ["first"]);
    assert_eq!(told["deployments"], 1);
    assert_eq!(told["change_lead_time"]["n"], 0);
    assert_eq!(told["change_lead_time"]["p50_seconds"], Value::Null);
}

#[test]
fn a_batch_counts_each_change_on_its_own() {
    let mut facts = base();
    facts.push(deploy("06 12:00", "d1", "m3"));
    let told = told(&facts);
    assert_eq!(changes(&told), [("m1", 52.0), ("m2", 28.0), ("m3", 4.0)]);
    assert_eq!(told["change_lead_time"]["p50_seconds"], 28 * 3_600);
    assert_eq!(told["deployments"], 1);
}

#[test]
fn a_failed_attempt_ships_nothing_and_is_no_deployment() {
    let mut facts = base();
    facts.push(with(deploy("04 12:00", "d1", "m1"), "outcome", "failure"));
    facts.push(deploy("05 12:00", "d2", "m2"));
    let told = told(&facts);
    assert_eq!(kinds(&told), ["failed_attempt", "change"]);
    assert_eq!(changes(&told), [("m1", 28.0), ("m2", 4.0)]);
    assert_eq!(told["deployments"], 1);
    assert_eq!(told["attempt_failure_rate"]["rate"], 0.5);
}

#[test]
fn a_retry_under_one_id_replaces_the_failure() {
    let mut facts = base();
    facts.push(with(deploy("04 12:00", "d1", "m1"), "outcome", "failure"));
    facts.push(deploy("04 13:00", "d1", "m1"));
    let told = told(&facts);
    assert_eq!(kinds(&told), ["change"]);
    assert_eq!(changes(&told), [("m1", 5.0)]);
    assert_eq!(told["attempt_failure_rate"]["rate"], 0.0);
}

#[test]
fn one_id_in_two_repositories_is_one_deployment_and_fails_as_a_whole() {
    let other = |at: &str, id: &str, sha: &str, outcome: &str| {
        with(with(deploy(at, id, sha), "repo", "x"), "outcome", outcome)
    };
    let mut facts = base();
    facts.extend([
        other("01 09:05", "d0", "x0", "success"),
        deploy("04 12:00", "d1", "m1"),
        other("04 12:30", "d1", "x1", "success"),
        deploy("05 12:00", "d2", "m2"),
        other("05 12:30", "d2", "x2", "failure"),
    ]);
    let told = told(&facts);
    assert_eq!(kinds(&told), ["change", "failed_attempt"]);
    assert_eq!(told["deployments"], 1);
    assert_eq!(told["deployment_list"][0]["finished"], time("04 12:30"));
    // The row that shipped m2 went live, though the other repository's failed.
    assert_eq!(changes(&told)[0], ("m1", 4.0));
}

#[test]
fn a_redeploy_counts_only_when_an_incident_links_to_it() {
    let mut facts = base();
    facts.push(deploy("04 12:00", "d1", "m1"));
    facts.push(deploy("06 12:00", "d2", "m1"));
    let quiet = told(&facts);
    assert_eq!(kinds(&quiet), ["change", "redeploy"]);
    assert_eq!(quiet["deployments"], 1);
    facts.extend(incident("i", "06 13:00", Some("06 14:00")));
    let told = told(&facts);
    assert_eq!(told["deployments"], 2);
    assert_eq!(told["change_fail_rate"]["rate"], 0.5);
    assert_eq!(told["failed_deployment_recovery"]["p50_seconds"], 7_200);
    assert_eq!(told["time_to_restore"]["p50_seconds"], 3_600);
}

#[test]
fn a_rollback_fails_what_was_live_and_is_rework() {
    let mut facts = base();
    facts.extend([
        deploy("04 12:00", "d1", "m1"),
        deploy("05 12:00", "d2", "m2"),
        deploy("05 13:00", "d3", "m1"),
        deploy("06 12:00", "d4", "m3"),
    ]);
    let told = told(&facts);
    assert_eq!(kinds(&told), ["change", "change", "rollback", "change"]);
    assert_eq!(told["change_fail_rate"]["rate"], 0.25);
    assert_eq!(told["change_fail_rate"]["at_least"], true);
    assert_eq!(told["deployment_rework_rate"]["rate"], 0.25);
    assert_eq!(told["failed_deployment_recovery"]["p50_seconds"], 3_600);
    // m2 was shipped by d2, and is not counted again.
    assert_eq!(changes(&told), [("m1", 4.0), ("m2", 4.0), ("m3", 4.0)]);
}

#[test]
fn incidents_fail_a_deployment_once_and_only_within_the_window() {
    let mut facts = base();
    facts.push(deploy("04 12:00", "d1", "m1"));
    facts.push(deploy("10 12:00", "d2", "m2"));
    facts.extend(incident("on-time", "04 12:00", Some("04 13:00")));
    facts.extend(incident("again", "05 12:00", Some("05 13:00")));
    facts.extend(incident("late", "05 12:01", None));
    let day = told(&facts);
    assert_eq!(day["change_fail_rate"]["failed"], 1);
    assert_eq!(day["change_fail_rate"]["rate"], 0.5);
    assert_eq!(day["failed_deployment_recovery"]["p50_seconds"], 25 * 3_600);
    let late = &day["incident_list"].as_array().unwrap()[2];
    assert_eq!(
        (&late["incident"], &late["deployment"]),
        (&json!("late"), &Value::Null)
    );
    let ever = told_with(&facts, "link_window = \"unbounded\"");
    assert_eq!(ever["incident_list"][2]["deployment"], "d1");
    assert_eq!(ever["failed_deployment_recovery"]["open"], 1);
    assert_eq!(
        ever["failed_deployment_recovery"]["p50_seconds"],
        Value::Null
    );
}

#[test]
fn an_incident_that_names_its_cause_needs_no_window() {
    let mut facts = base();
    facts.push(deploy("04 12:00", "d1", "m1"));
    facts.push(deploy("10 12:00", "d2", "m3"));
    let mut named = incident("i", "20 12:00", Some("20 13:00"));
    named[0]["root_cause"] = json!("m1");
    facts.extend(named);
    let told = told(&facts);
    assert_eq!(told["incident_list"][0]["deployment"], "d1");
    assert_eq!(told["incident_list"][0]["inferred"], false);
    assert_eq!(told["deployment_list"][0]["failed"], true);
}

#[test]
fn other_environments_and_outcomes_are_not_deployments() {
    let mut facts = base();
    facts.push(with(
        deploy("04 12:00", "s1", "m1"),
        "environment",
        "staging",
    ));
    facts.push(with(deploy("05 12:00", "d1", "m2"), "outcome", "skipped"));
    facts.push(with(
        deploy("06 12:00", "d2", "m2"),
        "outcome",
        "in_progress",
    ));
    let told = told(&facts);
    assert_eq!(kinds(&told), Vec::<&str>::new());
    assert_eq!(told["deployments"], 0, "known before, none in the window");
    assert_eq!(told["attempt_failure_rate"]["rate"], Value::Null);
    assert_eq!(told["change_lead_time"]["n"], 0);
}

#[test]
fn nothing_known_is_null() {
    let facts = [with(
        deploy("04 12:00", "s1", "m1"),
        "environment",
        "staging",
    )];
    let told = told(&facts);
    assert_eq!(told["deployments"], Value::Null);
    assert_eq!(told["deployments_per_week"], Value::Null);
    assert_eq!(told["change_fail_rate"]["rate"], Value::Null);
}

#[test]
fn the_window_is_half_open_and_frequency_is_not_floored() {
    let mut facts = base();
    facts.push(deploy("03 00:00", "d1", "m1"));
    for day in [4, 5, 6, 10, 11, 12, 20, 27] {
        let (sha, parent) = (format!("n{day}"), "m1");
        facts.push(commit("02 08:00", &sha, &[parent]));
        facts.push(deploy(&format!("{day:02} 12:00"), &format!("e{day}"), &sha));
    }
    facts.push(with(
        deploy("31 00:00", "after", "m3"),
        "pipeline",
        Value::Null,
    ));
    let told = told(&facts);
    assert_eq!(told["deployments"], 9);
    assert_eq!(told["deployments_per_week"], 2.25);
    // Days with a deployment: 4, 3, 1, 1.
    assert_eq!(told["deployment_days_per_week_median"], 2.0);
}

#[test]
fn times_with_an_offset_are_the_same_instants() {
    let mut facts = base();
    facts.push(with(
        deploy("04 12:00", "d1", "m1"),
        "time",
        "2025-03-04T13:00:00+01:00",
    ));
    assert_eq!(changes(&told(&facts)), [("m1", 4.0)]);
}
