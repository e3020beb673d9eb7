//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use std::fmt::Write as _;

use leadtime::connector::circleci::CircleCi;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::Verb;
use secrecy::SecretString;
use serde_json::json;

use super::world::{World, start, uuid};
use super::{CANARY, connector, now, order, read, settings};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
}

#[tokio::test]
async fn a_refused_token_ends_the_reading_and_says_which() {
    let server = start(World::of(2));
    let body = r#"{"message":"Invalid token provided."}"#;
    server.always("GET", "/api/", instead(401, body));
    let error = read(&server, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    for wanted in ["Invalid token", "\"circle\"", "personal API token"] {
        assert!(error.to_string().contains(wanted), "{wanted} in {error}");
    }
    assert_eq!(server.asked().len(), 1);
    let error = connector(&server).check(now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn one_pipeline_that_cannot_be_read_is_told_and_read_when_it_can_be() {
    for (status, body, wanted) in [
        (
            403,
            r#"{"message":"Permission denied"}"#,
            "member of the organization",
        ),
        (500, "", "still does after several tries"),
        (
            200,
            r#"{"items":[{"id":7}],"next_page_token":null}"#,
            "item 1",
        ),
        (200, r#"{"items":[{"id""#, "cannot be read"),
        (418, "<html>", "418"),
    ] {
        let server = start(World::of(2));
        let path = format!("/pipeline/{}/workflow", uuid(1, 2));
        server.always("GET", &path, instead(status, body));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.findings.len(), 1, "{}", kept.told());
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert_eq!(kept.events.len(), 8, "{status}: the other one");
        server.behave();
        read(&server, &mut kept).await.unwrap();
        let all = if wanted == "item 1" { 8 } else { 16 };
        assert_eq!(kept.events.len(), all, "{status}: read when it can be");
    }
    // One that is gone is not asked for again.
    let server = start(World::of(2));
    let path = format!("/pipeline/{}/workflow", uuid(1, 2));
    server.always("GET", &path, instead(404, r#"{"message":"Not found"}"#));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    read(&server, &mut kept).await.unwrap();
    assert_eq!((server.count("GET", &path), kept.findings.len()), (1, 1));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_told_and_broken_items_are_left_out() {
    for (status, body, wanted) in [
        (404, r#"{"message":"Org not found"}"#, "spelling"),
        (200, "<html>login</html>", "cannot be read"),
        (200, r#"{"items": [{"#, "cannot be read"),
        (200, r#"{"items": [{"id": 7}]}"#, "item 1"),
    ] {
        let server = start(World::of(2));
        server.once("GET", "/pipeline?", instead(status, body));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert_eq!(kept.events.len(), 0);
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), 16, "read when it can be");
    }
    // A page of the past that CircleCI does not know any more: begun anew.
    let server = start(World {
        page: 2,
        ..World::of(5)
    });
    let mut kept = Kept::default();
    server.always("GET", "page-token", instead(503, ""));
    read(&server, &mut kept).await.unwrap();
    server.behave();
    server.once(
        "GET",
        "page-token",
        instead(400, r#"{"message":"Invalid page token"}"#),
    );
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 16);
    read(&server, &mut kept).await.unwrap();
    assert_eq!((kept.events.len(), kept.differing.len()), (40, 0));
}

#[tokio::test]
async fn slowness_and_failures_of_the_server_end_it_with_what_was_read() {
    let server = start(World::of(3));
    let slow = Mischief::Instead(Answer::new(429).header("retry-after", "3600"));
    server.always("GET", &format!("/workflow/{}/job", uuid(2, 2)), slow);
    let mut kept = Kept::default();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(kept.events.len(), 16, "the others were read by then");
    server.behave();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 24);
    // A short wait is kept, and what broke is asked again.
    let server = start(World::of(3));
    let soon = Mischief::Instead(Answer::new(429).header("retry-after", "1"));
    server.once("GET", "/pipeline?", soon);
    server.once(
        "GET",
        &format!("/workflow/{}/job", uuid(2, 1)),
        Mischief::DoneThenCut,
    );
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!((kept.findings.len(), kept.events.len()), (0, 24));
    // An allowance that is used up is no failure.
    let reset = now() + leadtime::event::time::Span::from_seconds(86_400 * 3650);
    let spent = Answer::new(429)
        .header("x-ratelimit-limit", "100")
        .header("x-ratelimit-remaining", "0")
        .header(
            "x-ratelimit-reset",
            &(reset.micros() / 1_000_000).to_string(),
        );
    let server = start(World::of(3));
    server.always("GET", "/job", Mischief::Instead(spent));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 0);
    server.behave();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 24, "all of it, when it may");
    server.refuse();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
}

#[tokio::test]
async fn clocks_that_differ_are_told() {
    let server = start(World::of(1));
    let mut answer = Answer::new(200).header("date", "Fri, 02 Jan 2032 03:04:05 GMT");
    answer.body = json!({"items": [], "next_page_token": null}).to_string();
    server.once("GET", "/pipeline?", Mischief::Instead(answer));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert!(kept.told().contains("clock"), "{}", kept.told());
}

#[test]
fn wrong_settings_are_refused_before_anything_is_asked() {
    let told = |change: fn(&mut Settings)| {
        let mut settings = settings("https://circle.example.com", &["gh/acme/*"]);
        change(&mut settings);
        let error = CircleCi::new(&settings).err().expect("an error");
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("Canary"), "{error}");
        error.to_string()
    };
    assert!(told(|settings| settings.url = Some("x".to_owned())).contains("url"));
    assert!(told(|settings| settings.projects.clear()).contains("projects"));
    assert!(told(|settings| settings.projects = vec!["a/b".to_owned()]).contains("projects"));
    assert!(
        told(|settings| settings.token = Some(SecretString::from(format!("{CANARY}\n"))))
            .contains("line break")
    );
}

#[tokio::test]
async fn the_token_is_sent_and_never_seen() {
    let mut world = World::of(3);
    let gate = world.hold(20);
    let server = start(world);
    let mut kept = Kept::default();
    let mut seen = String::new();
    let source = connector(&server);
    let done = source.read(kept.reading(now()), &mut kept).await;
    write!(seen, "{done:?} {kept:?} {:?}", source.check(now()).await).unwrap();
    for verb in [Verb::Approve, Verb::Reject, Verb::Promote] {
        let prepared = source.prepare(&order(verb, &gate)).await.unwrap();
        for status in [401, 403, 500] {
            server.once("POST", "/api/", instead(status, "{}"));
            write!(seen, "{:?}", source.send(&prepared.requests[0]).await).unwrap();
        }
        let journal = serde_json::to_string(&prepared.requests).unwrap();
        write!(seen, "{prepared:?} {journal}").unwrap();
    }
    let all = server.asked();
    assert!(
        all.iter()
            .all(|one| one.header("circle-token") == Some(CANARY))
    );
    assert!(!seen.contains("Canary"), "{seen}");
}
