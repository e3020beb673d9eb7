//! Incidents that are answered by command: in `PagerDuty`, by a program, and where it cannot be done.

use serde_json::{Value, json};

use crate::cli::place::{Place, Ran};
use crate::pagerduty::world::{Server, USERS, incident, start};
use crate::support::deeds::clock;
use crate::support::wild::{Answer, Mischief};
use leadtime::event::time::Span;

/// A secret that must come out nowhere.
const CANARY: &str = "c4n4ry-p4ger-t0ken";

const CONFIG: &str = r#"
store = { url = "sqlite:log.db" }
[people]
me = "jane"
[[sources]]
name = "pd"
kind = "pagerduty"
url = "ADDRESS"
token = { env = "PAGERDUTY_TOKEN" }
user = "jane@acme.example"
environment = "production"
[[sources]]
name = "events"
kind = "cdevents"
path = "events.jsonl"
[[sources]]
name = "own"
kind = "command"
command = ["sh", "pager.sh"]
asks = true
projects = ["ownpager"]
[[workloads]]
name = "shop"
repositories = ["acme/shop"]
services = ["checkout"]
"#;

/// A pager of one's own: it tells of what it was told.
const PAGER: &str = r#"
[ -z "$LEADTIME_VERB" ] && { cat own.jsonl; exit 0; }
if [ -n "$LEADTIME_ASK" ]; then [ -e "done-$LEADTIME_KEY" ] && exit 0; exit 1; fi
touch "done-$LEADTIME_KEY"
echo "$LEADTIME_VERB $LEADTIME_TARGET: $LEADTIME_COMMENT" >> told
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
printf '{"context":{"specversion":"0.5.1","id":"%s","source":"ownpager","type":"dev.cdevents.incident.resolved.0.3.0","timestamp":"%s"},"subject":{"id":"%s","content":{"service":{"id":"checkout"},"environment":{"id":"production"}}}}\n' "$LEADTIME_KEY" "$now" "$LEADTIME_TARGET" >> own.jsonl
"#;

fn told(source: &str, id: &str) -> String {
    let at = (clock() - Span::from_seconds(900)).to_string();
    let content = json!({
        "service": {"id": "checkout"}, "environment": {"id": "production"}, "description": "slow",
    });
    let event = json!({
        "context": {"specversion": "0.5.1", "id": format!("e-{id}"), "source": source, "type": "dev.cdevents.incident.detected.0.3.0", "timestamp": at},
        "subject": {"id": id, "content": content},
        "customData": {"ticketURI": format!("https://pager.example/{id}")},
    });
    format!("{event}\n")
}

fn place(pager: &Server) -> Place {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG.replace("ADDRESS", &pager.url()));
    let others = [
        told("alertmanager:alerts.example.com", "AL-1"),
        told("homemade", "HM-1"),
        told("pagerduty:api.eu.pagerduty.com", "EU-1"),
    ];
    place.write("events.jsonl", others.concat());
    place.write("own.jsonl", told("ownpager", "OWN-1"));
    place.write("pager.sh", PAGER);
    place
}

fn pager() -> Server {
    let opened = clock() - Span::from_seconds(600);
    start(vec![incident(1, &opened.to_string(), None)])
}

fn run(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    let ran = Ran::of(command.env("PAGERDUTY_TOKEN", CANARY).output().unwrap());
    assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
    ran
}

fn actions(place: &Place) -> Vec<Value> {
    let audit = run(place, &["audit", "--json"]).json();
    audit["actions"].as_array().unwrap().clone()
}

#[test]
fn an_incident_is_acknowledged_and_resolved_by_its_id_alone() {
    let pager = pager();
    let place = place(&pager);
    let dry = ["acknowledge", "Q1", "-m", "on it", "--dry-run"];
    let plan = run(&place, &[&dry[..], &["--json"]].concat())
        .ends(0)
        .json();
    assert_eq!(
        (
            &plan["intent"],
            &plan["workload"],
            &plan["confirm"],
            &plan["user"]
        ),
        (
            &json!("acknowledge"),
            &json!("shop"),
            &json!("yes"),
            &json!(USERS[0].1)
        )
    );
    assert_eq!(plan["requests"].as_array().unwrap().len(), 2);
    let curl = run(&place, &[&dry[..], &["--curl"]].concat()).ends(0);
    assert!(curl.out.contains("from: jane@acme.example"), "{}", curl.out);
    assert!(pager.deeds().is_empty() && actions(&place).is_empty());

    let done = run(
        &place,
        &["acknowledge", "Q1", "-m", "on it", "--yes", "--wait"],
    )
    .ends(0);
    assert!(done.out.contains("acknowledge Q1 of shop"), "{}", done.out);
    assert!(done.out.contains("done, and seen"), "{}", done.out);
    let again = run(&place, &["acknowledge", "Q1", "--yes"]).ends(1);
    assert!(
        again.out.contains("Q1 is acknowledged by Jane Roe since"),
        "{}",
        again.out
    );
    let over = ["resolve", "Q1", "--workload", "shop", "--yes", "--wait"];
    let done = run(&place, &over).ends(0);
    assert!(done.out.contains("nothing went live since"), "{}", done.out);
    assert!(done.out.contains("done, and seen"), "{}", done.out);
    assert_eq!(pager.deeds().len(), 3, "without a comment there is no note");
    let states: Vec<_> = actions(&place)
        .iter()
        .rev()
        .map(|one| one["state"].clone())
        .collect();
    assert_eq!(states, ["seen", "seen"]);
    let export = run(&place, &["export"]).ends(0).out;
    assert!(
        export.contains("\"acknowledgedBy\":\"Jane Roe\""),
        "{export}"
    );
    run(&place, &["audit", "--verify"]).ends(0);
}

