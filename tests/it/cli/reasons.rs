//! Every reason for which the doctor says that an event could not be linked, with what it says to do about it; and that doing so mends it.

use serde_json::{Value, json};

use super::place::{Place, Ran};

const CONFIG: &str = r#"
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "test", kind = "test" },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
path = "web"
repositories = ["acme/shop"]
services = ["shop"]
artifacts = ["ghcr.io/acme/shop"]
"#;
const SHA: &str = "1111111111111111111111111111111111111111";

#[expect(
    clippy::needless_pass_by_value,
    reason = "they are written where they are passed"
)]
fn event(id: &str, kind: &str, subject: &str, content: Value, custom: Value) -> String {
    let custom = if custom.is_null() { json!({}) } else { custom };
    json!({
        "context": {"specversion": "0.5.1", "id": id, "source": "tool", "type": kind, "timestamp": "2026-01-02T03:04:05Z"},
        "subject": {"id": subject, "content": content}, "customData": custom,
    })
    .to_string()
}

fn commit() -> String {
    let content = json!({"repository": {"id": "acme/shop"}, "parents": []});
    event(
        "commit",
        "dev.cdeventsx.leadtime-commit.created.0.1.0",
        SHA,
        content,
        Value::Null,
    )
}

fn run_of(repository: Option<&str>, sha: Option<&str>) -> String {
    let mut custom = json!({});
    if let Some(repository) = repository {
        custom["repository"] = json!(repository);
    }
    if let Some(sha) = sha {
        custom["sha"] = json!(sha);
    }
    let content = json!({"pipelineName": "ci", "outcome": "success"});
    event(
        "run",
        "dev.cdevents.pipelinerun.finished.0.2.0",
        "r1",
        content,
        custom,
    )
}

fn deployment(content: Value) -> String {
    let kind = "dev.cdeventsx.leadtime-deployment.finished.0.1.0";
    event("deployment", kind, "d1", content, Value::Null)
}

/// What the doctor says could not be linked, where the log holds these, and the exit code.
fn told(config: &str, events: &[String]) -> (Vec<Value>, Ran) {
    let place = Place::new();
    place.write(
        "leadtime.toml",
        format!("[store]\nurl = \"sqlite:log.db\"\n{config}"),
    );
    place
        .feed(&["import", "-"], (events.join("\n") + "\n").as_bytes())
        .ends(0);
    let ran = place.run(&["doctor", "--json"]);
    let text = place.run(&["doctor"]);
    assert_eq!(ran.code, text.code);
    let unlinked = ran.json()["unlinked"].as_array().unwrap().clone();
    for one in &unlinked {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let shown = squeezed(&text.out);
        for part in ["reason", "fix", "example"] {
            if let Some(part) = one[part].as_str() {
                assert!(shown.contains(&squeezed(part)), "{part} in {}", text.out);
            }
        }
    }
    (unlinked, ran)
}

#[track_caller]
fn one_reason(events: &[String], reason: &str, fix: &str, example: &str) {
    let (unlinked, ran) = told(CONFIG, events);
    let found = unlinked
        .iter()
        .find(|one| one["reason"].as_str().unwrap().contains(reason));
    let found = found.unwrap_or_else(|| panic!("{reason} among {unlinked:?}"));
    assert!(
        found["fix"].as_str().is_some_and(|text| text.contains(fix)),
        "{fix} in {found}"
    );
    assert!(
        found["example"]
            .as_str()
            .is_some_and(|text| text.contains(example)),
        "{example} in {found}"
    );
    assert_eq!(found["count"], 1, "{found}");
    ran.ends(1);
}

#[test]
fn what_can_be_linked_is_not_told() {
    let artifact = "pkg:oci/shop@sha256%3Aab?repository_url=ghcr.io/acme/shop";
    let packaged = event(
        "packaged",
        "dev.cdevents.artifact.packaged.0.2.0",
        artifact,
        json!({"change": {"id": SHA}}),
        json!({"repository": "acme/shop", "sha": SHA}),
    );
    let content = json!({"service": "shop", "environment": "production", "repository": "acme/shop", "sha": SHA, "outcome": "success"});
    let events = [
        commit(),
        run_of(Some("acme/shop"), Some(SHA)),
        packaged,
        deployment(content),
    ];
    let (unlinked, ran) = told(CONFIG, &events);
    assert_eq!(unlinked, [json!(null); 0]);
    ran.ends(0);
}

#[test]
fn nobody_has_the_repository_the_service_or_the_artifact() {
    let other = event(
        "c",
        "dev.cdeventsx.leadtime-commit.created.0.1.0",
        SHA,
        json!({"repository": {"id": "acme/other"}, "parents": []}),
        Value::Null,
    );
    one_reason(
        std::slice::from_ref(&other),
        "no workload has this repository",
        "repositories = [\"acme/other\"]",
        "acme/other",
    );
    let content = json!({"service": "bridge", "environment": "production", "outcome": "success"});
    one_reason(
        &[deployment(content)],
        "no workload has this service",
        "services = [\"bridge\"]",
        "bridge",
    );
    let artifact = "pkg:oci/other@sha256%3Aab?repository_url=ghcr.io/acme/other";
    let packaged = event(
        "p",
        "dev.cdevents.artifact.packaged.0.2.0",
        artifact,
        json!({"change": {"id": SHA}}),
        Value::Null,
    );
    one_reason(
        &[packaged],
        "no workload has this artifact",
        "artifacts = [\"ghcr.io/acme/other\"]",
        "acme/other",
    );
    // What it says to add mends it.
    let config = CONFIG.replace("[\"acme/shop\"]", "[\"acme/shop\", \"acme/other\"]");
    let (unlinked, ran) = told(&config, &[other]);
    assert_eq!(unlinked, [json!(null); 0]);
    ran.ends(0);
}

