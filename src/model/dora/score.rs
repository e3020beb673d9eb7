//! What DORA's Quick Check and its reports would say of the figures.

use super::{Figures, Levels, QuickCheck};
use crate::model::level;

/// Scores by DORA's Quick Check; a figure that is not known leaves its mean. A rate that is only the least there was is not known.
pub(super) fn quick_check(figures: &Figures, frequency: Option<u8>) -> QuickCheck {
    let lead = figures.change_lead_time.p50_seconds.map(level::time_step);
    let recovery = figures.failed_deployment_recovery.p50_seconds;
    let recovery = recovery.map(level::time_step);
    let fail = &figures.change_fail_rate;
    let fail = fail.rate.filter(|_| !fail.at_least).map(level::rate_score);
    let rework = &figures.deployment_rework_rate;
    let rework = rework.rate.filter(|_| !rework.at_least);
    let rework = rework.map(level::rate_score);
    let steps = [lead, frequency, recovery].map(|step| step.map(level::step_score));
    let [one, two, three] = steps;
    QuickCheck {
        throughput: level::mean_score(&steps),
        stability: level::mean_score(&[fail, rework]),
        overall: level::mean_score(&[one, two, three, fail, rework]),
        lead_time_step: lead,
        frequency_step: frequency,
        recovery_step: recovery,
    }
}

pub(super) fn levels(figures: &Figures, report: u16) -> Option<Levels> {
    let lead_time = figures.change_lead_time.p50_seconds;
    let recovery = figures.failed_deployment_recovery.p50_seconds;
    let fail = &figures.change_fail_rate;
    level::REPORTS.contains(&report).then(|| Levels {
        report,
        lead_time: lead_time.and_then(|time| level::lead_time(report, time)),
        frequency: figures
            .quick_check
            .frequency_step
            .and_then(|step| level::frequency(report, step)),
        fail_rate: fail
            .rate
            .filter(|_| !fail.at_least)
            .and_then(|rate| level::fail_rate(report, rate)),
        recovery: recovery.and_then(|time| level::recovery(report, time)),
    })
}
