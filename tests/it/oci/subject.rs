//! Image registries, as the suite of all connectors sees them.

use leadtime::plan::request::Verb;

use super::acting::{order, shop, version};
use super::failures::two;
use super::world::{World, start};
use super::{now, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, Subject, complaint, open,
};
use crate::support::deeds::{CANARY, Case};

pub static SUBJECT: Subject = Subject {
    kind: "oci",
    now,
    make: || of(two()),
    // A registry answers so where a login lets one in elsewhere.
    asks: &[
        Ask::of("/_catalog"),
        Ask::or("/acme/shop/tags/list", &[401]),
    ],
    no: |status| complaint(status, "errors/0/message"),
    pages: Pages::Cut(|| {
        of(World {
            page: Some(1),
            ..two()
        })
    }),
    // What it does not know is an image all the same: tests/it/oci/failures.rs.
    conditional: true,
    deeds,
    // Its times are of those who built the images.
    timed: false,
    names: Names::Plain("its names are of small letters, digits and a few signs"),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = start(world);
    let settings = settings(&server.url(), &["acme/*"]);
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |verb| Deed::new(verb, Found::Done, move || ready(verb));
    [Verb::Promote, Verb::Rollback].map(deed).into()
}

fn ready(verb: Verb) -> Case {
    let mut world = shop();
    world.account = Some(("jane".to_owned(), CANARY.to_owned()));
    let made = of(world);
    Case {
        source: open("oci", &made.settings, HASTE),
        server: made.server,
        order: order(verb, version("1.4.1")),
    }
}
