//! A list of things: what a page says of its things so that sorting, filtering, grouping, marking, exporting and clicking are the same everywhere.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::scene::Scene;
use crate::report::sheet::Line;

/// A column of a list.
#[derive(Clone, Debug)]
pub struct Column {
    pub title: Cow<'static, str>,
    /// Columns that it takes at least, and with room.
    pub least: u16,
    pub most: u16,
    /// Numbers stand at the right.
    pub right: bool,
    /// Where there is no room, the column with the highest rank goes first; 0 stays.
    pub rank: u8,
}

impl Column {
    #[must_use]
    pub const fn new(title: &'static str, least: u16, most: u16, rank: u8) -> Self {
        Self {
            title: Cow::Borrowed(title),
            least,
            most,
            right: false,
            rank,
        }
    }

    /// The same, at the right.
    #[must_use]
    pub fn at_right(self) -> Self {
        Self {
            right: true,
            ..self
        }
    }
}

/// Things in rows. Rows are places in the page's own list; in which order and which of them are shown is the table's business.
pub trait Listing {
    fn columns(&self) -> &[Column];

    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a row is called, for the selection to stay on it whatever changes around it.
    fn id(&self, row: usize) -> Cow<'_, str>;

    /// Drawn only for rows in sight.
    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line;

    /// Rows as sorted by a column; the reverse is the table's business.
    fn order(&self, column: usize, one: usize, two: usize) -> Ordering;

    /// What a filter without a field searches.
    fn words(&self, row: usize) -> Cow<'_, str>;

    /// The fields that a filter can name, as `team` in `team:payments`.
    fn fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// The values of a field; a row may have several.
    fn field(&self, _row: usize, _name: &str) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    /// What rows can be grouped by.
    fn groups(&self) -> &'static [&'static str] {
        &[]
    }

    /// The group of a row, by a place in `groups`.
    fn group(&self, _row: usize, _by: usize) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    /// What a group is sorted by, the least first; those that are equal go by name.
    fn group_rank(&self, _row: usize, _by: usize) -> u8 {
        1
    }

    /// The workload that a row is about.
    fn workload(&self, _row: usize) -> Option<&str> {
        None
    }

    /// The tool's own page of it.
    fn link(&self, _row: usize) -> Option<&str> {
        None
    }

    /// What is copied for somebody else to read: what, waiting for what, on whom, and the link.
    fn card(&self, row: usize) -> String {
        self.id(row).into_owned()
    }

    /// What stands in the place of rows where there are none.
    fn nothing(&self, _scene: &Scene) -> String {
        "nothing to show".to_owned()
    }
}
