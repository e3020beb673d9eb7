//! The wire format: the specification's own samples, the laws of reading and writing, and input as people really have it.

mod input;
mod laws;
mod samples;

use std::path::PathBuf;

use leadtime::event::cdevents::{Document, LineError, documents};
use leadtime::event::time::Timestamp;

/// When what says no time has arrived.
fn arrived() -> Timestamp {
    Timestamp::parse("2024-05-06T07:08:09Z").expect("a time")
}

/// Every document and every problem of an input.
fn split(input: impl AsRef<[u8]>) -> (Vec<Document>, Vec<LineError>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for item in documents(input.as_ref(), arrived()) {
        match item {
            Ok(document) => found.push(document),
            Err(problem) => problems.push(problem),
        }
    }
    (found, problems)
}

/// The folder of real samples, where it is at hand.
fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LEADTIME_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join("payloads").join(folder);
    path.is_dir().then_some(path)
}
