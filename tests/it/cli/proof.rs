//! `leadtime proof`: what it writes for programs, for people and to be kept, and how it ends where there is nothing to prove.

use serde_json::{Value, json};

use super::contract::ask;
use super::place::{Place, UNTIL};

#[test]
fn every_field_is_there() {
    let neighbour =
        json!({"version": "text?", "sha": "text?", "deployment": "text", "since": "time?"});
    let shape = json!({
        "schema": "text", "workload": "text", "environment": "text", "at": "time", "as_of": "time", "path": "text", "derived": "bool",
        "version": "text?", "sha": "text?", "artifact": "text?", "digest": "text?", "since": "time", "deployment": "text", "first": "time",
        "until": "time?",
        "delivery": {
            "kind": "first|change|rollback|redeploy", "record": "text", "source": "text", "tool": "text", "pipeline": "text?", "run": "text?",
            "queued": "time?", "started": "time?", "slot": "text?", "unplanned": "bool", "failed": "bool", "url": "text?",
        },
        "before": neighbour, "after": neighbour,
        "changes": [{
            "change": "text", "title": "text?", "author": "text?", "url": "text?", "tickets": [{"ticket": "text"}], "since": "time",
            "migration": "bool", "inferred": "bool", "direct": "bool", "merged": "time?",
            "reviews": [{"by": "text?", "said": "approved|changes_requested", "at": "time", "bot": "bool"}],
        }],
        "brought_by": "text?", "leaves": ["text"],
        "gates": [{
            "gate": "text", "step": "text?", "environment": "text?", "tool": "text", "opened": "time", "closed": "time?",
            "decision": "approved|rejected|cancelled|expired|other?", "in_time": "bool?", "requestor": "text?", "by": "text?", "comment": "text?",
            "votes": [{"by": "text?", "decision": "text?", "at": "time", "comment": "text?"}], "url": "text?",
        }],
        "steps": [{
            "step": "text", "kind": "text", "locked": "bool", "standing": "present|stale|overridden|missing|failed", "since": "time?",
            "tool": "text?", "detail": "text", "url": "text?",
        }],
        "scans": [{
            "scan": "text", "tool": "text", "at": "time", "outcome": "success|failure|cancelled|skipped|other?",
            "counts": {"critical": "count", "high": "count", "medium": "count", "low": "count"}, "suppressed": ["text"], "url": "text?",
        }],
        "sbom": "text?", "signed": "time?",
        "incidents": [{
            "incident": "text", "description": "text?", "severity": "text?", "opened": "time?", "resolved": "time?", "caused": "bool",
            "inferred": "bool", "url": "text?",
        }],
        "problems": ["text"], "unknown": ["text"],
        "actions": [{"action": "text", "at": "time", "by": "text", "second": "text?", "comment": "text?", "state": "text"}],
    });
    let schema = "leadtime/proof/v1";
    let line = "proof ledger --in production --at 2026-02-03T12:00:00Z";
    ask(line, 0, schema, &shape, NEVER);
}

/// What the made-up organisation has nothing of; `what_was_told_of_a_version_is_what_its_proof_says` has.
const NEVER: &[&str] = &[
    ".delivery.run",
    ".delivery.queued",
    ".delivery.slot",
    ".changes[].tickets[].ticket",
    ".gates[].comment",
    ".gates[].votes[].by",
    ".gates[].votes[].decision",
    ".gates[].votes[].at",
    ".gates[].votes[].comment",
    ".scans[].suppressed[]",
    ".sbom",
    ".signed",
    ".problems[]",
    ".actions[].action",
    ".actions[].at",
    ".actions[].by",
    ".actions[].second",
    ".actions[].comment",
    ".actions[].state",
];

