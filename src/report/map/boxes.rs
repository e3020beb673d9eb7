//! The map as it is drawn on walls: a box a step, an arrow to the next, and the ladder below, where the time in a step stands high and the wait before
//! it stands low.

use super::shape::{GAP, Shape};
use super::{Statistic, filled_by, glyph, signs, time};
use crate::model::stream::{Map, StepFigures};
use crate::report::figure;
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;

/// From the edge of a box to where its rung of the ladder begins: half of what the wait needs beside the gap.
const INSET: usize = 3;

/// The figures in a box, from top to bottom.
const LABELS: [&str; 4] = ["PT", "C&A", "WIP", "n"];

/// Rows inside a box of figures: who fills it, and those.
pub const FIGURES: usize = 1 + LABELS.len();

/// The row of a box, counted from its upper edge, that carries the arrows.
const ARROWS: usize = 3;

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

/// Boxes of figures, and the ladder below them.
#[must_use]
pub fn draw(map: &Map, statistic: Statistic, shape: &Shape) -> Vec<Line> {
    let heights = vec![FIGURES; shape.rows()];
    let mut lines = frames(map, shape, &heights, &|place, row| {
        figures(&map.steps[place], row, statistic, shape.inside - 2)
    });
    if map.changes > 0 {
        lines.extend(ladder(map, statistic, shape));
    }
    lines
}

fn figures(step: &StepFigures, row: usize, statistic: Statistic, width: usize) -> Line {
    let Some(label) = row.checked_sub(1).and_then(|row| LABELS.get(row)) else {
        let tool = text::clean(&filled_by(step)).into_owned();
        let role = if step.from.is_empty() || step.visits == 0 {
            Role::Dim
        } else {
            Role::Text
        };
        return Line::of(role, text::left(&tool, width));
    };
    let value = value(label, step, statistic);
    let value = text::right(&value, width - label.len());
    // n is what the others rest on.
    let role = if *label == "n" || step.visits == 0 {
        Role::Dim
    } else {
        Role::Text
    };
    Line::of(role, format!("{label}{value}"))
}

/// Boxes with anything in them: `heights` tells how many rows those have that stand side by side, `content` what is in a row of a step's box.
#[must_use]
pub fn frames(
    map: &Map,
    shape: &Shape,
    heights: &[usize],
    content: &dyn Fn(usize, usize) -> Line,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for (level, height) in heights.iter().enumerate() {
        for row in 0..height + 2 {
            let mut line = Line::new();
            for (column, steps) in shape.columns.iter().enumerate() {
                if column > 0 {
                    line.pad_to(shape.start(column) - GAP);
                    line.push(Role::Dim, joint(shape, column, level, row));
                } else if shape.before > 0 && (level, row) == (0, ARROWS) {
                    let more = format!(" {} {} {}", glyph::LEFT, shape.before, glyph::ARROW);
                    line.push(Role::Dim, more);
                }
                line.pad_to(shape.start(column));
                let Some(place) = steps.get(level) else {
                    continue;
                };
                let step = &map.steps[*place];
                match row {
                    0 => top(step, shape, &mut line),
                    row if row == height + 1 => bottom(step, shape, &mut line),
                    row => inner(step, shape, content(*place, row - 1), &mut line),
                }
            }
            if shape.after > 0 && (level, row) == (0, ARROWS) {
                line.pad_to(shape.start(shape.columns.len()) - GAP);
                line.push(Role::Dim, format!(" {} {}", glyph::ARROW, shape.after));
            }
            lines.push(line);
        }
    }
    lines
}

/// What stands between two columns: the arrow, and the way round to boxes that have nothing beside them.
fn joint(shape: &Shape, column: usize, level: usize, row: usize) -> &'static str {
    let (left, right) = (shape.columns[column - 1].len(), shape.columns[column].len());
    let (both, deepest) = (left.min(right), left.max(right));
    if level >= deepest {
        return "";
    }
    let last = level + 1 == deepest;
    match (row, level < both) {
        (ARROWS, true) => " ▶ ",
        (ARROWS, false) if right > left && last => " ╰▶",
        (ARROWS, false) if right > left => " ├▶",
        (ARROWS, false) if last => "─╯ ",
        (ARROWS, false) => "─┤ ",
        (..ARROWS, _) if level > 0 && deepest > both => " │ ",
        (ARROWS.., _) if !last && deepest > both => " │ ",
        _ => "",
    }
}

fn value(label: &str, step: &StepFigures, statistic: Statistic) -> String {
    match label {
        "PT" => time(statistic, &step.process),
        "C&A" => figure::percent(step.complete_accurate.rate),
        "WIP" => step.wip.to_string(),
        _ => step.visits.to_string(),
    }
}

fn inner(step: &StepFigures, shape: &Shape, content: Line, line: &mut Line) {
    let frame = Frame::of(step);
    let end = line.width() + shape.inside + 1;
    line.push(frame.role, frame.down).push(Role::Text, " ");
    line.append(content.fit(shape.inside - 2));
    line.pad_to(end).push(frame.role, frame.down);
}

fn top(step: &StepFigures, shape: &Shape, line: &mut Line) {
    let frame = Frame::of(step);
    let signs = signs(step);
    let apart = usize::from(!signs.is_empty());
    let room = shape.inside - 2 - text::width(&signs) - apart;
    let name = text::clean(&step.name).into_owned();
    let name = text::fit(&name, room);
    let used = 2 + text::width(&name) + apart + text::width(&signs);
    line.push(frame.role, frame.corners[0]);
    line.push(Role::Title, format!(" {name} "));
    if apart > 0 {
        line.push(Role::Gate, format!("{signs} "));
    }
    let rest = shape.inside.saturating_sub(used);
    line.push(frame.role, frame.across.repeat(rest))
        .push(frame.role, frame.corners[1]);
}

fn bottom(step: &StepFigures, shape: &Shape, line: &mut Line) {
    let frame = Frame::of(step);
    line.push(frame.role, frame.corners[2]);
    let words = if step.constraint {
        format!("{} constraint", glyph::CONSTRAINT)
    } else {
        String::new()
    };
    let rest = shape.inside.saturating_sub(text::width(&words));
    line.push(frame.role, words)
        .push(frame.role, frame.across.repeat(rest))
        .push(frame.role, frame.corners[3]);
}

/// Two rows: the time in each step above, the wait before it below. Of steps that share a column, the one that took most.
fn ladder(map: &Map, statistic: Statistic, shape: &Shape) -> [Line; 2] {
    let (mut high, mut low) = (Line::new(), Line::new());
    let last = shape.columns.len().saturating_sub(1);
    for (at, column) in shape.columns.iter().enumerate() {
        let most = |place: &&usize| {
            let step = &map.steps[**place];
            step.process.sum() + step.wait.sum()
        };
        // The first of those that are equal.
        let Some(place) = column.iter().rev().max_by_key(most) else {
            continue;
        };
        let step = &map.steps[*place];
        let start = shape.start(at);
        let waited = at > 0 || shape.left > 1;
        let begin = if waited { start + INSET } else { start };
        let goes_on = at < last || shape.after > 0;
        let end = start + shape.inside + 2 - if goes_on { INSET } else { 0 };
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
        }
        high.pad_to(begin);
        let process = time(statistic, &step.process);
        high.push(Role::Process, rung(&process, end - begin));
        if goes_on {
            low.pad_to(end);
            low.push(Role::Wait, "╲");
        }
    }
    [high, low]
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
