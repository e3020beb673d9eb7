//! The map as it is drawn on walls: a box a step, an arrow to the next, and the ladder below, where the time in a step stands high and the wait before
//! it stands low.

use super::{Statistic, filled_by, glyph, signs, time};
use crate::model::stream::{Map, StepFigures};
use crate::report::figure;
use crate::report::sheet::{Line, Sheet};
use crate::report::text;
use crate::theme::Role;

/// Inside of a box: label, value and a blank at either side.
const NARROWEST: usize = 12;
const WIDEST: usize = 20;
/// Between boxes: blank, arrow, blank.
const GAP: usize = 3;
/// From the edge of a box to where its rung of the ladder begins: half of what the wait needs beside the gap.
const INSET: usize = 3;
/// Room to the left of the first box for a wait before it.
const LEAD: usize = 9;

/// The figures in a box, from top to bottom.
const LABELS: [&str; 4] = ["PT", "C&A", "WIP", "n"];

/// Where boxes stand.
struct Grid {
    left: usize,
    inside: usize,
}

impl Grid {
    fn of(map: &Map, width: usize) -> Option<Self> {
        let first = map.steps.first()?;
        let left = if first.wait.sum_seconds.micros() > 0 {
            1 + LEAD
        } else {
            1
        };
        let room = width.checked_sub(left)? + GAP;
        let pitch = room / map.steps.len();
        let fits = pitch.checked_sub(GAP + 2)?;
        let wanted = map.steps.iter().map(|step| {
            let title = text::width(&step.name) + text::width(&signs(step)) + 4;
            title.max(text::width(&filled_by(step)) + 2)
        });
        let wanted = wanted.max()?.clamp(NARROWEST, WIDEST);
        (fits >= NARROWEST).then(|| Self {
            left,
            inside: wanted.min(fits),
        })
    }

    const fn pitch(&self) -> usize {
        self.inside + 2 + GAP
    }

    const fn start(&self, at: usize) -> usize {
        self.left + at * self.pitch()
    }
}

