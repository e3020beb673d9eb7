//! Pushing over HTTP, to the program that comes with git (`git http-backend`) behind a server that asks for a login, says no, or does not answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use leadtime::connector::error::ErrorKind;
use leadtime::plan::request::{Sent, Standing};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request as Asked, Respond, ResponseTemplate};

use super::*;
use crate::support::hosting::{is_push, is_there, serve};
use crate::support::left_out;

const CANARY: &str = "c4n4ry-t0ken";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Good,
    /// Does what it is asked, and fails then.
    FailsAfter,
    /// Does what it is asked, and never answers.
    SilentAfter,
    /// Never answers, and does nothing.
    Silent,
    Forbids,
    /// Leads to another server.
    Leads,
}

/// A host of repositories.
#[derive(Clone)]
struct Host {
    root: PathBuf,
    manner: Arc<Mutex<Manner>>,
    /// Pushes that reached git, or were stopped before it.
    pushes: Arc<AtomicUsize>,
    elsewhere: String,
}

impl Respond for Host {
    fn respond(&self, asked: &Asked) -> ResponseTemplate {
        let pushing = is_push(asked);
        let manner = *self.manner.lock().unwrap();
        let login = STANDARD.encode(format!("x-access-token:{CANARY}"));
        let shown = asked
            .headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if manner == Manner::Leads {
            let to = format!(
                "{}{}?{}",
                self.elsewhere,
                asked.url.path(),
                asked.url.query().unwrap_or("")
            );
            return ResponseTemplate::new(301).insert_header("location", to);
        }
        if shown != Some(format!("Basic {login}").as_str()) {
            return ResponseTemplate::new(401)
                .insert_header("www-authenticate", "Basic realm=\"git\"");
        }
        if pushing && manner == Manner::Forbids {
            return ResponseTemplate::new(403);
        }
        let deed = pushing && asked.method.as_str() == "POST";
        if deed {
            self.pushes.fetch_add(1, Ordering::SeqCst);
        }
        let never = Duration::from_hours(1);
        match manner {
            Manner::Silent if deed => ResponseTemplate::new(200).set_delay(never),
            Manner::FailsAfter if deed => {
                serve(&self.root, asked);
                ResponseTemplate::new(500)
            }
            Manner::SilentAfter if deed => serve(&self.root, asked).set_delay(never),
            _ => serve(&self.root, asked),
        }
    }
}

/// A repository, its host, and a source that knows the token.
struct Web {
    world: World,
    host: Host,
    server: MockServer,
    _elsewhere: MockServer,
}

/// `None` where git comes without the program that serves repositories.
async fn web() -> Option<Web> {
    if !is_there() {
        left_out("pushing over HTTP: git has no http-backend here");
        return None;
    }
    let world = World::new();
    let elsewhere = MockServer::start().await;
    let server = MockServer::start().await;
    let host = Host {
        root: world.folder.path().to_owned(),
        manner: Arc::new(Mutex::new(Manner::Good)),
        pushes: Arc::default(),
        elsewhere: elsewhere.uri(),
    };
    Mock::given(any())
        .respond_with(host.clone())
        .mount(&server)
        .await;
    let address = format!("{}/acme/deployments.git", server.uri());
    run(
        &world.clone,
        &["remote", "set-url", "origin", &address],
        b"",
    );
    Some(Web {
        world,
        host,
        server,
        _elsewhere: elsewhere,
    })
}

impl Web {
    fn behave(&self, manner: Manner) {
        *self.host.manner.lock().unwrap() = manner;
    }

    fn pushes(&self) -> usize {
        self.host.pushes.load(Ordering::SeqCst)
    }

    fn source(&self) -> Box<dyn Connector> {
        self.with(Some(CANARY))
    }

    fn with(&self, token: Option<&str>) -> Box<dyn Connector> {
        let settings = Settings {
            token: token.map(|token| token.to_owned().into()),
            ..self.world.settings()
        };
        git::open(settings).unwrap()
    }
}

