//! The changes behind a map: each with its lead time, and the step that took most of it.

use super::figure;
use crate::model::stream::{Map, MapChange};
use crate::report::sheet::{Line, Sheet};
use crate::report::style::Style;
use crate::report::table::{Cell, Column, Table};
use crate::report::{duration, text};
use crate::theme::Role;

pub fn draw(map: &Map, style: &Style, sheet: &mut Sheet) {
    if map.listed().is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        Column::text("change", 8),
        Column::text("title", 10).spare(2),
        Column::figure("live").spare(1),
        Column::figure("lead time"),
        Column::figure("process"),
        Column::figure("waiting"),
        Column::text("longest at", 8).spare(3),
    ]);
    for change in map.listed() {
        table.row(row(change, style));
    }
    sheet.space();
    table.draw(style.width, sheet);
}

fn row(change: &MapChange, style: &Style) -> Vec<Cell> {
    let cell = |role, text: String| Cell::Text(Line::of(role, text));
    let longest = change
        .steps
        .iter()
        .max_by_key(|step| step.process_seconds + step.wait_seconds);
    let longest = longest.map_or_else(String::new, |step| {
        let length = duration::span(step.process_seconds + step.wait_seconds);
        format!("{} {length}", step.step)
    });
    vec![
        cell(Role::Title, text::short(&change.change).to_owned()),
        cell(Role::Text, change.title.clone().unwrap_or_default()),
        cell(Role::Dim, style.moment(change.deployed)),
        cell(
            Role::Text,
            figure::span(Some(change.lead_seconds), change.inferred),
        ),
        cell(Role::Process, duration::span(change.process_seconds)),
        cell(Role::Wait, duration::span(change.wait_seconds)),
        cell(Role::Dim, longest),
    ]
}
