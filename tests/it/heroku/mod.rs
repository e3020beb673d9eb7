//! Heroku: a double of its Platform API, with parts of lists by ranges in headers, held against Heroku's own schema; and answers that are none.

mod acting;
mod schema;
pub mod subject;

use leadtime::connector::Connector;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::heroku::Heroku;
use leadtime::event::kind::{Kind, Outcome, Phase};
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::conformance::subject::HASTE;
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Wild};

const ACCEPT: &str = "application/vnd.heroku+json; version=3";

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

fn jane() -> Value {
    json!({"id": "u-jane", "email": "jane@example.com"})
}

fn omar() -> Value {
    json!({"id": "u-omar", "email": "omar@example.com"})
}

/// The releases of two apps, the oldest first.
#[derive(Debug)]
struct World {
    staging: Vec<Value>,
    production: Vec<Value>,
    toy: Vec<Value>,
    me: Value,
    part: usize,
}

fn release(app: &str, version: u64, what: &str, slug: &str) -> Value {
    json!({
        "id": format!("{app}-{version}"), "version": version, "description": what, "status": "succeeded",
        "slug": {"id": slug}, "user": omar(), "current": false, "eligible_for_rollback": true,
        "created_at": format!("2026-03-02T09:{version:02}:00Z"), "updated_at": format!("2026-03-02T09:{version:02}:30Z"),
    })
}

fn world() -> World {
    let mut staging = vec![
        release("staging", 1, "Initial release", "none"),
        release("staging", 2, "Deploy aaaaaaaa", "slug-a"),
        release("staging", 3, "Deploy bbbbbbbb", "slug-b"),
    ];
    staging[0]["slug"] = json!(null);
    staging[2]["current"] = json!(true);
    let mut production = vec![
        release("production", 4, "Promote shop-staging v1", "slug-0"),
        release("production", 5, "Promote shop-staging v2", "slug-a"),
        release("production", 6, "Set SPEED config vars", "slug-a"),
    ];
    production[2]["current"] = json!(true);
    World {
        staging,
        production,
        toy: Vec::new(),
        me: jane(),
        part: 200,
    }
}

type Server = Wild<World>;

impl World {
    fn of(&mut self, app: &str) -> Option<&mut Vec<Value>> {
        match app {
            "shop-staging" => Some(&mut self.staging),
            "shop-production" => Some(&mut self.production),
            "toy" => Some(&mut self.toy),
            _ => None,
        }
    }

    fn released(&mut self, app: &str, what: &str, slug: Value) -> Value {
        let me = self.me.clone();
        let all = self.of(app).unwrap();
        for one in all.iter_mut() {
            one["current"] = json!(false);
        }
        let version = all.last().map_or(0, |one| one["version"].as_u64().unwrap()) + 1;
        let at = deeds::clock().to_string();
        let new = json!({
            "id": format!("{app}-{version}"), "version": version, "description": what, "status": "succeeded", "slug": slug,
            "user": me, "current": true, "eligible_for_rollback": true, "created_at": at, "updated_at": at,
        });
        all.push(new.clone());
        new
    }

    /// The releases of an app in the part that the range asks for; without one the oldest come first.
    fn releases(&mut self, asked: &Asked, app: &str) -> Answer {
        let part = self.part;
        let Some(all) = self.of(app) else {
            return Answer::new(404);
        };
        let range = asked.header("range").unwrap_or_default().to_owned();
        let mut all: Vec<Value> = all.clone();
        if range.contains("order=desc") {
            all.reverse();
        }
        let from: usize = range
            .split_once("from=")
            .map_or(0, |(_, from)| from.parse().unwrap());
        let rest = all.len() > from + part;
        let items: Vec<Value> = all.into_iter().skip(from).take(part).collect();
        if rest {
            let next = format!("version ..; order=desc,from={}", from + part);
            Answer::json(206, &json!(items)).header("next-range", &next)
        } else {
            Answer::json(200, &json!(items))
        }
    }
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    if asked.header("accept") != Some(ACCEPT) {
        return Answer::json(406, &json!({"message": "another version"}));
    }
    let path = asked.path().to_owned();
    let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (asked.method.as_str(), pieces.as_slice()) {
        ("GET", ["account"]) => Answer::json(200, &world.me),
        ("GET", ["apps"]) => Answer::json(
            200,
            &json!([{"id": "app-s", "name": "shop-staging"}, {"id": "app-p", "name": "shop-production"}, {"id": "app-x", "name": "toy"}]),
        ),
        ("GET", ["pipelines"]) => Answer::json(200, &json!([{"id": "pipe", "name": "shop"}])),
        ("GET", ["pipeline-couplings"]) => Answer::json(
            200,
            &json!([
                {"app": {"id": "app-s"}, "pipeline": {"id": "pipe"}, "stage": "staging"},
                {"app": {"id": "app-p"}, "pipeline": {"id": "pipe"}, "stage": "production"},
            ]),
        ),
        ("GET", ["apps", app, "releases"]) => world.releases(asked, app),
        ("GET", ["apps", app, "releases", id]) => {
            let all = world.of(app).cloned().unwrap_or_default();
            let found = all.into_iter().find(|one| one["id"] == *id);
            found.map_or(Answer::new(404), |one| Answer::json(200, &one))
        }
        ("GET", ["apps", _, "slugs", slug]) => {
            let letter = slug.trim_start_matches("slug-");
            Answer::json(200, &json!({"id": slug, "commit": letter.repeat(40)}))
        }
        ("POST", ["apps", app, "releases"]) => {
            let id = asked.json()["release"].clone();
            let all = world.of(app).unwrap();
            let Some(old) = all.iter().find(|one| one["id"] == id).cloned() else {
                return Answer::new(404);
            };
            let what = format!("Rollback to v{}", old["version"]);
            Answer::json(201, &world.released(app, &what, old["slug"].clone()))
        }
        ("POST", ["pipeline-promotions"]) => {
            let body = asked.json();
            assert_eq!(body["source"]["app"]["id"], "app-s");
            assert_eq!(body["targets"], json!([{"app": {"id": "app-p"}}]));
            let newest = world.staging.last().cloned().unwrap();
            let what = format!("Promote shop-staging v{}", newest["version"]);
            world.released("shop-production", &what, newest["slug"].clone());
            Answer::json(201, &json!({"id": "promotion-1", "status": "pending"}))
        }
        _ => Answer::new(404),
    }
}

