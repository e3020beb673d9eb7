//! The DORA metrics as text: a block for one workload, a row each for several, and on request the deployments, changes and incidents behind them. No
//! levels unless asked for, and no ranking: workloads stand in the order in which they came.

mod block;
mod compact;
mod lists;

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{figure, text};
use crate::model::dora::{Dora, Figures};
use crate::theme::Role;

/// A metric as every form of the report tells it.
pub struct Metric {
    pub name: &'static str,
    pub short: &'static str,
    pub value: String,
    pub n: usize,
    /// What it rests on, in words.
    pub rests_on: String,
    /// Its step on the answer scale, in words.
    pub step: Option<&'static str>,
    pub score: Option<f64>,
    /// Mean score over all industries (2025).
    pub mean: f64,
}

#[must_use]
pub fn dora(dora: &Dora, style: &Style) -> String {
    let mut sheet = Sheet::new();
    head(dora, style, &mut sheet);
    match dora.workloads.as_slice() {
        [] => {
            sheet.paragraph(
                &Line::new(),
                Role::Text,
                "No workload is known: import events, or name workloads in leadtime.toml.",
                style.width,
            );
        }
        [one] => block::draw(one, style, &mut sheet),
        several => {
            if !compact::draw(several, style, &mut sheet) {
                for one in several {
                    block::draw(one, style, &mut sheet);
                    sheet.space();
                }
            }
        }
    }
    for workload in &dora.workloads {
        lists::draw(workload, style, &mut sheet);
    }
    sheet.draw(style)
}

fn head(dora: &Dora, style: &Style, sheet: &mut Sheet) {
    let name = match dora.workloads.as_slice() {
        [one] => one.workload.clone(),
        several => figure::count(several.len(), "workload"),
    };
    let about = format!("{} · {}", dora.environment, style.window(&dora.window));
    let line = Line::of(Role::Title, name);
    if line.width() + 3 + text::width(&about) <= style.width {
        sheet.line(line.with(Role::Dim, format!(" · {about}")));
    } else {
        sheet.line(line);
        sheet.paragraph(&Line::new(), Role::Dim, &about, style.width);
    }
    sheet.space();
}

/// The five, in DORA's order.
#[must_use]
pub fn metrics(figures: &Figures) -> [Metric; 5] {
    [
        lead_time(figures),
        frequency(figures),
        fail_rate(figures),
        recovery(figures),
        rework_rate(figures),
    ]
}

fn lead_time(figures: &Figures) -> Metric {
    let lead = figures.change_lead_time;
    let mut rests_on = figure::count(lead.n, "change");
    if lead.p90_seconds.is_some() {
        let p90 = figure::span(lead.p90_seconds, lead.inferred);
        rests_on = format!("{rests_on}, median; p90 {p90}");
    }
    Metric {
        name: "change lead time",
        short: "lead time",
        value: figure::span(lead.p50_seconds, lead.inferred),
        n: lead.n,
        rests_on,
        step: figures.quick_check.lead_time_step.map(duration_step),
        score: figures.quick_check.lead_time_step.map(step_score),
        mean: 5.5,
    }
}

fn frequency(figures: &Figures) -> Metric {
    let per_week = figures.deployments_per_week;
    let value = per_week.map_or_else(
        || "-".to_owned(),
        |_| format!("{}/week", figure::number(per_week)),
    );
    let mut rests_on = figures.deployments.map_or_else(
        || "no deployment known".to_owned(),
        |n| figure::count(n, "deployment"),
    );
    if figures.deployment_days_per_week_median.is_some() {
        let days = figure::amount(figures.deployment_days_per_week_median, "day");
        rests_on = format!("{rests_on} on a median of {days} a week");
    }
    Metric {
        name: "deployment frequency",
        short: "deploys",
        value,
        n: figures.deployments.unwrap_or(0),
        rests_on,
        step: figures.quick_check.frequency_step.map(frequency_step),
        score: figures.quick_check.frequency_step.map(step_score),
        mean: 4.8,
    }
}

/// A rate, and how many of how many it is.
fn rate(
    (rate, part, whole): (Option<f64>, Option<usize>, usize),
    inferred: bool,
    at_least: bool,
) -> (String, String) {
    let least = if at_least && rate.is_some() {
        "≥"
    } else {
        ""
    };
    let value = figure::tilde(figure::percent(rate), inferred);
    let of = figure::count(whole, "deployment");
    let rests_on = match part {
        Some(part) if at_least => format!("at least {part} of {of}, no incident source"),
        Some(part) => format!("{part} of {of}"),
        None if whole == 0 => of,
        None => format!("{of}, no incident source"),
    };
    (format!("{least}{value}"), rests_on)
}

fn fail_rate(figures: &Figures) -> Metric {
    let fail = figures.change_fail_rate;
    let (value, rests_on) = rate(
        (fail.rate, fail.failed, fail.n),
        fail.inferred,
        fail.at_least,
    );
    Metric {
        name: "change fail rate",
        short: "fail rate",
        value,
        n: fail.n,
        rests_on,
        step: None,
        // As in the means: a rate that is only the least there was has no score.
        score: fail.rate.filter(|_| !fail.at_least).map(percent_score),
        mean: 8.1,
    }
}

fn recovery(figures: &Figures) -> Metric {
    let recovery = figures.failed_deployment_recovery;
    let mut rests_on = match recovery.n {
        0 => "no recovery".to_owned(),
        1 => "1 recovery".to_owned(),
        n => format!("{n} recoveries, median"),
    };
    if recovery.open > 0 {
        rests_on = format!("{rests_on}; {} still open", recovery.open);
    }
    Metric {
        name: "failed deployment recovery",
        short: "recovery",
        value: figure::span(recovery.p50_seconds, recovery.inferred),
        n: recovery.n,
        rests_on,
        step: figures.quick_check.recovery_step.map(duration_step),
        score: figures.quick_check.recovery_step.map(step_score),
        mean: 7.4,
    }
}

fn rework_rate(figures: &Figures) -> Metric {
    let rework = figures.deployment_rework_rate;
    let (value, rests_on) = rate(
        (rework.rate, rework.rework, rework.n),
        rework.inferred,
        rework.at_least,
    );
    Metric {
        name: "deployment rework rate",
        short: "rework",
        value,
        n: rework.n,
        rests_on,
        step: None,
        score: rework.rate.filter(|_| !rework.at_least).map(percent_score),
        mean: 7.8,
    }
}

/// Step k of six scores (k - 1) * 2.
fn step_score(step: u8) -> f64 {
    f64::from(step.saturating_sub(1)) * 2.0
}

/// p % scores 10 - p / 10.
fn percent_score(rate: f64) -> f64 {
    10.0 - rate * 10.0
}

const fn duration_step(step: u8) -> &'static str {
    match step {
        6 => "under 1 hour",
        5 => "1 hour to 1 day",
        4 => "1 day to 1 week",
        3 => "1 week to 1 month",
        2 => "1 to 6 months",
        _ => "over 6 months",
    }
}

const fn frequency_step(step: u8) -> &'static str {
    match step {
        6 => "daily or more often",
        5 => "daily to hourly",
        4 => "weekly to daily",
        3 => "monthly to weekly",
        2 => "twice a year to monthly",
        _ => "under twice a year",
    }
}
