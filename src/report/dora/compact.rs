//! Several workloads, a row each: the five values, each with its n.

use super::metrics;
use crate::model::dora::Figures;
use crate::report::sheet::{Line, Sheet};
use crate::report::style::Style;
use crate::report::table::{Cell, Column, Table};
use crate::theme::Role;

/// Draws the table; `false`, and nothing drawn, where it does not fit.
pub fn draw(workloads: &[Figures], style: &Style, sheet: &mut Sheet) -> bool {
    let mut columns = vec![Column::text("workload", 10)];
    let Some(first) = workloads.first() else {
        return false;
    };
    for metric in metrics(first) {
        columns.push(Column::figure(metric.short));
        columns.push(Column::figure("n"));
    }
    let mut table = Table::new(columns);
    for figures in workloads {
        let mut cells: Vec<Cell> = vec![Line::of(Role::Title, &figures.workload).into()];
        for metric in metrics(figures) {
            let role = if metric.value == "-" {
                Role::Dim
            } else {
                Role::Text
            };
            cells.push(Line::of(role, metric.value).into());
            cells.push(Line::of(Role::Dim, metric.n.to_string()).into());
        }
        table.row(cells);
    }
    if !table.fits(style.width) {
        return false;
    }
    table.draw(style.width, sheet);
    sheet.space();
    for figures in workloads {
        for note in &figures.notes {
            let lead =
                Line::of(Role::Dim, "• ").with(Role::Title, format!("{}: ", figures.workload));
            // A long name must leave room for what is said of it.
            let lead = lead.fit(style.width / 2);
            sheet.paragraph(&lead, Role::Text, note, style.width);
        }
    }
    sheet.space();
    let text = "lead time and recovery: median; n: changes, deployments, deployments, recoveries, deployments. One workload alone tells more: leadtime dora WORKLOAD";
    sheet.paragraph(&Line::new(), Role::Dim, text, style.width);
    true
}
