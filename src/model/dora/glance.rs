//! All that one page tells of the metrics of several workloads together: the window against the one before, the trend, how the lead times spread.

use super::Material;
use super::trend::{Comparison, Every, Histogram, TrendPoint, comparison, distribution, trend};
use crate::model::flow::Flow;
use crate::model::window::Window;

/// The metrics of some workloads, pooled, over a window.
#[derive(Clone, Debug)]
pub struct Glance {
    pub window: Window,
    /// Of so many workloads it speaks, of so many that there are.
    pub told: usize,
    pub of: usize,
    pub comparison: Comparison,
    pub every: Every,
    /// From the first week or month on of which anything is known.
    pub trend: Vec<TrendPoint>,
    pub lead_times: Histogram,
    /// Of a single workload.
    pub flow: Option<Flow>,
}

/// Pools materials; `of` are all that there would be if all were worked out.
#[must_use]
pub fn glance(name: &str, materials: &[&Material], of: usize, window: Window) -> Glance {
    let every = Every::of(&window);
    let known = materials.iter().filter_map(|one| one.known).min();
    let mut points = trend(materials, window, every);
    points.retain(|point| known.is_some_and(|known| known < point.to));
    let times = materials.iter().flat_map(|one| one.lead_times(window));
    Glance {
        window,
        told: materials.len(),
        of,
        comparison: comparison(name, materials, window),
        every,
        trend: points,
        lead_times: distribution(times),
        flow: None,
    }
}
