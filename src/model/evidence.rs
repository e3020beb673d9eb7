//! What speaks for a version: the runs, artifacts and scans that fill the machine steps of its path. The gate view asks it of what waits, the compliance
//! view of what is live.

use serde::{Deserialize, Serialize};

/// How a step stands for a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Present,
    /// It is there, and older than the step allows or than what it speaks of.
    Stale,
    /// Filled in another way than the path asks for.
    Overridden,
    Missing,
    Failed,
}

impl Standing {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Stale => "stale",
            Self::Overridden => "overridden",
            Self::Missing => "missing",
            Self::Failed => "failed",
        }
    }
}
