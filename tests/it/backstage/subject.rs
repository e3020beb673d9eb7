//! Backstage, as the suite of all connectors sees it.

use super::{answer, component, now, settings};
use crate::conformance::subject::{Ask, Made, Names, Pages, Subject, complaint};
use crate::support::wild::Wild;

pub static SUBJECT: Subject = Subject {
    kind: "backstage",
    now,
    make,
    asks: &[Ask::of("/entities/by-query")],
    no: |status| complaint(status, "error/message"),
    pages: Pages::None("two at a time are a page in its world already"),
    // The words of a component are its people's own.
    // A catalogue tells no times.
    timed: false,
    names: Names::Any("The"),
    ..Subject::READS
};

fn make() -> Made {
    let names = ["a", "b", "c", "d", "e"];
    let world: Vec<_> = names
        .iter()
        .map(|name| component(name, "payments"))
        .collect();
    let server = Wild::start(world, |world, asked| answer(world, asked));
    let settings = settings(&server);
    Made::of(server, settings)
}
