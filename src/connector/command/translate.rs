//! What a program printed, as documents for the log. They are its own words: nothing is added, and a line that is no event is told.

use crate::event::cdevents::{self, Document};
use crate::event::time::Timestamp;

/// How many bad lines are told one by one.
const TOLD: usize = 10;

/// The documents in what was printed, and what is wrong with the rest.
pub fn documents(out: &[u8], now: Timestamp) -> (Vec<Document>, Vec<String>) {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    let mut more = 0_usize;
    for document in cdevents::documents(out, now) {
        match document {
            Ok(document) => documents.push(document),
            Err(error) if problems.len() < TOLD => {
                problems.push(format!("what it printed, {error}"));
            }
            Err(_) => more += 1,
        }
    }
    if more > 0 {
        problems.push(format!("what it printed: {more} more lines are no events"));
    }
    (documents, problems)
}
