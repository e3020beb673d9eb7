//! From outside: a report on standard input, followed beside it, and what it changes for what is live.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use leadtime::app::assemble;
use leadtime::model::compliance::{Compliance, compliance};
use leadtime::model::evidence::Standing;
use leadtime::model::state::Lives;

use super::{DIGEST, SHA, at, sarif, trivy};
use crate::cli::place::Place;
use crate::support::door::Door;

const CONFIG: &str = r#"
[store]
url = "sqlite:log.db"

[[sources]]
name = "security"
kind = "scans"
path = "scans"
repository = "acme/checkout"

[[paths]]
name = "image"
steps = [
  { name = "code", kind = "code" },
  { name = "sast", kind = "scan", from = "semgrep", limits = { high = 0 } },
  { name = "scan", kind = "scan", from = "trivy", needs = ["code"], locked = true, limits = { critical = 0, high = 2 } },
  { name = "staging", kind = "deploy", environment = "staging", needs = ["sast", "scan"] },
  { name = "cab", kind = "gate" },
  { name = "production", kind = "deploy", environment = "production" },
]

[[workloads]]
name = "checkout"
path = "image"
repositories = ["acme/checkout"]
services = ["checkout"]
artifacts = ["ghcr.io/acme/checkout"]
"#;

/// A commit, its image as another tool names it, its way to production, and a gate that waits for the next.
fn events() -> String {
    let digest = DIGEST.replace(':', "%3A");
    let purl = format!("pkg:oci/checkout@{digest}?repository_url=ghcr.io/acme/checkout&tag=1.4");
    let event = |id: &str, kind: &str, time: &str, subject: &str, content: &str| {
        format!(
            r#"{{"context":{{"specversion":"0.5.1","id":"{id}","source":"ci","type":"dev.{kind}.0.1.0","timestamp":"{time}"}},"subject":{{"id":"{subject}","content":{{{content}}}}}}}"#
        )
    };
    let own = format!(r#""repository":"acme/checkout","sha":"{SHA}""#);
    [
        event("1", "cdeventsx.leadtime-commit.created", "2026-04-30T08:00:00Z", SHA, r#""repository":"acme/checkout","parents":[],"author":"jane","message":"Pay""#),
        event("2", "cdevents.artifact.packaged", "2026-04-30T09:00:00Z", &purl, &format!(r#"{own},"version":"1.4""#)),
        event("3", "cdeventsx.leadtime-deployment.finished", "2026-05-01T12:00:00Z", "s1", &format!(r#""service":"checkout","environment":"staging","artifactId":"{purl}","outcome":"success""#)),
        event("4", "cdeventsx.leadtime-approval.created", "2026-05-01T13:00:00Z", "CHG-1", &format!(r#""gate":"cab","artifactId":"{purl}",{own}"#)),
    ]
    .join("\n")
}

fn live() -> String {
    let digest = DIGEST.replace(':', "%3A");
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"5","source":"ci","type":"dev.cdeventsx.leadtime-deployment.finished.0.1.0","timestamp":"2026-05-02T12:00:00Z"}},"subject":{{"id":"p1","content":{{"service":"checkout","environment":"production","artifactId":"pkg:oci/checkout@{digest}?repository_url=ghcr.io/acme/checkout&tag=1.4","outcome":"success"}}}}}}"#
    )
}

fn compliant(place: &Place) -> Compliance {
    let store = assemble::open_log(Path::new(&place.file("log.db"))).unwrap();
    let mut door = Door::open(Box::new(store), CONFIG);
    let workload = door.workload("checkout", at("2026-05-20T00:00:00Z"));
    compliance(&Lives::new(&workload, &door.rules, None))
}

fn step(told: &Compliance, name: &str) -> (Standing, String) {
    let step = told.steps.iter().find(|step| step.step == name).unwrap();
    (step.standing, step.detail.clone())
}

fn evidence(place: &Place, name: &str) -> (String, String) {
    let gates = place
        .run(&["gates", "--json", "--as-of", "2026-05-20T00:00:00Z"])
        .json();
    let all = gates["gates"][0]["evidence"].as_array().unwrap().clone();
    let one = all.into_iter().find(|one| one["what"] == name).unwrap();
    let text = |key: &str| one[key].as_str().unwrap().to_owned();
    (text("state"), text("detail"))
}

#[test]
fn a_new_finding_in_what_is_live_opens_the_scan_again() {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG);
    place.write("events.jsonl", events());
    place.run(&["import", "events.jsonl"]).ends(0);
    assert_eq!(evidence(&place, "scan").0, "missing");

    // Both steps are filled, each by its own scanner: one of the image, one of the commit.
    place.write(
        "scans/trivy.json",
        trivy("2026-05-01T10:00:00Z", &["HIGH", "LOW"]),
    );
    let sast = place.write(&format!("scans/{SHA}/semgrep.sarif"), sarif(&["note"]));
    // It says no time: that of its file counts.
    let written = at("2026-05-01T10:30:00Z").micros().cast_unsigned();
    let written = UNIX_EPOCH + Duration::from_micros(written);
    let sast = File::options().write(true).open(sast).unwrap();
    sast.set_modified(written).unwrap();
    place.run(&["sync", "security"]).ends(0);
    let (state, detail) = evidence(&place, "scan");
    assert_eq!(
        (state.as_str(), detail.as_str()),
        ("present", "trivy: 0 critical, 1 high, 0 medium, 1 low")
    );
    assert_eq!(evidence(&place, "sast").0, "present");

    place.write("live.jsonl", live());
    place.run(&["import", "live.jsonl"]).ends(0);
    let found = place.run(&["where", &SHA[..7], "--json"]).ends(0).json();
    assert_eq!(found["matches"][0]["state"], "delivered");
    assert_eq!(step(&compliant(&place), "scan").0, Standing::Present);

    // Weeks later the same image is scanned again, and more is known.
    place.write(
        "scans/trivy.json",
        trivy("2026-05-15T10:00:00Z", &["HIGH", "LOW", "CRITICAL"]),
    );
    place.run(&["sync", "security"]).ends(0);
    let told = compliant(&place);
    let (standing, detail) = step(&told, "scan");
    assert_eq!(standing, Standing::Failed, "{detail}");
    assert!(
        detail.contains("1 critical") && detail.contains("over the limits"),
        "{detail}"
    );
    let scan = told.steps.iter().find(|step| step.step == "scan").unwrap();
    assert_eq!(scan.since, Some(at("2026-05-15T10:00:00Z")));
    // It is live all the same: nobody is asked to let it on.
    place.run(&["where", &SHA[..7]]).ends(0);
    let gates = place.run(&["gates", "--json", "--as-of", "2026-05-20T00:00:00Z"]);
    assert_eq!(gates.json()["gates"], serde_json::json!([]));

    // Somebody vouches for it.
    let vex = r#"{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-05-16T10:00:00Z","statements":[{"vulnerability":{"name":"CVE-3"},"products":[{"@id":"pkg:oci/checkout"}],"status":"not_affected","justification":"component_not_present"}]}"#;
    place.write("scans/vex.json", vex);
    place.run(&["sync", "security"]).ends(0);
    let (standing, detail) = step(&compliant(&place), "scan");
    assert_eq!(standing, Standing::Present);
    let wanted = "trivy: 0 critical, 1 high, 0 medium, 1 low; not counted: CVE-3: not_affected, component_not_present";
    assert_eq!(detail, wanted);
    assert_eq!(step(&compliant(&place), "sast").0, Standing::Present);
}

#[test]
fn what_is_piped_in_is_told_apart_and_is_the_same_as_what_is_followed() {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG);
    let report = trivy("2026-05-01T10:00:00Z", &["HIGH"]);
    place
        .feed(&["import", "-"], report.as_bytes())
        .ends(0)
        .says(&["1 new, 0 known already, 0 bad"]);
    place
        .feed(&["import", "--format", "trivy", "-"], report.as_bytes())
        .ends(0)
        .says(&["0 new, 1 known already"]);
    place.write("scans/trivy.json", &report);
    place.run(&["sync"]).ends(0).says(&["0 new"]);
    let log = place.run(&["export"]).ends(0).out;
    assert_eq!(log.lines().count(), 1, "{log}");

    // Events on the same way, told or not.
    place
        .feed(&["import", "-"], events().as_bytes())
        .ends(0)
        .says(&["4 new"]);
    place
        .feed(&["import", "--format", "cdevents", "-"], live().as_bytes())
        .ends(0)
        .says(&["1 new"]);
}

#[test]
fn what_is_not_of_the_form_that_was_named_is_no_scan_without_findings() {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG);
    let of = ["--repository", "acme/checkout", "--commit", SHA];
    let forms = ["trivy", "grype", "snyk", "osv", "openvex", "sarif"];
    for text in ["{}", "[]", r#"{"error":"image not found"}"#] {
        for form in forms {
            let ask = ["import", "--format", form];
            place
                .feed(&[&ask[..], &of[..], &["-"]].concat(), text.as_bytes())
                .ends(1)
                .says(&["0 new, 0 known already, 1 bad"]);
        }
    }
    let report = trivy("2026-05-01T10:00:00Z", &["HIGH"]);
    for form in &forms[1..] {
        place
            .feed(&["import", "--format", form, "-"], report.as_bytes())
            .ends(1)
            .says(&["it is a report of Trivy, and not", "0 new"]);
    }
}

