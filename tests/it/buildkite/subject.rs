//! Buildkite, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::{VERBS, ready};
use super::world::{World, build, start};
use super::{now, settings};
use crate::conformance::subject::{Ask, Deed, Found, Made, Names, Pages, STRANGE, Subject};

pub static SUBJECT: Subject = Subject {
    kind: "buildkite",
    now,
    make: || of(world()),
    asks: &[Ask::of("/v2/organizations/acme/builds")],
    pages: Pages::Cut(|| of(World { page: 2, ..world() })),
    strange: Some(|| {
        let mut odd = world();
        odd.builds[0]["state"] = json!(STRANGE);
        odd.builds
            .push(json!({"number": "seven", "created_at": "2026-03-02T09:00:00Z"}));
        of(odd)
    }),
    rights: Some("the token's scopes: read_builds"),
    deeds,
    names: Names::Any("RSpec"),
    ..Subject::READS
};

fn world() -> World {
    let builds = (1..=9).map(|number| build("shop", number, number % 4 == 0));
    World::of(builds.collect())
}

fn of(world: World) -> Made {
    let server = start(world);
    let settings = settings(&server.url(), &["acme/*"]);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |verb| {
        let found = match verb {
            // Buildkite does not tell who cancelled.
            Verb::Cancel | Verb::Reject => Found::Unknown("cancelled"),
            _ => Found::Done,
        };
        Deed::new(verb, found, move || ready(verb).into())
    };
    VERBS.into_iter().map(deed).collect()
}
