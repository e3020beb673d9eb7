//! Reports of scanners and bills of material: every recorded one read, files that are followed, statements that put findings aside, the command line, and laws
//! about input that nobody wrote.

mod following;
mod laws;
mod outside;
mod payloads;
mod vouched;

use std::fs;
use std::path::PathBuf;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Connector, scans};
use leadtime::event::Event;
use leadtime::event::kind::{Kind, Scan};
use leadtime::event::time::Timestamp;
use tempfile::TempDir;

use crate::support::kept::Kept;
use crate::support::left_out;

pub const DIGEST: &str = "sha256:124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126";
pub const SHA: &str = "a84f332546a95d2c2d8c43b68e2f4ac504199d99";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// After every report, and before the clock of whoever runs this.
pub fn now() -> Timestamp {
    at("2026-06-01T00:00:00Z")
}

/// What others wrote, where it is at hand.
pub fn payloads(of: &str) -> Option<PathBuf> {
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

/// A report of Trivy of an image, with findings by severity: `CVE-1` and so on, in the order of the words.
pub fn trivy(created: &str, words: &[&str]) -> String {
    let found: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(place, word)| {
            format!(
                r#"{{"VulnerabilityID":"CVE-{}","PkgName":"zlib","InstalledVersion":"1.2","PkgIdentifier":{{"PURL":"pkg:deb/debian/zlib@1.2?arch=amd64"}},"Severity":"{word}"}}"#,
                place + 1
            )
        })
        .collect();
    format!(
        r#"{{"SchemaVersion":2,"CreatedAt":"{created}","ArtifactName":"ghcr.io/acme/checkout:1.4","ArtifactType":"container_image","Metadata":{{"RepoDigests":["ghcr.io/acme/checkout@{DIGEST}"]}},"Results":[{{"Target":"debian","Class":"os-pkgs","Vulnerabilities":[{}]}}]}}"#,
        found.join(",")
    )
}

/// SARIF without a time and without a word of what it is of.
pub fn sarif(levels: &[&str]) -> String {
    let results: Vec<String> = levels
        .iter()
        .map(|level| format!(r#"{{"ruleId":"A","level":"{level}"}}"#))
        .collect();
    format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"Semgrep OSS"}}}},"results":[{}]}}]}}"#,
        results.join(",")
    )
}

fn without_place(mut event: Event<String>) -> Event<String> {
    if let Kind::Scan(scan) = &mut event.kind {
        scan.url = None;
    }
    event
}

/// A folder that is followed, and what a log has of it.
pub struct Followed {
    pub folder: TempDir,
    pub settings: Settings,
    pub kept: Kept,
    pub now: Timestamp,
}

impl Followed {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            name: "scans".to_owned(),
            path: Some(folder.path().to_owned()),
            ..Settings::default()
        };
        Self {
            folder,
            settings,
            kept: Kept::default(),
            now: now(),
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file at a minute of its own, so that no two writings look alike.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>, minute: i64) {
        let file = self.file(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        self.touch(name, minute);
    }

    pub fn touch(&self, name: &str, minute: i64) {
        let start = at("2026-05-01T00:00:00Z").micros() + minute * 60_000_000;
        let start = std::time::Duration::from_micros(start.cast_unsigned());
        let file = fs::File::options()
            .write(true)
            .open(self.file(name))
            .unwrap();
        file.set_modified(std::time::UNIX_EPOCH + start).unwrap();
    }

    pub fn source(&self) -> Box<dyn Connector> {
        scans::open(self.settings.clone()).unwrap()
    }

    /// Reads what is new: how many events came, and what was told.
    pub async fn read(&mut self) -> (usize, String) {
        let before = self.kept.events.len();
        self.kept.findings.clear();
        let reading = self.kept.reading(self.now);
        self.source().read(reading, &mut self.kept).await.unwrap();
        // The same report lies in two places: the first is where it is looked at.
        for (known, again) in self.kept.differing.drain(..) {
            assert_eq!(without_place(known), without_place(again));
        }
        (self.kept.events.len() - before, self.kept.told())
    }

    /// The scans that the log has, the oldest first.
    pub fn scans(&self) -> Vec<(&Event<String>, &Scan<String>)> {
        let events = self.kept.events.values();
        let mut found: Vec<_> = events
            .filter_map(|event| match &event.kind {
                Kind::Scan(scan) => Some((event, scan)),
                _ => None,
            })
            .collect();
        found.sort_by_key(|(event, _)| event.at);
        found
    }

    /// The critical and high findings of the newest scan.
    pub fn newest(&self) -> [u32; 2] {
        let counts = self.scans().last().unwrap().1.counts.unwrap();
        [counts.critical, counts.high]
    }
}
