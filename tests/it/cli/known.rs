//! What was known at an instant: of what had arrived by then.

use serde_json::json;

use super::place::Place;

fn deployment(id: &str, version: &str) -> String {
    let sha = id.repeat(20);
    let custom = json!({"environment": "production", "service": "shop", "repository": "acme/shop", "sha": sha, "version": version, "outcome": "success"});
    json!({
        "context": {"specversion": "0.5.1", "id": id, "source": "/cd", "type": "dev.cdeventsx.leadtime-deployment.finished.0.1.0",
            "timestamp": "2026-01-02T03:04:05Z"},
        "subject": {"id": id, "content": {}}, "customData": custom,
    })
    .to_string()
}

/// Two deployments of one day, of which the second was told later.
fn place() -> (Place, String) {
    let place = Place::new();
    let import = |event: String| {
        place
            .feed(&["--db", "sqlite:log.db", "import", "-"], event.as_bytes())
            .ends(0);
    };
    import(deployment("d1", "1.0"));
    let then = leadtime::clock::now().to_string();
    import(deployment("d2", "1.1"));
    (place, then)
}

#[test]
fn what_had_not_arrived_is_not_known() {
    let (place, then) = place();
    let ask = |more: &[&str]| {
        let all = [&["--db", "sqlite:log.db", "--json"], more].concat();
        place.run(&all)
    };
    let count = |more: &[&str]| {
        let dora = [
            &["dora", "--from", "2026-01-01", "--to", "2026-02-01"],
            more,
        ]
        .concat();
        let told = ask(&dora).ends(0).json();
        told["workloads"][0]["deployments"].clone()
    };
    assert_eq!(count(&[]), json!(2));
    assert_eq!(count(&["--as-known", &then]), json!(1));
    // At the instant of which it is told both had happened; what was known of it is another matter.
    assert_eq!(count(&["--as-of", "2026-01-03"]), json!(2));
    let both = ["--as-of", "2026-01-03", "--as-known", &then];
    assert_eq!(count(&both), json!(1));
    assert_eq!(
        count(&["--as-known", "2020-01-01", "--as-of", "2026-01-03"]),
        json!(null)
    );

    ask(&["where", "d2", "--as-known", &then]).ends(3);
    ask(&["where", "d1", "--as-known", &then]).ends(0);
    let exported = place.run(&["--db", "sqlite:log.db", "export", "--as-known", &then]);
    exported.ends(0).shows(&["\"d1\""]);
    let fleet = [
        "--db",
        "sqlite:log.db",
        "--plain",
        "--view",
        "environments",
        "--as-known",
        &then,
    ];
    place.run(&fleet).ends(0).shows(&["1.0"]);
}

#[test]
fn nothing_is_done_in_what_has_passed() {
    let (place, then) = place();
    let ran = place.run(&[
        "--db",
        "sqlite:log.db",
        "rollback",
        "shop",
        "--in",
        "production",
        "--as-known",
        &then,
    ]);
    ran.ends(2)
        .says(&["--as-known shows how things were", "leave --as-known out"]);
}
