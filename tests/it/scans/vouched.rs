//! What somebody says of findings, in a file beside the reports: it counts from when it is there until it is taken away, and its reason is kept.

use std::fs;

use super::{DIGEST, Followed, at, trivy};

fn vex(status: &str, timestamp: &str) -> String {
    let digest = DIGEST.replace(':', "%3A");
    format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"Jane","timestamp":"{timestamp}","version":1,"statements":[{{"vulnerability":{{"name":"CVE-1"}},"products":[{{"@id":"pkg:oci/checkout@{digest}","subcomponents":[{{"@id":"pkg:deb/debian/zlib@1.2"}}]}}],"status":"{status}","justification":"vulnerable_code_not_in_execute_path"}}]}}"#
    )
}

const REASON: &str = "CVE-1: not_affected, vulnerable_code_not_in_execute_path";

#[tokio::test]
async fn a_statement_puts_a_finding_aside_for_as_long_as_it_stands() {
    let mut one = Followed::new();
    one.write(
        "trivy.json",
        trivy("2026-05-01T10:00:00Z", &["CRITICAL", "HIGH"]),
        1,
    );
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [1, 1]);

    one.write("vex.json", vex("not_affected", "2026-05-03T10:00:00Z"), 2);
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [0, 1]);
    let (event, scan) = *one.scans().last().unwrap();
    assert_eq!(
        event.at,
        at("2026-05-03T10:00:00Z"),
        "from when it was said"
    );
    assert_eq!(scan.suppressed.as_slice(), [REASON]);
    assert_eq!(one.read().await.0, 0);

    // Said anew in the same words: nothing new.
    one.write("vex.json", vex("not_affected", "2026-05-04T10:00:00Z"), 3);
    assert_eq!(one.read().await.0, 0);

    // Taken back, at a time before it was first said: it counts from now on.
    one.write("vex.json", vex("affected", "2026-05-02T10:00:00Z"), 4);
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [1, 1]);
    assert_eq!(one.scans().last().unwrap().0.at, one.now);

    one.now = at("2026-06-02T00:00:00Z");
    one.write("vex.json", vex("fixed", "2026-05-05T10:00:00Z"), 5);
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [0, 1]);
    assert_eq!(one.scans().last().unwrap().0.at, one.now);

    one.now = at("2026-06-03T00:00:00Z");
    fs::remove_file(one.file("vex.json")).unwrap();
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [1, 1]);
    assert_eq!(one.scans().last().unwrap().0.at, one.now);
    assert_eq!(one.read().await.0, 0);
}

#[tokio::test]
async fn it_makes_no_difference_which_of_both_comes_first() {
    let mut one = Followed::new();
    one.write("vex.json", vex("not_affected", "2026-04-03T10:00:00Z"), 1);
    assert_eq!(one.read().await.0, 0);
    one.write(
        "trivy.json",
        trivy("2026-05-01T10:00:00Z", &["CRITICAL"]),
        2,
    );
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [0, 0]);
    assert_eq!(one.scans()[0].0.at, at("2026-05-01T10:00:00Z"));
    // Another report is judged by what was said before.
    one.write(
        "trivy.json",
        trivy("2026-05-02T10:00:00Z", &["CRITICAL", "CRITICAL"]),
        3,
    );
    assert_eq!(one.read().await.0, 1);
    assert_eq!(one.newest(), [1, 0]);
}

#[tokio::test]
async fn what_a_report_itself_puts_aside_keeps_its_reason() {
    let mut one = Followed::new();
    one.settings.artifact = Some(format!("ghcr.io/acme/checkout@{DIGEST}"));
    let reports = [
        r#"{"SchemaVersion":2,"ArtifactName":".","Results":[{"ExperimentalModifiedFindings":[{"Status":"not_affected","Statement":"never run","Finding":{"VulnerabilityID":"CVE-1","Severity":"HIGH"}}]}]}"#,
        r#"{"matches":[],"ignoredMatches":[{"vulnerability":{"id":"CVE-1","severity":"High"},"appliedIgnoreRules":[{"vex-status":"not_affected","vex-justification":"never run"}]}],"source":null}"#,
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleId":"CVE-1","level":"error","suppressions":[{"kind":"external","status":"accepted","justification":"never run"}]}]}]}"#,
        r#"{"ok":true,"vulnerabilities":[],"filtered":{"ignore":[{"id":"CVE-1","severity":"high","filtered":{"ignored":[{"reason":"never run"}]}}]}}"#,
        r#"{"bomFormat":"CycloneDX","components":[{"name":"zlib"}],"vulnerabilities":[{"id":"CVE-1","ratings":[{"severity":"high"}],"analysis":{"state":"false_positive","detail":"never run"}}]}"#,
    ];
    for (place, text) in reports.iter().enumerate() {
        one.write(&format!("{place}.json"), text, 1);
    }
    let (new, told) = one.read().await;
    assert_eq!(
        new,
        reports.len() + 1,
        "with the bill that the last one is as well: {told}"
    );
    let words = [
        "not_affected",
        "not_affected",
        "suppressed",
        "ignored",
        "false_positive",
    ];
    let mut wanted: Vec<String> = words
        .iter()
        .map(|word| format!("CVE-1: {word}, never run"))
        .collect();
    wanted.sort();
    let mut told: Vec<String> = Vec::new();
    for (_, scan) in one.scans() {
        let counts = scan.counts.unwrap();
        assert_eq!(counts.high, 0, "{scan:?}");
        told.extend(scan.suppressed.iter().cloned());
    }
    told.sort();
    assert_eq!(told, wanted);
    // Asked for, or refused: it counts.
    let refused = reports[2].replace("accepted", "rejected");
    one.write("2.json", refused, 2);
    one.read().await;
    assert_eq!(one.newest(), [0, 1]);
}
