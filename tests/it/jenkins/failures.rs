//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use std::fmt::Write as _;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::jenkins::Jenkins;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::Verb;
use secrecy::SecretString;
use serde_json::json;

use super::world::{Server, build, job, start, waiting};
use super::{CANARY, connector, now, order, read, settings};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn two() -> Server {
    start([("shop", job(vec![build(1)])), ("till", job(vec![build(1)]))])
}

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
}

#[tokio::test]
async fn a_refused_token_ends_the_reading_and_says_which() {
    let server = two();
    let body = "<html><head><title>Error 401 Unauthorized</title></head></html>";
    server.always("GET", "/api/", instead(401, body));
    let error = read(&server, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    for wanted in ["Error 401 Unauthorized", "\"ci\"", "`token`", "API Token"] {
        assert!(error.to_string().contains(wanted), "{wanted} in {error}");
    }
}

#[tokio::test]
async fn one_job_that_cannot_be_read_is_told_and_the_others_go_on() {
    let needs = Answer::new(403).header("x-required-permission", "hudson.model.Item.Read");
    for (mischief, wanted) in [
        (Mischief::Instead(needs), "hudson.model.Item.Read"),
        (instead(404, ""), "another name"),
        (instead(500, ""), "still does after several tries"),
        (
            instead(200, r#"{"allBuilds":[{"number":"x"}]}"#),
            "`allBuilds[0].number`",
        ),
        (instead(200, r#"{"allBuilds":[{"num"#), "cannot be read"),
        (instead(200, "<html>log in</html>"), "page of login"),
        (instead(418, ""), "418"),
    ] {
        let server = two();
        server.always("GET", "/job/shop/api/json", mischief);
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.findings.len(), 1, "{}", kept.told());
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert_eq!(kept.events.len(), 2, "{wanted}: the other one");
        server.behave();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), 4, "{wanted}: read when it can be");
    }
}

#[tokio::test]
async fn stages_that_cannot_be_read_keep_their_build_for_the_next_time() {
    let server = start([("shop", job(vec![waiting(1)]))]);
    for (part, status) in [
        ("1/wfapi/describe", 500),
        ("node/12/wfapi", 503),
        ("1/wfapi/describe", 403),
    ] {
        server.always("GET", part, instead(status, ""));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(
            (kept.events.len(), kept.findings.len()),
            (0, 1),
            "{part} {status}"
        );
        server.behave();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), 5, "{part} {status}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_forgets_nothing() {
    let server = two();
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    let rows = kept.cursors.clone();
    for wrong in [
        "<html>login</html>",
        r#"{"jobs": [{"#,
        r#"{"jobs":[{"name":7}]}"#,
    ] {
        server.once("GET", "/api/json", instead(200, wrong));
        let error = read(&server, &mut kept).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
        assert!(error.to_string().contains("`url`"), "{error}");
        assert_eq!(kept.cursors, rows);
    }
    server.once("GET", "/api/json", instead(403, ""));
    let error = read(&server, &mut kept).await.unwrap_err();
    assert!(error.to_string().contains("Overall/Read"), "{error}");
    assert_eq!(kept.cursors, rows);
}

#[tokio::test]
async fn slowness_and_failures_of_the_server_end_it_with_what_was_read() {
    let server = two();
    let slow = Mischief::Instead(Answer::new(429).header("retry-after", "3600"));
    server.always("GET", "/job/till/api", slow);
    let mut kept = Kept::default();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(kept.events.len(), 2, "the other was read by then");
    let server = two();
    server.once("GET", "/api/json?", instead(503, ""));
    server.once("GET", "/job/shop/api", Mischief::DoneThenCut);
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
    let mut answer = Answer::new(200).header("date", "Fri, 02 Jan 2032 03:04:05 GMT");
    answer.body = json!({"jobs": []}).to_string();
    server.once("GET", "/api/json?", Mischief::Instead(answer));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert!(kept.told().contains("clock"), "{}", kept.told());
}

#[test]
fn wrong_settings_are_refused_before_anything_is_asked() {
    let told = |change: fn(&mut Settings)| {
        let mut settings = settings("https://ci.example.com");
        change(&mut settings);
        let error = Jenkins::new(settings).err().expect("an error");
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("Canary"), "{error}");
        error.to_string()
    };
    assert!(told(|settings| settings.url = None).contains("url"));
    assert!(told(|settings| settings.user = None).contains("user = "));
    assert!(told(|settings| settings.token = None).contains("API Token"));
    assert!(told(|settings| settings.projects = vec!["a//b".to_owned()]).contains("projects"));
    assert!(
        told(|settings| settings.token = Some(SecretString::from(format!("{CANARY}\n"))))
            .contains("line break")
    );
}

#[tokio::test]
async fn the_token_is_sent_and_never_seen() {
    let server = start([("shop", job(vec![waiting(1)]))]);
    let mut kept = Kept::default();
    let mut seen = String::new();
    let source = connector(&server);
    let result = source.read(kept.reading(now()), &mut kept).await;
    write!(seen, "{result:?} {kept:?} {:?}", source.check(now()).await).unwrap();
    let approve = order(&server, Verb::Approve, "shop#1/input/14");
    let prepared = source.prepare(&approve).await.unwrap();
    for status in [401, 403, 500] {
        server.once("POST", "/input/", instead(status, "{}"));
        let sent = source.send(&prepared.requests[0]).await;
        write!(
            seen,
            "{sent:?} {:?}",
            source.ask(&prepared.requests[0]).await
        )
        .unwrap();
    }
    let kept_in_journal = serde_json::to_string(&prepared.requests).unwrap();
    write!(seen, "{prepared:?} {kept_in_journal}").unwrap();
    let asked = server.asked();
    let sent = asked[0].header("authorization").unwrap();
    assert!(sent.starts_with("Basic ") && sent.len() > 40);
    assert!(
        asked
            .iter()
            .all(|one| one.header("authorization") == Some(sent))
    );
    assert!(
        !seen.contains("Canary") && !seen.contains(&sent[6..]),
        "{seen}"
    );
}
