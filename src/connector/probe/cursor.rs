//! What was seen last: which version was live, and since when nobody answers.

use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;

/// The row of the version that was live.
pub const LIVE: &str = "live";
/// The row of an answer that did not come.
pub const DOWN: &str = "down";

/// Since when nobody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Down {
    pub since: Timestamp,
    /// An incident was told.
    pub told: bool,
}
