//! Recorded objects into events: none is refused, and what each becomes is kept beside the test. What is recorded of other kinds, and of definitions of kinds,
//! is read leniently too, and tells nothing.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::facts::Facts;
use leadtime::connector::kubernetes::cursor::Row;
use leadtime::connector::kubernetes::families::FAMILIES;
use leadtime::connector::kubernetes::family::{Origin, Seen};
use leadtime::connector::kubernetes::wire::Object;
use leadtime::event::cdevents::write;
use serde::Deserialize;
use serde_json::{Value, json};

use super::now;
use crate::support::left_out;

/// The folders, and what is to be found in each at least.
const FOLDERS: [(&str, usize); 8] = [
    ("kubernetes", 6),
    ("argo-rollouts", 40),
    ("flux", 40),
    ("gitops-promoter", 10),
    ("tekton", 100),
    ("kpack", 2),
    ("kargo", 4),
    ("cartographer", 20),
];

pub fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("payloads");
    folder.is_dir().then_some(folder)
}

pub fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml") {
            found.push(path);
        }
    }
}

/// The objects of a file; what is a template or a piece of one is none.
pub fn objects(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let documents = yaml_serde::Deserializer::from_str(&text);
    let mut found: Vec<Value> = documents
        .filter_map(|one| Value::deserialize(one).ok())
        .collect();
    // Those of Tekton's own tests leave it to who reads them to say what they are.
    let name = path.file_name().unwrap().to_str().unwrap();
    for object in &mut found {
        if object["kind"].is_null() && object["metadata"].is_object() {
            let mut kinds = ["PipelineRun", "TaskRun"].into_iter();
            let kind = kinds.find(|kind| name.starts_with(&kind.to_ascii_lowercase()));
            object["kind"] = json!(kind);
        }
    }
    found
}

/// What an object becomes, and that a second look at it finds nothing new.
fn events(raw: &Value, unknown: &mut Facts) -> Option<String> {
    let kind = raw["kind"].as_str()?;
    let group = raw["apiVersion"]
        .as_str()
        .unwrap_or("tekton.dev/v1")
        .split('/')
        .next()?;
    let mut families = FAMILIES.iter();
    let family =
        families.find(|one| one.resource().kind == kind && one.resource().group == group)?;
    let object = Object::read(raw.clone()).ok()?;
    let origin = Origin {
        source: "kubernetes:k.example.com",
        environment: None,
    };
    let mut row = Row::default();
    let mut told = String::new();
    for look in 0..2 {
        let seen = Seen {
            origin: &origin,
            object: &object,
            beside: &[],
            row: &row,
            now: now(),
            unknown: RefCell::default(),
        };
        let made = match family.tell(&seen) {
            Ok(made) => made,
            Err(why) => return Some(format!("told, and left out: {why}\n")),
        };
        let mut text = String::new();
        for event in &made.events {
            writeln!(text, "{}", write(event)).unwrap();
        }
        assert!(look == 0 || text == told, "{told}\nthen\n{text}");
        told = text;
        unknown.add(seen.unknown.take());
        row = Row {
            open: made.open,
            state: made.state,
            ..Row::default()
        };
    }
    Some(told)
}

#[test]
fn recorded_objects_become_events() {
    let Some(shared) = shared() else {
        left_out("no recorded objects of Kubernetes beside the project");
        return;
    };
    for (folder, least) in FOLDERS {
        let mut told = String::new();
        let mut unknown = Facts::default();
        let mut paths = Vec::new();
        files(&shared.join(folder), &mut paths);
        let mut seen = 0;
        for path in paths {
            for object in objects(&path) {
                if let Some(text) = events(&object, &mut unknown) {
                    seen += 1;
                    let name = path.strip_prefix(&shared).unwrap().display();
                    writeln!(told, "## {name}: {}\n{text}", object["metadata"]["name"]).unwrap();
                }
            }
        }
        assert!(seen >= least, "{folder}: {seen} objects");
        writeln!(told, "not known: {:?}", unknown.unknown).unwrap();
        insta::assert_snapshot!(format!("recorded_{folder}"), told);
    }
}