#[test]
fn what_a_report_does_not_say_the_command_line_says() {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG);
    place.write("a.sarif", sarif(&["error"]));
    let ran = place.run(&["import", "a.sarif"]).ends(1);
    ran.says(&["a.sarif: it does not say what it is of: add --artifact registry/name@sha256:…, or --repository", "0 new, 0 known already, 1 bad"]);
    let own = ["import", "a.sarif", "--repository", "acme/checkout"];
    place
        .run(&own)
        .ends(1)
        .says(&["it does not say what it is of"]);
    place
        .run(&[
            "import",
            "a.sarif",
            "--repository",
            "acme/checkout",
            "--commit",
            SHA,
        ])
        .ends(0);
    let log = place.run(&["export"]).out;
    assert!(
        log.contains(r#""sha":"a84f332546a95d2c2d8c43b68e2f4ac504199d99""#),
        "{log}"
    );
    place
        .run(&["import", "a.sarif", "--commit", "main"])
        .ends(2)
        .says(&["--commit is no sha"]);
    place
        .run(&["import", "a.sarif", "--artifact", "./x"])
        .ends(2)
        .says(&["--artifact names no artifact"]);

    // Of the wrong form, cut off, of no form.
    place
        .run(&["import", "--format", "grype", "a.sarif"])
        .ends(1)
        .says(&["a.sarif: it is SARIF, and not a report of Grype: call it sarif"]);
    let cut = &sarif(&["error"])[..60];
    place
        .feed(&["import", "--format", "sarif", "-"], cut.as_bytes())
        .ends(1)
        .says(&["-: not JSON: EOF"]);
    place
        .feed(&["import", "-"], br#"{"document":{},"product_tree":{}}"#)
        .ends(1)
        .says(&["neither `context`"]);
    place
        .run(&["import", "--format", "trivvy", "a.sarif"])
        .ends(2);

    // A statement counts with the reports that it comes with.
    let vex = r#"{"@context":"https://openvex.dev/ns","timestamp":"2026-05-16T10:00:00Z","statements":[{"vulnerability":"CVE-1","products":["pkg:deb/debian/zlib"],"status":"fixed"}]}"#;
    place.write("vex.json", vex);
    place.write("t.json", trivy("2026-05-01T10:00:00Z", &["HIGH"]));
    place
        .run(&["import", "vex.json"])
        .ends(1)
        .says(&["there is no report to count"]);
    place
        .run(&["import", "t.json", "vex.json"])
        .ends(0)
        .says(&["1 new"]);
    let log = place.run(&["export"]).out;
    assert!(log.contains(r#""suppressed":["CVE-1: fixed"]"#), "{log}");
}
