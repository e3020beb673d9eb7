//! Netlify: a double of its API, held against its own description; and answers that are none.

mod acting;
mod prism;
pub mod subject;

use leadtime::connector::Connector;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::netlify::Netlify;
use leadtime::event::kind::{Kind, Outcome};
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::conformance::subject::HASTE;
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Asked, Wild};

pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

/// The deploys of a site, the newest first, and which of them is published.
#[derive(Debug)]
pub struct World {
    deploys: Vec<Value>,
    live: String,
    page: usize,
}

type Server = Wild<World>;

fn deploy(number: u32, context: &str, state: &str) -> Value {
    let letter = char::from_digit(number, 16).unwrap().to_string();
    let at = |second: u32| format!("2026-03-02T09:{number:02}:{second:02}.500Z");
    let out = (context == "production" && state == "ready").then(|| at(40));
    json!({
        "id": format!("d{number}"), "state": state, "context": context, "branch": if context == "production" { "main" } else { "lab" },
        "commit_ref": letter.repeat(40), "commit_url": format!("https://github.com/acme/shop/commit/{letter}"), "title": "Round up",
        "admin_url": "https://app.netlify.example/shop", "error_message": null, "locked": null,
        "created_at": at(0), "updated_at": at(50), "published_at": out,
    })
}

fn world() -> World {
    let mut cancelled = deploy(5, "production", "error");
    cancelled["error_message"] = json!("Canceled build");
    World {
        deploys: vec![
            deploy(7, "production", "ready"),
            deploy(6, "production", "error"),
            cancelled,
            deploy(4, "branch-deploy", "ready"),
            deploy(3, "deploy-preview", "ready"),
            deploy(2, "production", "ready"),
        ],
        live: "d7".to_owned(),
        page: 100,
    }
}

impl World {
    fn find(&mut self, id: &str) -> Option<&mut Value> {
        self.deploys.iter_mut().find(|one| one["id"] == id)
    }

    fn site(&mut self) -> Value {
        let live = self.live.clone();
        json!({"id": "s-1", "name": "shop", "published_deploy": self.find(&live)})
    }
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().to_owned();
    let Some(rest) = path.strip_prefix("/api/v1/") else {
        return Answer::new(404);
    };
    let pieces: Vec<&str> = rest.split('/').collect();
    match (asked.method.as_str(), pieces.as_slice()) {
        ("GET", ["user"]) => Answer::json(200, &json!({"email": "jane@example.com"})),
        ("GET", ["sites"]) => {
            Answer::json(200, &json!([world.site(), {"id": "s-2", "name": "toy"}]))
        }
        ("GET", ["sites", "s-1"]) => Answer::json(200, &world.site()),
        ("GET", ["sites", "s-1", "deploys"]) => {
            let page: usize = asked.query("page").map_or(1, |page| page.parse().unwrap());
            let skipped = world.deploys.iter().skip((page - 1) * world.page);
            let items: Vec<&Value> = skipped.take(world.page).collect();
            let answer = Answer::json(200, &json!(items));
            if world.deploys.len() <= page * world.page {
                return answer;
            }
            let host = asked.header("host").unwrap();
            let next = format!(
                "<http://{host}{path}?per_page=100&page={}>; rel=\"next\"",
                page + 1
            );
            answer.header("link", &next)
        }
        ("GET", ["sites", _, "deploys"]) => Answer::json(200, &json!([])),
        ("GET", ["sites", "s-1", "deploys", id]) => world
            .find(id)
            .map_or(Answer::new(404), |one| Answer::json(200, one)),
        ("POST", ["sites", "s-1", "deploys", id, "restore"]) => {
            (*id).clone_into(&mut world.live);
            Answer::json(201, world.find(id).unwrap())
        }
        ("POST", ["deploys", id, word @ ("lock" | "unlock")]) => {
            let one = world.find(id).unwrap();
            one["locked"] = json!(*word == "lock");
            Answer::json(200, one)
        }
        _ => Answer::new(404),
    }
}

fn start() -> Server {
    Wild::start(world(), answer)
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "nf".to_owned(),
        url: Some(server.url()),
        token: Some(SecretString::from(CANARY)),
        patience: HASTE,
        ..Settings::default()
    }
}

fn source(server: &Server) -> Box<dyn Connector> {
    Box::new(Netlify::new(&settings(server)).unwrap())
}

/// The deployments that the log has, the oldest first.
fn told(kept: &Kept) -> Vec<String> {
    let mut found: Vec<_> = kept.events.values().collect();
    found.sort_by_key(|event| (event.at, event.id.clone()));
    let line = |event: &leadtime::event::Event<String>| match &event.kind {
        Kind::Deployment(fact) => {
            let of = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
            let (service, environment) = (of(&fact.service), of(&fact.environment));
            let back = if fact.rollback { " back" } else { "" };
            format!(
                "{} {} {service} {environment} {:.3} {:?}{back}",
                event.at,
                event.id,
                of(&fact.sha),
                fact.outcome
            )
        }
        Kind::Run(run) => format!("{} {} {:?}", event.at, event.id, run.outcome),
        other => panic!("{other:?}"),
    };
    found.into_iter().map(line).collect()
}

#[tokio::test]
async fn deploys_are_runs_and_publications_deployments() {
    let server = start();
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.told(), "");
    insta::assert_snapshot!("told", told(&kept).join("\n"));
    let known = kept.events.len();
    // An earlier one is published again: it says when it first was.
    server.state().live = "d2".to_owned();
    let later = now() + Span::from_seconds(3600);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    let last = told(&kept).pop().unwrap();
    assert!(
        last.starts_with("2026-03-02T13:00:00Z deploy/d2/published/") && last.ends_with(" back"),
        "{last}"
    );
    deeds::read(&*source(&server), &mut kept, later + Span::from_seconds(60))
        .await
        .unwrap();
    assert_eq!(
        (kept.events.len(), kept.differing.len()),
        (known + 1, 0),
        "told once"
    );
}

#[tokio::test]
async fn what_was_under_way_is_followed_and_pages_are_read_to_the_end() {
    let server = start();
    {
        let mut world = server.state();
        world.page = 2;
        world.deploys.insert(0, deploy(8, "production", "building"));
    }
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert!(kept.cursors.contains_key("site s-1 open d8"));
    assert!(
        kept.ids().contains(&"deploy/d2/started"),
        "{:?}",
        kept.ids()
    );
    server.state().deploys[0] = deploy(8, "production", "error");
    let later = now() + Span::from_seconds(86_400);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    let Kind::Deployment(fact) = &kept.event("deploy/d8/failed").kind else {
        panic!()
    };
    assert_eq!(fact.outcome, Some(Outcome::Failure));
    assert_eq!(kept.differing, []);
    let mut killed = Kept {
        killed_after: Some(2),
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
    // Gone before it ended: told.
    let mut kept = Kept::default();
    server
        .state()
        .deploys
        .insert(0, deploy(9, "production", "building"));
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    server.state().deploys.remove(0);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    assert!(kept.told().contains("gone before"), "{}", kept.told());
}

#[tokio::test]
async fn doctor_says_what_is_seen() {
    let server = start();
    let health = source(&server).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    assert!(
        facts.contains("belongs to jane@example.com") && facts.contains("2 of 2 sites"),
        "{facts}"
    );
}
