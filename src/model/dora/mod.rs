//! The five DORA metrics of a workload over a window: the shape of what is told. [`judge`] says which deployments count, failed or are rework, [`lead`]
//! how long a change took; both become the workload's [`mod@material`], of which any window is told: [`mod@figures`] says what it holds, [`list`] names
//! the very things behind the figures, and [`trend`] compares windows.

pub mod behind;
mod figures;
pub mod glance;
pub mod judge;
pub mod lead;
mod list;
mod material;
#[cfg(test)]
mod peers;
mod score;
#[cfg(test)]
mod tests;
pub mod trend;

pub use figures::figures;
pub use material::{Attempt, Delivered, Incident, Material, material};

use serde::Serialize;

use super::window::Window;
use crate::event::time::{Span, Timestamp};

/// What to tell beyond the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub deployments: bool,
    pub changes: bool,
    pub incidents: bool,
    /// The report whose names for levels are asked for.
    pub levels: Option<u16>,
}

/// `leadtime/dora/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Dora {
    pub window: Window,
    pub environment: String,
    pub workloads: Vec<Figures>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// The workload; the team or path when pooled.
    pub workload: String,
    /// From where on the window counts: its start, or the first event known.
    pub known_from: Option<Timestamp>,
    pub deployments: Option<usize>,
    pub deployments_per_week: Option<f64>,
    pub deployment_days_per_week_median: Option<f64>,
    pub deployment_gap_p50_seconds: Option<Span>,
    pub change_lead_time: LeadTime,
    pub merge_to_production: LeadTime,
    pub change_fail_rate: FailRate,
    pub failed_deployment_recovery: Recovery,
    pub time_to_restore: Recovery,
    pub deployment_rework_rate: ReworkRate,
    pub attempt_failure_rate: FailRate,
    pub quick_check: QuickCheck,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<Levels>,
    /// Why a figure is null, or what it rests on, in sentences.
    pub notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_list: Option<Vec<DeploymentLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_list: Option<Vec<ChangeLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident_list: Option<Vec<IncidentLine>>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct LeadTime {
    pub n: usize,
    pub p50_seconds: Option<Span>,
    pub p90_seconds: Option<Span>,
    pub inferred: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct FailRate {
    pub n: usize,
    pub failed: Option<usize>,
    pub rate: Option<f64>,
    pub inferred: bool,
    /// No incident source: only rollbacks and marks are counted, so the true rate is at least this.
    pub at_least: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Recovery {
    pub n: usize,
    pub p50_seconds: Option<Span>,
    /// Not ended yet.
    pub open: usize,
    pub inferred: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ReworkRate {
    pub n: usize,
    pub rework: Option<usize>,
    pub rate: Option<f64>,
    pub inferred: bool,
    pub at_least: bool,
}

/// DORA's Quick Check: 0 to 10, and the step of the answer scale behind it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct QuickCheck {
    pub throughput: Option<f64>,
    pub stability: Option<f64>,
    pub overall: Option<f64>,
    pub lead_time_step: Option<u8>,
    pub frequency_step: Option<u8>,
    pub recovery_step: Option<u8>,
}

/// Named levels of one year's report, on request; per metric, never one word for all.
#[derive(Clone, Debug, Serialize)]
pub struct Levels {
    pub report: u16,
    pub lead_time: Option<&'static str>,
    pub frequency: Option<&'static str>,
    pub fail_rate: Option<&'static str>,
    pub recovery: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DeploymentLine {
    pub workload: String,
    pub deployment: String,
    /// `first`, `change`, `rollback`, `redeploy`, `failed_attempt`
    pub kind: &'static str,
    pub finished: Timestamp,
    pub version: Option<String>,
    pub sha: Option<String>,
    pub failed: bool,
    pub rework: bool,
    pub incidents: Vec<String>,
    pub changes: Vec<String>,
    pub inferred: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChangeLine {
    pub workload: String,
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub repository: Option<String>,
    pub deployment: String,
    pub start: Timestamp,
    pub deployed: Timestamp,
    pub lead_seconds: Span,
    pub coding_seconds: Option<Span>,
    pub pickup_seconds: Option<Span>,
    pub review_seconds: Option<Span>,
    pub deploy_seconds: Option<Span>,
    pub shipped_before_merge: bool,
    pub inferred: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct IncidentLine {
    pub workload: String,
    pub incident: String,
    pub deployment: Option<String>,
    pub inferred: bool,
    /// Null where it was told of only when it was over.
    pub opened: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
}
