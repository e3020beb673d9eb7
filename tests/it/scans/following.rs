//! Files that come, stay, are touched, replaced, broken and mended, taken away; and what says what they are of.

use std::fs;

use leadtime::connector::{ConnectorError, scans};
use leadtime::event::kind::{Kind, Outcome};

use super::{DIGEST, Followed, SHA, at, sarif, trivy};

#[tokio::test]
async fn a_report_is_a_scan_of_its_image_and_only_once() {
    let mut one = Followed::new();
    one.write(
        "a/trivy.json",
        trivy(
            "2026-05-01T10:00:00Z",
            &["CRITICAL", "HIGH", "LOW", "UNKNOWN"],
        ),
        1,
    );
    let (new, told) = one.read().await;
    assert_eq!(new, 1);
    assert!(told.contains("1 of 4 findings are in no count"), "{told}");
    let (event, scan) = one.scans()[0];
    assert_eq!(
        (event.source.as_str(), event.at),
        ("scans:trivy", at("2026-05-01T10:00:00Z"))
    );
    let digest = DIGEST.replace(':', "%3A");
    let purl = format!("pkg:oci/checkout@{digest}?repository_url=ghcr.io/acme/checkout");
    assert_eq!(scan.artifact, Some(purl));
    assert_eq!(scan.tool.as_deref(), Some("trivy"));
    let counts = scan.counts.unwrap();
    assert_eq!(
        [counts.critical, counts.high, counts.medium, counts.low],
        [1, 1, 0, 1]
    );
    assert!(scan.url.as_deref().unwrap().starts_with("file:///"));
    assert_eq!((scan.outcome, scan.suppressed.len()), (None, 0));

    let batches = one.kept.batches;
    assert_eq!(one.read().await.0, 0);
    assert_eq!(
        one.kept.batches, batches,
        "nothing changed, so nothing is written"
    );
    one.touch("a/trivy.json", 2);
    assert_eq!(one.read().await.0, 0, "touched, and the same");
    fs::copy(one.file("a/trivy.json"), one.file("a/again.json")).unwrap();
    assert_eq!(
        one.read().await.0,
        0,
        "the same report in another place is the same scan"
    );
    one.write(
        "a/trivy.json",
        trivy("2026-05-02T10:00:00Z", &["CRITICAL"]),
        3,
    );
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [1, 0]);
}

#[tokio::test]
async fn a_report_without_a_time_that_comes_again_is_a_scan_again() {
    let mut one = Followed::new();
    one.settings.repository = Some("acme/shop".to_owned());
    let name = format!("{SHA}/semgrep.sarif");
    let (bad, good) = (sarif(&["error"]), sarif(&[]));
    for (minute, text) in [&bad, &good, &bad, &good].into_iter().enumerate() {
        one.write(&name, text, i64::try_from(minute).unwrap() + 1);
        assert_eq!(one.read().await.0, 1, "{minute}");
        assert_eq!(one.read().await.0, 0, "{minute}");
    }
    let scans = one.scans();
    let counts: Vec<u32> = scans
        .iter()
        .map(|(_, scan)| scan.counts.unwrap().high)
        .collect();
    assert_eq!(counts, [1, 0, 1, 0]);
    assert_eq!(
        scans[0].0.at,
        at("2026-05-01T00:01:00Z"),
        "when the file was written"
    );
    assert_eq!(scans[3].0.at, at("2026-05-01T00:04:00Z"));
    let scan = scans[0].1;
    assert_eq!(scan.tool.as_deref(), Some("semgrep oss"));
    assert_eq!(scans[0].0.source, "scans:semgrep-oss");
    assert_eq!(
        (scan.sha.as_deref(), scan.repository.as_deref()),
        (Some(SHA), Some("acme/shop"))
    );
    assert_eq!(scan.artifact, None);
}

