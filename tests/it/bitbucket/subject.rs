//! Bitbucket, as the suite of all connectors sees it.

use serde_json::json;

use super::{World, answer, now, settings, world};
use crate::conformance::subject::{Ask, Made, Names, Pages, STRANGE, Subject, complaint};
use crate::support::wild::Wild;

pub static SUBJECT: Subject = Subject {
    kind: "bitbucket",
    now,
    make: || of(world()),
    asks: &[
        Ask::of("/shop/pullrequests?"),
        Ask::of("/activity"),
        Ask::of("/shop/pipelines/?"),
        Ask::of("/steps/"),
        Ask::of("/deployments/?"),
    ],
    no: |status| complaint(status, "error/message"),
    pages: Pages::Cut(|| of(World { page: 1, ..world() })),
    strange: Some(|| {
        let mut odd = world();
        odd.pulls
            .push(json!({"id": "x", "updated_on": "2026-03-02T10:00:00Z"}));
        odd.pipelines[0]["state"]["result"]["name"] = json!(STRANGE);
        of(odd)
    }),
    names: Names::Any("round"),
    ..Subject::READS
};

fn of(world: World) -> Made {
    let server = Wild::start(world, answer);
    let settings = settings(&server);
    Made::of(server, settings)
}
