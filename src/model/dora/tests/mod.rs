//! The figures, on workloads written by hand.

mod edge;
mod law;
mod part;
mod timeline;
mod trend;

use chrono_tz::Tz;

use super::*;
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::delivery::deliver;
use crate::model::sample::{Sample, at};

pub(super) const ALL: Wanted = Wanted {
    deployments: true,
    changes: true,
    incidents: true,
    levels: Some(2024),
};

pub(super) fn window(from: &str, to: &str) -> Window {
    Window {
        from: at(from),
        to: at(to),
        timezone: Tz::UTC,
    }
}

pub(super) fn four_weeks() -> Window {
    window("03-03 00:00", "03-31 00:00")
}

pub(super) fn told(workload: &Workload, rules: &Rules, window: Window) -> Figures {
    let delivery = deliver(workload, "production");
    let material = material(workload, &delivery, rules);
    figures(workload.name(), &[&material], window, &ALL)
}

pub(super) fn drawn(workload: &Workload) -> Material {
    let delivery = deliver(workload, "production");
    material(workload, &delivery, &Rules::default())
}

pub(super) fn march(sample: Sample) -> Figures {
    told(&sample.done(), &Rules::default(), four_weeks())
}

pub(super) fn hours(span: Option<Span>) -> Option<f64> {
    span.map(|span| span.seconds() / 3600.0)
}

#[track_caller]
pub(super) fn near(value: Option<f64>, wanted: f64) {
    let value = value.unwrap();
    assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
}
