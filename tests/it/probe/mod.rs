//! A probe: a version that changes is told once, whatever its form; a service that is down is an incident only where that is wanted.

pub mod subject;

use std::time::Duration;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::probe::Probe;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::Event;
use leadtime::event::kind::Kind;
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;

use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief, Wild};

const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";
const SHA: &str = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";

/// What it answers.
type Server = Wild<String>;

fn start(text: &str) -> Server {
    Wild::start(text.to_owned(), |text, asked| {
        assert_eq!(asked.target, "/actuator/info?full=yes");
        Answer {
            body: text.clone(),
            ..Answer::new(200)
        }
    })
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::parse("2026-05-01T12:00:00Z").unwrap() + Span::from_seconds(minutes * 60)
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "live".to_owned(),
        url: Some(format!("{}/actuator/info?full=yes", server.url())),
        token: Some(SecretString::from(CANARY)),
        service: Some("checkout".to_owned()),
        environment: Some("production".to_owned()),
        patience: Some(Duration::from_millis(300)),
        ..Settings::default()
    }
}

async fn read(source: &Probe, kept: &mut Kept, minutes: i64) -> Result<(), ConnectorError> {
    source.read(kept.reading(at(minutes)), kept).await
}

/// What the log has, the oldest first.
fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let text = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
    let line = |event: &Event<String>| match &event.kind {
        Kind::Deployment(fact) => format!(
            "{} {} in {}: {} {}",
            &event.at.to_string()[11..16],
            text(&fact.service),
            text(&fact.environment),
            text(&fact.version),
            text(&fact.sha)
        ),
        Kind::Incident(fact) => format!(
            "{} {:?} {} in {}: {}",
            &event.at.to_string()[11..16],
            fact.phase,
            text(&fact.service),
            text(&fact.environment),
            text(&fact.description)
        ),
        other => panic!("{other:?}"),
    };
    found.into_iter().map(line).collect()
}

#[tokio::test]
async fn a_version_is_told_when_it_changes_and_not_when_it_is_asked() {
    let server = start(r#"{"version": "1.0"}"#);
    let source = Probe::new(settings(&server)).unwrap();
    let mut kept = Kept::default();
    for minutes in 0..3 {
        read(&source, &mut kept, minutes).await.unwrap();
    }
    assert_eq!((kept.events.len(), kept.batches), (1, 1));
    *server.state() = format!(r#"{{"version": "1.1", "commit": "{SHA}"}}"#);
    for minutes in 3..6 {
        read(&source, &mut kept, minutes).await.unwrap();
    }
    // It goes back, which is another deployment of the same version.
    *server.state() = r#"{"version": "1.0"}"#.to_owned();
    read(&source, &mut kept, 6).await.unwrap();
    assert_eq!(
        told(&kept),
        [
            "12:00 checkout in production: 1.0 -".to_owned(),
            format!("12:03 checkout in production: 1.1 {SHA}"),
            "12:06 checkout in production: 1.0 -".to_owned(),
        ]
    );
    let host = server.url().replace("http://", "");
    let source_of = kept.events.keys().next().unwrap().0.clone();
    assert_eq!(source_of, format!("probe:{host}/actuator/info"));
    let token = format!("Bearer {CANARY}");
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|one| one.method == "GET" && one.header("authorization") == Some(&token))
    );
    let health = source.check(at(7)).await.unwrap();
    assert!(
        health.facts[0].ends_with("it tells version 1.0"),
        "{health:?}"
    );
    // A kill before it is kept: told again, once.
    *server.state() = "2.0\n".to_owned();
    kept.killed_after = Some(kept.batches);
    assert!(read(&source, &mut kept, 8).await.is_err());
    kept.killed_after = None;
    read(&source, &mut kept, 9).await.unwrap();
    assert_eq!((kept.events.len(), kept.differing.len()), (4, 0));
}

