//! The commands that act, as a user types them, in a tool that is a program: planned, refused, overridden, done, seen, held, released; and the journal of it.

use serde_json::Value;

use super::plans::shop;
use crate::cli::place::{Place, Ran};

/// Reads events, deploys, and can be asked after what it did. It counts what it was told to do.
const TOOL: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 3
[ -z "$LEADTIME_VERB" ] && { cat events.jsonl; exit 0; }
if [ -n "$LEADTIME_ASK" ]; then [ -e "done-$LEADTIME_KEY" ] && exit 0; exit 1; fi
[ -e refuse ] && { echo "not today" >&2; exit 2; }
echo "$LEADTIME_VERB $LEADTIME_VERSION $*" >> told
touch "done-$LEADTIME_KEY"
[ -e vanish ] && kill -9 $$
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
printf '{"context":{"specversion":"0.5.1","id":"%s","source":"deployer","type":"dev.cdeventsx.leadtime-deployment.finished.0.1.0","timestamp":"%s"},"subject":{"id":"%s","content":{"deployment":"%s","service":"shop","environment":"%s","repository":"acme/shop","sha":"%s","version":"%s","outcome":"success"}}}\n' \
  "$LEADTIME_KEY" "$now" "$LEADTIME_KEY" "$LEADTIME_KEY" "$LEADTIME_ENVIRONMENT" "$LEADTIME_SHA" "$LEADTIME_VERSION" >> events.jsonl
echo '{"text":"deployed","url":"https://deployer.example/1"}'
"#;

const CONFIG: &str = r#"
store = { url = "sqlite:log.db" }
[people]
me = "jane"
[[sources]]
name = "deployer"
kind = "command"
command = ["./tool.sh"]
asks = true
projects = ["deployer"]
token = { env = "DEPLOYER_TOKEN" }
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "staging", kind = "deploy", environment = "staging" },
  { name = "production", kind = "deploy", environment = "production", promote = { arguments = ["to", "{environment}"] } },
]
FREEZE
[[workloads]]
name = "shop"
path = "web"
repositories = ["acme/shop"]
services = ["shop"]
"#;

const FROZEN: &str = r#"
[[paths.freezes]]
environment = "production"
schedule = "FREQ=DAILY"
for = "24h"
reason = "year end"
"#;

/// A secret that must come out nowhere.
pub const CANARY: &str = "c4n4ry-t0ken";

pub fn place(freeze: &str) -> Place {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.write("leadtime.toml", CONFIG.replace("FREEZE", freeze));
    place.write("events.jsonl", shop().join("\n") + "\n");
    let tool = place.write("tool.sh", TOOL);
    std::fs::set_permissions(tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    place
}

pub fn run(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    let ran = Ran::of(command.env("DEPLOYER_TOKEN", CANARY).output().unwrap());
    assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
    ran
}

fn told(place: &Place) -> Vec<String> {
    let told = std::fs::read_to_string(place.file("told")).unwrap_or_default();
    told.lines().map(str::to_owned).collect()
}

pub fn actions(place: &Place) -> Vec<Value> {
    let audit = run(place, &["audit", "--json"]).json();
    audit["actions"].as_array().unwrap().clone()
}

#[test]
fn a_dry_run_shows_the_plan_and_does_nothing() {
    let place = place("");
    let promote = [
        "promote",
        "shop",
        "--to",
        "production",
        "--dry-run",
        "--json",
    ];
    let plan = run(&place, &promote).ends(0).json();
    assert_eq!(plan["schema"], "leadtime/plan/v1");
    assert_eq!(plan["intent"], "promote");
    assert_eq!(
        (plan["from"].as_str(), plan["to"].as_str()),
        (Some("v2"), Some("v3"))
    );
    assert_eq!(plan["ships"], serde_json::json!(["3".repeat(40)]));
    assert_eq!(plan["confirm"], "typed");
    assert_eq!(plan["requests"][0]["connector"], "deployer");
    assert_eq!(plan["requests"][0]["method"], "RUN");
    assert!(told(&place).is_empty());
    assert!(actions(&place).is_empty(), "nothing was meant");
    let text = run(&place, &promote[..5]).ends(0);
    assert!(text.out.contains("v2 → v3"), "{}", text.out);
}

#[test]
fn what_was_agreed_to_is_done_once_seen_and_on_record() {
    let place = place("");
    let base = ["promote", "shop", "--to", "production"];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    run(&place, &with(&["--yes"])).ends(2);
    run(&place, &with(&["--confirm", "cart"])).ends(2);
    assert!(told(&place).is_empty());
    let done = run(
        &place,
        &with(&["--confirm", "shop", "--wait", "-m", "board of Tuesday"]),
    )
    .ends(0);
    assert!(done.out.contains("done, and seen"), "{}", done.out);
    assert_eq!(told(&place), ["promote v3 to production"]);
    // It is live, and there is nothing to do any more.
    run(&place, &with(&["--confirm", "shop"])).ends(3);
    assert_eq!(told(&place).len(), 1);
    let actions = actions(&place);
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0]["state"], "seen");
    assert_eq!(actions[0]["by"]["name"], "jane");
    assert_eq!(actions[0]["fates"][0]["url"], "https://deployer.example/1");
    run(&place, &["audit", "--verify"]).ends(0);
}

