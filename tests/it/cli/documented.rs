//! `docs/json.md` against the program: every example is JSON, and its fields are those that the command above it writes about the organisation that the
//! page is of; none is missing, and none is made up.

use std::collections::BTreeSet;

use serde_json::Value;

use super::place::Place;

/// A command of the page, and the example below it.
struct Example {
    arguments: Vec<String>,
    json: Value,
}

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md");
    std::fs::read_to_string(path).unwrap()
}

/// What follows `leadtime` in a line that is a command.
fn arguments(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix("`leadtime ")?.strip_suffix('`')?;
    Some(line.split_whitespace().map(str::to_owned).collect())
}

fn examples(page: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut blocks = page.split("```json\n");
    let mut above = blocks.next().unwrap();
    for block in blocks {
        let (json, below) = block.split_once("```").unwrap();
        let command = above.lines().rev().find_map(arguments);
        found.push(Example {
            arguments: command.unwrap_or_else(|| panic!("no command above {json}")),
            json: serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}")),
        });
        above = below;
    }
    found
}

/// The organisation that the page names, in a place of its own, and the instant that it is looked at.
fn organisation(page: &str) -> (Place, String) {
    let (_, line) = page.split_once("`leadtime demo ").unwrap();
    let (line, _) = line.split_once('`').unwrap();
    let (_, until) = line.split_once("--until ").unwrap();
    let place = Place::new();
    let mut demo: Vec<&str> = std::iter::once("demo")
        .chain(line.split_whitespace())
        .collect();
    demo.extend(["--output", "demo.jsonl", "--config-out", "leadtime.toml"]);
    place.run(&demo).ends(0);
    place.run(&["import", "demo.jsonl"]).ends(0);
    (place, until.to_owned())
}

/// The paths of all fields. A list is one with all that its items have; where an object's keys are names, they are one `*`.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                fields(item, &format!("{path}[]"), found);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                let names = path.ends_with("matches[].environments");
                let path = format!("{path}.{}", if names { "*" } else { key });
                fields(value, &path, found);
                found.insert(path);
            }
        }
        _ => {}
    }
}

/// What stands in one and not in the other, and is not below something that the other left empty.
fn lacking(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    let is_open = |path: &String| {
        let (parent, _) = path.rsplit_once('.').unwrap();
        let known = |found: &String| found.starts_with(&format!("{parent}."));
        parent.is_empty() || other.iter().any(known)
    };
    let lacking = one.difference(other).filter(|path| is_open(path));
    lacking.cloned().collect()
}

#[test]
fn each_example_has_the_fields_that_are_written() {
    let page = page();
    let (place, until) = organisation(&page);
    let mut schemas = BTreeSet::new();
    for example in examples(&page) {
        let mut arguments: Vec<&str> = example.arguments.iter().map(String::as_str).collect();
        assert!(arguments.contains(&"--json"), "{arguments:?}");
        arguments.extend(["--as-of", &until]);
        let written = place.run(&arguments).json();
        assert_eq!(example.json["schema"], written["schema"], "{arguments:?}");
        let [mut told, mut real] = [BTreeSet::new(), BTreeSet::new()];
        fields(&example.json, "", &mut told);
        fields(&written, "", &mut real);
        assert_eq!(
            lacking(&real, &told),
            [""; 0],
            "not in the page: {arguments:?}"
        );
        assert_eq!(lacking(&told, &real), [""; 0], "not written: {arguments:?}");
        schemas.insert(written["schema"].to_string());
    }
    // Every schema that has a section has an example.
    let sections = page.lines().filter(|line| line.starts_with("## `"));
    assert_eq!(schemas.len(), sections.count());
}