#[tokio::test]
async fn the_version_is_looked_for_where_it_is_said_to_stand() {
    for (place, body, wanted) in [
        ("/a/b", r#"{"a":{"b":"v7"},"version":"no"}"#, "v7"),
        ("shop_info{tag}", "shop_info{tag=\"v7\"} 1\n", "v7"),
        (r"Release (\S+)", "<b>Release v7 of today</b>", "v7"),
    ] {
        let server = start(body);
        let mut told_of = settings(&server);
        told_of.version = Some(place.to_owned());
        let source = Probe::new(told_of).unwrap();
        let mut kept = Kept::default();
        read(&source, &mut kept, 0).await.unwrap();
        assert_eq!(
            told(&kept),
            [format!("12:00 checkout in production: {wanted} -")]
        );
        *server.state() = "else".to_owned();
        let error = read(&source, &mut kept, 1).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
        assert!(
            error.to_string().contains("`version` of source \"live\""),
            "{error}"
        );
    }
    let server = start("");
    let mut wrong = settings(&server);
    wrong.version = Some("v(".to_owned());
    assert!(Probe::new(wrong).is_err());
}

#[tokio::test]
async fn what_is_down_is_an_incident_only_where_that_is_wanted() {
    let server = start("1.0");
    let quiet = Probe::new(settings(&server)).unwrap();
    let mut kept = Kept::default();
    server.always("GET", "/", Mischief::Instead(Answer::new(503)));
    let error = read(&quiet, &mut kept, 0).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert_eq!((kept.events.len(), kept.cursors.len()), (0, 0));
    let mut told_of = settings(&server);
    told_of.incident_after = Some(Span::from_seconds(120));
    let source = Probe::new(told_of).unwrap();
    for minutes in 0..5 {
        read(&source, &mut kept, minutes).await.unwrap_err();
    }
    assert_eq!(kept.events.len(), 1);
    server.behave();
    read(&source, &mut kept, 5).await.unwrap();
    read(&source, &mut kept, 6).await.unwrap();
    // A short one is none.
    server.always("GET", "/", Mischief::DoneThenGone);
    read(&source, &mut kept, 7).await.unwrap_err();
    server.behave();
    read(&source, &mut kept, 8).await.unwrap();
    let lines = told(&kept);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].starts_with("12:00 Detected checkout in production: does not answer: answers 503"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "12:05 Resolved checkout in production: -");
    assert_eq!(lines[2], "12:05 checkout in production: 1.0 -");
    assert_eq!(kept.cursors.keys().collect::<Vec<_>>(), ["live"]);
    // Nobody listens at all.
    server.refuse();
    let error = read(&source, &mut kept, 9).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
    assert_eq!(kept.cursors.len(), 2);
}

#[tokio::test]
async fn what_goes_wrong_is_told_and_nothing_is_lost() {
    let server = start("1.0");
    let mut told_of = settings(&server);
    told_of.incident_after = Some(Span::from_seconds(1));
    let source = Probe::new(told_of.clone()).unwrap();
    let mut kept = Kept::default();
    for (status, body, kind, wanted) in [
        (401, "", ErrorKind::Unauthorized, "`token`"),
        (403, "", ErrorKind::Forbidden, "to see it"),
        (404, "", ErrorKind::NotFound, "right address"),
        (200, "<html>", ErrorKind::Malformed, "looks like a version"),
        (200, "", ErrorKind::Malformed, "looks like a version"),
        (
            200,
            r#"{"version": {}}"#,
            ErrorKind::Malformed,
            "looks like a version",
        ),
        // The last: what it was asked to wait for, it remembers.
        (429, "", ErrorKind::RateLimited, "slow down"),
    ] {
        let mut answer = Answer::new(status);
        body.clone_into(&mut answer.body);
        server.behave();
        server.always("GET", "/", Mischief::Instead(answer));
        let error = read(&source, &mut kept, 0).await.unwrap_err();
        if body.is_empty() && status == 200 {
            assert!(error.to_string().contains("no version"), "{error}");
        } else {
            assert!(error.to_string().contains(wanted), "{wanted}: {error}");
        }
        assert_eq!(error.kind, kind, "{status}: {error}");
        assert!(!format!("{error:?}").contains(CANARY));
    }
    // It answered each time, so it was not down.
    assert_eq!((kept.events.len(), kept.cursors.len()), (0, 0));
    server.behave();
    let source = Probe::new(told_of).unwrap();
    server.once("GET", "/", Mischief::DoneThenCut);
    read(&source, &mut kept, 1).await.unwrap();
    assert_eq!(kept.events.len(), 1);
}
