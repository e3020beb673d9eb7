//! Opsgenie, as the suite of all connectors sees it.

use serde_json::{Value, json};

use super::{incident, now, settings, start};
use crate::conformance::subject::{Ask, Made, Names, Pages, STRANGE, Subject};

pub static SUBJECT: Subject = Subject {
    kind: "opsgenie",
    now,
    make: || of(some()),
    // A small plan has no incidents, and says so.
    asks: &[Ask::or("/v1/incidents", &[403, 404]), Ask::of("/v2/alerts")],
    pages: Pages::Long(|| of(many()), 500),
    strange: Some(|| {
        let mut all = some();
        all[1]["status"] = json!(STRANGE);
        all.push(json!({"id": 7, "createdAt": "2026-04-01T10:00:00Z"}));
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
    let server = start(incidents, Vec::new());
    let settings = settings(&server.url());
    Made::of(server, settings)
}
