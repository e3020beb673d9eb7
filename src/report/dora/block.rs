//! One workload's metrics: value, what it rests on, its step on DORA's answer scale and the Quick Check score beside the mean of all industries.

use super::metrics;
use crate::model::dora::{Figures, LeadTime, Levels, Recovery};
use crate::report::sheet::{Line, Sheet};
use crate::report::style::Style;
use crate::report::table::{Cell, Column, Table};
use crate::report::{duration, figure};
use crate::theme::Role;

pub fn draw(figures: &Figures, style: &Style, sheet: &mut Sheet) {
    let levels = figures.levels.as_ref();
    let wide = table(figures, true);
    if wide.fits(style.width) {
        wide.draw(style.width, sheet);
    } else {
        table(figures, false).draw(style.width, sheet);
    }
    sheet.space();
    quick_check(figures, style.width, sheet);
    beside(figures, style.width, sheet);
    if let Some(levels) = levels {
        let text = format!(
            "Levels are those of the {} report: clusters of that year's answers, each metric by itself.",
            levels.report
        );
        sheet.paragraph(&Line::new(), Role::Dim, &text, style.width);
    }
    if let Some(from) = figures.known_from {
        let text = format!("counted from {}", style.moment(from));
        sheet.paragraph(&Line::new(), Role::Dim, &text, style.width);
    }
    sheet.space();
    sheet.notes(&figures.notes, style.width);
}

/// The five metrics, a row each. What each rests on stands in a column of its own where the line is wide enough for it, else below its row.
fn table(figures: &Figures, wide: bool) -> Table {
    let mut columns = vec![Column::whole("metric"), Column::figure("value")];
    if wide {
        columns.push(Column::whole("rests on"));
    }
    columns.push(Column::whole("answer scale").spare(3));
    columns.push(Column::figure("score").spare(1));
    columns.push(Column::figure("mean").spare(2));
    if figures.levels.is_some() {
        columns.push(Column::text("level", 4));
    }
    let mut table = Table::new(columns);
    for (at, metric) in metrics(figures).iter().enumerate() {
        let cell = |role, text: &str| Cell::Text(Line::of(role, text));
        let known = if metric.value == "-" {
            Role::Dim
        } else {
            Role::Title
        };
        let mut cells = vec![cell(Role::Text, metric.name), cell(known, &metric.value)];
        if wide {
            cells.push(cell(Role::Text, &metric.rests_on));
        }
        cells.push(cell(Role::Text, metric.step.unwrap_or_default()));
        cells.push(cell(Role::Text, &figure::score(metric.score)));
        cells.push(cell(Role::Dim, &format!("{:.1}", metric.mean)));
        if let Some(levels) = &figures.levels {
            cells.push(cell(Role::Text, level(levels, at)));
        }
        table.row(cells);
        if !wide {
            table.under(Line::of(Role::Dim, format!("  {}", metric.rests_on)));
        }
    }
    table
}

fn level(levels: &Levels, metric: usize) -> &'static str {
    let level = match metric {
        0 => levels.lead_time,
        1 => levels.frequency,
        2 => levels.fail_rate,
        3 => levels.recovery,
        _ => None,
    };
    level.unwrap_or("-")
}

fn quick_check(figures: &Figures, width: usize, sheet: &mut Sheet) {
    let check = &figures.quick_check;
    let text = format!(
        "throughput {}, stability {}, overall {} of 10; scale and means (overall 6.7) are DORA's of 2025, all industries",
        figure::score(check.throughput),
        figure::score(check.stability),
        figure::score(check.overall)
    );
    sheet.paragraph(
        &Line::of(Role::Dim, "Quick Check: "),
        Role::Text,
        &text,
        width,
    );
}

/// Figures that DORA does not count among its five, and that answer the question that follows.
fn beside(figures: &Figures, width: usize, sheet: &mut Sheet) {
    let lead = |lead: &LeadTime| {
        format!(
            "p50 {}, p90 {} (n {})",
            figure::span(lead.p50_seconds, lead.inferred),
            figure::span(lead.p90_seconds, lead.inferred),
            lead.n
        )
    };
    let restore = |recovery: &Recovery| {
        let p50 = figure::span(recovery.p50_seconds, recovery.inferred);
        format!("p50 {p50} (n {}, {} open)", recovery.n, recovery.open)
    };
    let attempts = figures.attempt_failure_rate;
    let mut text = format!(
        "merge to production {}; time to restore {}; attempts failing {} (n {})",
        lead(&figures.merge_to_production),
        restore(&figures.time_to_restore),
        figure::tilde(figure::percent(attempts.rate), attempts.inferred),
        attempts.n
    );
    if figures.deployment_gap_p50_seconds.is_some() {
        let gap = duration::maybe(figures.deployment_gap_p50_seconds);
        text.push_str("; between deployments p50 ");
        text.push_str(&gap);
    }
    sheet.paragraph(&Line::of(Role::Dim, "beside: "), Role::Text, &text, width);
}
