//! Open gates, worst first, with the evidence beside them.

use serde::Serialize;

use crate::event::time::{Span, Timestamp};

/// `leadtime/gates/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Gates {
    pub gates: Vec<OpenGate>,
}

#[derive(Clone, Debug, Serialize)]
pub struct OpenGate {
    pub gate: String,
    pub workload: String,
    pub step: Option<String>,
    pub environment: Option<String>,
    pub opened: Timestamp,
    pub waiting_seconds: Span,
    /// By when a decision was expected.
    pub due: Option<Timestamp>,
    pub requestor: Option<String>,
    pub changes: Vec<String>,
    pub version: Option<String>,
    pub sha: Option<String>,
    pub artifact: Option<String>,
    pub approvers: Vec<String>,
    /// Null where nobody has said who asks.
    pub may_decide: Option<bool>,
    pub why_not: Option<String>,
    /// A newer candidate that is open at the same step, or has passed it.
    pub superseded_by: Option<String>,
    /// Changes and runs behind it that cannot move before it is decided.
    pub holds_back: usize,
    pub evidence: Vec<Evidence>,
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    pub what: String,
    /// `present`, `missing`, `stale` or `failed`.
    pub state: &'static str,
    pub detail: String,
    pub url: Option<String>,
}
