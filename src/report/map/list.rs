//! The map as a list, a row a step: for narrow terminals and long paths. A bar shows which part of all lead time is spent at the step, waiting and
//! worked on.

use super::{Statistic, filled_by, glyph, share, signs, time};
use crate::model::stream::{Map, StepFigures};
use crate::report::figure;
use crate::report::sheet::{Line, Sheet};
use crate::report::table::{Cell, Column, Table};
use crate::theme::Role;

/// The heads of the columns, and a line for each of the steps at these places.
pub fn draw(map: &Map, places: &[usize], statistic: Statistic, width: usize, sheet: &mut Sheet) {
    let mut table = Table::new(vec![
        Column::text("  step", 10),
        Column::text("from", 6).spare(4),
        Column::figure("PT"),
        Column::figure("wait"),
        Column::figure("C&A").spare(2),
        Column::figure("WIP").spare(1),
        Column::figure("n"),
        Column::text("share of lead", 13).spare(3),
        Column::figure(""),
    ]);
    // Bars are as long as the longest needs, so that small shares can be seen.
    let most = map
        .steps
        .iter()
        .map(|step| share(step.process.sum(), map) + share(step.wait.sum(), map))
        .fold(0.0, f64::max);
    for step in places.iter().filter_map(|place| map.steps.get(*place)) {
        table.row(row(step, map, statistic, most));
    }
    table.draw(width, sheet);
}

fn row(step: &StepFigures, map: &Map, statistic: Statistic, most: f64) -> Vec<Cell> {
    let text = if step.visits == 0 {
        Role::Dim
    } else {
        Role::Text
    };
    let (held, sign) = if step.constraint {
        (Role::Constraint, glyph::HELD)
    } else {
        (Role::Wait, glyph::WAIT)
    };
    let mut name = if step.constraint {
        Line::of(Role::Constraint, format!("{} ", glyph::CONSTRAINT))
            .with(Role::Constraint, &step.name)
    } else {
        Line::of(Role::Text, "  ").with(text, &step.name)
    };
    let signs = signs(step);
    if !signs.is_empty() {
        name.push(Role::Gate, format!(" {signs}"));
    }
    let scaled = |part| {
        if most > 0.0 {
            share(part, map) / most
        } else {
            0.0
        }
    };
    let bar = vec![
        (held, sign, scaled(step.wait.sum())),
        (Role::Process, glyph::PROCESS, scaled(step.process.sum())),
    ];
    let figure = |role, text: String| Cell::Text(Line::of(role, text));
    vec![
        name.into(),
        figure(Role::Dim, filled_by(step)),
        figure(text, time(statistic, &step.process)),
        figure(
            if step.constraint {
                Role::Constraint
            } else {
                text
            },
            time(statistic, &step.wait),
        ),
        figure(text, figure::percent(step.complete_accurate.rate)),
        figure(text, step.wip.to_string()),
        figure(Role::Dim, step.visits.to_string()),
        Cell::Bar(bar),
        figure(text, figure::percent(step.share_of_lead)),
    ]
}
