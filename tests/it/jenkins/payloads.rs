//! Recorded builds, stages and jobs into events: none is refused, and what each becomes is kept beside the test.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::jenkins::config::TOOL;
use leadtime::connector::jenkins::translate::{self, Origin, Seen};
use leadtime::connector::jenkins::wire::{Build, Input, Item, Run, Stage};
use leadtime::event::cdevents::write;
use serde_json::Value;

use crate::support::{instance, left_out};

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("payloads/jenkins");
    folder.is_dir().then_some(folder)
}

fn file(folder: &Path, name: &str) -> Value {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The bodies of a file of exchanges, each with its address.
fn bodies(folder: &Path, name: &str) -> Vec<(String, Value)> {
    let all = file(folder, name);
    let rows = all.as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["request"]["url"].as_str().unwrap().to_owned(),
            row["body"].clone(),
        )
    })
    .collect()
}

fn told(job: &str, build: &Build, stages: Option<&[Stage]>, paused: &[Stage]) -> String {
    let instance = instance(&TOOL, "https://ci.example.com");
    let origin = Origin {
        instance: &instance,
        environment: None,
        service: None,
    };
    let seen = Seen {
        job,
        build,
        stages,
        paused,
    };
    let facts = translate::all(&origin, &seen);
    let mut text = String::new();
    for event in &facts.events {
        writeln!(text, "{}", write(event)).unwrap();
    }
    for unknown in &facts.unknown {
        writeln!(text, "unknown: {} {:?}", unknown.field, unknown.value).unwrap();
    }
    text
}

/// `a » b #3` → `a/b`.
fn job_of(body: &Value) -> String {
    let name = body["fullDisplayName"].as_str().unwrap();
    let (job, _) = name.rsplit_once(" #").unwrap();
    job.replace(" » ", "/")
}

#[test]
fn recorded_builds_become_events() {
    let Some(folder) = folder() else {
        left_out("no recorded payloads of Jenkins beside the project");
        return;
    };
    let mut text = String::new();
    let mut seen = 0;
    for name in [
        "rest-recorded/builds.json",
        "rest-recorded/builds-multibranch.json",
    ] {
        writeln!(text, "## {name}").unwrap();
        for (_, body) in bodies(&folder, name) {
            let build: Build = serde_json::from_value(body.clone()).unwrap();
            text.push_str(&told(&job_of(&body), &build, None, &[]));
            seen += 1;
        }
    }
    assert_eq!(seen, 29);
    insta::assert_snapshot!("recorded_builds", text);
}

#[test]
fn recorded_stages_become_events() {
    let Some(folder) = folder() else {
        left_out("no recorded payloads of Jenkins beside the project");
        return;
    };
    let mut text = String::new();
    let mut seen = 0;
    for name in [
        "rest-recorded/wfapi-stages.json",
        "rest-recorded/wfapi-stages-multibranch.json",
    ] {
        writeln!(text, "## {name}").unwrap();
        for (url, body) in bodies(&folder, name) {
            let stage: Stage = serde_json::from_value(body).unwrap();
            let pieces: Vec<&str> = url.split('/').collect();
            let build = Build {
                number: pieces[pieces.len() - 3].parse().unwrap(),
                building: true,
                ..Build::default()
            };
            text.push_str(&told("x", &build, Some(&[stage]), &[]));
            seen += 1;
        }
    }
    assert_eq!(seen, 49);
    // The stage view's own samples: a build whose input waits, a stage with its steps, the inputs.
    let run: Run =
        serde_json::from_value(file(&folder, "wfapi/run-paused-pending-input.json")).unwrap();
    let build = Build {
        number: 16,
        building: true,
        timestamp: 1_413_461_275_770,
        ..Build::default()
    };
    let mut paused: Stage = run.stages[2].clone();
    paused.stage_flow_nodes.push(Stage {
        id: "11".to_owned(),
        name: "Input".to_owned(),
        ..paused.clone()
    });
    writeln!(
        text,
        "## wfapi/run-paused-pending-input.json\n{}",
        told("Test Workflow", &build, Some(&run.stages), &[paused])
    )
    .unwrap();
    let failed: Stage = serde_json::from_value(file(&folder, "wfapi/node-failed.json")).unwrap();
    assert_eq!(failed.stage_flow_nodes.len(), 1);
    let inputs: Vec<Input> =
        serde_json::from_value(file(&folder, "wfapi/pendingInputActions.json")).unwrap();
    assert_eq!(inputs[0].message, "Is the build okay?");
    let runs: Vec<Run> = serde_json::from_value(file(&folder, "wfapi/runs.json")).unwrap();
    assert_eq!(runs.len(), 2);
    insta::assert_snapshot!("recorded_stages", text);
}

#[test]
fn recorded_jobs_are_read() {
    let Some(folder) = folder() else {
        left_out("no recorded payloads of Jenkins beside the project");
        return;
    };
    for (_, body) in bodies(&folder, "rest-recorded/jobs-multibranch.json") {
        let item: Item = serde_json::from_value(body).unwrap();
        assert!(item.jobs.is_none() && !item.name.is_empty());
    }
}
