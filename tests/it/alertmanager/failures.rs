//! What goes wrong: told in words that help, nothing ended that may still go on, and never a secret in it.

use leadtime::connector::Connector;
use leadtime::connector::alertmanager::Alertmanager;
use leadtime::connector::error::ErrorKind;
use serde_json::json;

use super::{CANARY, World, alert, at, group, read, settings, start, told};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
}

#[tokio::test]
async fn no_answer_ends_no_incident() {
    let server = start(World::default());
    let mut kept = Kept::default();
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &json!({}))],
    )];
    read(&server, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    for (status, body, kind, wanted) in [
        (401, "", ErrorKind::Unauthorized, "\"alerts\""),
        (403, "", ErrorKind::Forbidden, "/api/v2"),
        (404, "", ErrorKind::NotFound, "`url` is the address"),
        (500, "", ErrorKind::Unavailable, "alerts/groups"),
        (200, "<html>", ErrorKind::Malformed, "Alertmanager itself"),
        (200, "[{\"labels\":", ErrorKind::Malformed, "cannot be read"),
        (418, "", ErrorKind::Malformed, "418"),
    ] {
        server.behave();
        server.always("GET", "/alerts/groups", instead(status, body));
        let error = read(&server, &mut kept, "2026-05-01T10:06:00Z")
            .await
            .unwrap_err();
        assert_eq!(error.kind, kind, "{status}: {error}");
        assert!(error.to_string().contains(wanted), "{wanted}: {error}");
        assert!(!format!("{error:?}").contains(CANARY));
        assert_eq!(kept.events.len(), 1, "{status}");
    }
    // A group that cannot be read may be the one that is missing.
    let odd = json!([{"labels": {}, "alerts": "many"}, group("Slow", "hook", &[alert("Slow", "a", "10:02", &json!({"labels": {"severity": "of next year"}}))])]);
    server.behave();
    server.always("GET", "/alerts/groups", instead(200, &odd.to_string()));
    read(&server, &mut kept, "2026-05-01T10:07:00Z")
        .await
        .unwrap();
    let lines = told(&kept);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].contains("Slow in a (of next year)"));
    assert!(
        kept.told()
            .contains("a group of alerts cannot be read: item 1: field `alerts`"),
        "{}",
        kept.told()
    );
    assert!(!kept.told().contains(CANARY));
    server.behave();
    read(&server, &mut kept, "2026-05-01T10:08:00Z")
        .await
        .unwrap();
    assert_eq!(told(&kept).len(), 3, "the second one is over");
}

#[tokio::test]
async fn a_look_says_what_is_there_and_what_is_missing() {
    let server = start(World::default());
    let nobody = json!({"labels": {"service": null}});
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &nobody)],
    )];
    let mut asked = settings(&server.url());
    asked.projects = vec!["hook".to_owned(), "oncall".to_owned()];
    let source = Alertmanager::new(&asked).unwrap();
    let health = source.check(at("2026-05-01T10:05:00Z")).await.unwrap();
    let facts = health.facts.join("\n");
    for wanted in [
        "it is Alertmanager 0.25.0",
        "incidents that fire: 1; silenced or inhibited: 0",
        "silences that hold: 0",
    ] {
        assert!(facts.contains(wanted), "{wanted}: {facts}");
    }
    let found: Vec<&str> = health
        .findings
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert!(
        found
            .iter()
            .any(|text| text
                .contains("no receiver fits \"oncall\" of `projects`: it has hook, pager")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|text| text.contains("names no service")),
        "{found:?}"
    );
    let sent = server.asked();
    assert!(sent.iter().all(|one| one.method == "GET"));
    assert!(
        sent.iter()
            .all(|one| one.header("authorization") == Some(&format!("Bearer {CANARY}")))
    );
}

#[test]
fn what_is_configured_wrongly_is_told() {
    for (url, projects, wanted) in [
        (None, vec![], "url = \"https://alertmanager.example.com\""),
        (Some("ftp://a"), vec![], "is no http address"),
        (
            Some("https://jane:pw@a"),
            vec![],
            "holds a user or a password",
        ),
        (
            Some("https://a"),
            vec!["!".to_owned()],
            "no pattern for receivers",
        ),
    ] {
        let mut wrong = settings("");
        (wrong.url, wrong.projects) = (url.map(str::to_owned), projects);
        let error = Alertmanager::new(&wrong).err().unwrap().to_string();
        assert!(
            error.contains(wanted) && !error.contains("pw@"),
            "{wanted}: {error}"
        );
    }
}
