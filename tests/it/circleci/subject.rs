//! CircleCI, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::json;

use super::world::{World, start, uuid};
use super::{now, order, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::Case;

pub static SUBJECT: Subject = Subject {
    kind: "circleci",
    now,
    make: || of(World::of(3)),
    // A pipeline that is gone is not asked for again.
    asks: &[
        Ask::of("/pipeline?"),
        Ask::or("/pipeline/00000001", &[404]),
        Ask::or("/job", &[404]),
    ],
    pages: Pages::Cut(|| {
        of(World {
            page: 1,
            ..World::of(3)
        })
    }),
    strange: Some(|| {
        let mut world = World::of(3);
        world.find(&uuid(2, 2)).unwrap()["status"] = json!(STRANGE);
        of(world)
    }),
    deeds,
    names: Names::Any("build-and-deploy"),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = start(world);
    let settings = settings(&server.url(), &["gh/acme/*"]);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let all = [
        Verb::Approve,
        Verb::Reject,
        Verb::Cancel,
        Verb::Retry,
        Verb::RetryFailed,
        Verb::Promote,
        Verb::Rollback,
    ];
    let deed = |verb| Deed::new(verb, Found::Done, move || ready(verb));
    all.into_iter().map(deed).collect()
}

fn ready(verb: Verb) -> Case {
    let mut world = World::of(3);
    world.find(&uuid(2, 2)).unwrap()["status"] = json!("failed");
    world.find(&uuid(2, 3)).unwrap()["status"] = json!("running");
    let gate = world.hold(20);
    let server = start(world);
    let id = match verb {
        Verb::Approve | Verb::Reject => gate,
        Verb::Cancel => format!("workflow/{}", uuid(2, 3)),
        _ => format!("workflow/{}", uuid(2, 2)),
    };
    Case {
        source: open("circleci", &settings(&server.url(), &["gh/acme/*"]), HASTE),
        server: Box::new(server),
        order: order(verb, &id),
    }
}
