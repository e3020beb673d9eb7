//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::jenkins::Jenkins;

use super::world::{Server, build, job, start, waiting};
use super::{read, settings};
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

#[test]
fn a_token_is_somebodys() {
    let told = |change: fn(&mut Settings)| {
        let mut settings = settings("https://ci.example.com");
        change(&mut settings);
        Jenkins::new(settings).err().unwrap().to_string()
    };
    assert!(told(|settings| settings.user = None).contains("user = "));
    assert!(told(|settings| settings.token = None).contains("API Token"));
}
