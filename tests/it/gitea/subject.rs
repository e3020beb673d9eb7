//! Gitea, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::{DEEDS, Deed as Kind, begun};
use super::world::start;
use super::{now, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::Case;

pub static SUBJECT: Subject = Subject {
    kind: "gitea",
    now,
    make: || of(50, false),
    // What is switched off in a repository is not found.
    asks: &[
        Ask::or("/pulls?", &[404]),
        Ask::or("/actions/runs?", &[404]),
        Ask::of("/commits?"),
    ],
    pages: Pages::Cut(|| of(1, false)),
    strange: Some(|| of(50, true)),
    deeds,
    names: Names::Any("main"),
    ..Subject::READS
};

fn of(most: usize, odd: bool) -> Made {
    let server = start(&["acme/shop"]);
    {
        let mut world = server.state();
        world.most = most;
        if odd {
            let shop = world.repositories.get_mut("acme/shop").unwrap();
            shop.get_mut("/pulls").unwrap()[0]["state"] = json!(STRANGE);
            let tags = shop.get_mut("/tags").unwrap().as_array_mut().unwrap();
            tags.push(json!({"name": 7}));
        }
    }
    let settings = settings(&server.url());
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |kind| Deed::new(kind, Found::Done, move || ready(kind));
    let back = Deed::new("back", Found::Done, || {
        let mut case = ready(Kind::Titled);
        case.order.verb = Verb::Rollback;
        case
    });
    DEEDS.into_iter().map(deed).chain([back]).collect()
}

fn ready(kind: Kind) -> Case {
    let (server, order) = begun(kind);
    Case {
        source: open("gitea", &settings(&server.url()), HASTE),
        server: Box::new(server),
        order,
    }
}
