//! A way as a waterfall: a row a step, all on one time axis, what was worked solid and what was waited hatched by its reason; how long each took at the
//! right, and what the signs mean below.

use ratatui::layout::Rect;

use crate::event::time::{Span, Timestamp};
use crate::model::locate::Leg;
use crate::report::sheet::{Line, Sheet};
use crate::report::{duration, state_look, state_sums, text};
use crate::theme::Role;
use crate::view::pen::Pen;

const NAME: usize = 18;
/// The columns of figures: entered, worked, waited.
const FIGURES: [u16; 3] = [13, 9, 9];
/// Less than this is no axis.
const LEAST: u16 = 12;

/// A step of the way.
struct Row<'a> {
    step: &'a str,
    legs: Vec<&'a Leg>,
}

/// Draws a way; tells how many rows it took.
pub fn draw(area: Rect, legs: &[Leg], pen: &mut Pen<'_>) -> u16 {
    let (Some(first), Some(last)) = (legs.first(), legs.last()) else {
        pen.text(
            area.x,
            area.y,
            area.width,
            Role::Dim,
            "nothing is known of its way",
        );
        return 1;
    };
    let rows = rows(legs);
    let names = rows.iter().map(|row| text::width(row.step)).max();
    let name = u16::try_from(names.unwrap_or(0).min(NAME) + 2).unwrap_or(0);
    let mut figures: u16 = FIGURES.iter().sum();
    // Where the bars would be too short, the moment goes first.
    let entered = area.width > name + figures + LEAST * 2;
    if !entered {
        figures -= FIGURES[0];
    }
    let axis = area.width.saturating_sub(name + figures).max(1);
    let axis = Rect::new(area.x + name, area.y, axis, area.height);
    head(axis, (first.from, last.to), entered, pen);
    let mut y = area.y + 1;
    for row in rows.iter().take(usize::from(area.height.saturating_sub(1))) {
        let step = text::clean(row.step).into_owned();
        let step = text::fit(&step, usize::from(name) - 1);
        pen.text(area.x, y, name, Role::Text, &step);
        let place = Rect::new(axis.x, y, axis.width, 1);
        for leg in &row.legs {
            bar(place, leg, (first.from, last.to), pen);
        }
        let end = Rect::new(
            axis.right(),
            y,
            area.right().saturating_sub(axis.right()),
            1,
        );
        lengths(end, row, entered, pen);
        y += 1;
    }
    let mut sheet = Sheet::new();
    sheet.flow(0, state_sums(legs), usize::from(area.width));
    y += 1;
    for line in sheet.into_lines() {
        if y >= area.bottom() {
            break;
        }
        pen.line(area.x, y, area.width, &line);
        y += 1;
    }
    y.saturating_sub(area.y)
}

/// Steps in the order in which they were first entered; a step that was come back to has one row.
fn rows(legs: &[Leg]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for leg in legs {
        match rows.iter_mut().find(|row| row.step == leg.step) {
            Some(row) => row.legs.push(leg),
            None => rows.push(Row {
                step: &leg.step,
                legs: vec![leg],
            }),
        }
    }
    rows
}

fn head(axis: Rect, (from, to): (Timestamp, Timestamp), entered: bool, pen: &mut Pen<'_>) {
    let style = &pen.scene.style;
    let (start, end) = (style.moment(from), style.moment(to));
    pen.text(axis.x, axis.y, axis.width, Role::Dim, &start);
    let both = text::width(&start) + text::width(&end) + 2;
    if both <= usize::from(axis.width) {
        let row = Rect::new(axis.x, axis.y, axis.width, 1);
        pen.right(row, &Line::of(Role::Dim, &end));
    }
    let mut x = axis.right();
    let heads = ["entered", "worked", "waited"];
    for (place, (head, width)) in heads.into_iter().zip(FIGURES).enumerate() {
        if place > 0 || entered {
            let row = Rect::new(x, axis.y, width, 1);
            pen.right(row, &Line::of(Role::Header, head));
            x += width;
        }
    }
}

/// A stretch in its place; one that is too short for a column still shows.
fn bar(axis: Rect, leg: &Leg, (from, to): (Timestamp, Timestamp), pen: &mut Pen<'_>) {
    let length = leg.to - leg.from;
    if length <= Span::ZERO {
        return;
    }
    let start = column(leg.from, (from, to), axis.width).min(axis.width.saturating_sub(1));
    let end = column(leg.to, (from, to), axis.width).max(start + 1);
    let (role, sign) = state_look(leg.state);
    pen.fill(
        Rect::new(axis.x + start, axis.y, end - start, 1),
        sign,
        role,
    );
}

fn column(at: Timestamp, (from, to): (Timestamp, Timestamp), width: u16) -> u16 {
    let whole = i128::from((to - from).micros()).max(1);
    let part = i128::from((at - from).micros()).clamp(0, whole);
    u16::try_from((part * i128::from(width) + whole / 2) / whole).unwrap_or(width)
}

fn lengths(area: Rect, row: &Row<'_>, entered: bool, pen: &mut Pen<'_>) {
    let sum = |worked: bool| -> Span {
        let legs = row
            .legs
            .iter()
            .filter(|leg| (leg.state == "working") == worked);
        legs.map(|leg| leg.to - leg.from).sum()
    };
    let told = |length: Span, role| {
        if length > Span::ZERO {
            Line::of(role, duration::span(length))
        } else {
            Line::of(Role::Dim, "-")
        }
    };
    let moment = row.legs.first().map(|leg| pen.scene.style.moment(leg.from));
    let cells = [
        Line::of(Role::Dim, moment.unwrap_or_default()),
        told(sum(true), Role::Process),
        told(sum(false), Role::Wait),
    ];
    let mut x = area.x;
    for (place, (cell, width)) in cells.iter().zip(FIGURES).enumerate() {
        if place > 0 || entered {
            pen.right(Rect::new(x, area.y, width, 1), cell);
            x += width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(step: &str, state: &'static str, from: i64, to: i64) -> Leg {
        Leg {
            step: step.to_owned(),
            state,
            from: Timestamp::from_seconds(from),
            to: Timestamp::from_seconds(to),
        }
    }

    #[test]
    fn a_step_that_was_come_back_to_has_one_row() {
        let legs = [
            leg("code", "working", 0, 10),
            leg("review", "waiting", 10, 20),
            leg("code", "working", 20, 30),
        ];
        let rows = rows(&legs);
        let shape: Vec<(&str, usize)> = rows.iter().map(|row| (row.step, row.legs.len())).collect();
        assert_eq!(shape, [("code", 2), ("review", 1)]);
    }

    #[test]
    fn columns_cover_the_axis_whatever_the_times() {
        let at = Timestamp::from_seconds;
        assert_eq!(column(at(0), (at(0), at(100)), 50), 0);
        assert_eq!(column(at(50), (at(0), at(100)), 50), 25);
        assert_eq!(column(at(100), (at(0), at(100)), 50), 50);
        assert_eq!(column(at(7), (at(7), at(7)), 50), 0);
        assert_eq!(
            column(Timestamp::MAX, (Timestamp::MIN, Timestamp::MAX), 50),
            50
        );
    }
}