#[test]
fn nothing_is_done_in_the_past() {
    let place = place("");
    for line in [
        "promote shop --to production --confirm shop",
        "promote shop --to production --dry-run",
        "rollback shop --in production --confirm shop",
        "hold shop --in production --yes",
        "mark unplanned d1 --yes",
    ] {
        let line: Vec<&str> = line.split_whitespace().collect();
        let refused = run(&place, &[&["--as-of", "1h"], &line[..]].concat()).ends(2);
        refused.says(&["--as-of"]);
    }
    assert!(told(&place).is_empty());
    assert!(actions(&place).is_empty());
    // What was live by then is a question.
    let list = ["rollback", "shop", "--in", "production", "--list"];
    run(&place, &[&["--as-of", "1h"], &list[..]].concat()).ends(0);
}

#[test]
fn a_rollback_holds_and_a_release_lets_go() {
    let place = place("");
    let list = run(
        &place,
        &["rollback", "shop", "--in", "production", "--list", "--json"],
    )
    .ends(0)
    .json();
    assert_eq!(list["versions"][0]["version"], "v1");
    let rollback = [
        "rollback",
        "shop",
        "--in",
        "production",
        "--confirm",
        "shop",
        "-m",
        "INC-31",
    ];
    run(&place, &rollback).ends(0);
    assert_eq!(told(&place), ["rollback v1 to production"]);
    run(&place, &["sync"]).ends(0);
    assert_eq!(actions(&place)[0]["state"], "seen");
    let env = run(&place, &["env", "shop", "--json"]).ends(0).json();
    let production = &env["workloads"][0]["environments"][1];
    assert_eq!(production["version"], "v1");
    assert!(
        production["held"].as_str().unwrap().contains("INC-31"),
        "{production}"
    );
    let promote = ["promote", "shop", "--to", "production", "--confirm", "shop"];
    let refused = run(&place, &promote).ends(1);
    assert!(refused.out.contains("hold"), "{}", refused.out);
    run(&place, &["release", "shop", "--in", "production", "--yes"]).ends(0);
    run(&place, &promote).ends(0);
    assert_eq!(told(&place).len(), 2);
}

#[test]
fn a_freeze_stands_in_the_way_until_it_is_overridden_with_a_reason() {
    let place = place(FROZEN);
    let promote = ["promote", "shop", "--to", "production", "--confirm", "shop"];
    let refused = run(&place, &promote).ends(1);
    assert!(refused.out.contains("year end"), "{}", refused.out);
    let without = [&promote[..], &["--override", "freeze"]].concat();
    run(&place, &without).ends(1);
    let locked = [&promote[..], &["--override", "locked_step", "-m", "x"]].concat();
    run(&place, &locked).ends(3);
    assert!(told(&place).is_empty());
    let with = [&without[..], &["-m", "fix for INC-31"]].concat();
    run(&place, &with).ends(0);
    let objections = &actions(&place)[0]["plan"]["objections"];
    assert_eq!(objections[0]["rule"], "freeze");
    assert_eq!(objections[0]["overridden"], true);
}

#[test]
fn what_is_forbidden_is_not_done_and_what_is_refused_is_told() {
    let place = place("");
    let promote = ["promote", "shop", "--to", "production", "--confirm", "shop"];
    let forbidden = [&promote[..], &["--read-only"]].concat();
    let told_why = run(&place, &forbidden).ends(1);
    assert!(told_why.out.contains("--read-only"), "{}", told_why.out);
    place.write("refuse", "");
    run(&place, &promote).ends(3);
    assert!(told(&place).is_empty());
    assert_eq!(actions(&place)[0]["state"], "stopped");
}

