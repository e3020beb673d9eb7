//! The JSON that other programs rely on: every field of every schema is there, with its type; nothing to measure is null, and never 0.
//!
//! A shape is written as JSON: a word names a type (`?` behind it: or null), a list holds the shape of its items, `*` stands for any key. More fields
//! than those are fine.

use serde_json::{Value, json};

use leadtime::event::time::Timestamp;

use super::place::{Place, UNTIL};

/// Fields that were met with something other than null, by path.
type Met = std::collections::BTreeSet<String>;

fn check(shape: &Value, value: &Value, path: &str, met: &mut Met) {
    match shape {
        Value::String(word) => {
            let (word, may_be_null) = match word.strip_suffix('?') {
                Some(word) => (word, true),
                None => (word.as_str(), false),
            };
            if may_be_null && value.is_null() {
                return;
            }
            met.insert(path.to_owned());
            let fits = match word {
                "text" => value.is_string(),
                "time" => value
                    .as_str()
                    .is_some_and(|text| text.ends_with('Z') && Timestamp::parse(text).is_some()),
                "count" => value.is_u64(),
                "number" => value.as_f64().is_some_and(|number| number >= 0.0),
                "rate" => value
                    .as_f64()
                    .is_some_and(|rate| (0.0..=1.0).contains(&rate)),
                "bool" => value.is_boolean(),
                word => word.split('|').any(|word| value == word),
            };
            assert!(fits, "{path}: {word} is wanted, {value} is there");
        }
        Value::Array(shapes) => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{path}: no list: {value}"));
            for item in items {
                met.insert(path.to_owned());
                check(&shapes[0], item, &format!("{path}[]"), met);
            }
        }
        Value::Object(fields) => {
            let object = value
                .as_object()
                .unwrap_or_else(|| panic!("{path}: no object: {value}"));
            for (key, shape) in fields {
                if key == "*" {
                    for value in object.values() {
                        check(shape, value, &format!("{path}.*"), met);
                    }
                    continue;
                }
                let found = object
                    .get(key)
                    .unwrap_or_else(|| panic!("{path}: no `{key}` in {value}"));
                check(shape, found, &format!("{path}.{key}"), met);
            }
        }
        other => panic!("no shape: {other}"),
    }
}

/// What holds everywhere: `schema` first, lengths are numbers, a statistic of nothing is null.
fn check_laws(value: &Value, path: &str) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_laws(item, path)),
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = format!("{path}.{key}");
                if key.ends_with("_seconds") || key == "seconds" {
                    assert!(value.is_number() || value.is_null(), "{path}: {value}");
                }
                check_laws(value, &path);
            }
            let is_statistic = fields
                .keys()
                .any(|key| matches!(key.as_str(), "p50_seconds" | "rate"));
            if is_statistic {
                let n = fields.get("n").and_then(Value::as_u64);
                let n = n.unwrap_or_else(|| panic!("{path}: a statistic without n: {value}"));
                for key in ["p50_seconds", "p85_seconds", "p90_seconds", "rate"] {
                    if let Some(figure) = fields.get(key) {
                        assert!(
                            n > 0 || figure.is_null(),
                            "{path}.{key}: nothing to measure is null: {value}"
                        );
                    }
                }
            }
        }
        _ => {}
    }
}

/// Asks, and looks at the answer; every field of the shape must have been met with a value, apart from those named.
pub fn ask(line: &str, code: i32, schema: &str, shape: &Value, never_met: &[&str]) -> Value {
    let place = Place::with_demo();
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let ran = place
        .run(&[&arguments[..], &["--json", "--as-of", UNTIL]].concat())
        .ends(code);
    assert!(
        ran.out.starts_with(&format!("{{\"schema\":\"{schema}\",")),
        "{}",
        &ran.out[..80]
    );
    assert_eq!(ran.out.lines().count(), 1);
    let value = ran.json();
    let mut met = Met::new();
    check(shape, &value, "", &mut met);
    check_laws(&value, "");
    let mut wanted = Vec::new();
    leaves(shape, "", &mut wanted);
    wanted.retain(|path| !met.contains(path) && !never_met.contains(&path.as_str()));
    assert_eq!(wanted, [""; 0], "never met with a value, so not tested");
    value
}