fn start() -> Server {
    Wild::start(world(), answer)
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "hk".to_owned(),
        url: Some(server.url()),
        token: Some(SecretString::from(CANARY)),
        patience: HASTE,
        ..Settings::default()
    }
}

fn source(server: &Server) -> Box<dyn Connector> {
    Box::new(Heroku::new(&settings(server)).unwrap())
}

/// What the log has, the oldest first.
fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let line = |event: &leadtime::event::Event<String>| {
        let Kind::Deployment(fact) = &event.kind else {
            panic!("{event:?}");
        };
        let of = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
        format!(
            "{} {} {} {} {} {:.3} {:?}{}",
            event.at,
            event.id,
            of(&fact.service),
            of(&fact.environment),
            of(&fact.version),
            of(&fact.sha),
            fact.outcome.filter(|_| fact.phase == Phase::Finished),
            if fact.rollback { " back" } else { "" },
        )
    };
    found.into_iter().map(line).collect()
}

#[tokio::test]
async fn releases_that_bring_code_are_deployments_to_their_stage() {
    let server = start();
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.told(), "");
    insta::assert_snapshot!("told", told(&kept).join("\n"));
    assert!(
        kept.events
            .keys()
            .any(|(source, _)| source.ends_with("/shop-production"))
    );
    // Slugs of what is no deployment are not asked for, and each other once.
    assert_eq!(server.count("GET", "/slugs/"), 4);
    // One in no pipeline is read where the source says where it stands.
    server.state().toy = vec![release("toy", 9, "Deploy cccccccc", "slug-c")];
    let mut all = settings(&server);
    all.environment = Some("lab".to_owned());
    all.projects = vec!["toy".to_owned()];
    let mut kept = Kept::default();
    deeds::read(&Heroku::new(&all).unwrap(), &mut kept, now())
        .await
        .unwrap();
    assert!(
        told(&kept)[0].contains("toy lab v9 ccc"),
        "{:?}",
        told(&kept)
    );
}

#[tokio::test]
async fn what_was_pending_is_followed_and_parts_are_read_to_the_end() {
    let server = start();
    {
        let mut world = server.state();
        world.part = 1;
        world.production[1]["status"] = json!("pending");
    }
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let first = kept.events.len();
    assert_eq!(first, 7, "{:?}", told(&kept));
    assert!(kept.cursors.contains_key("app app-p open production-5"));
    server.state().production[1]["status"] = json!("failed");
    let later = now() + Span::from_seconds(86_400);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    let Kind::Deployment(fact) = &kept.event("release/production-5/finished").kind else {
        panic!()
    };
    assert_eq!(fact.outcome, Some(Outcome::Failure));
    assert_eq!(kept.differing, []);
    let mut killed = Kept {
        killed_after: Some(1),
        ..Kept::default()
    };
    assert!(
        deeds::read(&*source(&server), &mut killed, later)
            .await
            .is_err()
    );
    killed.killed_after = None;
    deeds::read(&*source(&server), &mut killed, later)
        .await
        .unwrap();
    assert_eq!((killed.ids(), &killed.cursors), (kept.ids(), &kept.cursors));
}

#[tokio::test]
async fn a_reading_that_a_limit_stops_goes_on_at_its_part() {
    let server = start();
    server.state().part = 1;
    let mut whole = Kept::default();
    deeds::read(&*source(&server), &mut whole, now())
        .await
        .unwrap();
    // What apps there are, and in which stages; a part with its slug; the second part.
    server.allow(3 + 2 + 1);
    let mut kept = Kept::default();
    let error = deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
    server.behave();
    let before = server.asked().len();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let asked = server.asked();
    let mut lists = asked[before..].iter();
    let first = lists.find(|one| one.target.ends_with("/shop-staging/releases"));
    let range = first.unwrap().header("range").unwrap();
    assert!(range.ends_with("from=1"), "{range}");
    assert_eq!((kept.ids(), &kept.cursors), (whole.ids(), &whole.cursors));
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn what_is_gone_is_left_and_doctor_says_what_is_seen() {
    // A slug that was thrown away leaves its release without a commit.
    let server = start();
    server.always(
        "GET",
        "/slugs/",
        crate::support::wild::Mischief::Instead(Answer::new(404)),
    );
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.events.len(), 8);
    let health = source(&server).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    assert!(
        facts.contains("belongs to jane@example.com")
            && facts.contains("shop-production: production of shop"),
        "{facts}"
    );
}
