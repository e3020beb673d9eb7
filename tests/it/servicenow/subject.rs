//! ServiceNow, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::{order, world as open_world};
use super::world::{World, approval, change, start};
use super::{now, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, complaint, open,
};
use crate::support::deeds::Case;

pub static SUBJECT: Subject = Subject {
    kind: "servicenow",
    now,
    make: || of(world()),
    asks: &[Ask::of("change_request"), Ask::of("sysapproval_approver")],
    no: |status| complaint(status, "error/message"),
    pages: Pages::Long(|| of(many()), 250),
    strange: Some(|| {
        let mut odd = world();
        odd.changes[0]["approval"] = json!(STRANGE);
        of(odd)
    }),
    deeds,
    names: Names::Any("checkout"),
    ..Subject::READS
};

fn world() -> World {
    World::new(
        vec![change(1, 1, &json!({})), change(2, 2, &json!({}))],
        vec![approval(1, 1, "jane", "requested", 1)],
    )
}

fn many() -> World {
    let all = (1..=250).map(|number| change(number, 1 + number % 28, &json!({})));
    World::new(all.collect(), Vec::new())
}

fn of(world: World) -> Made {
    let server = start(world);
    let settings = settings(&server.url());
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |verb| Deed::new(verb, Found::Done, move || ready(verb));
    [Verb::Approve, Verb::Reject].map(deed).into()
}

fn ready(verb: Verb) -> Case {
    let server = start(open_world());
    Case {
        source: open("servicenow", &settings(&server.url()), HASTE),
        order: order(verb, &server, "CHG0000001"),
        server: Box::new(server),
    }
}
