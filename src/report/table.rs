//! Columns that fit. A table is as wide as what stands in it; where the line is narrower, columns of text shrink first, then those go that a reader
//! can best do without, and a column of bars takes what is left over.

use std::borrow::Cow;

use super::sheet::{Line, Sheet};
use super::text;
use crate::theme::Role;

const GAP: usize = 2;
const BAR: std::ops::RangeInclusive<usize> = 8..=40;

/// A column: its title, how it stands, and what happens to it where room is short.
#[derive(Clone, Debug)]
pub struct Column {
    title: Cow<'static, str>,
    right: bool,
    /// May shrink to this; a figure never shrinks.
    least: Option<usize>,
    /// Columns with the largest go first; 0 stays.
    spare: u8,
}

impl Column {
    /// A figure: to the right, never cut.
    #[must_use]
    pub const fn figure(title: &'static str) -> Self {
        Self {
            title: Cow::Borrowed(title),
            right: true,
            least: None,
            spare: 0,
        }
    }

    /// Text, which may be cut down to `least` columns.
    #[must_use]
    pub const fn text(title: &'static str, least: usize) -> Self {
        Self {
            title: Cow::Borrowed(title),
            right: false,
            least: Some(least),
            spare: 0,
        }
    }

    /// May be left out; the larger the number, the sooner.
    #[must_use]
    pub fn spare(self, spare: u8) -> Self {
        Self { spare, ..self }
    }

    /// Stands to the left and is never cut, under a title from outside.
    #[must_use]
    pub fn whole(title: &str) -> Self {
        Self {
            title: Cow::Owned(text::clean(title).into_owned()),
            right: false,
            least: None,
            spare: 0,
        }
    }
}

/// What stands in a row of a column.
#[derive(Clone, Debug)]
pub enum Cell {
    Text(Line),
    /// Parts of a bar: each with its share of the whole column.
    Bar(Vec<(Role, char, f64)>),
}

impl From<Line> for Cell {
    fn from(line: Line) -> Self {
        Self::Text(line)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Lines that stand below a row, by its place.
    under: Vec<(usize, Line)>,
}

impl Table {
    #[must_use]
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            under: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: Vec<Cell>) -> &mut Self {
        self.rows.push(cells);
        self
    }

    /// A line below the last row, across all columns.
    pub fn under(&mut self, line: Line) -> &mut Self {
        self.under.push((self.rows.len().saturating_sub(1), line));
        self
    }

    /// Whether everything fits without a column left out.
    #[must_use]
    pub fn fits(&self, width: usize) -> bool {
        let shown: Vec<usize> = (0..self.columns.len()).collect();
        self.widths(&shown, width).is_some()
    }

    pub fn draw(&self, width: usize, sheet: &mut Sheet) {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let widths = loop {
            if let Some(widths) = self.widths(&shown, width) {
                break widths;
            }
            let sparest = shown
                .iter()
                .copied()
                .filter(|at| self.columns[*at].spare > 0)
                .max_by_key(|at| self.columns[*at].spare);
            let Some(sparest) = sparest else {
                // Nothing is left to leave out: as narrow as it goes, and cut at the edge.
                break self.least(&shown);
            };
            shown.retain(|at| *at != sparest);
        };
        if shown.iter().any(|at| !self.columns[*at].title.is_empty()) {
            let titles = shown
                .iter()
                .map(|at| Cell::Text(Line::of(Role::Dim, &self.columns[*at].title)))
                .collect::<Vec<_>>();
            sheet.line(self.draw_row(&shown, &widths, titles.iter()));
        }
        for (place, row) in self.rows.iter().enumerate() {
            let cells = shown.iter().filter_map(|at| row.get(*at));
            sheet.line(self.draw_row(&shown, &widths, cells));
            for (_, line) in self.under.iter().filter(|(row, _)| *row == place) {
                sheet.line(line.clone());
            }
        }
    }

