//! A list on the screen: which rows pass, in which order, where the cursor stands; and its drawing. Work is done when something changed
//! ([`Table::refresh`]); drawing lays out the rows in sight and no other.

use std::cell::Cell;
use std::collections::BTreeSet;

use ratatui::layout::Rect;

use super::filter::Filter;
use super::hit::Target;
use super::listing::Listing;
use super::pen::Pen;
use crate::intent::Intent;
use crate::report::sheet::Line;
use crate::report::{glyph, text};
use crate::theme::Role;

/// The cursor's own column: a sign and a blank.
const LEAD: u16 = 2;
/// Between columns.
const GAP: u16 = 1;

/// A row on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Group { title: String, count: usize },
    Row(u32),
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: usize,
    pub reversed: bool,
}

/// A list with its cursor.
pub struct Table<L> {
    pub listing: L,
    entries: Vec<Entry>,
    /// Place of the cursor in `entries`, always on a row where there is one.
    cursor: usize,
    /// What the cursor stands on, to find it again.
    on: Option<String>,
    /// Somebody put it there. Until then it stands at the top, whatever comes to stand there while the list is worked out.
    placed: bool,
    pub sort: Option<Sort>,
    pub group: Option<usize>,
    filter: Filter,
    marked: BTreeSet<String>,
    /// The first row in sight, and how many there were when it was last drawn: known only then.
    top: Cell<usize>,
    height: Cell<usize>,
}

impl<L: Listing> Table<L> {
    #[must_use]
    pub fn new(listing: L) -> Self {
        Self {
            listing,
            entries: Vec::new(),
            cursor: 0,
            on: None,
            placed: false,
            sort: None,
            group: None,
            filter: Filter::default(),
            marked: BTreeSet::new(),
            top: Cell::new(0),
            height: Cell::new(20),
        }
    }

    /// Works out again which rows are shown; the cursor stays on its thing, or near where that was.
    pub fn refresh(&mut self) {
        let mut rows = self.filter.pass(&self.listing);
        if let Some(sort) = self.sort {
            let listing = &self.listing;
            rows.sort_by(|one, two| {
                let order = listing.order(sort.column, *one as usize, *two as usize);
                if sort.reversed {
                    order.reverse()
                } else {
                    order
                }
            });
        }
        self.entries.clear();
        match self.group {
            None => self.entries.extend(rows.into_iter().map(Entry::Row)),
            Some(by) => self.grouped(rows, by),
        }
        if !self.placed {
            self.place(0, true);
            return;
        }
        let found = self.on.as_ref().and_then(|on| {
            self.entries.iter().position(|entry| {
                matches!(entry, Entry::Row(row) if self.listing.id(*row as usize) == on.as_str())
            })
        });
        self.place(found.unwrap_or(self.cursor), found.is_none());
    }

    fn grouped(&mut self, mut rows: Vec<u32>, by: usize) {
        let listing = &self.listing;
        let key = |row: u32| {
            (
                listing.group_rank(row as usize, by),
                listing.group(row as usize, by),
            )
        };
        rows.sort_by(|one, two| key(*one).cmp(&key(*two)));
        for part in rows.chunk_by(|one, two| key(*one) == key(*two)) {
            self.entries.push(Entry::Group {
                title: listing.group(part[0] as usize, by).into_owned(),
                count: part.len(),
            });
            self.entries.extend(part.iter().copied().map(Entry::Row));
        }
    }

    /// Puts the cursor at a place, or on the nearest row to it; `forward` where it does not matter which.
    fn place(&mut self, at: usize, anew: bool) {
        let last = self.entries.len().saturating_sub(1);
        let at = at.min(last);
        let is_row = |at: &usize| matches!(self.entries.get(*at), Some(Entry::Row(_)));
        let below = (at..self.entries.len()).find(is_row);
        let above = (0..at).rev().find(is_row);
        self.cursor = below.or(above).unwrap_or(0);
        if anew {
            self.on = self.selected().map(|row| self.listing.id(row).into_owned());
        }
    }