/// An event of 2 March, of the repository and a commit where its content says no other.
fn event(id: &str, time: &str, kind: &str, subject: &str, content: &Value) -> String {
    let mut custom = content.clone();
    custom["repository"] = json!("acme/shop");
    let content = json!({
        "repository": {"id": "acme/shop"}, "responder": content["responder"], "decision": content["decision"], "requestor": content["requestor"],
        "outcome": content["outcome"], "counts": content["counts"], "tool": content["tool"], "artifactId": content["artifactId"],
        "sbom": content["sbom"], "deployment": content["deployment"], "service": content["service"], "environment": content["environment"],
        "sha": content["sha"], "version": content["version"], "slot": content["slot"], "started": content["started"], "url": content["url"],
        "parents": content["parents"], "author": content["author"], "description": content["description"], "pipelineName": content["pipelineName"],
    });
    let known = |fields: &Value| -> Value {
        let fields = fields.as_object().unwrap().iter();
        fields
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let event = json!({
        "context": {
            "specversion": "0.5.1", "id": id, "source": "test", "type": format!("dev.{kind}"), "timestamp": format!("2026-03-{time}:00Z"),
        },
        "subject": {"id": subject, "content": known(&content)}, "customData": known(&custom),
    });
    format!("{event}\n")
}

/// 1.1.0, in production from 14:00 to 15:00, when an incident had 1.0.0 brought back.
fn log() -> String {
    let (old, new) = ("a".repeat(40), "b".repeat(40));
    let digest = format!("sha256:{}", "1".repeat(64));
    let image = format!("pkg:oci/shop@sha256%3A{}", "1".repeat(64));
    let commit = "cdeventsx.leadtime-commit.created.0.1.0";
    let approval = |phase: &str| format!("cdeventsx.leadtime-approval.{phase}.0.1.0");
    let deployment = |phase: &str| format!("cdeventsx.leadtime-deployment.{phase}.0.1.0");
    let there = |deployment: &str, sha: &str, version: &str| json!({"deployment": deployment, "service": "shop", "environment": "production", "sha": sha, "version": version, "outcome": "success"});
    let asked = json!({"gate": "cab", "sha": new, "environment": "production", "requestor": "ann"});
    let said = |who: &str, comment: &str| json!({"gate": "cab", "sha": new, "environment": "production", "responder": who, "decision": "approved", "comment": comment});
    let run = json!({"pipelineName": "deploy", "sha": new, "environment": "production", "outcome": "success"});
    let mut live = there("d1", &new, "1.1.0");
    live["artifactId"] = json!(image);
    live["slot"] = json!("blue");
    live["started"] = json!("2026-03-02T13:50:00Z");
    let trouble = json!({"service": {"id": "shop"}, "environment": {"id": "production"}, "description": "slow", "severity": "high"});
    [
        event("c0", "01T09:00", commit, &old, &json!({"parents": [], "author": "ann"})),
        event("c1", "02T09:00", commit, &new, &json!({"parents": [old], "author": "ann"})),
        event("p1", "02T09:10", "cdevents.change.created.0.4.0", "7", &json!({"title": "SHOP-7: Split the basket", "author": "ann", "headSha": new, "commits": [new], "tickets": ["SHOP-7"]})),
        event("p2", "02T10:00", "cdevents.change.reviewed.0.3.0", "7", &json!({"reviewer": "bob", "state": "approved"})),
        event("p3", "02T10:30", "cdevents.change.merged.0.3.0", "7", &json!({"sha": new})),
        event("a1", "02T11:00", "cdevents.artifact.packaged.0.3.0", &image, &json!({"sbom": {"uri": "https://sbom.example/1"}, "sha": new, "digest": digest, "version": "1.1.0"})),
        event("a2", "02T11:05", "cdevents.artifact.signed.0.3.0", &image, &json!({"sha": new, "digest": digest})),
        event("s1", "02T11:10", "cdeventsx.leadtime-scan.finished.0.1.0", "s1", &json!({"artifactId": image, "tool": "trivy", "outcome": "success", "counts": {"critical": 0, "high": 1, "medium": 0, "low": 0}, "suppressed": ["CVE-2023-3446: not_affected"]})),
        event("g1", "02T12:00", &approval("created"), "CHG-1", &asked),
        event("g2", "02T12:30", &approval("updated"), "CHG-1", &said("dora", "fine")),
        event("g3", "02T13:00", &approval("closed"), "CHG-1", &said("carl", "all well")),
        event("d0", "01T10:00", &deployment("finished"), "d0", &there("d0", &old, "1.0.0")),
        event("r1", "02T13:40", "cdevents.pipelinerun.started.0.3.0", "run-9", &run),
        event("d1q", "02T13:45", &deployment("queued"), "d1", &json!({"deployment": "d1", "service": "shop", "environment": "production", "sha": new})),
        event("d1", "02T14:00", &deployment("finished"), "d1", &live),
        event("r2", "02T14:05", "cdevents.pipelinerun.finished.0.3.0", "run-9", &run),
        event("i1", "02T14:30", "cdevents.incident.detected.0.3.0", "INC-1", &trouble),
        event("d2", "02T15:00", &deployment("finished"), "d2", &there("d2", &old, "1.0.0")),
        event("i2", "02T15:30", "cdevents.incident.resolved.0.3.0", "INC-1", &trouble),
    ]
    .concat()
}

#[test]
fn what_was_told_of_a_version_is_what_its_proof_says() {
    let place = Place::new();
    let config =
        "[[workloads]]\nname = \"shop\"\nrepositories = [\"acme/shop\"]\nservices = [\"shop\"]\n";
    place.write("leadtime.toml", config);
    place.write("log.jsonl", log());
    place.run(&["import", "log.jsonl"]).ends(0);
    let line = [
        "proof",
        "shop",
        "--in",
        "production",
        "--as-of",
        "2026-03-03",
    ];
    let run = |more: &[&str]| place.run(&[&line[..], more].concat()).ends(0);
    run(&["--at", "2026-03-02T14:10:00Z"]).shows(&[
        "# shop 1.1.0 in production at 2026-03-02T14:10:00Z\n",
        "- **ran:** from 2026-03-02T14:00:00Z until 2026-03-02T15:00:00Z, when 1.0.0 took its place\n",
        "- **slot:** blue\n",
        "- **deployed:** d1, a change, as test tells, queued at 2026-03-02T13:45:00Z, begun at 2026-03-02T13:50:00Z\n",
        "- **run:** run-9, deploy, success, finished at 2026-03-02T14:05:00Z\n",
        "- **before:** 1.0.0 since 2026-03-01T10:00:00Z, by deployment d0\n",
        "- 7: SHOP-7: Split the basket, by ann, approved by bob at 2026-03-02T10:00:00Z, merged at 2026-03-02T10:30:00Z, SHOP-7\n",
        "- ✓ cab: approved by carl at 2026-03-02T13:00:00Z: all well; approved by dora at 2026-03-02T12:30:00Z: fine; asked for by ann",
        "- ✓ [bill of materials](<https://sbom.example/1>)",
        "- ✓ signature: signed at 2026-03-02T11:05:00Z\n",
        "- trivy: 0 critical, 1 high, 0 medium, 0 low, success, at 2026-03-02T11:10:00Z, 1 finding set aside\n",
        "- ✗ INC-1: slow, high, opened at 2026-03-02T14:30:00Z, resolved at 2026-03-02T15:30:00Z, \\~ put down to this deployment\n",
        "## Not known\n\n- – who merged its changes: no event tells that\n",
    ]);
    let back = run(&["--json"]).json();
    assert_eq!(
        (&back["version"], &back["until"]),
        (&json!("1.0.0"), &Value::Null)
    );
    assert_eq!(
        (&back["delivery"]["kind"], &back["leaves"]),
        (&json!("rollback"), &json!(["7"]))
    );
    assert_eq!(
        (&back["first"], &back["brought_by"]),
        (&json!("2026-03-01T10:00:00Z"), &json!("d0"))
    );
    assert_eq!(back["incidents"][0]["caused"], json!(false));
}

#[test]
fn it_is_markdown_to_be_kept_and_text_where_that_is_asked_for() {
    let demo = Place::with_demo();
    let run = |more: &[&str]| {
        let line = ["proof", "checkout", "--in", "production", "--as-of", UNTIL];
        demo.run(&[&line[..], more].concat()).ends(0).out
    };
    let kept = run(&[]);
    assert!(kept.starts_with("# checkout "), "{kept}");
    let text = run(&["--text"]);
    assert!(text.starts_with("checkout "), "{text}");
    for page in [kept, text] {
        for words in ["Changes", "Evidence", "Not known", "who merged its changes"] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}

#[test]
fn an_instant_is_looked_at_by_itself() {
    let demo = Place::with_demo();
    let ask = |more: &[&str]| -> Value {
        let line = [
            "proof",
            "checkout",
            "--in",
            "production",
            "--json",
            "--as-of",
            UNTIL,
        ];
        demo.run(&[&line[..], more].concat()).ends(0).json()
    };
    let now = ask(&[]);
    assert!(now["until"].is_null(), "{now}");
    let before = now["before"]["since"].as_str().unwrap();
    let past = ask(&["--at", before]);
    assert_eq!(past["deployment"], now["before"]["deployment"]);
    assert_eq!(
        (&past["until"], &past["as_of"]),
        (&now["since"], &now["as_of"])
    );
    assert_eq!(past["after"]["deployment"], now["deployment"]);
    // Looked at from that instant, nothing of what came later is known.
    let then = demo.run(&[
        "proof",
        "checkout",
        "--in",
        "production",
        "--json",
        "--as-of",
        before,
    ]);
    let then = then.ends(0).json();
    assert_eq!(then["deployment"], past["deployment"]);
    assert!(then["until"].is_null() && then["after"].is_null(), "{then}");
    assert_eq!(then["gates"], past["gates"]);
}

#[test]
fn where_nothing_ran_that_is_said() {
    let demo = Place::with_demo();
    let run = |environment: &str, at: &str| {
        let line = [
            "proof",
            "checkout",
            "--in",
            environment,
            "--at",
            at,
            "--as-of",
            UNTIL,
        ];
        demo.run(&line)
    };
    run("production", "2001-01-01").ends(3).says(&[
        "nothing is known to have run in production of checkout",
        "something came there first at",
        "leadtime env checkout",
    ]);
    run("productions", "2026-02-01")
        .ends(2)
        .says(&["production"]);
    run("production", "2026-03-02").ends(2).says(&["is after"]);
    demo.run(&["proof", "checkout"]).ends(2).says(&["--in"]);
}
