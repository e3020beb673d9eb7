//! What identifiers lead to, from the file of events to the answer: whichever of two events came first, whatever a change is called.

use super::place::Place;

fn event(kind: &str, id: &str, at: &str, content: &str) -> String {
    let custom = if kind.starts_with("leadtime-") {
        "dev.cdeventsx."
    } else {
        "dev.cdevents."
    };
    let event_id = format!("{kind}/{id}/{at}");
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"{event_id}","source":"s","type":"{custom}{kind}.0.1.0","timestamp":"2026-03-{at}:00Z"}},"subject":{{"id":"{id}","content":{content}}}}}"#
    )
}

fn commit(sha: &str, at: &str, parent: Option<&str>, more: &str) -> String {
    let parents = parent.map_or_else(String::new, |sha| format!("{sha:?}"));
    let content = format!(r#"{{"repository":"acme/shop","parents":[{parents}]{more}}}"#);
    event("leadtime-commit.created", sha, at, &content)
}

fn end(sha: &str, at: &str) -> String {
    let content = format!(r#"{{"repository":"acme/shop","sha":"{sha}","target":true}}"#);
    event("leadtime-branch.updated", "main", at, &content)
}

fn deployed(id: &str, at: &str, environment: &str, sha: &str) -> String {
    let content = format!(
        r#"{{"deployment":"{id}","service":"shop","environment":"{environment}","repository":"acme/shop","sha":"{sha}","outcome":"success"}}"#
    );
    event("leadtime-deployment.finished", id, at, &content)
}

/// Imports one file after the other.
fn told(files: &[&[String]]) -> Place {
    let place = Place::new();
    for events in files {
        import(&place, events);
    }
    place
}

fn import(place: &Place, events: &[String]) {
    let lines = events.join("\n");
    place.feed(&["import", "-"], lines.as_bytes()).ends(0);
}

const ONE: &str = "aaaaaaaa1111";
const TWO: &str = "bbbbbbbb2222";
const THREE: &str = "cccccccc3333";

#[test]
fn an_incident_of_a_deployment_alone_is_linked_whichever_came_first() {
    let deliveries = [
        commit(ONE, "01T10:00", None, ""),
        commit(TWO, "02T10:00", Some(ONE), ""),
        end(TWO, "02T10:00"),
        deployed("d1", "01T12:00", "production", ONE),
        deployed("d2", "02T12:00", "production", TWO),
        deployed("s1", "02T11:00", "staging", TWO),
    ];
    let incidents = [
        event("incident.resolved", "i1", "05T09:00", "{}"),
        event(
            "incident.detected",
            "i1",
            "05T08:00",
            r#"{"deployment":"d1"}"#,
        ),
        event(
            "incident.detected",
            "i2",
            "05T08:00",
            r#"{"deployment":"s1"}"#,
        ),
        event(
            "incident.detected",
            "i3",
            "05T08:00",
            r#"{"deployment":"d9"}"#,
        ),
    ];
    for files in [
        [&deliveries[..], &incidents[..]],
        [&incidents[..], &deliveries[..]],
    ] {
        let place = told(&files);
        let dora = [
            "dora",
            "--json",
            "--incidents",
            "--as-of",
            "2026-03-06T00:00:00Z",
        ];
        let answer = place.run(&dora).ends(0).json();
        let listed = answer["workloads"][0]["incident_list"].as_array().unwrap();
        assert_eq!(listed.len(), 1, "{answer}");
        let incident = &listed[0];
        assert_eq!(incident["incident"], "i1");
        assert_eq!(incident["deployment"], "d1");
        assert_eq!(incident["inferred"], false);
        assert_eq!(incident["resolved"], "2026-03-05T09:00:00Z");
        let doctor = place.run(&["doctor"]);
        doctor.shows(&["1 × an incident of a deployment", "s: i3"]);
    }
}

#[test]
fn a_ticket_is_found_by_the_commits_and_changes_that_go_with_it() {
    let events = [
        commit(ONE, "01T10:00", None, r#","message":"begin""#),
        commit(TWO, "02T10:00", Some(ONE), r#","message":"PAY-7 mend""#),
        commit(THREE, "03T10:00", Some(TWO), r#","message":"by request""#),
        end(THREE, "03T10:00"),
        event(
            "change.merged",
            "1",
            "03T10:00",
            &format!(r#"{{"repository":"acme/shop","sha":"{THREE}"}}"#),
        ),
        event(
            "ticket.created",
            "PAY-7",
            "01T09:00",
            r#"{"summary":"The till"}"#,
        ),
        event(
            "ticket.created",
            "PAY-9",
            "01T09:00",
            r#"{"summary":"The scales"}"#,
        ),
        event(
            "ticket.created",
            "PAY-8",
            "01T09:00",
            r#"{"changes":["acme/shop#1"]}"#,
        ),
    ];
    let place = told(&[&events]);
    for (ticket, change) in [("PAY-7", TWO), ("PAY-8", "1")] {
        let answer = place.run(&["where", ticket, "--json"]).ends(1).json();
        assert_eq!(answer["matches"].as_array().unwrap().len(), 1, "{answer}");
        assert_eq!(answer["matches"][0]["change"], change);
    }
    // What nobody began yet is known, too.
    let answer = place.run(&["where", "pay-9", "--json"]).ends(1).json();
    assert_eq!(answer["matches"].as_array().unwrap().len(), 0);
    assert_eq!(answer["ticket"]["ticket"], "PAY-9");
    let ran = place.run(&["where", "PAY-9"]).ends(1);
    ran.shows(&["PAY-9 is a ticket that no change names", "The scales"]);
    let before = ["where", "PAY-9", "--as-of", "2026-02-01T00:00:00Z"];
    place.run(&before).ends(3);
}

#[test]
fn a_change_of_nobodys_paths_is_told_and_counted() {
    let touching = |path: &str| format!(r#","message":"in {path}","paths":["{path}/file"]"#);
    let events = [
        commit(ONE, "01T10:00", None, &touching("web")),
        commit(TWO, "02T10:00", Some(ONE), &touching("docs")),
        commit(THREE, "03T10:00", Some(TWO), &touching("api")),
        end(THREE, "03T10:00"),
    ];
    let place = Place::new();
    let workload = |name: &str| {
        format!(
            "[[workloads]]\nname = {name:?}\nrepositories = [\"acme/shop\"]\npaths = [\"{name}/**\"]\n"
        )
    };
    place.write("leadtime.toml", workload("web") + &workload("api"));
    import(&place, &events);
    let answer = place.run(&["where", TWO, "--json"]).ends(1).json();
    let matches = answer["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 2);
    for (one, name) in matches.iter().zip(["api", "web"]) {
        assert_eq!(
            (&one["workload"], &one["state"]),
            (&name.into(), &"unknown".into())
        );
        assert_eq!(one["outside"][0], format!("{name}/**"));
    }
    let ran = place.run(&["where", TWO]).ends(1);
    ran.shows(&[
        "acme/shop",
        "touches the `paths`",
        "api: api/**",
        "web: web/**",
    ]);
    // What one of them has is nothing to the others.
    let answer = place.run(&["where", THREE, "--json"]).ends(1).json();
    assert_eq!(answer["matches"].as_array().unwrap().len(), 1);
    assert_eq!(answer["matches"][0]["workload"], "api");
    let doctor = place.run(&["doctor"]);
    doctor.shows(&["1 × a change that touches the `paths` of no workload", TWO]);
}
