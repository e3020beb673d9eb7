//! A matrix: a list whose columns are things of their own. The cell in front has the cursor, not its row; every cell can be clicked; where there is no room
//! for all columns, those farthest from the one in front go, and what lies left and right of what is in sight is counted.

use std::borrow::Cow;
use std::cell::Cell;

use ratatui::layout::Rect;

use crate::intent::Intent;
use crate::model::overview::Summary;
use crate::report::sheet::Line;
use crate::report::{glyph, text};
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::listing::{Column, Listing};
use crate::view::pen::Pen;
use crate::view::table::Table;

/// So many columns are kept to tell what is not in sight.
const BEYOND: u16 = 7;

/// The columns of a matrix: some before, then one for each name.
#[derive(Default)]
pub struct Cells {
    pub names: Vec<String>,
    /// The one in front, among `names`.
    pub front: usize,
    before: Vec<Column>,
    /// What the cells of each name need without words, and with them.
    widths: Vec<[usize; 2]>,
    /// The columns without words, and with them.
    columns: [Vec<Column>; 2],
    /// There is room for words: known when it was drawn.
    words: Cell<bool>,
}

impl Cells {
    /// Takes the names of lists, each once, in the order of the lists: each next one goes behind the one it follows. The name in front stays there; `wanted`
    /// is the first time.
    pub fn name<'a, L>(&mut self, lists: L, wanted: Option<&str>)
    where
        L: Iterator,
        L::Item: Iterator<Item = &'a str>,
    {
        let front = self.names.get(self.front).cloned();
        self.names.clear();
        for list in lists {
            let mut behind = 0;
            for name in list {
                if let Some(at) = self.place(name) {
                    behind = at + 1;
                } else {
                    self.names.insert(behind, name.to_owned());
                    behind += 1;
                }
            }
        }
        let front = front.as_deref().or(wanted);
        self.front = front.and_then(|name| self.place(name)).unwrap_or(0);
    }

    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The column of a cell, which stands behind those before.
    #[must_use]
    pub fn of_column(&self, column: usize) -> Option<usize> {
        column.checked_sub(self.before.len())
    }

    /// Makes the columns.
    pub fn line_up(&mut self, before: Vec<Column>, widths: Vec<[usize; 2]>) {
        self.before = before;
        self.widths = widths;
        self.rank();
    }

    fn rank(&mut self) {
        self.columns = [0, 1].map(|words| {
            let mut columns = self.before.clone();
            for (place, (name, widths)) in self.names.iter().zip(&self.widths).enumerate() {
                let width = u16::try_from(widths[words]).unwrap_or(u16::MAX).min(48);
                let far = place.abs_diff(self.front);
                columns.push(Column {
                    title: Cow::Owned(text::clean(name).into_owned()),
                    rank: u8::try_from(far + 1).unwrap_or(u8::MAX).min(u8::MAX - 1),
                    ..Column::new("", width, width + 2, 0)
                });
            }
            columns
        });
    }

    /// Moves the cell in front, and not beyond the edge.
    pub fn go(&mut self, to: Intent) {
        self.aim(match to {
            Intent::Left => self.front.saturating_sub(1),
            _ => self.front + 1,
        });
    }

