//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::error::ErrorKind;

use super::read;
use super::world::{Server, World, application, start};
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