#[test]
fn it_names_nothing_that_a_workload_has() {
    one_reason(
        &[run_of(None, None)],
        "a run that names no repository, service or artifact",
        "customData.repository",
        "tool",
    );
}

#[test]
fn a_run_without_a_commit_or_of_an_unknown_one() {
    one_reason(
        &[commit(), run_of(Some("acme/shop"), None)],
        "a run that names no commit",
        "customData.sha",
        "shop: ci",
    );
    let unknown = "2".repeat(40);
    one_reason(
        &[commit(), run_of(Some("acme/shop"), Some(&unknown))],
        "a run for a commit that is not known",
        "add the repository as a source",
        "shop: ci",
    );
}

#[test]
fn an_artifact_without_a_commit() {
    let artifact = "pkg:oci/shop@sha256%3Aab?repository_url=ghcr.io/acme/shop";
    let published = event(
        "p",
        "dev.cdevents.artifact.published.0.2.0",
        artifact,
        json!({}),
        Value::Null,
    );
    one_reason(
        &[published],
        "an artifact that does not say its commit",
        "org.opencontainers.image.revision",
        "shop",
    );
}

#[test]
fn a_deployment_to_nowhere_of_nothing_or_off_the_path() {
    let of = |content: Value| [commit(), deployment(content)];
    let nowhere =
        json!({"service": "shop", "repository": "acme/shop", "sha": SHA, "outcome": "success"});
    one_reason(
        &of(nowhere),
        "a deployment that names no environment",
        "`environment`",
        "d1",
    );
    let off = json!({"service": "shop", "environment": "lab", "repository": "acme/shop", "sha": SHA, "outcome": "success"});
    one_reason(
        &of(off.clone()),
        "an environment that is not on the path",
        "{ name = \"lab\", kind = \"deploy\", environment = \"lab\" }",
        "shop: lab",
    );
    let nothing = json!({"service": "shop", "environment": "production", "outcome": "success"});
    one_reason(
        &of(nothing),
        "names neither commit nor artifact",
        "`artifactId`",
        "d1",
    );
    // What it says to add mends it.
    let step = "  { name = \"lab\", kind = \"deploy\", environment = \"lab\" },\n]";
    let (unlinked, _) = told(&CONFIG.replacen("\n]", &format!("\n{step}"), 1), &of(off));
    assert_eq!(unlinked, [json!(null); 0]);
}

#[test]
fn a_deployment_that_two_sources_tell() {
    let told_by = |source: &str, name: &str, service: &str, minute: u32| {
        let custom = json!({"environment": "production", "repository": "acme/shop", "service": service, "sha": SHA, "outcome": "success"});
        let kind = "dev.cdeventsx.leadtime-deployment.finished.0.1.0";
        let told = event(name, kind, name, json!({}), custom);
        let told = told.replace("\"tool\"", &format!("{source:?}"));
        told.replace("03:04:05Z", &format!("03:{minute:02}:05Z"))
    };
    let first = told_by("/ci", "run-7", "shop", 4);
    let again = told_by("/argocd", "shop-12", "shop", 11);
    one_reason(
        &[commit(), first.clone(), again],
        "two sources tell",
        "the same `deployment`",
        "shop: shop-12",
    );
    // Later it is brought anew, and to the other half of a service by right.
    let later = told_by("/argocd", "shop-12", "shop", 34);
    let other = told_by("/argocd", "shop-12", "shop-eu", 11);
    let config = CONFIG.replace(
        "services = [\"shop\"]",
        "services = [\"shop\", \"shop-eu\"]",
    );
    for second in [later, other] {
        let (unlinked, _) = told(&config, &[commit(), first.clone(), second]);
        assert_eq!(unlinked, [json!(null); 0]);
    }
}

#[test]
fn a_gate_that_is_no_step() {
    let custom = json!({"gate": "board", "repository": "acme/shop", "sha": SHA});
    let gate = event(
        "g",
        "dev.cdeventsx.leadtime-approval.created.0.1.0",
        "CHG1",
        json!({}),
        custom,
    );
    one_reason(
        &[commit(), gate],
        "a gate that is no step",
        "{ name = \"board\", kind = \"gate\" }",
        "shop: board",
    );
}

#[test]
fn a_type_that_is_not_read_is_told_and_is_nothing_to_mend() {
    let heartbeat = event("h", "com.acme.heartbeat.1.0.0", "x", json!({}), Value::Null);
    let (unlinked, ran) = told(CONFIG, &[heartbeat]);
    assert_eq!(unlinked.len(), 1, "{unlinked:?}");
    assert_eq!(
        (&unlinked[0]["example"], &unlinked[0]["fix"]),
        (&json!("com.acme.heartbeat.1.0.0"), &json!(null))
    );
    ran.ends(0);
}

#[test]
fn a_clock_that_is_ahead_is_told() {
    let ahead = commit().replace("2026-01-02T03:04:05Z", "2199-01-02T03:04:05Z");
    let place = Place::new();
    place.write(
        "leadtime.toml",
        format!("[store]\nurl = \"sqlite:log.db\"\n{CONFIG}"),
    );
    place.feed(&["import", "-"], ahead.as_bytes()).ends(0);
    let ran = place.run(&["doctor"]).ends(1);
    ran.shows(&["the clock of tool", "ahead"]);
}
