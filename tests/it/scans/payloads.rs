//! Every recorded document: what is made of it, told in a line for each scan, bill and statement; and that its form is told from its beginning as from the whole.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::connector::scanner::form::{self, Form, Shown, shown};
use leadtime::connector::scanner::subject::Subject;
use leadtime::connector::scanner::{Content, read};
use leadtime::connector::scans::translate::{self, Came, told};
use leadtime::event::Event;
use leadtime::event::cdevents;
use leadtime::event::kind::Kind;

use super::{now, payloads};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "json" || end == "sarif")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// An event in a line.
fn line(event: &Event<String>) -> String {
    // What is written is read again as it was.
    let again = cdevents::write(event);
    assert_eq!(cdevents::read(&again).unwrap().id, event.id);
    match &event.kind {
        Kind::Scan(scan) => {
            let counts = scan.counts.map_or("no counts".to_owned(), |counts| {
                format!(
                    "{}/{}/{}/{}",
                    counts.critical, counts.high, counts.medium, counts.low
                )
            });
            let of = scan
                .artifact
                .as_deref()
                .or(scan.sha.as_deref())
                .unwrap_or("?");
            let aside = match scan.suppressed.as_slice() {
                [] => String::new(),
                some => format!(", put aside: {}", some.join("; ")),
            };
            format!("{} {} of {of}: {counts}{aside}", event.source, event.at)
        }
        Kind::Artifact(artifact) => format!(
            "{} {} of {}: {}",
            event.source,
            event.at,
            artifact.artifact,
            artifact.sbom.as_deref().unwrap_or("?")
        ),
        other => panic!("{other:?}"),
    }
}

/// What is made of a document of which nobody says what it is of, but that there is an image.
fn made(content: &Content, bytes: &[u8]) -> String {
    let came = Came {
        content: translate::content(bytes),
        written: now(),
        now: now() + leadtime::event::time::Span::from_seconds(365 * 86_400),
        of: Subject::named("registry.example/some/thing:0"),
        ..Came::default()
    };
    let made = told(content, &came, &content.statements);
    let mut lines: Vec<String> = made.events.iter().map(line).collect();
    lines.extend(made.notes);
    lines.extend(made.missing.map(|missing| missing.what().to_owned()));
    for one in &content.statements {
        let products: Vec<String> = one
            .products
            .iter()
            .map(|product| format!("{} {:?}", product.names.join(" = "), product.parts))
            .collect();
        let at = one.at.map_or("-".to_owned(), |at| at.to_string());
        lines.push(format!(
            "{at} {} {} in {}: {}",
            one.ids.join(" = "),
            one.status,
            products.join(", "),
            one.reason.as_deref().unwrap_or("-")
        ));
    }
    lines.join("\n    ")
}

fn snapshot(of: &str) {
    let Some(folder) = payloads(of) else { return };
    let mut text = String::new();
    for file in files(&folder) {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        // Descriptions of forms, and not documents.
        if name.contains("schema") {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        let told = match read(&bytes, None) {
            Ok(content) => made(&content, &bytes),
            Err(error) => error.to_string(),
        };
        let told = if told.is_empty() {
            "nothing".to_owned()
        } else {
            told
        };
        let _ = writeln!(text, "{name}\n    {told}");
        agrees(&bytes, &name);
        is_what_is_named(&bytes, &name);
    }
    insta::assert_snapshot!(format!("payloads_{of}"), text);
}

/// The beginning, as much of it as is looked at, says no other form than the whole.
fn agrees(bytes: &[u8], name: &str) {
    let whole: Option<Form> = form::of(bytes).ok();
    let mut length = 1;
    loop {
        let end = length.min(bytes.len());
        match shown(&bytes[..end]) {
            Shown::Form(form) => return assert_eq!(Some(form), whole, "{name}, {end} bytes"),
            Shown::Other => return assert_eq!(whole, None, "{name}, {end} bytes"),
            Shown::NotYet if end == bytes.len() => return assert_eq!(whole, None, "{name}"),
            Shown::NotYet => length += length / 7 + 1,
        }
    }
}

/// Named, a form is read as it is told; no other is.
fn is_what_is_named(bytes: &[u8], name: &str) {
    let own = form::of(bytes).ok();
    for named in Form::ALL {
        let as_named = read(bytes, Some(named)).ok();
        let told = read(bytes, None).ok().filter(|_| own == Some(named));
        assert_eq!(as_named, told, "{name}, as {named}");
    }
}

#[test]
fn trivy() {
    snapshot("trivy");
}

#[test]
fn grype() {
    snapshot("grype");
}

#[test]
fn snyk() {
    snapshot("snyk");
}

#[test]
fn sarif() {
    snapshot("sarif");
}

#[test]
fn bills() {
    snapshot("sbom");
}

#[test]
fn vex() {
    snapshot("vex");
}

#[test]
fn osv() {
    snapshot("osv");
}

#[test]
fn scanners_that_ran() {
    snapshot("scans-run-here");
}

/// What OSV-Scanner and OSV's API say, of which no recording is at hand: by the schema of both.
#[test]
fn osv_reports() {
    let report = r#"{"results":[{"source":{"path":"/src/package-lock.json","type":"lockfile"},"packages":[
        {"package":{"name":"debug","version":"3.0.1","ecosystem":"npm"},
         "vulnerabilities":[{"id":"GHSA-1","aliases":["CVE-1"],"database_specific":{"severity":"HIGH"}},{"id":"OSV-2","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}],
         "groups":[{"ids":["GHSA-1"],"aliases":["CVE-1"],"max_severity":""},{"ids":["OSV-2"],"aliases":[],"max_severity":"9.8"}]},
        {"package":{"name":"org.a:b","version":"1","ecosystem":"Maven"},"vulnerabilities":[{"id":"OSV-3","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}]},{"id":"OSV-4","withdrawn":"2024-01-01T00:00:00Z"}]}]}],
        "experimental_config":{"licenses":{"summary":false}}}"#;
    let found = read(report.as_bytes(), None).unwrap().scans.remove(0);
    let told: Vec<String> = found
        .found
        .iter()
        .map(|one| {
            format!(
                "{} {:?} {}",
                one.ids.join("="),
                one.severity,
                one.package.as_deref().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "GHSA-1=CVE-1 High pkg:npm/debug@3.0.1",
            "OSV-2 Critical pkg:npm/debug@3.0.1",
            "OSV-3 Medium pkg:maven/org.a/b@1",
        ]
    );
    let query =
        r#"{"vulns":[{"id":"GHSA-1","database_specific":{"severity":"MODERATE"}},{"id":"X"}]}"#;
    let found = read(query.as_bytes(), None).unwrap().scans.remove(0);
    let told: Vec<String> = found
        .found
        .iter()
        .map(|one| format!("{:?}", one.severity))
        .collect();
    assert_eq!(told, ["Medium", "Unknown"]);
}
