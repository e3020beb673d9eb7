//! What was: boxes and ladder, or a row a step where there is no room for them; below, where the time goes, the constraint in words, and the step in front.

use ratatui::layout::Rect;

use super::MapPage;
use crate::model::stream::Map;
use crate::report::map::shape::Shape;
use crate::report::map::{boxes, list, totals};
use crate::report::sheet::{Line, Sheet};
use crate::report::{glyph, text};
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::pen::Pen;

/// From here on there is room beside the step in front for what else must be known.
const BESIDE: u16 = 140;
/// A box is at most so wide inside.
const WIDEST: usize = 22;
/// Fewer rows cannot hold the step in front.
const FRONT: u16 = 6;
/// With fewer rows nothing is left empty between the steps and what is below.
const FEW: u16 = 10;

impl MapPage {
    pub(super) fn draw_history(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) {
        let width = usize::from(area.width);
        let taken = if self.boxes.get() {
            self.draw_boxes(area, map, pen)
        } else {
            self.draw_list(area, map, pen)
        };
        let mut sheet = Sheet::new();
        if self.boxes.get() {
            totals::shares(map, width, &mut sheet);
            sheet.space();
        }
        totals::draw(map, self.statistic, width, &mut sheet);
        let gap = u16::from(area.height >= FEW);
        let mut rest = lower(area, taken + gap);
        if rest.height == 0 {
            return;
        }
        let mut known = Sheet::new();
        totals::notes(map, width, &mut known);
        known.space();
        totals::legend(map, width, &mut known);
        let totals = sheet.into_lines();
        let known = known.into_lines();
        let least = u16::try_from(totals.len())
            .unwrap_or(u16::MAX)
            .saturating_add(1 + FRONT);
        if rest.height < least {
            let mut lines = totals;
            lines.push(Line::new());
            lines.extend(known);
            self.below(rest, &lines, pen);
            return;
        }
        for line in &totals {
            pen.line(rest.x, rest.y, rest.width, line);
            rest = lower(rest, 1);
        }
        rest = lower(rest, 1);
        if area.width >= BESIDE {
            let left = Rect::new(rest.x, rest.y, rest.width * 3 / 5, rest.height);
            let right = rest.width - left.width - 3;
            let right = Rect::new(left.right() + 3, rest.y + 1, right, rest.height - 1);
            self.draw_front(left, map, pen);
            let mut known = Sheet::new();
            totals::notes(map, usize::from(right.width), &mut known);
            known.space();
            totals::legend(map, usize::from(right.width), &mut known);
            self.below(right, &known.into_lines(), pen);
            return;
        }
        let rows = u16::try_from(known.len()).unwrap_or(u16::MAX);
        if rest.height >= rows.saturating_add(1 + FRONT) {
            let front = Rect::new(rest.x, rest.y, rest.width, rest.height - rows - 1);
            let used = self.draw_front(front, map, pen);
            self.below(lower(rest, used + 1), &known, pen);
        } else {
            self.below(rest, &known, pen);
        }
    }

    /// The shape of what is in sight: all of it, or as much as fits around the step in front.
    pub(super) fn shape(&self, map: &Map, width: usize) -> Option<Shape> {
        if let Some(shape) = Shape::of(map, self.columns.clone(), width) {
            self.first.set(0);
            return Some(shape);
        }
        let (column, _) = self.where_in_columns()?;
        let mut first = self.first.get().min(column);
        let mut shape = Shape::from(map, &self.columns, first, width)?;
        // The next column stays in sight, where there is one.
        let last = (column + 1).min(self.columns.len() - 1);
        while first < column && first + shape.columns.len() <= last {
            first += 1;
            shape = Shape::from(map, &self.columns, first, width)?;
        }
        self.first.set(first);
        Some(shape)
    }

    fn draw_boxes(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) -> u16 {
        let Some(shape) = self.shape(map, usize::from(area.width)) else {
            return 0;
        };
        let shape = shape.widened(usize::from(area.width), WIDEST);
        let lines = boxes::draw(map, self.statistic, &shape);
        let heights = vec![boxes::FIGURES; shape.rows()];
        self.draw_shape(area, (&shape, &heights), &lines, pen)
    }

    /// Lines of boxes, with what can be clicked and the step in front.
    pub(super) fn draw_shape(
        &self,
        area: Rect,
        (shape, heights): (&Shape, &[usize]),
        lines: &[Line],
        pen: &mut Pen<'_>,
    ) -> u16 {
        let small = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
        for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
            pen.line(area.x, y, area.width, line);
        }
        for (column, steps) in shape.columns.iter().enumerate() {
            let x = area.x + small(shape.start(column));
            let mut y = area.y;
            for (place, height) in steps.iter().zip(heights) {
                let rect = Rect::new(x, y, small(shape.inside + 2), small(height + 2));
                let rect = rect.intersection(area);
                if self.at == Some(*place) {
                    pen.select(Rect::new(rect.x, rect.y, rect.width, 1.min(rect.height)));
                    pen.text(rect.x - 1, rect.y, 1, Role::Focus, glyph::CURSOR);
                }
                pen.hit(rect, Target::Part(*place));
                y += small(height + 2);
            }
        }
        small(lines.len()).min(area.height)
    }

    fn draw_list(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) -> u16 {
        let places = self.places();
        let mut sheet = Sheet::new();
        list::draw(
            map,
            &places,
            self.statistic,
            usize::from(area.width),
            &mut sheet,
        );
        let lines = sheet.into_lines();
        self.draw_rows(area, &places, &lines, pen)
    }

    /// A head and a row a step; what does not fit is scrolled over. Half of the room stays for what is below.
    pub(super) fn draw_rows(
        &self,
        area: Rect,
        places: &[usize],
        lines: &[Line],
        pen: &mut Pen<'_>,
    ) -> u16 {
        let Some((head, rows)) = lines.split_first() else {
            return 0;
        };
        pen.line(area.x, area.y, area.width, head);
        let room = if area.height < FEW {
            usize::from(area.height.saturating_sub(3).max(3))
        } else {
            usize::from((area.height * 2 / 3).max(4) - 1)
        };
        let at = places.iter().position(|place| Some(*place) == self.at);
        let at = at.unwrap_or(0);
        let last = rows.len().saturating_sub(room);
        let first = self
            .first
            .get()
            .clamp((at + 1).saturating_sub(room), at)
            .min(last);
        self.first.set(first);
        if rows.len() > room {
            // The last column's head may be empty.
            let words = text::width(head.text().trim_end());
            let beside = u16::try_from(words + 2).unwrap_or(u16::MAX);
            let beside = beside.min(area.width);
            let place = Rect::new(area.x + beside, area.y, area.width - beside, 1);
            let words = format!("{} of {}", at + 1, rows.len());
            pen.right(place, &Line::of(Role::Dim, words));
        }
        let mut y = area.y + 1;
        let shown = rows.iter().zip(places).skip(first).take(room);
        for (line, place) in shown {
            let row = Rect::new(area.x, y, area.width, 1);
            pen.line(area.x, y, area.width, line);
            if self.at == Some(*place) {
                pen.select(row);
                pen.text(area.x - 1, y, 1, Role::Focus, glyph::CURSOR);
            }
            pen.hit(row, Target::Part(*place));
            y += 1;
        }
        y - area.y
    }
}

/// What is left of an area below so many rows.
pub(super) fn lower(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect::new(area.x, area.y + rows, area.width, area.height - rows)
}
