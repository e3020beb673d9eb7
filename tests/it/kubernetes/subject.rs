//! Kubernetes, as the suite of all connectors sees it: a Deployment, a Rollout and what Flux applies.

use leadtime::plan::request::Verb;
use serde_json::{Value, json};

use super::acting::{CANARY as ROLLOUT, FLUX, WEB, version};
use super::world::{World, deployment, kustomization, no, rollout, start};
use super::{now, order, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::Case;

pub static SUBJECT: Subject = Subject {
    kind: "kubernetes",
    now,
    make: || of(World::of(two())),
    // A kind that is not there is not missed.
    asks: &[
        Ask::of("/apis"),
        Ask::or("/deployments?", &[404]),
        Ask::or("/kustomizations?", &[404]),
    ],
    no: |status| no(status, "so it is\u{7}\u{1b}[2J"),
    pages: Pages::Cut(|| {
        of(World {
            page: Some(1),
            ..World::of(two())
        })
    }),
    strange: Some(|| {
        let server = World::of(two());
        let mut odd = kustomization(2);
        odd["status"]["conditions"][0]["status"] = json!(STRANGE);
        let mut world = server;
        world.put(odd);
        of(world)
    }),
    // Of one that answers reviews: tests/it/kubernetes/rights.rs.
    rights: Some("what the login may do is not known"),
    deeds,
    questions: &["/selfsubjectaccessreviews"],
    elsewhere: &[
        (Verb::Cancel, "tests/it/kubernetes/acting.rs, runs.rs"),
        (Verb::Resume, "tests/it/kubernetes/acting.rs"),
        (Verb::Release, "tests/it/kubernetes/acting.rs"),
    ],
    names: Names::Plain("its names are of small letters, digits and dashes"),
    ..Subject::READS
};

fn two() -> Vec<Value> {
    let mut objects = deployment("shop", 2);
    objects.extend(deployment("till", 1));
    objects.push(kustomization(1));
    objects
}

fn of(world: World) -> Made {
    let server = start(world);
    let settings = settings(&server.url());
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let all = [
        Verb::Promote,
        Verb::Rollback,
        Verb::Retry,
        Verb::Hold,
        Verb::Approve,
        Verb::Reject,
    ];
    let deed = |verb| Deed::new(verb, Found::Done, move || ready(verb));
    all.into_iter().map(deed).collect()
}

fn ready(verb: Verb) -> Case {
    let mut objects = vec![kustomization(1)];
    objects.extend(deployment("shop", 3));
    objects.extend(rollout());
    let server = start(World::of(objects));
    let id = match verb {
        Verb::Approve | Verb::Reject => ROLLOUT,
        Verb::Hold => FLUX,
        _ => WEB,
    };
    let mut order = order(&server, verb, id);
    order.to = version(if verb == Verb::Rollback {
        "1.1.0"
    } else {
        "1.4.0"
    });
    Case {
        source: open("kubernetes", &settings(&server.url()), HASTE),
        server: Box::new(server),
        order,
    }
}
