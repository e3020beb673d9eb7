//! Jenkins, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::{Value, json};

use super::world::{build, job, start, taking, waiting};
use super::{now, order, promotion, settings};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::Case;
use crate::support::wild::Answer;

pub static SUBJECT: Subject = Subject {
    kind: "jenkins",
    now,
    make: || {
        of([
            ("shop", job(vec![waiting(1)])),
            ("till", job(vec![build(1)])),
        ])
    },
    // Without the plugin there are no stages.
    asks: &[
        Ask::of("/api/json?"),
        Ask::of("/job/till/api/json"),
        Ask::or("1/wfapi/describe", &[404]),
    ],
    no: |status| Answer {
        body: "<html><head><title>so it is\u{7}\u{1b}[2J</title></head></html>".to_owned(),
        ..Answer::new(status)
    },
    pages: Pages::None("lists are cut by ranges that are asked for: tests/it/jenkins/reading.rs"),
    strange: Some(|| {
        let mut odd = build(1);
        odd["result"] = json!(STRANGE);
        of([("shop", job(vec![odd])), ("till", job(vec![build(1)]))])
    }),
    deeds,
    names: Names::Flat("till"),
    ..Subject::READS
};

fn of<const N: usize>(jobs: [(&'static str, Value); N]) -> Made {
    let server = start(jobs);
    let settings = settings(&server.url());
    Made::of(server, settings)
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Approve,
    Reject,
    /// With a parameter that carries the key.
    Keyed,
    Unkeyed,
    Back,
    Again,
    Stop,
}

fn deeds() -> Vec<Deed> {
    let all = [
        Kind::Approve,
        Kind::Reject,
        Kind::Keyed,
        Kind::Unkeyed,
        Kind::Back,
        Kind::Again,
        Kind::Stop,
    ];
    let deed = |kind| Deed::new(kind, Found::Done, move || ready(kind));
    all.into_iter().map(deed).collect()
}

fn ready(kind: Kind) -> Case {
    let keyed = taking(job(vec![build(1)]), &["VERSION", "LEADTIME_ACTION"]);
    let server = start([
        ("shop", job(vec![waiting(3), build(2)])),
        ("keyed", keyed),
        ("plain", taking(job(vec![build(1)]), &["VERSION"])),
    ]);
    let way = |job: &str| json!({"job": job, "parameters": {"VERSION": "1.2.0"}});
    let mut order = match kind {
        Kind::Approve => order(&server, Verb::Approve, "shop#3/input/14"),
        Kind::Reject => order(&server, Verb::Reject, "shop#3/input/14"),
        Kind::Keyed | Kind::Back => promotion(&server, way("keyed")),
        Kind::Unkeyed => promotion(&server, way("plain")),
        Kind::Again => order(&server, Verb::Retry, "shop#2"),
        Kind::Stop => order(&server, Verb::Cancel, "shop#3"),
    };
    if matches!(kind, Kind::Back) {
        order.verb = Verb::Rollback;
    }
    Case {
        source: open("jenkins", &settings(&server.url()), HASTE),
        server: Box::new(server),
        order,
    }
}
