//! Recorded payloads into what they become: none is refused. What webhooks carry are the same objects as the API's.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::facts::Facts;
use leadtime::connector::gitea::config::TOOL;
use leadtime::connector::gitea::translate::{change, commit, issue};
use leadtime::connector::origin::Origin;
use leadtime::event::cdevents::write;
use leadtime::event::time::Timestamp;
use serde_json::{Value, from_value};

use crate::support::{instance, left_out};

pub fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("payloads/gitea");
    folder.is_dir().then_some(folder)
}

#[test]
fn recorded_payloads_become_events() {
    let Some(folder) = folder() else {
        left_out("no recorded payloads of Gitea beside the project");
        return;
    };
    let instance = instance(&TOOL, "https://git.example.com");
    let now = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    let origin = Origin::new(&instance.source, "acme/shop", now);
    let files = fs::read_dir(folder.join("webhooks/gitea")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut text, mut seen) = (String::new(), 0);
    for file in files {
        let body: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let mut facts = Facts::default();
        if body["pull_request"].is_object() {
            facts.add(change::pull(
                &origin,
                &from_value(body["pull_request"].clone()).unwrap(),
            ));
        }
        if body["issue"].is_object() {
            facts.add(issue::issue(
                &origin,
                &from_value(body["issue"].clone()).unwrap(),
            ));
        }
        if body["release"].is_object() {
            facts.add(commit::release(
                &origin,
                &from_value(body["release"].clone()).unwrap(),
            ));
        }
        assert_eq!(facts.unknown, [], "{}", file.display());
        writeln!(text, "## {}", file.strip_prefix(&folder).unwrap().display()).unwrap();
        for event in &facts.events {
            seen += 1;
            writeln!(text, "{}", write(event)).unwrap();
        }
    }
    assert!(seen >= 10, "{seen} events");
    insta::assert_snapshot!("recorded_payloads", text);
}
