//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use super::read;
use super::world::start;
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
}

#[tokio::test]
async fn one_list_that_cannot_be_read_is_told_and_the_others_go_on() {
    for (status, body, wanted) in [
        (
            403,
            r#"{"message":"token does not have at least one of required scope(s)"}"#,
            "required scope",
        ),
        (500, "", "still does after several tries"),
        (200, "<html>log in</html>", "cannot be read"),
        (200, r#"[{"number":1"#, "cannot be read"),
        (418, "", "418"),
    ] {
        let server = start(&["acme/shop"]);
        let mut whole = Kept::default();
        read(&server, &mut whole).await.unwrap();
        server.always("GET", "/pulls?", instead(status, body));
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.findings.len(), 1, "{}", kept.told());
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert!(kept.events.len() > 5 && kept.events.len() < whole.events.len());
        server.behave();
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events, whole.events, "read when it can be");
    }
    // One thing of a list.
    let server = start(&["acme/shop"]);
    server.once(
        "GET",
        "/tags?",
        instead(
            200,
            r#"[{"name":7},{"name":"v1","commit":{"sha":"a","created":"2026-03-01T00:00:00Z"}}]"#,
        ),
    );
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert!(
        kept.told().contains("item 1: field `name`"),
        "{}",
        kept.told()
    );
    kept.event("tag/v1/a");
}
