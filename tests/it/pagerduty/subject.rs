//! `PagerDuty`, as the suite of all connectors sees it.

use serde_json::{Value, json};

use super::{incident, now, settings, start};
use crate::conformance::subject::{Ask, Made, Names, Pages, STRANGE, Subject, complaint};

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
    ..Subject::READS
};

fn some() -> Vec<Value> {
    vec![
        incident(1, "2026-01-10T10:00:00Z", Some("2026-01-10T11:30:00Z")),
        incident(3, "2026-05-01T11:00:00Z", None),
    ]
}

fn many() -> Vec<Value> {
    let one = |number: u32| {
        let created = format!("2026-0{}-10T10:{:02}:00Z", 1 + number % 4, number % 60);
        incident(number, &created, Some("2026-04-30T10:00:00Z"))
    };
    (0..250).map(one).collect()
}

fn of(incidents: Vec<Value>) -> Made {
    let server = start(incidents);
    let settings = settings(&server.url());
    Made::of(server, settings)
}
