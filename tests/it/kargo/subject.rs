//! Kargo, as the suite of all connectors sees it.

use serde_json::json;

use super::acting::{VERBS, ready};
use super::world::{World, answer, world};
use super::{now, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, Made, Names, Pages, STRANGE, Subject, complaint,
};
use crate::support::wild::Wild;

pub static SUBJECT: Subject = Subject {
    kind: "kargo",
    now,
    make: || of(world()),
    asks: &[
        Ask::of("/v1beta1/projects/shop/stages"),
        Ask::of("/shop/freight"),
        Ask::of("/shop/promotions"),
    ],
    no: |status| complaint(status, "error"),
    pages: Pages::None("a project's objects are one answer"),
    strange: Some(|| {
        let mut odd = world();
        odd.promotions[0]["status"]["phase"] = json!(STRANGE);
        odd.freight.push(json!({"metadata": {"name": 7}}));
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
    let found = Found::Unknown("Kargo does not tell");
    let deed = |verb| Deed::new(verb, found, move || ready(verb).into());
    VERBS.into_iter().map(deed).collect()
}
