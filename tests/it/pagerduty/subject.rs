//! `PagerDuty`, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::{Value, json};

use super::acting::ready;
use super::{incident, now, settings, start};
use crate::conformance::subject::{
    Ask, Deed, Found, Made, Names, Pages, STRANGE, Subject, complaint,
};

pub static SUBJECT: Subject = Subject {
    kind: "pagerduty",
    now,
    make: || of(some()),
    asks: &[Ask::of("/incidents?")],
    no: |status| complaint(status, "error/message"),
    pages: Pages::Long(|| of(many()), 500),
    strange: Some(|| {
        let mut all = some();
        all[1]["status"] = json!(STRANGE);
        of(all)
    }),
    names: Names::Any("checkout"),
    deeds,
    ..Subject::READS
};

/// Each with what is said, which is a request of its own, and without.
fn deeds() -> Vec<Deed> {
    let all = [Verb::Acknowledge, Verb::Resolve].into_iter();
    let all = all.flat_map(|verb| [(verb, None), (verb, Some("it burns"))]);
    all.map(|(verb, said)| Deed::new((verb, said), Found::Done, move || ready(verb, said).into()))
        .collect()
}

fn some() -> Vec<Value> {
    vec![
        incident(1, "2026-01-10T10:00:00Z", Some("2026-01-10T11:30:00Z")),
        incident(3, "2026-05-01T11:00:00Z", None),
    ]
}

fn many() -> Vec<Value> {
    let one = |number: u32| {
        let months = [
            "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04",
        ];
        let created = format!(
            "{}-20T10:{:02}:00Z",
            months[number as usize % 6],
            number % 60
        );
        incident(number, &created, Some("2026-04-30T10:00:00Z"))
    };
    (0..250).map(one).collect()
}

fn of(incidents: Vec<Value>) -> Made {
    let server = start(incidents);
    let settings = settings(&server.url());
    Made::of(server, settings)
}
