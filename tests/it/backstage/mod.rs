//! Backstage: a double of its catalogue's API with pages, folders of `catalog-info.yaml` files, answers that are none, and what becomes of a workload.

pub mod subject;

use std::time::Duration;

use leadtime::connector::backstage::Backstage;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::Event;
use leadtime::event::kind::Kind;
use leadtime::event::time::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::cli::place::Place;
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Mischief, Wild};

const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

type Server = Wild<Vec<Value>>;

fn now() -> Timestamp {
    Timestamp::parse("2026-05-01T12:00:00Z").unwrap()
}

fn component(name: &str, team: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
        "metadata": {
            "name": name, "namespace": "default", "title": format!("The {name}"), "uid": "x",
            "annotations": {"github.com/project-slug": format!("acme/{name}")},
            "links": [{"url": format!("https://{name}.example.com"), "title": "Home"}],
        },
        "spec": {"type": "service", "lifecycle": "production", "owner": format!("group:default/{team}"), "system": "shop"},
        "relations": [{"type": "ownedBy", "targetRef": "group:default/x"}],
    })
}

/// As the reference says: two at a time here, each page naming the next by a cursor.
fn answer(world: &mut [Value], asked: &Asked) -> Answer {
    if asked.path() != "/backstage/api/catalog/entities/by-query" {
        return Answer::json(
            404,
            &json!({"error": {"name": "NotFoundError", "message": "not found"}}),
        );
    }
    let start: usize = match asked.query("cursor") {
        Some(cursor) => {
            assert_eq!(asked.query("filter"), None, "the cursor holds the filter");
            cursor.parse().unwrap()
        }
        None => {
            assert_eq!(asked.query("filter"), Some("kind%3Dcomponent"));
            0
        }
    };
    let page: Vec<&Value> = world.iter().skip(start).take(2).collect();
    let end = start + page.len();
    let mut info = json!({});
    if end < world.len() {
        info["nextCursor"] = json!(end.to_string());
    }
    Answer::json(
        200,
        &json!({"items": page, "totalItems": world.len(), "pageInfo": info}),
    )
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "portal".to_owned(),
        url: Some(format!("{}/backstage", server.url())),
        token: Some(SecretString::from(CANARY)),
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

async fn read(settings: Settings, kept: &mut Kept) -> Result<(), ConnectorError> {
    kept.findings.clear();
    let source = Backstage::new(settings).unwrap();
    source.read(kept.reading(now()), kept).await
}

/// What the log has, by name.
fn told(kept: &Kept) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
    let line = |event: &Event<String>| {
        let Kind::Component(fact) = &event.kind else {
            panic!("{event:?}");
        };
        format!(
            "{} in {}: {} of {}, {}, {}",
            fact.component,
            text(&fact.system),
            text(&fact.repository),
            text(&fact.team),
            text(&fact.lifecycle),
            text(&fact.url)
        )
    };
    let mut lines: Vec<String> = kept.events.values().map(line).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn components_are_told_once_and_again_when_they_change() {
    let mut world: Vec<Value> = ["a", "b", "c", "d", "e"]
        .iter()
        .map(|name| component(name, "payments"))
        .collect();
    world.push(component("a", "others"));
    let server = Wild::start(world, |world, asked| answer(world, asked));
    let mut kept = Kept::default();
    read(settings(&server), &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 5);
    assert_eq!(
        told(&kept)[0],
        "default/a in shop: acme/a of payments, production, https://a.example.com"
    );
    assert!(kept.told().contains("described twice"), "{}", kept.told());
    assert_eq!(server.asked().len(), 3);
    read(settings(&server), &mut kept).await.unwrap();
    assert_eq!((kept.events.len(), kept.batches), (5, 1));
    server.state().pop();
    server.state()[1] = component("b", "till");
    server.state()[2]["metadata"]["description"] = json!("says nothing to leadtime");
    read(settings(&server), &mut kept).await.unwrap();
    assert_eq!((kept.events.len(), kept.findings.len()), (6, 0));
    let token = format!("Bearer {CANARY}");
    let sent = server.asked();
    assert!(
        sent.iter()
            .all(|one| one.method == "GET" && one.header("authorization") == Some(&token))
    );
    let mut chosen = settings(&server);
    chosen.projects = vec!["a".to_owned(), "x*".to_owned()];
    let health = Backstage::new(chosen).unwrap().check(now()).await.unwrap();
    assert!(health.facts[0].contains("1 of 5 components"), "{health:?}");
    assert!(health.findings[0].text.contains("\"x*\""), "{health:?}");
}

#[tokio::test]
async fn files_are_read_wherever_they_lie() {
    let place = Place::new();
    let file = |path: &str, text: &str| {
        place.write(path, text);
    };
    let shop = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  annotations:\n    backstage.io/source-location: url:https://github.com/acme/shop/tree/main/\nspec:\n  owner: payments\n---\nkind: API\nmetadata: {name: shop-api}\n";
    file("repos/shop/catalog-info.yaml", shop);
    file(
        "repos/deep/er/catalog-info.yml",
        "kind: component\nmetadata: {name: till, namespace: pos}\nspec: {owner: 'user:jane'}\n",
    );
    file(
        "repos/node_modules/x/catalog-info.yaml",
        "kind: Component\nmetadata: {name: none}\n",
    );
    file("repos/broken/catalog-info.yaml", "kind: [\n");
    file(
        "repos/other.yaml",
        "kind: Component\nmetadata: {name: other}\n",
    );
    let of = |path: &str| Settings {
        name: "files".to_owned(),
        path: Some(place.file(path)),
        ..Settings::default()
    };
    let mut kept = Kept::default();
    read(of("repos"), &mut kept).await.unwrap();
    assert_eq!(
        told(&kept),
        [
            "default/shop in -: acme/shop of payments, -, -",
            "pos/till in -: - of jane, -, -",
        ]
    );
    assert!(kept.told().contains("broken"), "{}", kept.told());
    assert!(
        kept.events
            .keys()
            .all(|(source, _)| source == "backstage:files")
    );
    let mut kept = Kept::default();
    read(of("repos/shop/catalog-info.yaml"), &mut kept)
        .await
        .unwrap();
    assert_eq!(kept.events.len(), 1);
    let error = read(of("nowhere"), &mut kept).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    let mut both = of("repos");
    both.url = Some("https://backstage.example.com".to_owned());
    assert!(Backstage::new(both).is_err());
}

#[tokio::test]
async fn one_that_cannot_be_read_leaves_the_others() {
    let server = Wild::start(vec![component("a", "payments")], |world, asked| {
        answer(world, asked)
    });
    let mut kept = Kept::default();
    let odd = json!({"items": [{"kind": 7}, component("a", "payments")], "pageInfo": {}});
    server.once("GET", "/", Mischief::Instead(Answer::json(200, &odd)));
    read(settings(&server), &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 1);
    assert!(
        kept.told().contains("item 1: field `kind`"),
        "{}",
        kept.told()
    );
    server.once("GET", "/", Mischief::DoneThenCut);
    kept.killed_after = Some(kept.batches);
    server.state()[0] = component("a", "till");
    assert!(read(settings(&server), &mut kept).await.is_err());
    kept.killed_after = None;
    read(settings(&server), &mut kept).await.unwrap();
    assert_eq!((kept.events.len(), kept.differing.len()), (2, 0));
}

/// A line of the log.
fn line(id: &str, at: &str, kind: &str, subject: &str, content: &Value) -> String {
    let event = json!({
        "context": {"specversion": "0.5.1", "id": id, "source": "test", "type": kind, "timestamp": at},
        "subject": {"id": subject, "content": content},
    });
    format!("{event}\n")
}

fn teams(place: &Place) -> Vec<(String, Value)> {
    let told = place.run(&["env", "--json"]).json();
    let workloads = told["workloads"].as_array().unwrap().iter();
    let team = |one: &Value| {
        (
            one["workload"].as_str().unwrap().to_owned(),
            one["team"].clone(),
        )
    };
    workloads.map(team).collect()
}

#[test]
fn a_workload_has_the_team_that_the_catalogue_says_unless_somebody_wrote_one_down() {
    let place = Place::new();
    let described = "dev.cdeventsx.leadtime-component.described.0.1.0";
    let of = |team: &str, repository: &str| json!({"team": team, "repository": repository, "service": "svc"});
    // The newest counts, in whatever order they come.
    let log = [
        line(
            "2",
            "2026-05-02T12:00:00Z",
            described,
            "default/shop",
            &of("payments", "acme/shop"),
        ),
        line(
            "1",
            "2026-05-01T12:00:00Z",
            described,
            "default/shop",
            &of("old", "acme/shop"),
        ),
        line(
            "3",
            "2026-05-01T12:00:00Z",
            described,
            "default/till",
            &json!({"team": "pos", "repository": "acme/till"}),
        ),
    ];
    place.write("log.jsonl", log.concat());
    place.write(
        "leadtime.toml",
        "[store]\nurl = \"sqlite:log.db\"\n[[workloads]]\nname = \"shop\"\nrepositories = [\"acme/shop\"]\n[[workloads]]\nname = \"till\"\nteam = \"mine\"\nrepositories = [\"acme/till\"]\n",
    );
    place.run(&["import", "log.jsonl"]).ends(0);
    assert_eq!(
        teams(&place),
        [
            ("shop".to_owned(), json!("payments")),
            ("till".to_owned(), json!("mine"))
        ]
    );
}
