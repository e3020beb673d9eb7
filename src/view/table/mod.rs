//! A list on the screen: which rows pass, in which order, where the cursor stands; and its drawing. Work is done when something changed
//! ([`Table::refresh`]); drawing lays out the rows in sight and no other.

mod draw;
mod strips;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::filter::Filter;
use super::hit::Target;
use super::listing::Listing;
use crate::intent::Intent;
use strips::{Strips, Watched};

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
    pub listing: Watched<L>,
    entries: Vec<Entry>,
    /// Place of the cursor in `entries`, always on a row where there is one.
    cursor: usize,
    /// What the cursor stands on, to find it again.
    on: Option<String>,
    /// Somebody put it there. Until then it stands at the top, whatever comes to stand there while the list is worked out.
    placed: bool,
    pub sort: Option<Sort>,
    /// What the column is called that it was sorted by, and whether the other way round: columns come and go, and the sort is that of its column.
    sorted_by: Option<(String, bool)>,
    pub group: Option<usize>,
    filter: Filter,
    marked: BTreeSet<String>,
    /// The first row in sight, and how many there were when it was last drawn: known only then.
    top: Cell<usize>,
    height: Cell<usize>,
    /// How often what is shown of the list could have changed.
    changes: u64,
    /// What was drawn last.
    strips: RefCell<Strips>,
}

impl<L: Listing> Table<L> {
    #[must_use]
    pub fn new(listing: L) -> Self {
        Self {
            listing: Watched::new(listing),
            entries: Vec::new(),
            cursor: 0,
            on: None,
            placed: false,
            sort: None,
            sorted_by: None,
            group: None,
            filter: Filter::default(),
            marked: BTreeSet::new(),
            top: Cell::new(0),
            height: Cell::new(20),
            changes: 0,
            strips: RefCell::default(),
        }
    }

    /// Works out again which rows are shown; the cursor stays on its thing, or near where that was.
    pub fn refresh(&mut self) {
        self.changes += 1;
        self.keep_sort();
        let mut rows = self.filter.pass(&*self.listing);
        if let Some(sort) = self.sort {
            let listing = &*self.listing;
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
        let found = self.on.as_deref().and_then(|on| self.find(on));
        self.place(found.unwrap_or(self.cursor), found.is_none());
    }

    /// Finds the column that it is sorted by: it may stand elsewhere now, or not be there for a while.
    fn keep_sort(&mut self) {
        let columns = self.listing.columns();
        let Some((title, reversed)) = &self.sorted_by else {
            let column = self.sort.and_then(|sort| columns.get(sort.column));
            let reversed = self.sort.is_some_and(|sort| sort.reversed);
            self.sorted_by = column.map(|column| (column.title.clone().into_owned(), reversed));
            return;
        };
        let is_it = |column: &usize| columns.get(*column).is_some_and(|one| one.title == *title);
        let here = self.sort.map(|sort| sort.column).filter(is_it);
        let column = here.or_else(|| (0..columns.len()).find(is_it));
        let reversed = *reversed;
        self.sort = column.map(|column| Sort { column, reversed });
    }

    /// Sorts anew: as it is told now, and not as before.
    fn sort_anew(&mut self, sort: Option<Sort>) {
        self.sort = sort;
        self.sorted_by = None;
        self.refresh();
    }

    /// Where a thing stands: mostly where it stood, or near to that.
    fn find(&self, id: &str) -> Option<usize> {
        let is_it = |at: &usize| match self.entries.get(*at) {
            Some(Entry::Row(row)) => self.listing.is(*row as usize, id),
            _ => false,
        };
        let (here, end) = (self.cursor, self.entries.len());
        let mut outward = (0..=end.max(here)).flat_map(|far| {
            let above = here.checked_sub(far).filter(|_| far > 0);
            std::iter::once(here + far).chain(above)
        });
        outward.find(is_it)
    }

    fn grouped(&mut self, mut rows: Vec<u32>, by: usize) {
        let listing = &*self.listing;
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
        let above = &self.entries[..self.cursor.min(self.entries.len())];
        // Where nothing is grouped, every entry is a row.
        let count = |entries: &[Entry]| match self.group {
            None => entries.len(),
            Some(_) => entries
                .iter()
                .filter(|entry| matches!(entry, Entry::Row(_)))
                .count(),
        };
        let (shown, before) = (count(&self.entries), count(above));
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
            Intent::Sort | Intent::Reverse | Intent::Group if self.listing.is_empty() => {
                return false;
            }
            Intent::Sort => self.sort_next(),
            Intent::Reverse => {
                let sort = self.sort.unwrap_or(Sort {
                    column: 0,
                    reversed: false,
                });
                let reversed = !sort.reversed;
                self.sort_anew(Some(Sort { reversed, ..sort }));
            }
            Intent::Group if self.listing.groups().is_empty() => return false,
            Intent::Mark if self.selected().is_none() => return false,
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
                    self.changes += 1;
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
        self.sort_anew((next < columns).then_some(Sort {
            column: next,
            reversed: false,
        }));
    }

    /// By a column; the other way round where it was that one already.
    pub fn sort_by(&mut self, column: usize) {
        let reversed = self
            .sort
            .is_some_and(|sort| sort.column == column && !sort.reversed);
        self.sort_anew(Some(Sort { column, reversed }));
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cmp::Ordering;

    use super::*;
    use crate::report::sheet::Line;
    use crate::view::listing::Column;
    use crate::view::scene::Scene;

    /// Two rows, of which each column but the first has the second first.
    struct Two(Vec<Column>);

    impl Two {
        fn of(titles: &[&'static str]) -> Self {
            let column = |title: &&'static str| Column::new(title, 4, 8, 0);
            Self(titles.iter().map(column).collect())
        }
    }

    impl Listing for Two {
        fn columns(&self) -> &[Column] {
            &self.0
        }

        fn len(&self) -> usize {
            2
        }

        fn id(&self, row: usize) -> Cow<'_, str> {
            Cow::Owned(row.to_string())
        }

        fn cell(&self, _: usize, _: usize, _: &Scene) -> Line {
            Line::new()
        }

        fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
            if column == 0 {
                one.cmp(&two)
            } else {
                two.cmp(&one)
            }
        }

        fn words(&self, _: usize) -> Cow<'_, str> {
            Cow::Borrowed("")
        }
    }

    #[test]
    fn a_sort_stays_with_its_column_wherever_that_stands() {
        let mut table = Table::new(Two::of(&["workload", "staging", "production"]));
        let sorted = |table: &Table<Two>| {
            let sort = table.sort.map(|sort| (sort.column, sort.reversed));
            (sort, table.rows().collect::<Vec<_>>())
        };
        table.sort_by(2);
        assert_eq!(sorted(&table), (Some((2, false)), vec![1, 0]));
        *table.listing = Two::of(&["workload", "beta", "staging", "production"]);
        table.refresh();
        assert_eq!(sorted(&table), (Some((3, false)), vec![1, 0]));
        table.on(Intent::Reverse);
        *table.listing = Two::of(&["workload", "staging"]);
        table.refresh();
        assert_eq!(sorted(&table), (None, vec![0, 1]), "it is not there");
        *table.listing = Two::of(&["workload", "production"]);
        table.refresh();
        assert_eq!(sorted(&table), (Some((1, true)), vec![0, 1]), "it is back");
        table.on(Intent::Sort);
        assert_eq!(sorted(&table).0, None, "after the last column by none");
        table.refresh();
        assert_eq!(sorted(&table).0, None);
    }
}
