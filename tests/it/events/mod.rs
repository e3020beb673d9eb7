//! CDEvents as a source: files that grow, are renamed, cut short and half written; and a sink that is told what was decided.

use std::fs;
use std::io::Write;
use std::path::Path;

use leadtime::connector::cdevents;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Actor, Connector};
use leadtime::event::cdevents::{documents, read};
use leadtime::event::kind::{Decision, Kind, Phase};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Request, Sent, Standing, Target, Verb, Version};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::heard::{Heard, line};

const CANARY: &str = "c4n4ry-t0ken";

fn at(path: &Path) -> Box<dyn Connector> {
    let settings = Settings {
        name: "file".to_owned(),
        path: Some(path.to_owned()),
        ..Settings::default()
    };
    cdevents::open(settings).unwrap()
}

fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn lines(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("{}\n", line(id))).collect()
}

#[tokio::test]
async fn a_file_is_followed_as_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let source = at(&path);
    let mut heard = Heard::default();
    heard.read(&*source).await.unwrap();
    assert!(
        heard.found().contains("no file of events yet"),
        "{}",
        heard.found()
    );
    append(&path, &lines(&["1", "2"]));
    append(&path, &line("3")[..40]);
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["1", "2"]);
    assert_eq!(heard.came[0].body, line("1"));
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), [""; 0], "half a line waits");
    append(&path, &line("3")[40..]);
    append(&path, "\nnot an event\n\n");
    append(&path, &lines(&["4"]));
    heard.read(&*at(&path)).await.unwrap();
    assert_eq!(heard.ids(), ["3", "4"]);
    assert!(heard.found().starts_with("line 4: "), "{}", heard.found());
    append(&path, "{}\n");
    heard.read(&*source).await.unwrap();
    assert!(heard.found().starts_with("line 7: "), "{}", heard.found());
    assert!(source.actor().is_none());
}

#[tokio::test]
async fn a_file_is_read_alike_wherever_it_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(&["1", "é", "3"]);
    for cut in 0..=text.len() {
        let path = folder.path().join(format!("{cut}.jsonl"));
        fs::write(&path, &text.as_bytes()[..cut]).unwrap();
        let source = at(&path);
        let mut heard = Heard::default();
        heard.read(&*source).await.unwrap();
        let before = heard.came.len();
        fs::write(&path, &text).unwrap();
        heard.read(&*source).await.unwrap();
        assert_eq!(
            before + heard.came.len(),
            3,
            "cut at {cut}: nothing twice, nothing lost"
        );
        assert_eq!(heard.log.len(), 3);
        assert_eq!(heard.findings, []);
    }
}

#[tokio::test]
async fn rotation_and_truncation_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let source = at(&path);
    let mut heard = Heard::default();
    append(&path, &lines(&["1", "2"]));
    heard.read(&*source).await.unwrap();
    // Rotated with an end that was not read yet.
    append(&path, &lines(&["3"]));
    fs::rename(&path, folder.path().join("events.jsonl.1")).unwrap();
    append(&path, &lines(&["4", "5", "6", "7", "8"]));
    append(&folder.path().join("other.jsonl"), &lines(&["x"]));
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["3", "4", "5", "6", "7", "8"]);
    assert!(heard.found().contains("rotated"), "{}", heard.found());
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), [""; 0]);
    assert_eq!(heard.cursors.len(), 1, "{:?}", heard.cursors);
    // Cut short, and written anew; then written anew, and longer than before.
    fs::write(&path, lines(&["9"])).unwrap();
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["9"]);
    fs::write(&path, lines(&["a", "b", "c"])).unwrap();
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["a", "b", "c"]);
    fs::write(&path, "").unwrap();
    heard.read(&*source).await.unwrap();
    append(&path, &lines(&["d"]));
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["d"]);
}

#[tokio::test]
async fn a_folder_is_read_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    append(&file("a.jsonl"), &lines(&["1"]));
    append(&file("b.log"), &lines(&["2"]));
    append(&file(".c.jsonl"), &lines(&["hidden"]));
    append(&file("d.jsonl.gz"), "packed");
    fs::create_dir(file("e.jsonl")).unwrap();
    let source = at(folder.path());
    let mut heard = Heard::default();
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["1", "2"]);
    // Renamed and grown: it is known again.
    append(&file("a.jsonl"), &lines(&["3"]));
    fs::rename(file("a.jsonl"), file("a.jsonl.1")).unwrap();
    fs::remove_file(file("b.log")).unwrap();
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["3"]);
    assert_eq!(heard.cursors.keys().collect::<Vec<_>>(), ["a.jsonl.1"]);
    let health = source.check(Timestamp::from_seconds(0)).await.unwrap();
    assert!(
        health.facts[0].starts_with("1 file of events"),
        "{health:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_longer_than_what_is_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let filler = "x".repeat(100_000);
    let text: String = (0..200)
        .map(|number| {
            format!(
                "{}\n",
                line(&number.to_string()).replace("\"odd\"", &format!("\"{filler}\""))
            )
        })
        .collect();
    fs::write(&path, &text).unwrap();
    let mut heard = Heard::default();
    heard.read(&*at(&path)).await.unwrap();
    assert_eq!(heard.came.len(), 200);
    assert_eq!(heard.log.len(), 200);
    assert_eq!(heard.findings, []);
}

