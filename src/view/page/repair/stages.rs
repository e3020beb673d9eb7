//! The way back from an incident as a small value stream: a row a stage, all on one time axis, how long each took at the right, and why where that is not
//! known. The detection lies before the incident: where it took far longer than the rest, its bar is cut at the left.

use ratatui::layout::Rect;

use crate::event::time::{Span, Timestamp};
use crate::model::repair::{Repair, Stage};
use crate::report::sheet::Line;
use crate::report::{duration, glyph, text};
use crate::theme::Role;
use crate::view::pen::Pen;

const NAME: u16 = 14;
const FIGURE: u16 = 9;
/// Rows: head, five stages, the total.
pub const HEIGHT: u16 = 7;

/// From when to when, and whether what was before is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Axis {
    from: Timestamp,
    to: Timestamp,
    cut: bool,
}

impl Axis {
    fn of(repair: &Repair, now: Timestamp) -> Self {
        let to = repair.resolved.unwrap_or(now).max(repair.opened);
        let whole = to - repair.opened;
        let earliest = repair.opened - whole;
        let detected = repair.detection.from.unwrap_or(repair.opened);
        Self {
            from: detected.max(earliest),
            to,
            cut: detected < earliest,
        }
    }

    fn column(self, at: Timestamp, width: u16) -> u16 {
        let whole = i128::from((self.to - self.from).micros()).max(1);
        let part = i128::from((at - self.from).micros()).clamp(0, whole);
        u16::try_from((part * i128::from(width) + whole / 2) / whole).unwrap_or(width)
    }
}

/// Draws the stages; tells how many rows they took.
pub fn draw(area: Rect, repair: &Repair, pen: &mut Pen<'_>) -> u16 {
    let now = pen.scene.instant();
    let axis = Axis::of(repair, now);
    let bars = Rect::new(
        area.x + NAME,
        area.y,
        area.width.saturating_sub(NAME + FIGURE).max(1),
        1,
    );
    let start = pen.scene.style.moment(axis.from);
    let end = match repair.resolved {
        Some(at) => pen.scene.style.moment(at),
        None => "now".to_owned(),
    };
    if text::width(&start) + text::width(&end) + 2 <= usize::from(bars.width) {
        pen.text(bars.x, area.y, bars.width, Role::Dim, &start);
        pen.right(bars, &Line::of(Role::Dim, &end));
    }
    let stages = std::iter::once(("detection", &repair.detection)).chain(repair.stages());
    let mut y = area.y + 1;
    for (name, stage) in stages {
        if y >= area.bottom() {
            return y - area.y;
        }
        pen.text(area.x, y, NAME, Role::Text, name);
        let row = Rect::new(bars.x, y, bars.width, 1);
        draw_stage(row, (name, stage), axis, now, pen);
        let role = if stage.seconds.is_some() {
            Role::Text
        } else {
            Role::Dim
        };
        let figure = Line::of(role, duration::maybe(stage.seconds));
        pen.right(Rect::new(bars.right(), y, FIGURE, 1), &figure);
        y += 1;
    }
    if y < area.bottom() {
        total(Rect::new(area.x, y, area.width, 1), repair, pen);
        y += 1;
    }
    y - area.y
}

fn total(row: Rect, repair: &Repair, pen: &mut Pen<'_>) {
    let (label, role) = if repair.total.is_some() {
        ("to restore", Role::Title)
    } else {
        ("open for", Role::Bad)
    };
    pen.text(row.x, row.y, NAME, role, label);
    let words = if repair.detection.seconds.is_some() {
        "without the detection"
    } else {
        ""
    };
    pen.text(row.x + NAME, row.y, row.width - NAME, Role::Dim, words);
    pen.right(row, &Line::of(role, duration::span(repair.lasts)));
}

fn draw_stage(
    row: Rect,
    (name, stage): (&str, &Stage),
    axis: Axis,
    now: Timestamp,
    pen: &mut Pen<'_>,
) {
    let (Some(from), Some(length)) = (stage.from, stage.seconds) else {
        draw_why(row, stage, axis, now, pen);
        return;
    };
    let (role, sign) = match name {
        // Nobody knew yet, or everybody waited whether it holds.
        "detection" | "confirmation" => (Role::Wait, glyph::WAIT),
        _ => (Role::Process, glyph::PROCESS),
    };
    if length <= Span::ZERO {
        let at = axis.column(from, row.width).min(row.width - 1);
        pen.text(row.x + at, row.y, 1, Role::Dim, "│");
        return;
    }
    let start = axis.column(from, row.width).min(row.width - 1);
    let end = axis.column(from + length, row.width).max(start + 1);
    let place = Rect::new(row.x + start, row.y, end - start, 1);
    pen.fill(place, sign, role);
    if axis.cut && from < axis.from {
        pen.text(row.x, row.y, 1, role, glyph::LEFT);
    }
}

/// Where no length is known: the reason, where the stage begins.
fn draw_why(row: Rect, stage: &Stage, axis: Axis, now: Timestamp, pen: &mut Pen<'_>) {
    let why = stage.why.as_deref().unwrap_or("the events do not show it");
    let width = u16::try_from(text::width(why)).unwrap_or(u16::MAX);
    let start = stage.from.filter(|from| *from <= now);
    let start = start.map_or(0, |from| axis.column(from, row.width));
    // The words stand where the stage begins, further left where they would not fit.
    let start = start.min(row.width.saturating_sub(width));
    pen.text(row.x + start, row.y, row.width - start, Role::Dim, why);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_detection_is_cut_and_a_short_one_is_not() {
        let at = Timestamp::from_seconds;
        let mut repair = Repair {
            opened: at(1_000),
            resolved: Some(at(1_100)),
            ..super::super::tests::repair()
        };
        repair.detection.from = Some(at(950));
        let axis = Axis::of(&repair, at(5_000));
        assert_eq!((axis.from, axis.to, axis.cut), (at(950), at(1_100), false));
        repair.detection.from = Some(at(0));
        let axis = Axis::of(&repair, at(5_000));
        assert_eq!((axis.from, axis.to, axis.cut), (at(900), at(1_100), true));
        assert_eq!(axis.column(at(1_000), 40), 20);
        assert_eq!(axis.column(at(0), 40), 0);
        repair.resolved = None;
        assert_eq!(Axis::of(&repair, at(5_000)).to, at(5_000), "until now");
    }
}
