//! Recorded applications into events: none is refused, and what each becomes is kept beside the test. Beside the applications there are lists of them and
//! what was recorded of other things; those are read leniently too, and tell nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::argocd::config::TOOL;
use leadtime::connector::argocd::cursor::Row;
use leadtime::connector::argocd::translate::gate::{Opening, opened, waiting};
use leadtime::connector::argocd::translate::{Origin, deployment};
use leadtime::connector::argocd::wire::{Application, applications};
use leadtime::event::cdevents::write;
use serde_json::{Value, json};

use super::now;
use crate::support::{instance, left_out};

pub fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("payloads/argocd");
    folder.is_dir().then_some(folder)
}

/// Every recorded object, by its file.
fn objects(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for part in ["applications", "applications-from-tests", "applicationsets"] {
        let entries = fs::read_dir(folder.join(part)).unwrap();
        for entry in entries {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let name = format!("{part}/{}", path.file_name().unwrap().to_str().unwrap());
            let value = yaml_serde::from_str(&text);
            found.push((
                name,
                value.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
            ));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn events(application: &Application) -> String {
    let instance = instance(&TOOL, "https://cd.example.com");
    let origin = Origin {
        instance: &instance,
        environment: None,
    };
    let mut row = Row::default();
    let mut facts = deployment::since(&origin, application, &mut row, now());
    if let Some(revision) = waiting(application) {
        facts.events.extend(
            opened(&origin, application, &revision, Opening::default(), now())
                .0
                .events,
        );
    }
    assert_eq!(facts.unknown, []);
    let mut text = String::new();
    for event in &facts.events {
        writeln!(text, "{}", write(event)).unwrap();
    }
    // Read a second time, nothing is new.
    let again = deployment::since(&origin, application, &mut row, now());
    assert_eq!(again.events, []);
    text
}

#[test]
fn recorded_applications_become_events() {
    let Some(folder) = folder() else {
        left_out("no recorded payloads of Argo CD beside the project");
        return;
    };
    let mut seen = 0;
    let mut told = String::new();
    let mut items = Vec::new();
    for (name, value) in objects(&folder) {
        let is_application = value["kind"] == "Application";
        let application: Application =
            serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = events(&application);
        if is_application {
            seen += 1;
            writeln!(told, "## {name}\n{text}").unwrap();
            items.push(value);
        } else {
            assert_eq!(text, "", "{name} is no application");
        }
    }
    assert!(seen >= 11, "{seen} applications");
    let (read, complaints) = applications(&json!({ "items": items }).to_string()).unwrap();
    assert_eq!((read.len(), complaints), (seen, vec![]));
    insta::assert_snapshot!("recorded_applications", told);
}
