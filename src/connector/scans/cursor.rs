//! What is remembered of a file: by what it is known to be unchanged, what it held, and what of it was told.

use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    pub length: u64,
    /// When it was written, in microseconds.
    pub modified: i64,
    /// The configuration that it was read with.
    pub settings: String,
    /// The digest of what it held.
    pub content: String,
    /// It says what does not count in other files.
    pub states: bool,
    /// What was put aside of it, as a digest; empty: nothing.
    pub aside: String,
    /// How often the same file was told of in another way: replaced by what has no time of its own, or judged anew.
    pub turn: u64,
    /// The time that it was last told with.
    pub at: Option<Timestamp>,
}

impl Row {
    /// Whether a file that is so long and was written then need not be looked into.
    pub fn fits(&self, length: u64, modified: i64, settings: &str) -> bool {
        (self.length, self.modified) == (length, modified) && self.settings == settings
    }
}