#[test]
fn a_program_that_dies_after_the_deed_is_asked_and_not_told_again() {
    let place = place("");
    place.write("vanish", "");
    let promote = ["promote", "shop", "--to", "production", "--confirm", "shop"];
    run(&place, &promote).ends(0);
    assert_eq!(told(&place).len(), 1);
    let action = &actions(&place)[0];
    assert_eq!(action["fates"][0]["outcome"], "done", "{action}");
    run(&place, &["audit", "--verify"]).ends(0);
}

#[test]
fn a_journal_that_was_touched_is_found_out() {
    let place = place("");
    for word in ["hold", "release", "hold"] {
        run(
            &place,
            &[word, "shop", "--in", "production", "--yes", "-m", "a drill"],
        )
        .ends(0);
    }
    let whole = run(&place, &["audit", "--verify", "--json"]).ends(0).json();
    assert_eq!(whole["verified"], true);
    let head = whole["head"].as_str().unwrap();
    run(&place, &["audit", "--verify", "--head", head]).ends(0);
    let other = "0".repeat(64);
    let unknown = run(&place, &["audit", "--verify", "--head", &other]).ends(1);
    assert!(
        unknown
            .out
            .contains(&format!("no line has the hash {other}")),
        "{}",
        unknown.out
    );
    // It is printed as it has to be given: whole, however narrow the terminal is.
    let told = run(&place, &["audit", "--verify", "--width", "60"]).ends(0);
    assert!(
        told.out.lines().next().unwrap().ends_with(head),
        "{}",
        told.out
    );
    run(&place, &["audit", "--verify", "--head", &head[..40]])
        .ends(2)
        .says(&["give it whole"]);
    let untouched = std::fs::read(place.file("log.db")).unwrap();
    for touch in [
        "UPDATE journal SET body = replace(body, 'a drill', 'a thrill') WHERE number = 1",
        "UPDATE journal SET body = cast(x'ff41' AS TEXT) WHERE number = 2",
        "UPDATE journal SET hash = cast(x'ff41' AS TEXT) WHERE number = 2",
        "UPDATE journal_head SET hash = cast(x'ff41' AS TEXT)",
        "DELETE FROM journal WHERE number = 2",
        "DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)",
        "UPDATE journal SET number = -number WHERE number IN (2, 3); UPDATE journal SET number = 5 + number WHERE number < 0",
    ] {
        std::fs::remove_file(place.file("log.db-wal")).ok();
        std::fs::remove_file(place.file("log.db-shm")).ok();
        std::fs::write(place.file("log.db"), &untouched).unwrap();
        let connection = rusqlite::Connection::open(place.file("log.db")).unwrap();
        connection.execute_batch(touch).unwrap();
        drop(connection);
        let broken = run(&place, &["audit", "--verify", "--json"]).ends(1).json();
        assert_eq!(broken["verified"], false, "{touch}");
        assert!(!broken["breaks"].as_array().unwrap().is_empty(), "{touch}");
    }
}

#[test]
fn a_second_person_is_another_person() {
    let place = place("");
    let config = place.read("leadtime.toml");
    let second = config.replace(
        r#"environment = "production", promote"#,
        r#"environment = "production", confirm = "second", promote"#,
    );
    place.write("leadtime.toml", &second);
    run(&place, &["promote", "shop", "--to", "production", "--yes"]).ends(1);
    let action = actions(&place)[0]["action"].as_str().unwrap().to_owned();
    assert_eq!(actions(&place)[0]["state"], "awaits_second");
    run(&place, &["confirm", &action, "--confirm", "shop"]).ends(1);
    assert!(told(&place).is_empty());
    place.write("leadtime.toml", second.replace("\"jane\"", "\"li\""));
    let mut other = place.command(&["confirm", &action, "--confirm", "shop"]);
    let ran = Ran::of(
        other
            .env("USER", "li")
            .env("DEPLOYER_TOKEN", CANARY)
            .output()
            .unwrap(),
    );
    ran.ends(0);
    assert_eq!(told(&place).len(), 1);
    let done = &actions(&place)[0];
    assert_eq!(
        (&done["by"]["name"], &done["second"]["name"]),
        (&"jane".into(), &"li".into())
    );
}
