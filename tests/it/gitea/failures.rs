//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use std::fmt::Write as _;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::gitea::Gitea;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::Verb;
use secrecy::SecretString;

use super::acting::order;
use super::world::start;
use super::{CANARY, connector, now, read, settings};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn instead(status: u16, body: &str) -> Mischief {
    let mut answer = Answer::new(status);
    body.clone_into(&mut answer.body);
    Mischief::Instead(answer)
}

#[tokio::test]
async fn a_refused_token_ends_the_reading_and_says_which() {
    let server = start(&["acme/shop"]);
    server.always(
        "GET",
        "/api/",
        instead(401, r#"{"message":"invalid username, password or token"}"#),
    );
    let error = read(&server, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    for wanted in ["invalid username", "\"tea\"", "`token`"] {
        assert!(error.to_string().contains(wanted), "{wanted} in {error}");
    }
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

#[tokio::test]
async fn slowness_and_broken_connections_end_it_with_what_was_read() {
    let server = start(&["acme/shop"]);
    let slow = Mischief::Instead(Answer::new(429).header("retry-after", "3600"));
    server.always("GET", "/releases", slow);
    let mut kept = Kept::default();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(kept.events.len() > 5, "what came before is kept");
    server.behave();
    server.once("GET", "/releases", Mischief::DoneThenCut);
    read(&server, &mut kept).await.unwrap();
    kept.event("release/1");
    assert_eq!(kept.told(), "", "asked again");
    server.refuse();
    let error = read(&server, &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
}

#[test]
fn wrong_settings_are_refused_before_anything_is_asked() {
    let told = |change: fn(&mut Settings)| {
        let mut settings = settings("https://git.example.com");
        change(&mut settings);
        let error = Gitea::new(settings).err().expect("an error");
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("Canary"), "{error}");
        error.to_string()
    };
    assert!(told(|settings| settings.url = None).contains("url"));
    assert!(told(|settings| settings.repositories.clear()).contains("repositories"));
    assert!(
        told(|settings| settings.repositories = vec!["shop".to_owned()]).contains("owner/name")
    );
    assert!(
        told(|settings| settings.token = Some(SecretString::from(format!("{CANARY}\n"))))
            .contains("line break")
    );
}

#[tokio::test]
async fn the_token_is_sent_and_never_seen() {
    let server = start(&["acme/shop"]);
    let mut kept = Kept::default();
    let mut seen = String::new();
    let source = connector(&server);
    let result = source.read(kept.reading(now()), &mut kept).await;
    write!(seen, "{result:?} {kept:?} {:?}", source.check(now()).await).unwrap();
    let prepared = source
        .prepare(&order(&server, Verb::Retry, "run/1"))
        .await
        .unwrap();
    for status in [401, 403, 500] {
        server.once("POST", "/rerun", instead(status, "{}"));
        let sent = source.send(&prepared.requests[0]).await;
        write!(
            seen,
            "{sent:?} {:?}",
            source.ask(&prepared.requests[0]).await
        )
        .unwrap();
    }
    let journal = serde_json::to_string(&prepared.requests).unwrap();
    write!(seen, "{prepared:?} {journal}").unwrap();
    let sent = format!("token {CANARY}");
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|one| one.header("authorization") == Some(&sent))
    );
    assert!(!seen.contains("Canary"), "{seen}");
    // Nor sent to where a request that was tampered with would have it.
    let mut elsewhere = prepared.requests[0].clone();
    elsewhere.url = "https://elsewhere.example.com/api/v1/repos/acme/shop".to_owned();
    let sent = source.send(&elsewhere).await;
    assert!(format!("{sent:?}").contains("not sent"), "{sent:?}");
}
