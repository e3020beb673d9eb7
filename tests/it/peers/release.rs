//! A feature over two workloads, through the real door: the part that is ready waits for the release, on the workload that is last, for as long as work is
//! left there (model.md, the closed list of states).

use leadtime::app::locate::{Asked, Nowhere, locate};
use leadtime::app::release;
use leadtime::event::time::Timestamp;
use leadtime::model::locate::Match;
use leadtime::model::state::Lives;
use leadtime::model::stream::map;
use serde_json::{Value, json};

use crate::support::door::Door;

pub const CONFIGURATION: &str = r#"
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
path = "web"
repositories = ["acme/shop"]
[[workloads]]
name = "cart"
path = "web"
repositories = ["acme/cart"]
"#;

/// A time of March 2025, UTC: `04 12:00`.
pub fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    Timestamp::parse(&format!("2025-03-{day}T{time}:00Z")).unwrap()
}

/// A line of CDEvents.
fn line(kind: &str, time: &str, subject: &str, content: Value, custom: Value) -> String {
    let context = json!({"specversion": "0.5.1", "id": format!("{kind} {subject}"), "source": "/test", "timestamp": at(time).to_string(), "type": kind});
    json!({"context": context, "subject": {"id": subject, "content": content}, "customData": custom}).to_string()
}

const CREATED: &str = "dev.cdevents.change.created.0.4.0";
const MERGED: &str = "dev.cdevents.change.merged.0.3.0";
const COMMIT: &str = "dev.cdeventsx.leadtime-commit.created.0.1.0";
const DEPLOYED: &str = "dev.cdeventsx.leadtime-deployment.finished.0.1.0";

/// Both have been live since the 1st. In the shop #1 is merged on the 3rd; in the cart #2 is opened on the 2nd, merged on the 6th and both are live on the
/// 8th and 9th.
pub fn events(tickets: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, change, opened, merged, live) in [
        ("shop", "acme/shop#1", "02 09:00", "03 10:00", "08 12:00"),
        ("cart", "acme/cart#2", "02 10:00", "06 10:00", "09 12:00"),
    ] {
        let repository = json!({"id": format!("acme/{name}")});
        let (base, tip) = (format!("{name}0aaaa"), format!("{name}1bbbb"));
        let own = || json!({"repository": repository});
        let mut commit = |sha: &str, time: &str, parents: Value| {
            let content = json!({"repository": repository, "parents": parents});
            lines.push(line(COMMIT, time, sha, content, json!({})));
        };
        commit(&base, "01 08:00", json!([]));
        commit(&tip, merged, json!([base]));
        lines.push(line(CREATED, opened, change, own(), tickets.clone()));
        lines.push(line(MERGED, merged, change, own(), json!({"sha": tip})));
        for (sha, time) in [(&base, "01 09:00"), (&tip, live)] {
            let content = json!({"deployment": format!("d-{sha}"), "service": name, "environment": "production", "repository": format!("acme/{name}"),
                "sha": sha, "outcome": "success"});
            lines.push(line(
                DEPLOYED,
                time,
                &format!("r-{sha}"),
                content,
                json!({}),
            ));
        }
    }
    lines
}

fn found(door: &mut Door, change: &str, as_of: &str) -> Match {
    let asked = Asked {
        reference: change,
        here: &Nowhere,
        as_of: at(as_of),
        looking_back: false,
    };
    let told = locate(&mut door.engine, &[], &asked).unwrap();
    let [found] = &told.matches[..] else {
        panic!("{told:?}")
    };
    found.clone()
}

/// State, step and whose move it is.
fn stands(door: &mut Door, change: &str, as_of: &str) -> (String, Option<String>, Vec<String>) {
    let found = found(door, change, as_of);
    (found.state.to_owned(), found.step, found.on)
}

fn check(lines: &[String]) {
    let mut door = Door::on(lines, CONFIGURATION);
    let production = Some("production".to_owned());
    let waits = ("waiting_for_release".to_owned(), production.clone());
    let (state, step, on) = stands(&mut door, "acme/shop#1", "04 10:00");
    assert_eq!((state, step), waits);
    assert_eq!(on, ["cart"]);
    // What is not ready itself waits for nobody.
    let (state, step, _) = stands(&mut door, "acme/cart#2", "04 10:00");
    assert_eq!((&*state, step.as_deref()), ("waiting", Some("review")));
    // Both are ready: neither waits for the other.
    for change in ["acme/shop#1", "acme/cart#2"] {
        let (state, step, on) = stands(&mut door, change, "07 10:00");
        assert_eq!((&*state, step), ("waiting", production.clone()), "{change}");
        assert!(on.is_empty());
    }
    let live = found(&mut door, "acme/shop#1", "10 10:00");
    assert_eq!(live.state, "delivered");
    // It waited as it was told to then.
    let legs = live.timeline.iter();
    let waited = legs.filter(|leg| leg.state == "waiting_for_release");
    let waited: Vec<_> = waited.map(|leg| (&*leg.step, leg.from, leg.to)).collect();
    let turned = ("production", at("03 10:00"), at("06 10:00"));
    assert_eq!(waited, [turned]);

    // Three days to the second, within five days and two hours before production; all of it waiting, and none of it lost.
    let workload = door.workload("shop", at("10 10:00"));
    let rules = door.rules.clone();
    let lives = Lives::new(&workload, &rules, None);
    let window = door.window(at("01 00:00"), at("10 10:00"));
    let plain = map(&lives, window, false);
    let releases = release::all(&mut door.engine, &lives).unwrap();
    let told = map(&lives.with(releases), window, false);
    let told = serde_json::to_value(&told).unwrap();
    let plain = serde_json::to_value(&plain).unwrap();
    for same in ["lead", "process_seconds", "wait_seconds", "steps"] {
        assert_eq!(told[same], plain[same], "{same}");
    }
    let states = told["states"].as_array().unwrap();
    let seconds = |state: &str| {
        let found = states
            .iter()
            .find(|one| one["state"] == state && one["step"] == "production");
        found.and_then(|one| one["seconds"].as_f64())
    };
    assert_eq!(seconds("waiting_for_release"), Some(3.0 * 86_400.0));
    assert_eq!(seconds("waiting"), Some(2.0 * 86_400.0 + 7_200.0));
}

#[test]
fn a_part_that_is_ready_waits_for_the_release_of_the_last() {
    check(&events(&json!({"tickets": ["SHOP-7"]})));
}

#[test]
fn so_it_is_where_the_ticket_names_the_changes() {
    let mut lines = events(&json!({}));
    let kind = "dev.cdevents.ticket.created.0.2.0";
    let custom = json!({"changes": ["acme/shop#1", "acme/cart#2"]});
    let content = json!({"summary": "Baskets"});
    lines.push(line(kind, "01 10:00", "SHOP-7", content, custom));
    check(&lines);
}

#[test]
fn changes_of_different_tickets_wait_for_nobody() {
    let mut lines = events(&json!({"tickets": ["SHOP-7"]}));
    for line in lines.iter_mut().filter(|line| line.contains("cart#2")) {
        *line = line.replace("SHOP-7", "SHOP-8");
    }
    let mut door = Door::on(&lines, CONFIGURATION);
    let (state, ..) = stands(&mut door, "acme/shop#1", "04 10:00");
    assert_eq!(state, "waiting");
}
