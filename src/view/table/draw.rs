//! How a list is drawn: its head, and the rows in sight, each in its columns.

use ratatui::layout::Rect;

use super::{Entry, Table};
use crate::report::sheet::Line;
use crate::report::{glyph, text};
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::listing::Listing;
use crate::view::pen::Pen;

/// The cursor's own column: a sign and a blank.
const LEAD: u16 = 2;
/// Between columns.
const GAP: u16 = 1;

impl<L: Listing> Table<L> {
    /// Draws head and rows.
    pub fn draw(&self, area: Rect, pen: &mut Pen<'_>, focused: bool) {
        if area.height == 0 || area.width <= LEAD {
            return;
        }
        let columns = self.layout(area);
        self.draw_head(area, &columns, pen);
        let body = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
        self.height.set(usize::from(body.height));
        if self.entries.is_empty() {
            self.draw_nothing(body, pen);
            return;
        }
        let height = usize::from(body.height).max(1);
        let mut top = self.top.get().min(self.cursor);
        top = top.max((self.cursor + 1).saturating_sub(height));
        top = top.min(self.entries.len().saturating_sub(height));
        self.top.set(top);
        let mut strips = self.strips.borrow_mut();
        strips.stand_on((self.listing.lent(), self.changes), body, pen);
        let shown = self.entries.iter().enumerate().skip(top);
        for ((at, entry), y) in shown.zip(body.top()..body.bottom()) {
            let row = Rect::new(body.x, y, body.width, 1);
            match entry {
                Entry::Group { title, count } => {
                    let line = Line::of(Role::Title, title).with(Role::Dim, format!("  {count}"));
                    pen.line(row.x, y, row.width, &line);
                }
                Entry::Row(number) => {
                    pen.hit(row, Target::Row(at));
                    if !strips.recall(at, row, pen) {
                        self.draw_row(row, *number as usize, &columns, pen);
                        strips.keep(at, row, pen);
                    }
                    if at == self.cursor && focused {
                        pen.text(row.x, y, 1, Role::Focus, glyph::CURSOR);
                        pen.select(row);
                    } else if at == self.cursor {
                        pen.text(row.x, y, 1, Role::Dim, glyph::CURSOR);
                    }
                }
            }
        }
    }

    fn draw_row(&self, row: Rect, number: usize, columns: &[(usize, Rect)], pen: &mut Pen<'_>) {
        if !self.marked.is_empty() && self.marked.contains(&*self.listing.id(number)) {
            pen.text(row.x + 1, row.y, 1, Role::Focus, glyph::MARK);
        }
        for (column, place) in columns {
            let cell = self.listing.cell(number, *column, pen.scene);
            let width = u16::try_from(cell.width()).unwrap_or(u16::MAX);
            let indent = if self.listing.columns()[*column].right {
                place.width.saturating_sub(width)
            } else {
                0
            };
            pen.line(row.x + place.x + indent, row.y, place.width - indent, &cell);
        }
    }

    fn draw_head(&self, area: Rect, columns: &[(usize, Rect)], pen: &mut Pen<'_>) {
        for (column, place) in columns {
            let known = &self.listing.columns()[*column];
            let sign = match self.sort {
                // Which way the values go down the list, as everywhere: whichever of them comes first of itself.
                Some(sort) if sort.column == *column && sort.reversed != known.falling => {
                    glyph::DESCENDING
                }
                Some(sort) if sort.column == *column => glyph::ASCENDING,
                _ => "",
            };
            // The sign stays whatever is cut.
            let room = usize::from(place.width).saturating_sub(text::width(sign));
            let mut line = Line::of(Role::Header, &known.title).fit(room);
            line.push(Role::Focus, sign);
            let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
            let indent = if known.right {
                place.width.saturating_sub(width)
            } else {
                0
            };
            let x = area.x + place.x;
            pen.line(x + indent, area.y, place.width - indent, &line);
            pen.hit(
                Rect::new(x, area.y, place.width, 1),
                Target::Column(*column),
            );
        }
    }

    fn draw_nothing(&self, body: Rect, pen: &mut Pen<'_>) {
        let inner = Rect::new(
            body.x + LEAD,
            body.y + 1.min(body.height.saturating_sub(1)),
            body.width.saturating_sub(2 * LEAD),
            body.height.saturating_sub(1),
        );
        if self.listing.is_empty() || self.filter.is_empty() {
            let words = self.listing.nothing(pen.scene);
            pen.paragraph(inner, Role::Dim, &words);
        } else {
            let all = self.listing.len();
            let words = format!(
                "none of {all} passes the filter \"{}\"; esc takes it away",
                self.filter.text()
            );
            pen.paragraph(inner, Role::Dim, &words);
        }
    }

    /// Which columns are shown, and where: `x` counts from the left edge.
    fn layout(&self, area: Rect) -> Vec<(usize, Rect)> {
        let columns = self.listing.columns();
        let room = area.width - LEAD;
        let mut shown: Vec<usize> = (0..columns.len()).collect();
        let least = |shown: &[usize]| -> u16 {
            let gaps = GAP * u16::try_from(shown.len().saturating_sub(1)).unwrap_or(0);
            shown.iter().map(|at| columns[*at].least).sum::<u16>() + gaps
        };
        while shown.len() > 1 && least(&shown) > room {
            let Some(worst) = (0..shown.len())
                .max_by_key(|at| (columns[shown[*at]].rank, *at))
                .filter(|at| columns[shown[*at]].rank > 0)
            else {
                break;
            };
            shown.remove(worst);
        }
        let mut spare = room.saturating_sub(least(&shown));
        let mut widths: Vec<u16> = shown.iter().map(|at| columns[*at].least).collect();
        // What is left over goes round, a column at a time, to those that can use it.
        while spare > 0 {
            let mut given = false;
            for (width, at) in widths.iter_mut().zip(&shown) {
                if spare > 0 && *width < columns[*at].most {
                    *width += 1;
                    spare -= 1;
                    given = true;
                }
            }
            if !given {
                break;
            }
        }
        let mut x = LEAD;
        let mut places = Vec::with_capacity(shown.len());
        for (at, width) in shown.into_iter().zip(widths) {
            let width = width.min(area.width.saturating_sub(x));
            places.push((at, Rect::new(x, 0, width, 1)));
            x += width + GAP;
        }
        places
    }
}
