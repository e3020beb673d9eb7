//! The value-stream map of a workload.

use serde::Serialize;

use super::definition::StepKind;
use super::statistic::{Share, Spread, Times};
use super::window::Window;
use crate::event::time::Span;

/// Flow efficiency as a range: without and with people's time, which events do not show (metrics.md, section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Efficiency {
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The map: `leadtime/map/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct Map {
    pub workload: String,
    pub path: String,
    /// The path was made from what the events show.
    pub derived: bool,
    pub window: Window,
    /// Changes that went live in the window.
    pub changes: usize,
    pub lead: Spread,
    /// Sum of all lead times; `process_seconds + wait_seconds` to the microsecond.
    pub lead_seconds: Span,
    pub process_seconds: Span,
    pub wait_seconds: Span,
    pub flow_efficiency: Efficiency,
    /// Product of all steps' %C&A; null where a step has none.
    pub rolled_complete_accurate: Option<f64>,
    pub steps: Vec<StepFigures>,
    pub states: Vec<StateFigure>,
    pub flow: Flow,
    /// A lead time or a delivery rests on an inferred link.
    pub inferred: bool,
    /// What the reader must know, in sentences: tags stand for deployments, no deployment known, …
    pub notes: Vec<String>,
    /// The changes behind it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub change_list: Vec<MapChange>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StepFigures {
    pub name: String,
    pub kind: StepKind,
    pub environment: Option<String>,
    pub locked: bool,
    /// The producers that filled it.
    pub from: Vec<String>,
    pub visits: usize,
    /// Changes in flight that stand here.
    pub wip: usize,
    pub process: Times,
    pub wait: Times,
    pub complete_accurate: Share,
    /// Of the sum of all lead times.
    pub share_of_lead: Option<f64>,
    /// The step with the largest share of wait.
    pub constraint: bool,
    /// Why the step has no visits; nothing where it has.
    pub empty: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StateFigure {
    pub state: &'static str,
    pub step: String,
    pub seconds: Span,
}

/// Flow metrics over the window (metrics.md, section 7 and Little's law of section 6).
#[derive(Clone, Debug, Default, Serialize)]
pub struct Flow {
    pub velocity: usize,
    pub velocity_per_week: Option<f64>,
    pub time: Spread,
    /// Items in work at the end of the window.
    pub load: usize,
    pub distribution: Vec<FlowType>,
    /// Time-weighted mean of work in progress.
    pub wip_average: Option<f64>,
    /// Mean flow time that Little's law expects from throughput and WIP, and the one measured.
    pub little_expected_seconds: Option<Span>,
    pub little_measured_seconds: Option<Span>,
    /// They differ by more than 20 %.
    pub little_warning: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct FlowType {
    #[serde(rename = "type")]
    pub kind: String,
    pub completed: usize,
    pub share: Option<f64>,
    pub load: usize,
}

/// One change behind the map, step by step.
#[derive(Clone, Debug, Serialize)]
pub struct MapChange {
    pub change: String,
    pub title: Option<String>,
    pub start: crate::event::time::Timestamp,
    pub deployed: crate::event::time::Timestamp,
    pub lead_seconds: Span,
    pub process_seconds: Span,
    pub wait_seconds: Span,
    pub inferred: bool,
    pub steps: Vec<MapChangeStep>,
}

#[derive(Clone, Debug, Serialize)]
pub struct MapChangeStep {
    pub step: String,
    pub process_seconds: Span,
    pub wait_seconds: Span,
}
