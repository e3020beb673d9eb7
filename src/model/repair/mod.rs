//! The path to repair: each incident of production on the deployment that caused it, and the way back as a value stream of its own. What caused it and
//! what answered it are judged where the metrics judge them ([`judge`](super::dora::judge), [`incident`](super::incident)); here the way is cut into stages.

mod find;
mod lane;
#[cfg(test)]
mod tests;

pub use find::repairs;
pub use lane::{LaneTimes, lane_times, lanes};

use serde::{Deserialize, Serialize};

use super::statistic::Spread;
use crate::event::time::{Span, Timestamp};

/// An incident, and the way back from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    pub incident: String,
    pub description: Option<String>,
    pub severity: Option<String>,
    pub url: Option<String>,
    pub opened: Timestamp,
    pub resolved: Option<Timestamp>,
    pub acknowledged: Option<Acknowledged>,
    /// From the opening to the resolution; until now while it is open.
    pub lasts: Span,
    pub cause: Option<Cause>,
    /// What ended it, or is thought to; none yet, or none that is known.
    pub fix: Option<Fix>,
    /// Changes in flight that name the incident, or call themselves unplanned and were begun after it opened: a fix on its way.
    pub under_way: Vec<String>,
    /// The causing deployment live -> opened. Before the repair, and no part of it.
    pub detection: Stage,
    /// Opened -> the first commit or run of the fix.
    pub diagnosis: Stage,
    /// The work on the fix -> the start of its deployment, or its merge where no start is known.
    pub fixing: Stage,
    /// The start of the fix's deployment -> live.
    pub rollout: Stage,
    /// The fix live -> resolved.
    pub confirmation: Stage,
    /// To restore; none while the incident is open. Where all four stages after the detection are known, they add up to it.
    pub total: Option<Span>,
}

impl Repair {
    /// The stages of the repair, in their order; the detection comes before them.
    #[must_use]
    pub fn stages(&self) -> [(&'static str, &Stage); 4] {
        [
            ("diagnosis", &self.diagnosis),
            ("fix", &self.fixing),
            ("rollout", &self.rollout),
            ("confirmation", &self.confirmation),
        ]
    }
}

/// Since when somebody is at an incident, and who, where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    pub at: Timestamp,
    pub by: Option<String>,
}

/// A stage of a repair: from when until when, or why that cannot be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub from: Option<Timestamp>,
    /// None while it lasts, or where the events do not show it.
    pub to: Option<Timestamp>,
    /// Its length, where both ends are known.
    pub seconds: Option<Span>,
    /// Why a length is not known, in a sentence.
    pub why: Option<String>,
}

/// The deployment that an incident belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub deployment: String,
    pub version: Option<String>,
    /// When it went live.
    pub at: Timestamp,
    /// The changes that it brought.
    pub changes: Vec<String>,
    /// Suspected, since it was the last to go live (`~`); else named by the incident or a person.
    pub inferred: bool,
}

/// The deployment that ended an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub kind: FixKind,
    pub deployment: String,
    pub version: Option<String>,
    pub sha: Option<String>,
    /// When it began, where the tool tells.
    pub started: Option<Timestamp>,
    /// When it was live.
    pub at: Timestamp,
    pub changes: Vec<String>,
    /// It was the last to go live while the incident lasted, and nothing else says that it is the fix (`~`).
    pub inferred: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FixKind {
    /// Back to an earlier version.
    Rollback,
    /// Unplanned, by its branch, label, pipeline, ticket or a mark.
    Hotfix,
    /// A deployment as any other.
    Change,
}

impl FixKind {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Hotfix => "hotfix",
            Self::Change => "change",
        }
    }
}

/// Lead times in the hotfix lane and in the usual one, of changes that went live in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lanes {
    pub hotfix: Spread,
    pub usual: Spread,
}
