//! Heroku, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::ready;
use super::{World, answer, now, settings, world};
use crate::conformance::subject::{Ask, Deed, Found, Made, Names, Pages, STRANGE, Subject};
use crate::support::wild::Wild;

pub static SUBJECT: Subject = Subject {
    kind: "heroku",
    now,
    make: || of(world()),
    asks: &[
        Ask::of("/apps/shop-production/releases"),
        Ask::of("/pipeline-couplings"),
    ],
    pages: Pages::Cut(|| of(World { part: 1, ..world() })),
    strange: Some(|| {
        let mut odd = world();
        odd.staging[1]["status"] = json!(STRANGE);
        of(odd)
    }),
    deeds,
    names: Names::Plain("its names are of small letters, digits and dashes"),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = Wild::start(world, answer);
    let settings = settings(&server);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |verb| Deed::new(verb, Found::Done, move || ready(verb).into());
    [Verb::Rollback, Verb::Promote].map(deed).into()
}
