//! Features: what several workloads ship together under one ticket. A [`FeaturePart`] is what one workload knows of it, owned and small; laid side by side,
//! the parts of all workloads tell which one the others wait for.

mod across;
mod part;
mod release;
#[cfg(test)]
mod tests;

pub use across::features;
pub use part::{parts, parts_of};
pub use release::{Releases, Stretch};

use serde::{Deserialize, Serialize};

use crate::event::time::{Span, Timestamp};

/// What one workload does for a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeaturePart {
    /// The ticket's id.
    pub feature: String,
    /// The ticket's summary.
    pub title: Option<String>,
    pub url: Option<String>,
    /// Those furthest behind first.
    pub changes: Vec<PartChange>,
    /// How far the change that is furthest behind has come.
    pub stands: Stands,
    /// When all of it stood before production, with nothing left to do but to let it go live, or was live; none while work is left.
    pub ready: Option<Timestamp>,
    /// When the last of its changes went live; none while one is not.
    pub done: Option<Timestamp>,
    /// When work was left to do on it, without overlap.
    #[serde(skip)]
    pub unready: Vec<Stretch>,
}

/// A change of a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartChange {
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub stands: Stands,
    /// When it went live.
    pub live: Option<Timestamp>,
}

/// Where something is on its path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stands {
    /// A word of the closed list of states.
    pub state: String,
    /// None once it is live.
    pub step: Option<String>,
    pub since: Option<Timestamp>,
    /// Steps of the path behind it, of how many.
    pub passed: usize,
    pub of: usize,
}

/// A feature over all workloads that take part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    pub feature: String,
    pub title: Option<String>,
    pub url: Option<String>,
    /// The one furthest behind first.
    pub workloads: Vec<FeatureWorkload>,
    /// The workload that the others wait for, or waited for; none where one alone takes part.
    pub held_up_by: Option<String>,
    /// When the last part went live; none while one is not.
    pub done: Option<Timestamp>,
    /// What the others have waited, added up.
    pub waited_seconds: Span,
}

/// One workload's part in a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureWorkload {
    pub workload: String,
    pub stands: Stands,
    pub changes: Vec<PartChange>,
    pub ready: Option<Timestamp>,
    pub done: Option<Timestamp>,
    /// How long it was ready, or live, while another was not; none while work is left here.
    pub waited_seconds: Option<Span>,
}