/// The lines of a box: light, heavy for the constraint, broken where nothing came by.
struct Frame {
    role: Role,
    corners: [&'static str; 4],
    across: &'static str,
    down: &'static str,
}

impl Frame {
    fn of(step: &StepFigures) -> Self {
        if step.constraint {
            Self {
                role: Role::Constraint,
                corners: ["┏", "┓", "┗", "┛"],
                across: "━",
                down: "┃",
            }
        } else {
            let empty = step.visits == 0;
            Self {
                role: if empty { Role::Dim } else { Role::Text },
                corners: ["┌", "┐", "└", "┘"],
                across: if empty { "╌" } else { "─" },
                down: "│",
            }
        }
    }
}

/// Draws boxes and ladder; `false`, and nothing drawn, where they do not fit.
pub fn draw(map: &Map, statistic: Statistic, width: usize, sheet: &mut Sheet) -> bool {
    let Some(grid) = Grid::of(map, width) else {
        return false;
    };
    sheet.line(row(map, &grid, |step, line| top(step, &grid, line)));
    sheet.line(row(map, &grid, |step, line| {
        let role = if step.from.is_empty() {
            Role::Dim
        } else {
            Role::Text
        };
        let tool = text::clean(&filled_by(step)).into_owned();
        inner(step, line, role, &text::left(&tool, grid.inside - 2));
    }));
    for label in LABELS {
        let last = map.steps.len() - 1;
        let mut at = 0;
        sheet.line(row(map, &grid, |step, line| {
            let value = value(label, step, statistic);
            let value = text::right(&value, grid.inside - 2 - label.len());
            // n is what the others rest on.
            let role = if label == "n" { Role::Dim } else { Role::Text };
            inner(step, line, role, &format!("{label}{value}"));
            // The row in the middle carries the arrows.
            if label == "C&A" && at < last {
                line.push(Role::Dim, format!(" {}", glyph::ARROW));
            }
            at += 1;
        }));
    }
    sheet.line(row(map, &grid, |step, line| bottom(step, &grid, line)));
    if map.changes > 0 {
        ladder(map, statistic, &grid, sheet);
    }
    true
}

fn value(label: &str, step: &StepFigures, statistic: Statistic) -> String {
    match label {
        "PT" => time(statistic, &step.process),
        "C&A" => figure::percent(step.complete_accurate.rate),
        "WIP" => step.wip.to_string(),
        _ => step.visits.to_string(),
    }
}

fn row(map: &Map, grid: &Grid, mut draw: impl FnMut(&StepFigures, &mut Line)) -> Line {
    let mut line = Line::new();
    for (at, step) in map.steps.iter().enumerate() {
        line.pad_to(grid.start(at));
        draw(step, &mut line);
    }
    line
}

fn inner(step: &StepFigures, line: &mut Line, role: Role, content: &str) {
    let frame = Frame::of(step);
    let role = if step.visits == 0 && role == Role::Text {
        Role::Dim
    } else {
        role
    };
    line.push(frame.role, frame.down)
        .push(role, format!(" {content} "))
        .push(frame.role, frame.down);
}

fn top(step: &StepFigures, grid: &Grid, line: &mut Line) {
    let frame = Frame::of(step);
    let signs = signs(step);
    let apart = usize::from(!signs.is_empty());
    let room = grid.inside - 2 - text::width(&signs) - apart;
    let name = text::clean(&step.name).into_owned();
    let name = text::fit(&name, room);
    let used = 2 + text::width(&name) + apart + text::width(&signs);
    line.push(frame.role, frame.corners[0]);
    line.push(Role::Title, format!(" {name} "));
    if apart > 0 {
        line.push(Role::Gate, format!("{signs} "));
    }
    let rest = grid.inside.saturating_sub(used);
    line.push(frame.role, frame.across.repeat(rest))
        .push(frame.role, frame.corners[1]);
}

fn bottom(step: &StepFigures, grid: &Grid, line: &mut Line) {
    let frame = Frame::of(step);
    line.push(frame.role, frame.corners[2]);
    let words = if step.constraint {
        format!("{} constraint", glyph::CONSTRAINT)
    } else {
        String::new()
    };
    let rest = grid.inside.saturating_sub(text::width(&words));
    line.push(frame.role, words)
        .push(frame.role, frame.across.repeat(rest))
        .push(frame.role, frame.corners[3]);
}

/// Two rows: the time in each step above, the wait before it below.
fn ladder(map: &Map, statistic: Statistic, grid: &Grid, sheet: &mut Sheet) {
    let (mut high, mut low) = (Line::new(), Line::new());
    let last = map.steps.len() - 1;
    for (at, step) in map.steps.iter().enumerate() {
        let start = grid.start(at);
        let waited = at > 0 || grid.left > 1;
        let begin = if waited { start + INSET } else { start };
        let end = start + grid.inside + 2 - if at < last { INSET } else { 0 };
        let role = if step.constraint {
            Role::Constraint
        } else {
            Role::Wait
        };
        if waited {
            let from = if at > 0 { low.width() } else { 1 };
            low.pad_to(from);
            let wait = rung(&time(statistic, &step.wait), begin - 1 - from);
            low.push(role, wait).push(role, "╱");
            high.pad_to(begin);
        } else {
            high.pad_to(begin);
        }
        high.push(
            Role::Process,
            rung(&time(statistic, &step.process), end - begin),
        );
        if at < last {
            low.pad_to(end);
            low.push(Role::Wait, "╲");
        }
    }
    sheet.line(high);
    sheet.line(low);
}

/// A value in the middle of a line.
fn rung(value: &str, width: usize) -> String {
    let room = width.saturating_sub(text::width(value));
    let apart = if room >= 4 { " " } else { "" };
    let value = format!("{apart}{value}{apart}");
    let blank = width.saturating_sub(text::width(&value));
    let before = blank / 2;
    format!(
        "{}{value}{}",
        "─".repeat(before),
        "─".repeat(blank - before)
    )
}
