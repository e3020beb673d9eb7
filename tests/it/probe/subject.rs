//! A probe of a version, as the suite of all connectors sees it.

use super::{at, settings, start};
use crate::conformance::subject::{Ask, Made, Names, Pages, Subject};

pub static SUBJECT: Subject = Subject {
    kind: "probe",
    now: || at(0),
    make,
    asks: &[Ask::of("/actuator/info")],
    pages: Pages::None("it is one answer"),
    // A version is any word.
    // A version is seen at the time of this machine.
    timed: false,
    names: Names::Any("checkout"),
    ..Subject::READS
};

fn make() -> Made {
    let server = start(r#"{"version": "1.0"}"#);
    let settings = settings(&server);
    Made::of(server, settings)
}