fn sink(url: &str) -> Box<dyn Connector> {
    let settings = Settings {
        name: "sink".to_owned(),
        url: Some(url.to_owned()),
        token: Some(CANARY.to_owned().into()),
        secret: Some("c4n4ry-secret".to_owned().into()),
        projects: vec!["ci".to_owned()],
        ..Settings::default()
    };
    cdevents::open(settings).unwrap()
}

fn order(verb: Verb) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: "ci".to_owned(),
            id: "gate-7".to_owned(),
            url: Some("https://ci.example.org/gate/7".to_owned()),
        }),
        to: Some(Version {
            version: Some("1.2.3".to_owned()),
            sha: Some("00ff".to_owned()),
            artifact: Some("pkg:oci/shop@sha256%3A00ff".to_owned()),
            ..Version::default()
        }),
        from: None,
        way: None,
        comment: Some("seen".to_owned()),
        key: "action-1".to_owned(),
        at: Timestamp::parse("2023-11-20T18:00:00Z").unwrap(),
    }
}

async fn prepare(actor: &dyn Actor, order: &Order) -> Request {
    let prepared = actor.prepare(order).await.unwrap();
    assert_eq!(prepared.objections, []);
    prepared.requests[0].clone()
}

/// The event of a request, as leadtime itself reads it.
fn told(request: &Request) -> Kind<String> {
    let body = request.body.as_deref().unwrap();
    let found: Vec<_> = documents(body.as_bytes(), Timestamp::from_seconds(0)).collect();
    let document = found[0].as_ref().unwrap();
    assert_eq!(
        (document.source.as_str(), document.id.as_str()),
        ("leadtime", "action-1")
    );
    let event = read(&document.body).unwrap();
    let turned =
        leadtime::event::kind::MapText::map_text(&event, &mut |text: &std::borrow::Cow<
            '_,
            str,
        >| text.to_string());
    turned.kind
}