    /// The row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        match self.entries.get(self.cursor) {
            Some(Entry::Row(row)) => Some(*row as usize),
            _ => None,
        }
    }

    /// Place of the cursor among what is listed, as a click on its row tells it.
    #[must_use]
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Moves what is in sight by so many rows, and the cursor not: for a list that grows at its head while it is read.
    pub fn scroll(&self, rows: isize) {
        self.top.set(self.top.get().saturating_add_signed(rows));
    }

    /// Puts the cursor on a thing.
    pub fn select(&mut self, id: &str) {
        self.on = Some(id.to_owned());
        self.placed = true;
        self.refresh();
    }

    /// The rows that pass, in their order.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Row(row) => Some(*row as usize),
            Entry::Group { .. } => None,
        })
    }

    /// The marked rows that pass.
    fn marked(&self) -> Vec<usize> {
        if self.marked.is_empty() {
            return Vec::new();
        }
        let is_marked = |row: &usize| self.marked.contains(&*self.listing.id(*row));
        self.rows().filter(is_marked).collect()
    }

    /// The marked rows; the one under the cursor where none is.
    #[must_use]
    pub fn chosen(&self) -> Vec<usize> {
        let mut chosen = self.marked();
        if chosen.is_empty() {
            chosen.extend(self.selected());
        }
        chosen
    }

    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    pub fn set_filter(&mut self, text: &str, me: Option<&str>) {
        self.filter = Filter::read(text, self.listing.fields(), me);
        // What one looks for and finds stays where one stands.
        self.placed |= !self.filter.is_empty();
        self.refresh();
    }

    /// `3 of 214`, and how many there are without the filter; before it how many are marked.
    #[must_use]
    pub fn position(&self) -> String {
        let shown = self.rows().count();
        let before = self.entries[..self.cursor.min(self.entries.len())]
            .iter()
            .filter(|entry| matches!(entry, Entry::Row(_)))
            .count();
        let at = if shown == 0 { 0 } else { before + 1 };
        let marked = match self.marked().len() {
            0 => String::new(),
            count => format!("{count} marked · "),
        };
        let all = self.listing.len();
        if shown == all {
            format!("{marked}{at} of {all}")
        } else {
            format!("{marked}{at} of {shown} (of {all})")
        }
    }

    /// What every list does with an intent; `false` where it is not one of them.
    pub fn on(&mut self, intent: Intent) -> bool {
        let page = self.height.get().saturating_sub(1).max(1);
        match intent {
            Intent::Up => self.go(self.cursor.saturating_sub(1), true),
            Intent::Down => self.go(self.cursor + 1, false),
            Intent::PageUp => self.go(self.cursor.saturating_sub(page), true),
            Intent::PageDown => self.go(self.cursor + page, false),
            Intent::First => self.go(0, false),
            Intent::Last => self.go(usize::MAX, true),
            Intent::Sort => self.sort_next(),
            Intent::Reverse => {
                let sort = self.sort.get_or_insert(Sort {
                    column: 0,
                    reversed: false,
                });
                sort.reversed = !sort.reversed;
                self.refresh();
            }
            Intent::Group => {
                let groups = self.listing.groups().len();
                self.group = match self.group {
                    None if groups > 0 => Some(0),
                    Some(by) if by + 1 < groups => Some(by + 1),
                    _ => None,
                };
                self.refresh();
            }
            Intent::Mark => {
                if let Some(row) = self.selected() {
                    let id = self.listing.id(row).into_owned();
                    if !self.marked.remove(&id) {
                        self.marked.insert(id);
                    }
                    self.go(self.cursor + 1, false);
                }
            }
            _ => return false,
        }
        true
    }

    /// What a click on the list does; `false` where it was none.
    pub fn click(&mut self, target: Target) -> bool {
        match target {
            Target::Row(at) => self.go(at, false),
            Target::Column(column) => self.sort_by(column),
            _ => return false,
        }
        true
    }

    fn go(&mut self, at: usize, up: bool) {
        let last = self.entries.len().saturating_sub(1);
        let at = at.min(last);
        let is_row = |at: &usize| matches!(self.entries.get(*at), Some(Entry::Row(_)));
        let found = if up {
            (0..=at).rev().find(is_row)
        } else {
            (at..self.entries.len()).find(is_row)
        };
        if let Some(at) = found {
            self.placed = true;
            self.cursor = at;
            self.on = self.selected().map(|row| self.listing.id(row).into_owned());
        }
        if up && self.cursor == 1 && self.group.is_some() {
            self.top.set(0);
        }
    }

    fn sort_next(&mut self) {
        let columns = self.listing.columns().len();
        let next = self.sort.map_or(0, |sort| sort.column + 1);
        self.sort = (next < columns).then_some(Sort {
            column: next,
            reversed: false,
        });
        self.refresh();
    }

    /// By a column; the other way round where it was that one already.
    pub fn sort_by(&mut self, column: usize) {
        let reversed = self
            .sort
            .is_some_and(|sort| sort.column == column && !sort.reversed);
        self.sort = Some(Sort { column, reversed });
        self.refresh();
    }

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
                    self.draw_row(row, *number as usize, &columns, pen);
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
                Some(sort) if sort.column == *column && sort.reversed => glyph::DESCENDING,
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
