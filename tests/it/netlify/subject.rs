//! Netlify, as the suite of all connectors sees it.

use serde_json::json;

use super::acting::{VERBS, ready};
use super::{World, answer, now, settings, world};
use crate::conformance::subject::{Ask, Deed, Found, Made, Names, Pages, STRANGE, Subject};
use crate::support::wild::Wild;

pub static SUBJECT: Subject = Subject {
    kind: "netlify",
    now,
    make: || of(world()),
    asks: &[Ask::of("/api/v1/sites?"), Ask::of("/sites/s-1/deploys")],
    pages: Pages::Cut(|| of(World { page: 1, ..world() })),
    strange: Some(|| {
        let mut odd = world();
        odd.deploys[1]["state"] = json!(STRANGE);
        odd.deploys.push(json!({"id": 7}));
        of(odd)
    }),
    deeds,
    names: Names::Any("lab"),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = Wild::start(world, answer);
    let settings = settings(&server);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    // Netlify does not tell who did it.
    let found = Found::Unknown("by whom");
    let deed = |verb| Deed::new(verb, found, move || ready(verb).into());
    VERBS.into_iter().map(deed).collect()
}
