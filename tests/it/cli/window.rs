//! What a window is: a stretch of time to tell of, with all that is known; and which one is taken where none is named.

use serde_json::{Value, json};

use super::place::Place;

const CONFIG: &str = r#"
[store]
url = "sqlite:log.db"
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
"#;

/// A time of 2016, UTC: `03-04 12:00`.
fn event(source: &str, kind: &str, time: &str, subject: &str, content: &Value) -> String {
    let time = time.replace(' ', "T");
    json!({
        "context": {"specversion": "0.5.1", "id": format!("{kind}/{subject}/{time}"), "source": source, "type": kind,
            "timestamp": format!("2016-{time}:00Z")},
        "subject": {"id": subject, "content": content}, "customData": content,
    })
    .to_string()
}

fn sha(number: u32) -> String {
    format!("{number:040x}")
}

fn commit(number: u32, time: &str, parents: &[u32]) -> String {
    let parents: Vec<String> = parents.iter().copied().map(sha).collect();
    let content = json!({"repository": {"id": "acme/shop"}, "parents": parents});
    let kind = "dev.cdeventsx.leadtime-commit.created.0.1.0";
    event("git:acme/shop", kind, time, &sha(number), &content)
}

fn change(phase: &str, time: &str, custom: &Value) -> String {
    let mut content = json!({"repository": {"id": "acme/shop"}});
    content
        .as_object_mut()
        .unwrap()
        .extend(custom.as_object().unwrap().clone());
    let kind = format!("dev.cdevents.change.{phase}.0.3.0");
    event("github:github.com/acme/shop", &kind, time, "pr1", &content)
}

fn deployment(id: &str, time: &str, number: u32) -> String {
    let content = json!({"deployment": id, "repository": "acme/shop", "sha": sha(number), "environment": "production", "outcome": "success"});
    let kind = "dev.cdeventsx.leadtime-deployment.finished.0.1.0";
    event("argocd:argo", kind, time, id, &content)
}

/// A request that goes live on 5 March and is rolled back on the 20th.
fn history() -> String {
    let lines = [
        commit(1, "02-01 08:00", &[]),
        deployment("d0", "02-02 08:00", 1),
        commit(2, "03-03 08:00", &[1]),
        commit(3, "03-04 12:00", &[1]),
        change(
            "created",
            "03-03 09:00",
            &json!({"headSha": sha(2), "commits": [sha(2)]}),
        ),
        change("merged", "03-04 12:00", &json!({"sha": sha(3)})),
        deployment("d1", "03-05 12:00", 3),
        deployment("d2", "03-20 12:00", 1),
    ];
    lines.join("\n") + "\n"
}

fn configured() -> Place {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG);
    place.feed(&["import", "-"], history().as_bytes()).ends(0);
    place
}

#[test]
fn a_window_that_ends_in_the_past_is_told_with_all_that_is_known() {
    let place = configured();
    let review = |until: [&str; 2]| {
        let map = ["map", "--json", "--from", "2016-01-01"];
        let map = place.run(&[&map[..], &until].concat()).ends(0).json();
        assert_eq!(map["changes"], 1);
        assert_eq!(map["window"]["from"], "2016-01-01T00:00:00Z");
        assert_eq!(map["known_from"], "2016-02-01T08:00:00Z");
        map["steps"][1]["complete_accurate"].clone()
    };
    // It came back, which nobody knew on the tenth.
    assert_eq!(review(["--to", "2016-03-10"]), json!({"n": 1, "rate": 0.0}));
    assert_eq!(
        review(["--as-of", "2016-03-10"]),
        json!({"n": 1, "rate": 1.0})
    );
    // What was live on the fifth was in work on the fourth.
    let wip = |to: &str| {
        let map = ["map", "--json", "--from", "2016-02-03", "--to", to];
        let map = place.run(&map).ends(0).json();
        let steps = map["steps"].as_array().unwrap();
        let steps: Vec<u64> = steps.iter().map(|s| s["wip"].as_u64().unwrap()).collect();
        assert_eq!(map["flow"]["load"], steps.iter().sum::<u64>());
        steps
    };
    assert_eq!(wip("2016-03-04"), [0, 1, 0]);
    assert_eq!(wip("2016-03-05"), [0, 0, 1]);
    assert_eq!(wip("2016-03-06"), [0, 0, 0]);
}

#[test]
fn the_tools_that_told_of_a_change_fill_its_first_steps() {
    let place = configured();
    let map = ["map", "--json", "--to", "2016-03-10"];
    let map = place.run(&map).ends(0).json();
    let from = |step: usize| map["steps"][step]["from"].clone();
    assert_eq!(from(0), json!(["git", "github"]));
    assert_eq!(from(1), json!(["github"]));
    assert_eq!(from(2), json!(["argocd"]));
}

#[test]
fn without_a_window_it_is_looked_back_as_far_as_a_change_went_live() {
    let place = Place::new();
    let log = ["--db", "sqlite:log.db"];
    place
        .feed(&[&["import", "-"], &log[..]].concat(), history().as_bytes())
        .ends(0);
    for (as_of, from) in [
        ("2016-05-31", "2016-03-02T00:00:00Z"),
        ("2016-12-01", "2015-12-02T00:00:00Z"),
        ("2018-06-01", "2015-06-02T00:00:00Z"),
        ("2021-01-01", "2016-02-01T08:00:00Z"),
        // Nothing went live but the first version: all that is known is younger than is looked at anyway.
        ("2016-03-01", "2015-12-02T00:00:00Z"),
    ] {
        let ask = |command| {
            let line = [&[command, "--json", "--as-of", as_of], &log[..]].concat();
            place.run(&line).ends(0).json()
        };
        let (map, dora) = (ask("map"), ask("dora"));
        assert_eq!(map["window"]["from"], from, "{as_of}");
        assert_eq!(dora["window"], map["window"], "{as_of}");
        for notes in [&map["notes"], &dora["workloads"][0]["notes"]] {
            let notes = notes.to_string();
            let said = notes.contains("no change went live in the last 90 days");
            let further = !as_of.starts_with("2016-0");
            assert_eq!(said, further, "{as_of}: {notes}");
        }
    }
}
