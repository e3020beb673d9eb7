//! The row of an incident that is open: what is needed to tell that it is over, once nothing of it is there any more; and for a while that it was not, once it
//! is there again.

use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Open {
    pub incident: String,
    pub service: Option<String>,
    pub environment: Option<String>,
    pub description: Option<String>,
    pub severity: Option<String>,
    pub url: Option<String>,
    /// When it was last seen.
    pub seen: Option<Timestamp>,
    /// Since when it is told to be over.
    pub over: Option<Timestamp>,
    /// How often it was there again after that.
    pub turn: u64,
}

/// What the keys of such rows begin with.
pub const OPEN: &str = "open ";
