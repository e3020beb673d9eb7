//! The row of an incident that is open: what is needed to tell that it is over, once nothing of it is there any more.

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
}

/// What the keys of such rows begin with.
pub const OPEN: &str = "open ";
