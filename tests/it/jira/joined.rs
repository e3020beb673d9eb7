//! What a gate that names only a ticket comes to: a gate of the workload whose change names that ticket, seen from outside.

use serde_json::{Value, json};

use crate::cli::place::Place;

const CONFIG: &str = r#"
[store]
url = "sqlite:log.db"
[[paths]]
name = "web"
selector = { labels = {} }
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "release", kind = "gate", from = "jira" },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
repositories = ["acme/shop"]
[[workloads]]
name = "till"
repositories = ["acme/till"]
"#;

/// A line of the log.
fn line(
    (source, id): (&str, &str),
    minute: u32,
    kind: &str,
    subject: &str,
    custom: &Value,
) -> String {
    let event = json!({
        "context": {
            "specversion": "0.5.1", "id": id, "source": source, "type": kind,
            "timestamp": format!("2026-05-01T12:{minute:02}:00Z"),
        },
        "subject": {"id": subject, "content": {}},
        "customData": custom,
    });
    format!("{event}\n")
}

#[test]
fn a_gate_of_a_ticket_is_a_gate_of_the_workload_whose_change_names_it() {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG);
    let change = |repository: &str, ticket: &str| json!({"repository": repository, "tickets": [ticket], "title": "Pay", "sha": format!("{:040x}", repository.len())});
    let merged = "dev.cdevents.change.merged.0.3.0";
    let gate = "dev.cdeventsx.leadtime-approval.created.0.1.0";
    let log = [
        line(
            ("github:x/acme/shop", "1"),
            1,
            merged,
            "#1",
            &change("acme/shop", "PAY-1"),
        ),
        line(
            ("github:x/acme/till", "1"),
            2,
            merged,
            "#1",
            &change("acme/till/", "PAY-2"),
        ),
        line(
            ("jira:x", "1"),
            3,
            gate,
            "PAY-1/Ready",
            &json!({"gate": "release", "changes": ["PAY-1"]}),
        ),
        line(
            ("jira:x", "2"),
            4,
            gate,
            "PAY-9/Ready",
            &json!({"gate": "release", "changes": ["PAY-9"]}),
        ),
    ];
    place.write("log.jsonl", log.concat());
    place.run(&["import", "log.jsonl"]).ends(0);
    let told = place
        .run(&["gates", "--json", "--as-of", "2026-05-01T13:00:00Z"])
        .json();
    let gates = told["gates"].as_array().unwrap();
    let names: Vec<(&Value, &Value, &Value, &Value)> = gates
        .iter()
        .map(|one| {
            (
                &one["gate"],
                &one["workload"],
                &one["step"],
                &one["changes"],
            )
        })
        .collect();
    assert_eq!(
        names,
        [(
            &json!("PAY-1/Ready"),
            &json!("shop"),
            &json!("release"),
            &json!(["#1"])
        )]
    );
}
