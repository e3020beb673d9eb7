//! Whole lines into documents, each told by its line in the file where it is none.

use crate::event::cdevents::{self, Document};
use crate::event::time::Timestamp;

/// What stands in some lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub documents: Vec<Document>,
    /// The line, counted from the beginning of the file, and what is wrong with it.
    pub bad: Vec<(u64, String)>,
}

/// Reads lines that come after `before` others.
pub fn lines(text: &[u8], before: u64, now: Timestamp) -> Lines {
    let mut read = Lines::default();
    for document in cdevents::documents(text, now) {
        match document {
            Ok(document) => read.documents.push(document),
            Err(error) => read.bad.push((before + error.line, error.problem)),
        }
    }
    read
}
