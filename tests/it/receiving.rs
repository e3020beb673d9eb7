//! What tools push: the marks by which each is known, against the published examples; and the collector, which takes a push, reads its source at once, and
//! keeps what is told twice once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use leadtime::app::receive::{Door, Taken};
use leadtime::app::registry::CONNECTORS;
use leadtime::clock;
use leadtime::connector::signature::{Lock, Scheme, mac, verify};
use leadtime::event::time::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::cli::place::{Place, Ran};
use crate::support::github::living::Living;
use crate::support::github::world::{Repo, commit};
use crate::support::left_out;

pub const SECRET: &str = "c4n4ry-of-a-push";

/// The kinds of source that an example speaks of.
fn kinds(tool: &str) -> &'static [&'static str] {
    match tool {
        "github" => &["github"],
        "gitea/forgejo" => &["gitea"],
        "bitbucket-cloud / jira" => &["bitbucket", "jira"],
        "circleci" => &["circleci"],
        "buildkite" => &["buildkite"],
        "pagerduty v3" => &["pagerduty"],
        "heroku" => &["heroku"],
        "netlify" => &["netlify"],
        _ if tool.starts_with("gitlab") => &["gitlab"],
        _ => &[],
    }
}

fn schemes(kind: &str) -> &'static [Scheme] {
    let mut all = CONNECTORS.iter();
    let found = all.find(|(descriptor, _)| descriptor.kind == kind);
    found.map_or(&[], |(descriptor, _)| descriptor.pushes)
}

fn headers(all: &Value) -> HeaderMap {
    let all = all.as_object().unwrap().iter();
    all.map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (
            name,
            HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
        )
    })
    .collect()
}

/// The instant of an example that says one.
fn sent(all: &Value) -> Timestamp {
    let text = all.to_string();
    let known = ["1614265330", "1619071700"];
    let at = known.iter().find(|at| text.contains(**at));
    Timestamp::from_seconds(at.map_or(1_700_000_000, |at| at.parse().unwrap()))
}

#[test]
fn the_published_examples_are_known_and_nothing_that_differs() {
    let folder = std::env::var("LEADTIME_SHARED").unwrap_or_default();
    let file = format!("{folder}/payloads/webhook-signatures/vectors.json");
    let Ok(text) = fs::read_to_string(file) else {
        left_out("the examples of signatures: LEADTIME_SHARED names no folder with them");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut checked = Vec::new();
    for vector in &vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        for kind in kinds(text("tool")) {
            let schemes = schemes(kind);
            if schemes.is_empty() && !CONNECTORS.iter().any(|(one, _)| one.kind == *kind) {
                continue;
            }
            assert!(!schemes.is_empty(), "{kind} takes no pushes");
            let marks = headers(&vector["headers"]);
            let look = |secret: &str, marks: &HeaderMap, body: &str| {
                let secret = SecretString::from(secret);
                let now = sent(&vector["headers"]);
                verify(schemes, &secret, marks, body.as_bytes(), now).is_ok()
            };
            let (secret, body) = (text("secret"), text("body"));
            assert!(look(secret, &marks, body), "{vector}");
            assert!(!look("another", &marks, body), "{vector}");
            assert!(!look(secret, &HeaderMap::new(), body), "{vector}");
            let is_token = schemes.iter().any(|scheme| {
                matches!(scheme, Scheme::Token { header, .. } if marks.contains_key(*header))
            });
            assert!(
                is_token || !look(secret, &marks, &format!("{body} ")),
                "{vector}"
            );
            checked.push(*kind);
        }
    }
    assert!(checked.len() >= 8, "{checked:?}");
}

