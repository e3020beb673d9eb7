//! Recorded answers: those of Docker's registry, read through the whole connector, and the samples of the specification and of scanners.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use leadtime::connector::Connector;
use leadtime::connector::oci::Oci;
use leadtime::connector::oci::wire::{Image, Manifest, digest_like};
use leadtime::connector::scanner::beside;
use leadtime::event::cdevents;
use serde::Serialize;
use serde_json::Value;

use super::{at, settings};
use crate::support::kept::Kept;
use crate::support::left_out;
use crate::support::wild::{Answer, Wild};

fn payloads(of: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("payloads").join(of);
    if folder.is_dir() {
        return Some(folder);
    }
    left_out(&format!(
        "the recorded payloads {of}, which are not beside the project"
    ));
    None
}

fn files(folder: &PathBuf) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut found: Vec<(String, String)> = entries
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// As Python writes JSON, in which the recorded bodies were pushed: their digests are of these bytes.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> io::Result<()> {
        w.write_all(if first { b"" } else { b", " })
    }
    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> io::Result<()> {
        w.write_all(if first { b"" } else { b", " })
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b": ")
    }
}

fn spaced(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
    value.serialize(&mut writer).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A server that answers what was recorded, by path.
fn replay(folder: &PathBuf) -> Wild<BTreeMap<String, Answer>> {
    let mut answers = BTreeMap::new();
    for (file, text) in files(folder) {
        let exchange: Value = serde_json::from_str(&text).unwrap();
        let (asked, told) = (&exchange["request"], &exchange["response"]);
        let path = asked["path"].as_str().unwrap().split('?').next().unwrap();
        if asked["method"] != "GET" || told["status"] == 304 {
            continue;
        }
        let mut answer = Answer::new(u16::try_from(told["status"].as_u64().unwrap()).unwrap());
        for (name, value) in told["headers"].as_object().unwrap() {
            if !matches!(name.as_str(), "Content-Length" | "Connection" | "Date") {
                answer = answer.header(name, value.as_str().unwrap());
            }
            if name == "Docker-Content-Digest" {
                let digest = value.as_str().unwrap();
                let body = spaced(&told["body"]);
                assert_eq!(digest_like(digest, body.as_bytes()), digest, "{file}");
            }
        }
        answer.body = match &told["body"] {
            Value::String(text) => text.clone(),
            body => spaced(body),
        };
        answers.insert(path.to_owned(), answer);
    }
    Wild::start(answers, |answers, asked| {
        let unknown = || Answer::new(404);
        answers.get(asked.path()).cloned().unwrap_or_else(unknown)
    })
}

#[tokio::test]
async fn a_recorded_registry_is_read_as_it_was() {
    let Some(folder) = payloads("oci/registry-captured") else {
        return;
    };
    let registry = replay(&folder);
    let host = registry.url().replace("http://", "");
    let source = Oci::new(&settings(&registry.url(), &["shop/*"])).unwrap();
    let mut kept = Kept::default();
    let later = at("2026-11-22T00:00:00Z");
    source.read(kept.reading(later), &mut kept).await.unwrap();
    let lines: Vec<String> = kept
        .events
        .values()
        .map(|event| {
            let document: Value = serde_json::from_str(&cdevents::write(event)).unwrap();
            serde_json::to_string_pretty(&document).unwrap()
        })
        .collect();
    let text = lines.join("\n").replace(&host, "registry.example");
    insta::assert_snapshot!("recorded", text);
    assert_eq!(kept.told(), "");
}

#[test]
fn every_sample_of_the_specification_is_read() {
    let Some(folder) = payloads("oci/image-spec") else {
        return;
    };
    let mut read = 0;
    for (file, text) in files(&folder) {
        if file.starts_with("config") {
            let config: Image = serde_json::from_str(&text).unwrap();
            assert!(config.created.is_some(), "{file}");
        } else if !file.contains("descriptor") {
            let manifest: Manifest = serde_json::from_str(&text).unwrap();
            assert!(
                manifest.config.is_some() || manifest.manifests.is_some(),
                "{file}"
            );
        }
        read += 1;
    }
    assert_eq!(read, 12);
}

#[test]
fn reports_of_scanners_are_counted() {
    let mut found = BTreeMap::new();
    for of in ["trivy", "sarif", "scans-run-here"] {
        let Some(folder) = payloads(of) else { return };
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            let inner = fs::read_dir(&folder).unwrap().flatten();
            folders.extend(inner.map(|entry| entry.path()).filter(|path| path.is_dir()));
            for (file, text) in files(&folder) {
                if let Some(report) = beside::read(&text) {
                    let counts = report.counts;
                    let of: &mut u32 = found.entry(of).or_default();
                    *of += counts.critical + counts.high + counts.medium + counts.low;
                    assert!(report.tool.is_some_and(|tool| !tool.is_empty()), "{file}");
                }
            }
        }
    }
    for of in ["trivy", "sarif"] {
        assert!(
            found.get(of).is_some_and(|count| *count > 0),
            "{of}: {found:?}"
        );
    }
}
