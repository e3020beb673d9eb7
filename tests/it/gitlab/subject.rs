//! GitLab, as the suite of all connectors sees it.

use serde_json::json;

use super::acting::{SHOP, orders, world};
use super::{now, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::Case;
use crate::support::gitlab::{World, start};

pub static SUBJECT: Subject = Subject {
    kind: "gitlab",
    now,
    make: || of(&BOTH, 3, false),
    // What a role does not show is told and left.
    asks: &[
        Ask::of("/merge_requests?"),
        Ask::of("/pipelines?"),
        Ask::of("/deployments?"),
    ],
    pages: Pages::Long(|| of(&["acme/one"], 101, false), 1940),
    strange: Some(|| of(&BOTH, 3, true)),
    conditional: true,
    deeds,
    names: Names::Any("main"),
    ..Subject::READS
};

const BOTH: [&str; 2] = ["acme/one", "acme/two"];

fn of(projects: &[&str], steps: i64, odd: bool) -> Made {
    let mut world = World::new(now());
    for (id, project) in (1..).zip(projects) {
        world.generate(id, project, steps, (now(), 2));
    }
    if odd {
        world.item("acme/two", "/deployments", 1)["status"] = json!(STRANGE);
    }
    let server = start(world);
    let settings = settings(&server.url(), projects);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let all = orders().into_iter().enumerate();
    let deed = |(place, order): (usize, leadtime::plan::request::Order)| {
        Deed::new((order.verb, place), Found::Done, move || ready(place))
    };
    all.map(deed).collect()
}

fn ready(place: usize) -> Case {
    let server = start(world());
    Case {
        source: open("gitlab", &settings(&server.url(), &[SHOP]), HASTE),
        server: Box::new(server),
        order: orders().swap_remove(place),
    }
}
