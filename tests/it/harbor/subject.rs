//! Harbor, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::ready;
use super::{World, answer, now, report, settings, world};
use crate::conformance::subject::{
    Ask, Deed, Found, Made, Names, Pages, STRANGE, Subject, complaint,
};
use crate::support::wild::Wild;

pub static SUBJECT: Subject = Subject {
    kind: "harbor",
    now,
    make: || of(world()),
    asks: &[
        Ask::of("/projects/acme/repositories?"),
        Ask::of("/artifacts?"),
    ],
    no: |status| complaint(status, "errors/0/message"),
    pages: Pages::Cut(|| of(World { page: 1, ..world() })),
    strange: Some(|| {
        let mut odd = world();
        odd.artifacts[0]["scan_overview"] = report(STRANGE, 31);
        odd.artifacts.push(json!({"digest": 7, "tags": []}));
        of(odd)
    }),
    deeds,
    names: Names::Plain(
        "its names are of small letters, digits and a few signs; the slashes between them are asked for in tests/it/harbor",
    ),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = Wild::start(world, answer);
    let settings = settings(&server);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |verb| {
        let found = match verb {
            Verb::Retry => Found::Unknown("who asked"),
            _ => Found::Done,
        };
        Deed::new(verb, found, move || ready(verb, "staging").into())
    };
    let all = [Verb::Promote, Verb::Rollback, Verb::Retry];
    all.into_iter().map(deed).collect()
}
