//! Jira, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::{APPROVAL, STATUS, order, world as open_world};
use super::reading::world;
use super::world::{World, start};
use super::{now, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, complaint, open,
};
use crate::support::deeds::Case;

pub static SUBJECT: Subject = Subject {
    kind: "jira",
    now,
    make: || of(world()),
    asks: &[Ask::of("/search")],
    no: |status| complaint(status, "errorMessages/0"),
    pages: Pages::Cut(|| of(World { page: 1, ..world() })),
    strange: Some(|| {
        let mut odd = world();
        odd.approvals.get_mut("OPS-4").unwrap()[0]["finalDecision"] = json!(STRANGE);
        of(odd)
    }),
    rights: Some("the account may do all that is read and acted on"),
    deeds,
    names: Names::Any("Story"),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = start(world);
    let settings = settings(&server.url(), true);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let all = [
        (Verb::Approve, STATUS),
        (Verb::Reject, STATUS),
        (Verb::Approve, APPROVAL),
        (Verb::Reject, APPROVAL),
    ];
    let deed = |(verb, id)| Deed::new((verb, id), Found::Done, move || ready(verb, id));
    all.into_iter().map(deed).collect()
}

fn ready(verb: Verb, id: &str) -> Case {
    let server = start(open_world());
    Case {
        source: open("jira", &settings(&server.url(), true), HASTE),
        order: order(verb, &server, id),
        server: Box::new(server),
    }
}