#[tokio::test]
async fn what_is_decided_is_an_event() {
    let source = sink("https://events.example.org/in");
    let actor = source.actor().unwrap();
    let approve = prepare(actor, &order(Verb::Approve)).await;
    let body: Value = serde_json::from_str(approve.body.as_deref().unwrap()).unwrap();
    insta::assert_json_snapshot!("approve", body);
    assert_eq!(prepare(actor, &order(Verb::Approve)).await, approve);
    for (verb, decision) in [
        (Verb::Approve, Decision::Approved),
        (Verb::Reject, Decision::Rejected),
    ] {
        let Kind::Gate(gate) = told(&prepare(actor, &order(verb)).await) else {
            panic!("no gate");
        };
        assert_eq!(
            (gate.gate.as_str(), gate.decision),
            ("gate-7", Some(decision))
        );
    }
    let mut promote = order(Verb::Promote);
    promote.target = None;
    for (verb, back) in [(Verb::Promote, false), (Verb::Rollback, true)] {
        let asked = Order {
            verb,
            ..promote.clone()
        };
        let Kind::Deployment(deployment) = told(&prepare(actor, &asked).await) else {
            panic!("no deployment");
        };
        assert_eq!(
            (deployment.phase, deployment.rollback),
            (Phase::Queued, back)
        );
        assert_eq!(deployment.version.as_deref(), Some("1.2.3"));
        assert_eq!(deployment.environment.as_deref(), Some("production"));
    }
    let with = |event: &str| {
        let Value::Object(way) = json!({ "event": event }) else {
            panic!("no table");
        };
        Order {
            way: Some(way),
            ..promote.clone()
        }
    };
    let upgraded = prepare(actor, &with("dev.cdevents.service.upgraded.0.3.0")).await;
    let body: Value = serde_json::from_str(upgraded.body.as_deref().unwrap()).unwrap();
    insta::assert_json_snapshot!("upgraded", body);
    let own = prepare(actor, &with("dev.cdeventsx.acme-release.wanted.1.0.0")).await;
    assert!(
        own.what
            .contains("send dev.cdeventsx.acme-release.wanted.1.0.0"),
        "{own:?}"
    );
    for event in [
        "deploy",
        "dev.cdevents.service",
        "dev.cdevents.service.upgraded.x.y.z",
        "com.example.a.b.0.1.0",
    ] {
        assert!(actor.prepare(&with(event)).await.is_err(), "{event}");
    }
    assert!(actor.prepare(&order(Verb::Retry)).await.is_err());
    let gateless = Order {
        target: None,
        ..order(Verb::Approve)
    };
    assert!(actor.prepare(&gateless).await.is_err());
    assert!(
        actor.speaks_for("ci") && actor.speaks_for("cdevents:sink") && !actor.speaks_for("github")
    );
    assert!(cdevents::open(Settings::default()).is_err());
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(template)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_sink_is_told_once_and_can_tell_who_told_it() {
    let server = answering(ResponseTemplate::new(202)).await;
    let source = sink(&server.uri());
    let actor = source.actor().unwrap();
    let request = prepare(actor, &order(Verb::Approve)).await;
    assert_eq!(actor.ask(&request).await, Standing::Open);
    let sent = actor.send(&request).await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    assert!(matches!(actor.ask(&request).await, Standing::Done(_)));
    let came = server.received_requests().await.unwrap();
    let [came] = &came[..] else {
        panic!("{came:?}");
    };
    assert_eq!(came.body, request.body.as_deref().unwrap().as_bytes());
    let header = |name: &str| came.headers[name].to_str().unwrap();
    assert_eq!(
        header("content-type"),
        "application/cloudevents+json; charset=utf-8"
    );
    assert_eq!(header("webhook-id"), "action-1");
    assert!(header("x-hub-signature-256").starts_with("sha256="));
    assert!(header("webhook-signature").starts_with("v1,"));
    assert_eq!(header("authorization"), format!("Bearer {CANARY}"));
    let told = format!(
        "{request:?} {sent:?} {}",
        serde_json::to_string(&request).unwrap()
    );
    assert!(
        !told.contains("c4n4ry") && !told.contains("sha256="),
        "{told}"
    );
}

#[tokio::test]
async fn a_secret_in_the_address_of_a_sink_is_sent_and_not_told() {
    let server = answering(ResponseTemplate::new(202)).await;
    let source = sink(&format!("{}/in?token=c4n4ry-query&team=a", server.uri()));
    let actor = source.actor().unwrap();
    let request = prepare(actor, &order(Verb::Approve)).await;
    assert!(request.url.ends_with("/in?token=***&team=a"), "{request:?}");
    let sent = actor.send(&request).await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    let came = server.received_requests().await.unwrap();
    assert_eq!(came[0].url.query(), Some("token=c4n4ry-query&team=a"));
    let health = source.check(Timestamp::from_seconds(0)).await.unwrap();
    let told = format!("{request:?} {sent:?} {health:?}");
    assert!(!told.contains("c4n4ry"), "{told}");
}

#[tokio::test]
async fn a_sink_that_says_no_or_nothing() {
    let cut = "(said c4n4ry)";
    for (status, doubtful) in [
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (409, false),
        (422, false),
        (429, false),
        (302, false),
        (500, true),
        (503, true),
    ] {
        let server =
            answering(ResponseTemplate::new(status).set_body_string("sorry\u{1b}[31m")).await;
        let source = sink(&server.uri());
        let actor = source.actor().unwrap();
        let request = prepare(actor, &order(Verb::Reject)).await;
        let sent = actor.send(&request).await;
        assert!(
            !format!("{sent:?}").contains(cut) && !format!("{sent:?}").contains("u{1b}"),
            "{sent:?}"
        );
        assert_eq!(
            matches!(sent, Sent::Doubtful(_)),
            doubtful,
            "{status}: {sent:?}"
        );
        assert_eq!(
            matches!(sent, Sent::Refused(_)),
            !doubtful,
            "{status}: {sent:?}"
        );
        let standing = actor.ask(&request).await;
        assert_eq!(
            standing == Standing::Open,
            !doubtful,
            "{status}: {standing:?}"
        );
        assert_eq!(
            matches!(standing, Standing::Unknown(_)),
            doubtful,
            "{status}: {standing:?}"
        );
        assert_eq!(
            server.received_requests().await.unwrap().len(),
            1,
            "{status}: never twice"
        );
    }
    // Nobody there: nothing was sent. Another process: nobody knows.
    let source = sink("http://127.0.0.1:1/in");
    let actor = source.actor().unwrap();
    let request = prepare(actor, &order(Verb::Reject)).await;
    let sent = actor.send(&request).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
    let other = sink("http://127.0.0.1:1/in");
    let standing = other.actor().unwrap().ask(&request).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    let elsewhere = sink("http://127.0.0.1:1/other");
    assert!(matches!(
        elsewhere.actor().unwrap().send(&request).await,
        Sent::Refused(_)
    ));
}