    fn draw_row<'a>(
        &self,
        shown: &[usize],
        widths: &[usize],
        cells: impl Iterator<Item = &'a Cell>,
    ) -> Line {
        let mut line = Line::new();
        let mut start = 0;
        for ((at, width), cell) in shown.iter().zip(widths).zip(cells) {
            line.pad_to(start);
            match cell {
                Cell::Text(text) => {
                    let text = text.clone().fit(*width);
                    if self.columns[*at].right {
                        line.pad_to(start + width - text.width());
                    }
                    line.append(text);
                }
                Cell::Bar(parts) => {
                    line.append(bar(parts, *width));
                }
            }
            start += width + GAP;
        }
        line
    }

    fn natural(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|cell| match cell {
            Cell::Text(text) => text.width(),
            Cell::Bar(_) => *BAR.start(),
        });
        widest.fold(text::width(&self.columns[at].title), usize::max)
    }

    fn least(&self, shown: &[usize]) -> Vec<usize> {
        let least = |at: &usize| {
            let natural = self.natural(*at);
            self.columns[*at]
                .least
                .map_or(natural, |least| natural.min(least))
        };
        shown.iter().map(least).collect()
    }

    fn widths(&self, shown: &[usize], width: usize) -> Option<Vec<usize>> {
        let room = width.checked_sub(GAP * shown.len().saturating_sub(1))?;
        let mut widths: Vec<usize> = shown.iter().map(|at| self.natural(*at)).collect();
        let least = self.least(shown);
        let mut excess = widths.iter().sum::<usize>().saturating_sub(room);
        while excess > 0 {
            // The widest of those that may shrink gives a column.
            let widest = (0..widths.len())
                .filter(|place| widths[*place] > least[*place])
                .max_by_key(|place| widths[*place])?;
            widths[widest] -= 1;
            excess -= 1;
        }
        let rest = room.saturating_sub(widths.iter().sum());
        let bar = shown.iter().position(|at| {
            let first = self.rows.first().and_then(|row| row.get(*at));
            matches!(first, Some(Cell::Bar(_)))
        });
        if let Some(bar) = bar {
            widths[bar] = (widths[bar] + rest).min(*BAR.end());
        }
        Some(widths)
    }
}

/// A bar of parts. Ends are rounded, not lengths, so that parts add up; a part of less than half a column does not show.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "columns of a screen; shares are clamped to 0..=1"
)]
pub fn bar(parts: &[(Role, char, f64)], width: usize) -> Line {
    let mut line = Line::new();
    let mut end = 0.0;
    for (role, sign, share) in parts {
        if !share.is_finite() || *share <= 0.0 {
            continue;
        }
        end += share;
        let column = (end.clamp(0.0, 1.0) * width as f64).round() as usize;
        let columns = column.saturating_sub(line.width());
        line.push(*role, sign.to_string().repeat(columns));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(long: &str) -> Table {
        let mut table = Table::new(vec![
            Column::text("name", 6),
            Column::text("from", 4).spare(1),
            Column::figure("n"),
            Column::text("share", 8).spare(2),
        ]);
        table.row(vec![
            Line::of(Role::Text, long).into(),
            Line::of(Role::Text, "github").into(),
            Line::of(Role::Text, "1234").into(),
            Cell::Bar(vec![
                (Role::Process, '#', 0.5),
                (Role::Wait, '.', 0.001),
                (Role::Wait, '-', 0.25),
            ]),
        ]);
        table
    }

    fn drawn(table: &Table, width: usize) -> String {
        let mut sheet = Sheet::new();
        table.draw(width, &mut sheet);
        let around = super::super::style::Surroundings {
            width: Some(200),
            ..Default::default()
        };
        sheet.draw(&super::super::style::Style::detect(
            &around,
            crate::theme::Theme::default(),
            crate::event::time::Timestamp::default(),
        ))
    }

    #[test]
    fn columns_shrink_then_go() {
        let table = table("a-rather-long-name");
        assert!(table.fits(60));
        assert_eq!(
            drawn(&table, 60),
            "name                from       n  share\n\
             a-rather-long-name  github  1234  #############-------\n"
        );
        assert_eq!(
            drawn(&table, 30),
            "name    from       n  share\n\
             a-rat…  github  1234  ####--\n"
        );
        assert!(!table.fits(24));
        assert_eq!(
            drawn(&table, 20),
            "name    from       n\n\
             a-rat…  github  1234\n"
        );
        assert_eq!(drawn(&table, 8), "name       n\na-rat…  1234\n");
    }
}