    /// Puts the cell in front into a column.
    pub fn aim(&mut self, column: usize) {
        self.front = column.min(self.names.len().saturating_sub(1));
        self.rank();
    }

    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns[usize::from(self.words.get())]
    }

    #[must_use]
    pub fn has_words(&self) -> bool {
        self.words.get()
    }

    /// Row and column of a cell that was clicked.
    #[must_use]
    pub fn clicked(&self, part: usize) -> (usize, usize) {
        let across = self.names.len().max(1);
        (part / across, part % across)
    }

    /// Takes the words where they fit into a width; tells whether the columns fit at all.
    fn fit(&self, width: u16) -> bool {
        let fits = |columns: &[Column]| {
            let wanted: u16 = columns.iter().map(|column| column.least + 1).sum();
            wanted < width
        };
        self.words.set(fits(&self.columns[1]));
        fits(self.columns())
    }

    /// Draws the list, and the mark on the cell in front.
    pub fn draw<L: Listing>(&self, table: &Table<L>, area: Rect, pen: &mut Pen<'_>) {
        let beyond = if self.fit(area.width) { 0 } else { BEYOND };
        let hits = pen.hits.len();
        let list = Rect::new(
            area.x,
            area.y,
            area.width.saturating_sub(beyond),
            area.height,
        );
        table.draw(list, pen, false);
        let mut shown: Vec<(usize, Rect)> = Vec::new();
        let mut rows: Vec<(usize, Rect)> = Vec::new();
        for hit in &pen.hits[hits..] {
            match hit.target {
                Target::Column(column) => {
                    shown.extend(self.of_column(column).map(|column| (column, hit.area)));
                }
                Target::Row(at) => rows.push((at, hit.area)),
                _ => {}
            }
        }
        for (at, row) in &rows {
            for (column, head) in &shown {
                let cell = Rect::new(head.x, row.y, head.width, 1);
                pen.hit(cell, Target::Part(at * self.names.len() + column));
                if *at == table.cursor() && *column == self.front {
                    pen.select(cell);
                    pen.text(row.x, row.y, 1, Role::Focus, glyph::CURSOR);
                }
            }
        }
        if let Some((front, head)) = shown.iter().find(|(column, _)| *column == self.front) {
            pen.text(head.x, head.y, head.width, Role::Focus, &self.names[*front]);
        }
        self.draw_beyond(area, &shown, pen);
    }

    fn draw_beyond(&self, area: Rect, shown: &[(usize, Rect)], pen: &mut Pen<'_>) {
        let (Some((first, _)), Some((last, head))) = (shown.first(), shown.last()) else {
            return;
        };
        let right = self.names.len() - last - 1;
        let mut line = Line::new();
        if *first > 0 {
            line.push(Role::Key, format!("‹{first}"));
        }
        if right > 0 {
            line.push(Role::Key, format!(" {right}›"));
        }
        let end = head.right();
        let rest = Rect::new(end, area.y, area.right().saturating_sub(end + 1), 1);
        if line.width() <= usize::from(rest.width) {
            pen.right(rest, &line);
        }
    }
}

/// The column of the workloads, as wide as the widest of them needs: which row it is comes before what stands in it.
#[must_use]
pub fn workloads(widest: usize) -> Column {
    let width = u16::try_from(widest).unwrap_or(u16::MAX).clamp(10, 28);
    Column::new("workload", width, width, 0)
}

/// What a row of a workload is found by when one types.
#[must_use]
pub fn words(summary: &Summary) -> Cow<'_, str> {
    let team = summary.team.as_deref().unwrap_or_default();
    Cow::Owned(format!("{} {team} {}", summary.workload, summary.path))
}

/// What rows of workloads are grouped by.
pub const GROUPS: [&str; 2] = ["team", "path"];

/// The group of a workload.
#[must_use]
pub fn group(summary: &Summary, by: usize) -> Cow<'_, str> {
    Cow::Borrowed(match by {
        0 => summary.team.as_deref().unwrap_or("no team"),
        _ => &summary.path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_lists_and_the_one_in_front_stays() {
        let lists = |lists: &[&[&'static str]]| {
            let lists: Vec<Vec<&str>> = lists.iter().map(|list| list.to_vec()).collect();
            lists
        };
        let take = |cells: &mut Cells, all: &[&[&'static str]]| {
            let all = lists(all);
            cells.name(all.iter().map(|list| list.iter().copied()), Some("live"));
        };
        let mut cells = Cells::default();
        take(&mut cells, &[&["test", "live"], &["test", "cab", "live"]]);
        assert_eq!(cells.names, ["test", "cab", "live"]);
        assert_eq!(cells.front, 2);
        cells.go(Intent::Right);
        assert_eq!(cells.front, 2);
        cells.go(Intent::Left);
        take(&mut cells, &[&["code", "test"], &["cab", "live"]]);
        assert_eq!(cells.names[cells.front], "cab");
        assert_eq!(cells.clicked(9), (2, 1));
    }
}