/// The kinds of source in the table of the documentation, in the order of their rows.
fn documented() -> BTreeSet<String> {
    let page = include_str!("../../docs/receiving.md");
    let table = page.split("| kind | header |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let kinds = rows.flat_map(|row| row.split('|').nth(1).unwrap().split(','));
    kinds
        .map(|kind| kind.trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn every_kind_that_is_pushed_to_is_documented_and_given_a_secret() {
    let mut taking = BTreeSet::new();
    for (descriptor, _) in CONNECTORS {
        let has_secret = descriptor.takes.contains(&"secret");
        let is_pushed = !descriptor.pushes.is_empty();
        assert!(has_secret || !is_pushed, "{}", descriptor.kind);
        taking.extend(is_pushed.then(|| descriptor.kind.to_owned()));
    }
    assert_eq!(documented(), taking);
}

#[test]
fn a_tool_that_signs_nothing_bears_the_secret() {
    for kind in ["argocd", "alertmanager", "opsgenie", "servicenow", "kargo"] {
        let look = |mark: &str| {
            let marks = headers(&json!({"authorization": mark}));
            let secret = SecretString::from(SECRET);
            verify(schemes(kind), &secret, &marks, b"{}", clock::now()).is_ok()
        };
        assert!(look(&format!("Bearer {SECRET}")), "{kind}");
        for wrong in [SECRET, "Bearer ", "Bearer x", "Basic eDp4"] {
            assert!(!look(wrong), "{kind}: {wrong}");
        }
    }
}

#[test]
fn a_door_that_anybody_could_enter_is_not_opened() {
    let lock = |secret: Option<&str>| {
        let secret = secret.map(SecretString::from);
        BTreeMap::from([(
            "events".to_owned(),
            Lock {
                schemes: &[Scheme::Standard],
                secret,
            },
        )])
    };
    let open = |address: &str, secret| Door::open(address.parse().unwrap(), lock(secret));
    let error = open("0.0.0.0:0", None).err().unwrap();
    assert!(
        error.text.contains("source \"events\" has no `secret`"),
        "{error}"
    );
    let door = open("127.0.0.1:0", None).unwrap();
    let taken = open(&door.address.to_string(), None).err().unwrap();
    assert!(taken.to_string().contains("another leadtime"), "{taken}");
    assert!(open("0.0.0.0:0", Some("s")).is_ok());
}

#[tokio::test]
async fn who_asks_beforehand_may_push_where_a_push_has_to_prove_itself() {
    let lock = |secret: Option<&str>| Lock {
        schemes: &[Scheme::Standard],
        secret: secret.map(SecretString::from),
    };
    let locks = [("events", lock(Some(SECRET))), ("open", lock(None))];
    let locks = locks.map(|(name, lock)| (name.to_owned(), lock));
    let door = Door::open("127.0.0.1:0".parse().unwrap(), locks.into()).unwrap();
    let address = door.address;
    let serving = tokio::spawn(door.serve(Box::new(|_| Taken::Yes)));
    let ask = async |source: &str, marks: &[&'static str]| {
        let url = format!("http://{address}/hooks/{source}");
        let mut asked = reqwest::Client::new().request(Method::OPTIONS, url);
        for mark in marks {
            asked = asked.header(*mark, "sender.example.com");
        }
        let answer = asked.send().await.unwrap();
        let said = |name: &str| {
            let text = answer.headers().get(name)?.to_str().unwrap();
            Some(text.to_owned())
        };
        let allowed = (said("webhook-allowed-origin"), said("webhook-allowed-rate"));
        (answer.status().as_u16(), allowed)
    };
    let (origin, rate) = ("webhook-request-origin", "webhook-request-rate");
    let allowed = Some("sender.example.com".to_owned());
    assert_eq!(
        ask("events", &[origin]).await,
        (200, (allowed.clone(), None))
    );
    assert_eq!(
        ask("events", &[origin, rate]).await,
        (200, (allowed, Some("*".to_owned())))
    );
    for (source, marks, status) in [
        ("events", &[][..], 405),
        ("events", &["origin"], 405),
        ("open", &[origin], 405),
        ("nobody", &[origin], 404),
    ] {
        assert_eq!(ask(source, marks).await, (status, (None, None)), "{source}");
    }
    serving.abort();
}

const CONFIG: &str = r#"
store = { url = "sqlite:log.db" }
[receive]
listen = "127.0.0.1:0"
[[sources]]
name = "gh"
kind = "github"
url = "GITHUB"
token = { env = "SECRET" }
secret = { env = "SECRET" }
repositories = ["acme/shop"]
every = "1d"
[[sources]]
name = "events"
kind = "cdevents"
path = "events.jsonl"
secret = { env = "SECRET" }
every = "1d"
"#;

/// The collector, while it runs.
pub struct Collector<'p> {
    place: &'p Place,
    child: Child,
    /// Before the name of a source.
    pub url: String,
}

impl Drop for Collector<'_> {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

impl<'p> Collector<'p> {
    /// Starts it, and waits until every source is read.
    pub fn start(place: &'p Place, sources: &[&str]) -> Self {
        let mut command = place.command(&["collect"]);
        command.env("SECRET", SECRET).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let first = next();
        let url = first.split_whitespace().last().unwrap();
        let url = url.replace("<source>", "");
        let mut read: Vec<String> = sources.iter().map(|_| next()).collect();
        read.sort();
        let all: Vec<String> = sources.iter().map(|name| format!("{name}: read")).collect();
        assert_eq!(read, all);
        Self { place, child, url }
    }

    async fn push(&self, source: &str, body: &str, marks: &[(&str, String)]) -> u16 {
        let mut asked = reqwest::Client::new().post(format!("{}{source}", self.url));
        for (name, value) in marks {
            asked = asked.header(*name, value);
        }
        let answer = asked.body(body.to_owned()).send().await.unwrap();
        answer.status().as_u16()
    }

    fn log(&self) -> String {
        let mut command = self.place.command(&["export"]);
        let ran = Ran::of(command.env("SECRET", SECRET).output().unwrap());
        let log = ran.ends(0).out;
        assert!(!log.contains(SECRET));
        log
    }

    /// Waits until something is in the log, and tells how often.
    pub async fn logged(&self, text: &str) -> usize {
        for _ in 0..300 {
            let count = self.log().matches(text).count();
            if count > 0 {
                return count;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{text} was never logged");
    }
}

fn signed(body: &str) -> Vec<(&'static str, String)> {
    let mark = hex::encode(mac(SECRET.as_bytes(), &[body.as_bytes()]));
    vec![("x-hub-signature-256", format!("sha256={mark}"))]
}

fn event(id: &str) -> String {
    json!({
        "context": {"specversion": "0.5.1", "id": id, "source": "ci", "type": "dev.cdevents.testsuiterun.started.0.3.0", "timestamp": clock::now().to_string()},
        "subject": {"id": id, "content": {}},
    })
    .to_string()
}

#[tokio::test]
async fn what_is_pushed_is_there_at_once_and_once() {
    let mut repo = Repo::empty("acme/shop");
    let at = clock::now().to_string();
    repo.commits.push(commit(&"a".repeat(40), &at, &[]));
    let github = Living::serve(vec![repo], "jane");
    let place = Place::new();
    place.write("leadtime.toml", CONFIG.replace("GITHUB", &github.url()));
    place.write("events.jsonl", format!("{}\n", event("first")));
    let collector = Collector::start(&place, &["events", "gh"]);
    assert_eq!(collector.logged("\"subject\":{\"id\":\"first\"").await, 1);

    // What was polled is pushed, too; what is new comes with it.
    let both = format!("[{},\n{}]", event("first"), event("second"));
    let status = collector.push("events", &both, &signed(&both)).await;
    assert_eq!(status, 202);
    collector.logged("\"subject\":{\"id\":\"second\"").await;
    let log = collector.log();
    assert_eq!(
        log.matches("\"subject\":{\"id\":\"first\"").count(),
        1,
        "{log}"
    );

    // Nobody reads GitHub for a day, but it says that something happened.
    let deploy = json!({"ref": "a".repeat(40), "environment": "production"});
    let made = reqwest::Client::new()
        .post(format!("{}/repos/acme/shop/deployments", github.url()))
        .header("authorization", format!("Bearer {SECRET}"))
        .json(&deploy);
    assert_eq!(made.send().await.unwrap().status(), 201);
    let asked = github.asked().len();
    let body = r#"{"action":"created"}"#;
    assert_eq!(collector.push("gh", body, &[]).await, 401);
    let wrong = signed("something else");
    assert_eq!(collector.push("gh", body, &wrong).await, 401);
    assert_eq!(collector.push("nobody", body, &signed(body)).await, 404);
    assert_eq!(
        collector
            .push("events", "no event", &signed("no event"))
            .await,
        400
    );
    assert!(!collector.log().contains("production"));
    assert_eq!(github.asked().len(), asked, "nothing was read for those");
    assert_eq!(collector.push("gh", body, &signed(body)).await, 202);
    collector.logged("\"environment\":\"production\"").await;
}

#[tokio::test]
async fn a_cloudevent_in_parts_is_kept_whatever_it_is() {
    let place = Place::new();
    place.write(
        "leadtime.toml",
        "store = { url = \"sqlite:log.db\" }\n[receive]\nlisten = \"127.0.0.1:0\"\n[[sources]]\nname = \"events\"\nkind = \"cdevents\"\npath = \"events.jsonl\"\nevery = \"1d\"\n",
    );
    place.write("events.jsonl", "");
    let collector = Collector::start(&place, &["events"]);
    let push = async |id: &str, kind: &str, content_type: &str, body: &str| {
        let marks = [
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "/acme/%C3%BC"),
            ("ce-type", kind),
            ("ce-time", "2026-01-02T03:04:05Z"),
            ("ce-traceparent", "00-1"),
            ("content-type", content_type),
        ];
        let marks = marks.map(|(name, text)| (name, text.to_owned()));
        collector.push("events", body, &marks).await
    };
    let json = "application/json";
    assert_eq!(
        push("i1", "com.acme.order.paid", json, "{\"sum\": 1.10}").await,
        202
    );
    collector
        .logged(r#"{"specversion":"1.0","id":"i1","source":"/acme/ü","type":"com.acme.order.paid","time":"2026-01-02T03:04:05Z","traceparent":"00-1","datacontenttype":"application/json","data":{"sum":1.10}}"#)
        .await;
    assert_eq!(push("i2", "com.acme.note", "text/plain", "moin").await, 202);
    collector.logged(r#""data":"moin""#).await;
    // One that carries a CDEvent is that.
    assert_eq!(
        push("i3", "dev.cdevents.x", json, &event("inner")).await,
        202
    );
    collector.logged(r#""subject":{"id":"inner""#).await;
    assert!(collector.log().contains(r#""cloudevent":{"id":"i3""#));
    // What is none is refused, and why.
    for (kind, content_type, body, why) in [
        ("com.acme.order.paid", json, "no", "not JSON"),
        ("dev.cdevents.x", json, "{\"context\":{}}", "is missing"),
        ("", json, "{}", "`type` should be a text"),
    ] {
        let asked = reqwest::Client::new()
            .post(format!("{}events", collector.url))
            .header("ce-specversion", "1.0")
            .header("ce-id", "i4")
            .header("ce-source", "/acme")
            .header("ce-type", kind)
            .header("content-type", content_type)
            .body(body);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        let said = answer.text().await.unwrap();
        assert!(said.contains(why), "{said}");
    }
    assert_eq!(collector.push("events", "", &[]).await, 400);
    let doctor = place.run(&["doctor", "--offline", "--json"]).json();
    let unread = &doctor["unlinked"][0];
    assert_eq!(unread["count"], 2, "{doctor}");
    let example = unread["example"].as_str().unwrap();
    assert!(example.starts_with("com.acme."), "{doctor}");
}

const OPEN: &str = r#"
store = { url = "sqlite:log.db" }
[receive]
listen = "127.0.0.1:0"
[[sources]]
name = "events"
kind = "cdevents"
path = "events.jsonl"
every = "1d"
"#;

#[tokio::test]
async fn a_page_in_a_browser_writes_nothing_into_the_log() {
    let place = Place::new();
    place.write("leadtime.toml", OPEN);
    place.write("events.jsonl", "");
    let collector = Collector::start(&place, &["events"]);
    let push = async |id: &str, name: &'static str, value: &str| {
        let marks = [
            (name, value.to_owned()),
            ("content-type", "text/plain".to_owned()),
        ];
        collector.push("events", &event(id), &marks).await
    };
    assert_eq!(push("e1", "origin", "https://evil.example").await, 403);
    assert_eq!(push("e2", "origin", "null").await, 403);
    assert_eq!(push("e3", "host", "evil.example").await, 403);
    assert_eq!(push("own", "origin", "http://localhost:3000").await, 202);
    collector.logged("\"subject\":{\"id\":\"own\"").await;
    assert_eq!(collector.log().lines().count(), 1);
}

#[tokio::test]
async fn whoever_pushes_is_told_what_is_no_event() {
    let place = Place::new();
    place.write("leadtime.toml", OPEN);
    place.write("events.jsonl", "");
    let collector = Collector::start(&place, &["events"]);
    let push = async |body: String| {
        let asked = reqwest::Client::new().post(format!("{}events", collector.url));
        let answer = asked.body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    };
    let (status, said) = push(format!("{}\nbad\n{}", event("a"), event("b"))).await;
    assert_eq!(status, 202, "{said}");
    assert!(said.contains("without\nline 2: not JSON: "), "{said}");
    let (_, said) = push(format!("[7,{}]", event("c"))).await;
    assert_eq!(said, "taken, without\nevent 1: not an event: 7\n");
    assert_eq!(push(event("d")).await, (202, "taken\n".to_owned()));
    assert_eq!(push("[7,8]".to_owned()).await.0, 400);
    collector.logged("\"subject\":{\"id\":\"d\"").await;
    assert_eq!(collector.log().lines().count(), 4);
}

#[test]
fn a_source_that_cannot_be_set_up_keeps_the_others_from_nothing() {
    let place = Place::new();
    let missing = "[[sources]]\nname = \"gh\"\nkind = \"github\"\nrepositories = [\"a/b\"]\ntoken = { env = \"NOT_THERE\" }\n";
    let events = "[[sources]]\nname = \"events\"\nkind = \"cdevents\"\npath = \"events.jsonl\"\n";
    place.write("leadtime.toml", missing.to_owned() + events);
    place.write("events.jsonl", format!("{}\n", event("first")));
    let mut command = place.command(&["collect"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told: Vec<String> = lines.take(2).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    told.sort();
    assert_eq!(told[0], "events: read");
    assert!(
        told[1].starts_with("gh: ") && told[1].contains("NOT_THERE"),
        "{told:?}"
    );
}
