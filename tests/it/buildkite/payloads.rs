//! Answers as Buildkite's own documentation has them.

use std::fs;

use leadtime::connector::buildkite::translate::{Origin, build};
use leadtime::connector::buildkite::wire::{Build, Job};
use serde_json::Value;

use crate::scans::payloads;

#[test]
fn documented_builds_are_told() {
    let Some(folder) = payloads("buildkite") else {
        return;
    };
    let origin = Origin {
        instance: "buildkite:api.buildkite.com",
        environment: None,
        service: None,
    };
    let mut told = String::new();
    let mut names: Vec<String> = fs::read_dir(folder.join("rest"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("builds--"))
        .collect();
    names.sort();
    for name in names {
        let text = fs::read_to_string(folder.join("rest").join(&name)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        if value["jobs"].is_null() {
            continue;
        }
        let one: Build = serde_json::from_value(value).unwrap();
        let facts = build(&origin, "my-great-org/my-pipeline", &one);
        assert_eq!(facts.unknown, [], "{name}");
        told.push_str(&format!("{name}\n"));
        for event in facts.events {
            told.push_str(&format!("  {} {}\n", event.at, event.id));
        }
    }
    insta::assert_snapshot!("documented", told);
    let text = fs::read_to_string(folder.join("rest/jobs--unblock-a-job-7.json")).unwrap();
    let block: Job = serde_json::from_str(&text).unwrap();
    assert_eq!(block.unblocked_by.unwrap().name, "Liam Neeson");
    assert_eq!(
        (block.kind.as_str(), block.unblockable),
        ("manual", Some(false))
    );
}