fn leaves(shape: &Value, path: &str, found: &mut Vec<String>) {
    match shape {
        Value::Array(items) => leaves(&items[0], &format!("{path}[]"), found),
        Value::Object(fields) => {
            for (key, shape) in fields {
                leaves(shape, &format!("{path}.{key}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

fn window() -> Value {
    json!({"from": "time", "to": "time", "timezone": "text"})
}

#[test]
fn dora() {
    let shape = json!({
        "schema": "text", "window": window(), "environment": "text",
        "workloads": [{
            "workload": "text", "deployments": "count?", "deployments_per_week": "number?", "deployment_days_per_week_median": "number?",
            "change_lead_time": {"n": "count", "p50_seconds": "number?", "p90_seconds": "number?"},
            "merge_to_production": {"n": "count", "p50_seconds": "number?", "p90_seconds": "number?"},
            "change_fail_rate": {"n": "count", "failed": "count?", "rate": "rate?"},
            "failed_deployment_recovery": {"n": "count", "p50_seconds": "number?"},
            "time_to_restore": {"n": "count", "p50_seconds": "number?"},
            "deployment_rework_rate": {"n": "count", "rework": "count?", "rate": "rate?"},
            "attempt_failure_rate": {"n": "count", "failed": "count?", "rate": "rate?"},
            "quick_check": {"throughput": "number?", "stability": "number?", "overall": "number?"},
            "deployment_list": [{
                "deployment": "text", "kind": "first|change|rollback|redeploy|failed_attempt", "finished": "time", "failed": "bool?", "rework": "bool?",
                "incidents": ["text"], "changes": ["text"], "inferred": "bool",
            }],
            "change_list": [{
                "change": "text", "repository": "text?", "deployment": "text", "start": "time", "deployed": "time", "lead_seconds": "number",
                "coding_seconds": "number?", "pickup_seconds": "number?", "review_seconds": "number?", "deploy_seconds": "number?",
            }],
            "incident_list": [{
                "incident": "text", "deployment": "text?", "inferred": "bool", "opened": "time", "resolved": "time?",
            }],
        }],
    });
    let line = "dora --since 90d --deployments --changes --incidents";
    let answer = ask(line, 0, "leadtime/dora/v1", &shape, &[]);
    // The lists come only where they are asked for.
    let plain = Place::with_demo()
        .run(&["dora", "--json", "--as-of", UNTIL])
        .json();
    for list in ["deployment_list", "change_list", "incident_list"] {
        assert!(answer["workloads"][0].get(list).is_some());
        assert!(plain["workloads"][0].get(list).is_none(), "{list}");
    }
    // Nor is it passed over in silence that a year has no levels.
    let levels = Place::with_demo().run(&["dora", "--json", "--levels", "2022", "--as-of", UNTIL]);
    let levels = levels.ends(0);
    levels.says(&["2022", "2019, 2021, 2024"]);
    assert!(levels.json()["workloads"][0].get("levels").is_none());
    let pooled = Place::with_demo()
        .run(&["dora", "--json", "--by", "team", "--as-of", UNTIL])
        .json();
    let mut without_lists = shape;
    let fields = without_lists["workloads"][0].as_object_mut().unwrap();
    fields.retain(|key, _| !key.ends_with("_list"));
    check(&without_lists, &pooled, "", &mut Met::new());
    check_laws(&pooled, "");
}

#[test]
fn map() {
    let times =
        json!({"p50_seconds": "number?", "p85_seconds": "number?", "sum_seconds": "number?"});
    let shape = json!({
        "schema": "text", "workload": "text", "path": "text", "window": window(), "changes": "count",
        "lead": {"n": "count", "p50_seconds": "number?", "p85_seconds": "number?"}, "process_seconds": "number?", "wait_seconds": "number?",
        "flow_efficiency": {"low": "rate?", "high": "rate?"}, "rolled_complete_accurate": "rate?",
        "steps": [{
            "name": "text", "kind": "code|review|test|build|scan|configure|gate|deploy|verify", "locked": "bool", "from": ["text"], "visits": "count",
            "wip": "count", "process": times, "wait": times, "complete_accurate": {"n": "count", "rate": "rate?"}, "share_of_lead": "rate?",
            "constraint": "bool",
        }],
        "states": [{"state": "text", "step": "text", "seconds": "number"}],
    });
    let answer = ask("map checkout", 0, "leadtime/map/v1", &shape, &[]);
    let steps = answer["steps"].as_array().unwrap();
    let sum = |of: &dyn Fn(&Value) -> f64| steps.iter().map(of).sum::<f64>();
    let spent = sum(&|step| {
        ["process", "wait"]
            .map(|part| step[part]["sum_seconds"].as_f64().unwrap())
            .iter()
            .sum()
    });
    let lead =
        answer["process_seconds"].as_f64().unwrap() + answer["wait_seconds"].as_f64().unwrap();
    assert!(
        (spent - lead).abs() < 1.0,
        "{spent} and {lead}: to the second"
    );
    let shares = sum(&|step| step["share_of_lead"].as_f64().unwrap());
    assert!((shares - 1.0).abs() < 1e-6, "{shares}");
    let states = answer["states"].as_array().unwrap();
    let seconds: f64 = states
        .iter()
        .map(|state| state["seconds"].as_f64().unwrap())
        .sum();
    assert!((seconds - lead).abs() < 1.0, "{seconds} and {lead}");
    // Nothing at all in the window.
    let nothing = Place::with_demo()
        .run(&[
            "map",
            "checkout",
            "--json",
            "--since",
            "1s",
            "--as-of",
            "2025-12-02",
        ])
        .ends(0)
        .json();
    let asked_for = Place::with_demo().run(&[
        "map",
        "checkout",
        "--json",
        "--changes",
        "--since",
        "1s",
        "--as-of",
        "2025-12-02",
    ]);
    let asked_for = asked_for.ends(0).json();
    check(&shape, &nothing, "", &mut Met::new());
    check_laws(&nothing, "");
    assert!(
        nothing["lead"]["p50_seconds"].is_null() && nothing["flow_efficiency"]["low"].is_null()
    );
    for sum in ["lead_seconds", "process_seconds", "wait_seconds"] {
        assert!(nothing[sum].is_null(), "{sum}");
    }
    for step in nothing["steps"].as_array().unwrap() {
        assert!(step["wait"]["sum_seconds"].is_null(), "{step}");
        assert_eq!(step["visits"], 0);
    }
    assert!(nothing.get("change_list").is_none());
    assert_eq!(asked_for["change_list"], json!([]));
}

#[test]
fn whereabouts() {
    let shape = json!({
        "schema": "text", "query": "text",
        "matches": [{
            "workload": "text", "change": "text?", "commits": ["text"], "artifact": "text?", "version": "text?",
            "state": "working|queued|waiting|gated|soaking|frozen|held|waiting_for_release|failed|superseded|unknown|delivered",
            "step": "text?", "since": "time", "until": "time?", "on": ["text"], "environments": {"*": {"version": "text?", "since": "time"}},
            "forecast": {"p50": "time?", "p85": "time?", "n": "count"}, "sentence": "text",
        }],
    });
    let schema = "leadtime/where/v1";
    ask(
        "where acme/checkout#24",
        1,
        schema,
        &shape,
        &[".matches[].until"],
    );
    let of_live = [
        ".matches[].step",
        ".matches[].until",
        ".matches[].on[]",
        ".matches[].forecast.p50",
        ".matches[].forecast.p85",
    ];
    ask("where acme/checkout#11", 0, schema, &shape, &of_live);
    let nothing = Place::with_demo()
        .run(&["where", "nope-1", "--json"])
        .ends(3)
        .json();
    assert_eq!(
        nothing,
        json!({"schema": schema, "query": "nope-1", "matches": []})
    );
}

#[test]
fn env() {
    let shape = json!({
        "schema": "text", "as_of": "time",
        "workloads": [{"workload": "text", "environments": [{
            "environment": "text", "version": "text?", "sha": "text?", "artifact": "text?", "since": "time?", "deployment": "text?", "health": "text?",
            "behind": {"changes": "count?", "since": "time?"}, "slot": "text?", "held": "text?",
        }]}],
    });
    let answer = ask("env", 0, "leadtime/env/v1", &shape, &[]);
    assert_eq!(answer["as_of"], UNTIL);
}

#[test]
fn gates() {
    let shape = json!({
        "schema": "text",
        "gates": [{
            "gate": "text", "workload": "text", "step": "text?", "opened": "time", "waiting_seconds": "number", "changes": ["text"], "version": "text?",
            "artifact": "text?", "approvers": ["text"], "may_decide": "bool?", "why_not": "text?", "superseded_by": "text?", "holds_back": "count",
            "evidence": [{"what": "text", "state": "present|missing|stale|failed", "detail": "text?", "url": "text?"}],
        }],
    });
    ask(
        "gates",
        1,
        "leadtime/gates/v1",
        &shape,
        &[".gates[].superseded_by"],
    );
    let none = Place::with_demo()
        .run(&["gates", "money", "--json", "--as-of", UNTIL])
        .ends(0)
        .json();
    assert_eq!(none, json!({"schema": "leadtime/gates/v1", "gates": []}));
}

#[test]
fn doctor() {
    let shape = json!({
        "schema": "text", "sources": [{"name": "text"}], "clocks": [{"source": "text", "ahead_seconds": "number"}], "config_warnings": ["text"],
        "unlinked": [{"reason": "text", "count": "count", "example": "text?", "fix": "text?"}],
        "log": {"place": "text", "events": "count", "first": "time?", "last": "time?", "bytes": "count?", "snapshot": "time?"},
    });
    let none = [
        ".sources[].name",
        ".clocks[].source",
        ".clocks[].ahead_seconds",
        ".config_warnings[]",
    ];
    ask("doctor --offline", 1, "leadtime/doctor/v1", &shape, &none);
}

#[test]
fn compliance() {
    let shape = json!({
        "schema": "text", "as_of": "time",
        "workloads": [{
            "workload": "text", "path": "text", "derived": "bool",
            "steps": [{
                "step": "text", "kind": "text", "locked": "bool", "standing": "present|stale|overridden|missing|failed", "since": "time?",
                "tool": "text?", "detail": "text", "url": "text?",
            }],
            "problems": ["text"],
        }],
    });
    let schema = "leadtime/check/v1";
    ask("check", 1, schema, &shape, &[]);
    let well = ask(
        "check checkout",
        0,
        schema,
        &shape,
        &[".workloads[].problems[]"],
    );
    assert!(well["workloads"][0]["live"]["sha"].is_string(), "{well}");
}

#[test]
fn what_ships_next() {
    let shape = json!({
        "schema": "text", "workload": "text", "as_of": "time", "from": "text?", "to": "text", "between": "bool", "version": "text?", "current": "text?",
        "migration": "bool", "inferred": "bool",
        "groups": [{"type": "text", "changes": [{
            "change": "text", "title": "text?", "author": "text?", "url": "text?", "since": "time?", "migration": "bool", "inferred": "bool",
            "tickets": [{"ticket": "text"}],
        }]}],
    });
    let schema = "leadtime/notes/v1";
    let next = ask("notes checkout", 0, schema, &shape, &[]);
    assert_eq!(
        (&next["from"], &next["to"]),
        (&json!("staging"), &json!("production"))
    );
    let line = "notes checkout --between 1.19.0 1.20.0";
    let of_two = ask(line, 0, schema, &shape, &[".from"]);
    assert_eq!(
        (&of_two["current"], &of_two["to"], &of_two["between"]),
        (&json!("1.19.0"), &json!("1.20.0"), &json!(true))
    );
    let demo = Place::with_demo();
    let ran = demo.run(&["notes", "checkout", "--to", "nowhere", "--as-of", UNTIL]);
    ran.ends(2)
        .says(&["no environment \"nowhere\"", "production"]);
    let ran = demo.run(&[
        "notes",
        "checkout",
        "--between",
        "1.19.0",
        "0.0.1",
        "--as-of",
        UNTIL,
    ]);
    ran.ends(3).says(&["no version \"0.0.1\""]);
}
