//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::error::ErrorKind;

use super::world::{World, start, uuid};
use super::{now, read};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
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
    // They are read side by side: of the other two, those that were asked for before nothing more may be asked, each whole.
    let read_by_then = kept.events.len();
    assert!([0, 8, 16].contains(&read_by_then), "{read_by_then}");
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