#[tokio::test]
async fn what_is_broken_is_told_with_its_place_and_read_when_it_is_whole() {
    let mut one = Followed::new();
    let whole = trivy("2026-05-01T10:00:00Z", &["HIGH"]);
    one.write("cut.json", &whole[..whole.len() / 2], 1);
    one.write(
        "wrong.json",
        whole
            .replace("\"Results\":[{", "\"Results\":[[{")
            .replace("}]}]}", "}]}]]}"),
        1,
    );
    one.write(
        "utf16.json",
        whole
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>(),
        1,
    );
    one.write(
        "marked.json",
        "\u{feff}{}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>(),
        1,
    );
    one.write("package.json", r#"{"name":"ui","version":"1.0.0"}"#, 1);
    one.write(
        "syft.json",
        r#"{"artifacts":[],"artifactRelationships":[]}"#,
        1,
    );
    one.write("good.json", whole.replace("10:00", "11:00"), 1);
    let (new, told) = one.read().await;
    assert_eq!(new, 1, "the good one is not kept back: {told}");
    for wanted in [
        "cut.json: not JSON: EOF while parsing",
        "it is cut off, or still being written",
        "Warning ",
        "wrong.json: not a report of Trivy as leadtime knows it: invalid type: map, expected",
        "in Results[0]",
        "marked.json: it is UTF-16",
        "Note ",
        "package.json: it is of no form that is known (it has name, version)",
        "syft.json: it is Syft's own form: write it with -o cyclonedx-json",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    assert_eq!(
        one.read().await,
        (0, told.clone()),
        "it is told until it is mended"
    );
    one.write("cut.json", &whole, 2);
    fs::remove_file(one.file("wrong.json")).unwrap();
    let (new, told) = one.read().await;
    assert_eq!(new, 1);
    assert!(
        !told.contains("cut.json") && !told.contains("wrong.json"),
        "{told}"
    );
}

#[tokio::test]
async fn what_it_is_of_comes_from_the_file_its_place_or_the_configuration() {
    let mut one = Followed::new();
    one.write("a.sarif", sarif(&[]), 1);
    one.write(&format!("{SHA}.sarif"), sarif(&["note"]), 1);
    let hex = DIGEST.split_once(':').unwrap().1;
    one.write(
        &format!("sha256-{hex}/grype.json"),
        r#"{"matches":[],"source":{"type":"unknown","target":"unknown"}}"#,
        1,
    );
    let (new, told) = one.read().await;
    assert_eq!(new, 0);
    for wanted in [
        "a.sarif: it does not say what it is of: keep it in a folder or file named by",
        ".sarif: it says which commit it is of, and not of which repository: add repository = ",
        "grype.json: it says which digest it is of, and not of which image: add artifact = ",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    one.settings.repository = Some("acme/shop".to_owned());
    one.settings.artifact = Some("ghcr.io/acme/shop".to_owned());
    let (new, told) = one.read().await;
    assert_eq!(new, 2, "{told}");
    assert!(
        told.contains("a.sarif") && !told.contains("grype.json"),
        "{told}"
    );
    let of: Vec<_> = one
        .scans()
        .into_iter()
        .map(|(_, scan)| (scan.artifact.is_some(), scan.sha.is_some()))
        .collect();
    assert!(
        of.contains(&(true, false)) && of.contains(&(false, true)),
        "{of:?}"
    );
    // Another repository is another thing that was scanned.
    one.settings.repository = Some("acme/other".to_owned());
    assert_eq!(one.read().await.0, 1);
}

#[tokio::test]
async fn a_scanner_that_broke_off_has_failed() {
    let mut one = Followed::new();
    one.settings.artifact = Some(format!("ghcr.io/acme/shop@{DIGEST}"));
    one.write(
        "snyk.json",
        r#"{"ok":false,"error":"no such image","path":"shop"}"#,
        1,
    );
    assert_eq!(one.read().await.0, 1);
    let scan = one.scans()[0].1;
    assert_eq!((scan.outcome, scan.counts), (Some(Outcome::Failure), None));
}

#[tokio::test]
async fn a_bill_of_materials_belongs_to_its_artifact() {
    let mut one = Followed::new();
    one.settings.artifact = Some("ghcr.io/acme/app".to_owned());
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","serialNumber":"urn:uuid:15b6c61d-6f83-4a4c-9949-9bd6a4402151","version":2,"metadata":{{"timestamp":"2026-05-01T03:00:10Z","component":{{"type":"container","name":"/home/app","version":"{DIGEST}"}}}},"components":[{{"name":"zlib"}}],"vulnerabilities":[]}}"#
    );
    one.write("bom.json", text, 1);
    assert_eq!(one.read().await.0, 1);
    let event = one.kept.events.values().next().unwrap();
    let Kind::Artifact(artifact) = &event.kind else {
        panic!("{event:?}");
    };
    assert_eq!(
        artifact.sbom.as_deref(),
        Some("urn:cdx:15b6c61d-6f83-4a4c-9949-9bd6a4402151/2")
    );
    assert_eq!(artifact.digest.as_deref(), Some(DIGEST));
    assert!(artifact.artifact.starts_with("pkg:oci/app@sha256%3A"));
    assert_eq!(event.at, at("2026-05-01T03:00:10Z"));
}

#[tokio::test]
async fn a_folder_a_file_and_a_pattern() {
    let mut one = Followed::new();
    let text = |minute: u32| trivy(&format!("2026-05-01T10:{minute:02}:00Z"), &[]);
    one.write("a/trivy.json", text(1), 1);
    one.write("a/b/grype.json", text(2), 1);
    one.write("a/.half.json", text(3), 1);
    one.write(".git/x.json", text(4), 1);
    one.write("notes.txt", text(5), 1);
    #[cfg(unix)]
    std::os::unix::fs::symlink(one.folder.path(), one.file("a/round")).unwrap();
    let folder = one.folder.path().to_owned();
    for (path, wanted) in [
        ("", 2),
        ("a/trivy.json", 1),
        ("a/*.json", 1),
        ("**/*.{json,txt}", 3),
        ("nothing/*.json", 0),
        ("none.json", 0),
    ] {
        one.kept = crate::support::kept::Kept::default();
        one.settings.path = Some(folder.join(path));
        let (new, told) = one.read().await;
        assert_eq!(new, wanted, "{path}: {told}");
        assert_eq!(
            told.contains("there is no report yet"),
            wanted == 0,
            "{path}: {told}"
        );
        let health = one.source().check(one.now).await.unwrap();
        assert!(
            health.facts[0].starts_with(&wanted.to_string()),
            "{health:?}"
        );
    }
}

#[tokio::test]
async fn what_was_not_kept_is_read_again() {
    let mut one = Followed::new();
    for number in 0..150 {
        let text = trivy(
            &format!("2026-05-01T10:00:{:02}.{number:03}Z", number % 60),
            &["LOW"],
        );
        one.write(&format!("{number}.json"), text, number);
    }
    one.kept.killed_after = Some(1);
    let reading = one.kept.reading(one.now);
    let stopped = one.source().read(reading, &mut one.kept).await;
    assert!(stopped.is_err());
    assert_eq!(one.kept.events.len(), 64);
    one.kept.killed_after = None;
    assert_eq!(one.read().await.0, 86);
    assert_eq!(one.read().await.0, 0);
    assert_eq!(one.kept.cursors.len(), 150);
    fs::remove_file(one.file("7.json")).unwrap();
    assert_eq!(one.read().await.0, 0);
    assert_eq!(
        one.kept.cursors.len(),
        149,
        "what is gone is not remembered"
    );
}

#[test]
fn what_is_configured_wrongly_is_told() {
    let one = Followed::new();
    let opened = |change: &dyn Fn(&mut leadtime::connector::descriptor::Settings)| {
        let mut settings = one.settings.clone();
        change(&mut settings);
        let error: Option<ConnectorError> = scans::open(settings).err();
        error.map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(opened(&|s| s.path = None).contains("add path = \"scans\""));
    let form = opened(&|s| s.format = Some("trivvy".to_owned()));
    assert!(
        form.contains("trivvy") && form.contains("trivy, grype, sarif"),
        "{form}"
    );
    assert!(opened(&|s| s.artifact = Some("./shop".to_owned())).contains("names no artifact"));
    assert!(opened(&|s| s.path = Some("a/[b".into())).is_empty());
    assert_eq!(opened(&|s| s.format = Some("Trivy".to_owned())), "");
}

#[tokio::test]
async fn of_a_form_that_is_named_nothing_else_is_a_scan() {
    let mut one = Followed::new();
    one.settings.repository = Some("acme/shop".to_owned());
    one.settings.format = Some("trivy".to_owned());
    one.write(
        &format!("{SHA}/trivy.json"),
        r#"{"error":"image not found"}"#,
        1,
    );
    one.write(&format!("{SHA}/other.json"), sarif(&[]), 1);
    let (new, told) = one.read().await;
    assert_eq!(new, 0);
    assert!(told.contains("it has error"), "{told}");
    assert!(
        told.contains("it is SARIF, and not a report of Trivy"),
        "{told}"
    );
    one.write(
        &format!("{SHA}/trivy.json"),
        trivy("2026-05-02T10:00:00Z", &[]),
        2,
    );
    assert_eq!(one.read().await.0, 1);
}