#[tokio::test]
async fn a_token_opens_the_door_and_is_told_to_nobody() {
    let Some(web) = web().await else { return };
    let source = web.source();
    let request = prepare(&*source, &straight()).await;
    assert_eq!(
        request.url,
        format!("{}/acme/deployments.git", web.server.uri())
    );
    let sent = send(&*source, &request).await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    assert_eq!(web.world.text("main"), TEXT.replace("1.2.2", "1.2.3"));
    assert_eq!(web.pushes(), 1);
    let standing = ask(&*source, &request).await;
    assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
    let told = format!(
        "{request:?} {sent:?} {standing:?} {}",
        serde_json::to_string(&request).unwrap()
    );
    let login = STANDARD.encode(format!("x-access-token:{CANARY}"));
    assert!(!told.contains(CANARY) && !told.contains(&login), "{told}");

    // Nobody is asked for a password where there is none, or a wrong one; and what stands in an address is not repeated.
    for token in [None, Some("wr0ng-c4n4ry")] {
        let error = try_prepare(&*web.with(token), &straight())
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized, "{error}");
        assert!(
            !format!("{error} {error:?}").contains("c4n4ry"),
            "{error:?}"
        );
    }
    let port = web.server.address().port();
    let address = format!("http://jane:{CANARY}@127.0.0.1:{port}/acme/deployments.git");
    run(
        &web.world.clone,
        &["remote", "set-url", "origin", &address],
        b"",
    );
    let error = try_prepare(&*web.with(None), &straight())
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    let request = prepare(
        &*web.source(),
        &order(&json!({ "file": FILE, "key": KEY, "value": "2" })),
    )
    .await;
    assert!(!format!("{request:?}").contains(CANARY), "{request:?}");
}

#[tokio::test]
async fn who_may_not_push_learns_it_before() {
    let Some(web) = web().await else { return };
    let source = web.source();
    let request = prepare(&*source, &straight()).await;
    web.behave(Manner::Forbids);
    let prepared = try_prepare(&*source, &straight()).await.unwrap();
    assert_eq!(prepared.requests, [request.clone()]);
    let objection = &prepared.objections[0];
    assert!(
        objection.0.contains("pushing is not allowed") && objection.0.contains("403"),
        "{prepared:?}"
    );
    assert!(refused(&send(&*source, &request).await).contains("403"));
    assert_eq!(web.pushes(), 0);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_after() {
    let Some(web) = web().await else { return };
    let source = web.source();
    let request = prepare(&*source, &straight()).await;
    web.behave(Manner::FailsAfter);
    let sent = send(&*source, &request).await;
    assert!(matches!(sent, Sent::Doubtful(_)), "{sent:?}");
    assert_eq!(web.pushes(), 1, "what is in doubt is not sent again");
    web.behave(Manner::Good);
    let standing = ask(&*source, &request).await;
    assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
    assert_eq!(web.world.git(&["rev-list", "--count", "main"]), "3");
}

/// Until the host has been asked to take a push.
async fn reached(web: &Web) {
    while web.pushes() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn who_is_killed_in_between_knows_afterwards() {
    for (manner, done) in [(Manner::SilentAfter, true), (Manner::Silent, false)] {
        let Some(web) = web().await else { return };
        let request = prepare(&*web.source(), &straight()).await;
        web.behave(manner);
        let source = web.source();
        tokio::select! {
            sent = send(&*source, &request) => panic!("answered: {sent:?}"),
            () = reached(&web) => {}
        }
        while done && web.world.git(&["rev-list", "--count", "main"]) == "2" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        web.behave(Manner::Good);
        let standing = ask(&*web.source(), &request).await;
        assert_eq!(matches!(standing, Standing::Done(_)), done, "{standing:?}");
        assert_eq!(standing == Standing::Open, !done, "{standing:?}");
    }
}

#[tokio::test]
async fn a_token_is_not_led_astray() {
    let Some(web) = web().await else { return };
    web.behave(Manner::Leads);
    let error = try_prepare(&*web.source(), &straight()).await.unwrap_err();
    assert!(!error.to_string().contains(CANARY), "{error}");
    let came = web._elsewhere.received_requests().await.unwrap();
    assert!(came.is_empty(), "{came:?}");
    // Nobody is there at all.
    let nowhere = "http://127.0.0.1:1/acme/deployments.git";
    run(
        &web.world.clone,
        &["remote", "set-url", "origin", nowhere],
        b"",
    );
    let error = try_prepare(&*web.source(), &straight()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
}

#[tokio::test]
async fn a_remote_without_a_clone_is_only_written_to() {
    let Some(web) = web().await else { return };
    let settings = Settings {
        name: "deployments".to_owned(),
        url: Some(format!("{}/acme/deployments.git", web.server.uri())),
        token: Some(CANARY.to_owned().into()),
        ..Settings::default()
    };
    let source = git::open(settings).unwrap();
    let now = Timestamp::from_seconds(1_700_000_000);
    let health = source.check(now).await.unwrap();
    assert!(
        health.facts[0].contains("acme/deployments") && health.facts[0].contains("stands on main"),
        "{health:?}"
    );
    assert!(source.actor().unwrap().speaks_for("git:acme/deployments"));
    let prepared = try_prepare(&*source, &straight()).await.unwrap();
    assert_eq!(prepared.requests.len(), 1, "{prepared:?}");
}
