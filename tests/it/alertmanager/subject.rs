//! Alertmanager, as the suite of all connectors sees it.

use serde_json::json;

use super::{World, alert, at, group, settings, start};
use crate::conformance::subject::{Ask, Made, Names, Pages, Subject};

pub static SUBJECT: Subject = Subject {
    kind: "alertmanager",
    now: || at("2026-05-01T10:05:00Z"),
    make,
    asks: &[Ask::of("/alerts/groups")],
    pages: Pages::None("all that fires is one answer"),
    // The words of an alert are its people's own.
    names: Names::Any("checkout"),
    ..Subject::READS
};

fn make() -> Made {
    let fires = |name: &str, more| group(name, "hook", &[alert(name, "a", "10:01", &more)]);
    let server = start(World {
        groups: vec![
            fires("Down", json!({})),
            fires("Slow", json!({"labels": {"service": "till"}})),
        ],
        silences: Vec::new(),
    });
    let settings = settings(&server.url());
    Made::of(server, settings)
}
