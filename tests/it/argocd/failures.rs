//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use std::fmt::Write as _;

use leadtime::connector::argocd::ArgoCd;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::Verb;
use secrecy::SecretString;
use serde_json::json;

use super::world::{Server, World, application, start};
use super::{CANARY, connector, now, order, read, settings, to_sha};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn two() -> Server {
    start(World::of(["shop", "till"].map(|name| application(name, 2))))
}

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
}

#[tokio::test]
async fn a_refused_token_ends_the_reading_and_says_which() {
    let server = two();
    let body =
        r#"{"error":"token has expired","code":16,"message":"invalid session: token has expired"}"#;
    server.always("GET", "/api/", instead(401, body));
    let error = read(&server, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    for wanted in ["token has expired", "\"argo\"", "`token`"] {
        assert!(error.to_string().contains(wanted), "{wanted} in {error}");
    }
}

#[tokio::test]
async fn one_application_that_cannot_be_read_is_told_and_the_others_go_on() {
    for (status, body, wanted) in [
        (
            403,
            r#"{"message":"permission denied"}"#,
            "applications, get",
        ),
        (404, r#"{"message":"not found"}"#, "another project"),
        (500, "", "still does after several tries"),
        (
            200,
            r#"{"status":{"history":[{"id":"3"}]}}"#,
            "`status.history[0].id`",
        ),
        (200, r#"{"status":{"history":[{"id""#, "cannot be read"),
        (418, "<html>", "418"),
    ] {
        let server = two();
        server.always("GET", "/applications/shop", instead(status, body));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.findings.len(), 1, "{}", kept.told());
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert_eq!(kept.events.len(), 2, "{status}: the other one");
        server.behave();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), 4, "{status}: read when it can be");
    }
}

#[tokio::test]
async fn a_list_with_a_broken_item_is_read_but_for_it_and_forgets_nothing() {
    let server = two();
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let rows = kept.cursors.clone();
    server.once(
        "GET",
        "/applications?",
        instead(200, r#"{"items":[{"metadata":{"name":7}}]}"#),
    );
    read(&server, &mut kept).await.unwrap();
    assert!(kept.told().contains("item 1"), "{}", kept.told());
    assert_eq!(kept.cursors, rows);
    for wrong in ["<html>login</html>", r#"{"items": [{"#] {
        server.once("GET", "/applications?", instead(200, wrong));
        let error = read(&server, &mut kept).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
        assert!(error.to_string().contains("`url`"), "{error}");
    }
}

#[tokio::test]
async fn slowness_and_failures_of_the_server_end_it_with_what_was_read() {
    let server = two();
    let slow = Mischief::Instead(Answer::new(429).header("retry-after", "3600"));
    server.always("GET", "/applications/till", slow);
    let mut kept = Kept::default();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(kept.events.len(), 2, "the other was read by then");
    let server = two();
    server.once("GET", "/applications?", instead(503, ""));
    server.once("GET", "/applications/shop", Mischief::DoneThenCut);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(
        (kept.findings.len(), kept.events.len()),
        (0, 4),
        "asked again"
    );
    server.refuse();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
}

#[tokio::test]
async fn clocks_that_differ_are_told() {
    let server = two();
    let list = json!({"items": []}).to_string();
    let mut answer = Answer::new(200).header("date", "Fri, 02 Jan 2032 03:04:05 GMT");
    answer.body = list;
    server.once("GET", "/applications?", Mischief::Instead(answer));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert!(kept.told().contains("clock"), "{}", kept.told());
}

#[test]
fn wrong_settings_are_refused_before_anything_is_asked() {
    let told = |change: fn(&mut Settings)| {
        let mut settings = settings("https://cd.example.com");
        change(&mut settings);
        let error = ArgoCd::new(settings).err().expect("an error");
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("Canary"), "{error}");
        error.to_string()
    };
    assert!(told(|settings| settings.url = None).contains("url"));
    assert!(told(|settings| settings.projects = vec!["a/b/c".to_owned()]).contains("projects"));
    assert!(
        told(|settings| settings.token = Some(SecretString::from(format!("{CANARY}\n"))))
            .contains("line break")
    );
}

#[tokio::test]
async fn the_token_is_sent_and_never_seen() {
    let server = start(World::of([application("shop", 3)]));
    let mut kept = Kept::default();
    let mut seen = String::new();
    let mut rollback = order(&server, Verb::Rollback);
    rollback.to = to_sha(2);
    let source = connector(&server);
    write!(
        seen,
        "{:?}",
        source.read(kept.reading(now()), &mut kept).await
    )
    .unwrap();
    write!(seen, "{kept:?} {:?}", source.check(now()).await).unwrap();
    let prepared = source.prepare(&rollback).await.unwrap();
    for status in [401, 403, 500] {
        server.once("POST", "/rollback", instead(status, "{}"));
        let sent = source.send(&prepared.requests[0]).await;
        write!(seen, "{sent:?}").unwrap();
    }
    write!(
        seen,
        "{prepared:?} {}",
        serde_json::to_string(&prepared.requests).unwrap()
    )
    .unwrap();
    let sent = format!("Bearer {CANARY}");
    assert!(
        server
            .asked()
            .iter()
            .all(|one| one.header("authorization") == Some(&sent))
    );
    assert!(!seen.contains("Canary"), "{seen}");
}