#[test]
fn what_is_forbidden_unknown_or_refused_is_told() {
    let pager = pager();
    let place = place(&pager);
    let none = run(&place, &["resolve", "Q9", "--yes"]).ends(3);
    assert!(
        none.err.contains("no workload has an incident \"Q9\""),
        "{}",
        none.err
    );
    let other = run(&place, &["resolve", "Q9", "--workload", "shop", "--yes"]).ends(3);
    assert!(other.err.contains("shop has no incident"), "{}", other.err);
    let forbidden = run(&place, &["resolve", "Q1", "--yes", "--read-only"]).ends(1);
    assert!(forbidden.out.contains("--read-only"), "{}", forbidden.out);
    let config = place.read("leadtime.toml");
    let reads = "kind = \"pagerduty\"\nread_only = true";
    place.write(
        "leadtime.toml",
        config.replace("kind = \"pagerduty\"", reads),
    );
    let only = run(&place, &["resolve", "Q1", "--yes"]).ends(1);
    assert!(
        only.out.contains("source \"pd\" is read only"),
        "{}",
        only.out
    );
    place.write("leadtime.toml", &config);
    assert!(pager.deeds().is_empty());
    let no = json!({"error": {"message": "Access Denied"}});
    pager.once("PUT", "", Mischief::Instead(Answer::json(403, &no)));
    let refused = run(&place, &["resolve", "Q1", "-m", "x", "--yes"]).ends(3);
    assert!(refused.out.contains("not read-only"), "{}", refused.out);
    assert_eq!(actions(&place)[0]["state"], "stopped");
    assert_eq!(pager.deeds().len(), 1, "the note is not sent");
    // It is done, and the answer is lost: asked after, not sent again.
    pager.once("PUT", "", Mischief::DoneThen(Answer::new(502)));
    run(&place, &["resolve", "Q1", "--yes"]).ends(0);
    assert_eq!(pager.deeds().len(), 2);
    assert_eq!(actions(&place)[0]["fates"][0]["outcome"], "done");
}

#[test]
fn where_it_cannot_be_done_the_refusal_names_the_tool() {
    let pager = pager();
    let place = place(&pager);
    for (verb, id, says) in [
        (
            "acknowledge",
            "AL-1",
            "AL-1 is told of by Alertmanager (alertmanager:alerts.example.com), and leadtime cannot acknowledge anything there",
        ),
        (
            "resolve",
            "HM-1",
            "HM-1 is told of by \"homemade\", and leadtime cannot resolve",
        ),
        (
            "resolve",
            "EU-1",
            "EU-1 is told of by PagerDuty (pagerduty:api.eu.pagerduty.com), and no source here speaks with that",
        ),
    ] {
        let ran = run(&place, &[verb, id, "--yes"]).ends(3);
        assert!(ran.err.contains(says), "{}", ran.err);
        let place = format!("https://pager.example/{id}");
        assert!(ran.err.contains(&place), "{}", ran.err);
    }
    assert!(pager.deeds().is_empty() && actions(&place).is_empty());
}

#[test]
fn a_program_of_ones_own_answers_for_what_it_speaks_for() {
    let pager = pager();
    let place = place(&pager);
    let over = [
        "resolve",
        "OWN-1",
        "-m",
        "the disk is full no more",
        "--yes",
        "--wait",
    ];
    let done = run(&place, &over).ends(0);
    assert!(done.out.contains("done, and seen"), "{}", done.out);
    assert_eq!(
        place.read("told"),
        "resolve OWN-1: the disk is full no more\n"
    );
    assert!(pager.deeds().is_empty());
}

#[test]
fn a_gate_whose_tool_is_no_source_says_what_to_add_and_nothing_of_other_deeds() {
    let place = Place::with_demo();
    let open: Value = serde_json::from_str(&place.run(&["gates", "--json"]).ends(1).out).unwrap();
    let mut gates = open["gates"].as_array().unwrap().iter();
    let mine = gates.find(|gate| gate["may_decide"] == json!(true));
    let mine = mine.and_then(|gate| gate["gate"].as_str()).unwrap();
    let ran = place.run(&["approve", mine, "--comment", "seen", "--dry-run"]);
    let ran = ran.ends(3);
    ran.says(&[
        "no configured source speaks with",
        "add the tool under [[sources]]",
    ]);
    assert!(!ran.err.contains("promote"), "{}", ran.err);
}
