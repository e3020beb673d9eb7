//! A list of things: what a page says of its things so that sorting, filtering, grouping, marking, exporting and clicking are the same everywhere.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::scene::Scene;
use crate::event::time::{Span, Timestamp};
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
    /// Its values are lengths of time, for a file in seconds.
    pub seconds: bool,
    /// Its order has the most, the longest or the latest first.
    pub falling: bool,
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
            seconds: false,
            falling: false,
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

    /// The same, of lengths of time.
    #[must_use]
    pub fn seconds(self) -> Self {
        Self {
            seconds: true,
            ..self
        }
    }

    /// The same, whose order has the most first.
    #[must_use]
    pub fn falling(self) -> Self {
        Self {
            falling: true,
            ..self
        }
    }

    /// What it is called in a file that a program reads: `lead_p50_seconds`.
    #[must_use]
    pub fn name(&self) -> String {
        let title = if self.title.is_empty() {
            "note"
        } else {
            &self.title
        };
        let unit = if self.seconds { "_seconds" } else { "" };
        format!("{}{unit}", title.replace(' ', "_"))
    }
}

/// What a cell holds, for programs: as it was measured, and not as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing to measure, or nothing is known.
    Nothing,
    Text(String),
    Count(u64),
    /// A rate, from 0 to 1, or a score.
    Number(f64),
    Seconds(Span),
    Time(Timestamp),
    Several(Vec<Self>),
}

impl Value {
    /// What is drawn, where that says it: without the sign before it, which says the same for the eye; `-` is nothing.
    #[must_use]
    pub fn seen(cell: &Line) -> Self {
        let text = cell.text();
        let text = text.trim();
        let bare = match text.split_once(' ') {
            Some((sign, rest)) if !sign.chars().any(char::is_alphanumeric) => rest.trim_start(),
            _ => text,
        };
        match bare {
            "" | "-" => Self::Nothing,
            bare => Self::Text(bare.to_owned()),
        }
    }

    /// How many.
    #[must_use]
    pub fn count(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl From<Span> for Value {
    fn from(length: Span) -> Self {
        Self::Seconds(length)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// Names in the order in which people count: `1.9.0` before `1.14.0`, `#9` before `#10`.
#[must_use]
pub fn by_number(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        let (a, b) = (first_part(left), first_part(right));
        let both_numbers = [a, b].iter().all(|part| part.starts_with(is_digit));
        let order = if both_numbers {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        } else {
            a.cmp(b)
        };
        if order.is_ne() || a.is_empty() {
            return order.then_with(|| one.cmp(other));
        }
        (left, right) = (&left[a.len()..], &right[b.len()..]);
    }
}

/// The same where there may be none, which is last.
#[must_use]
pub fn by_number_if_any(one: Option<&str>, other: Option<&str>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => by_number(one, other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

const fn is_digit(char: char) -> bool {
    char.is_ascii_digit()
}

/// A number, or what stands before one.
fn first_part(text: &str) -> &str {
    let is_number = text.starts_with(is_digit);
    let end = text.find(|char| is_digit(char) != is_number);
    &text[..end.unwrap_or(text.len())]
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

    /// Whether a row is called so.
    fn is(&self, row: usize, id: &str) -> bool {
        self.id(row) == id
    }

    /// Drawn only for rows in sight.
    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line;

    /// What a cell holds; asked for when a list is written to a file.
    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        Value::seen(&self.cell(row, column, scene))
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Role;

    #[test]
    fn what_is_seen_is_told_to_programs_without_its_sign() {
        let seen = |text: &str| Value::seen(&Line::of(Role::Text, text));
        assert_eq!(seen("✗ 2 failed"), Value::from("2 failed"));
        assert_eq!(seen("held by jane"), Value::from("held by jane"));
        assert_eq!(seen("●●◐○"), Value::from("●●◐○"));
        assert_eq!(
            [seen("-"), seen(" "), seen("◆ -")],
            [const { Value::Nothing }; 3]
        );
        assert_eq!(Value::from(None::<Span>), Value::Nothing);
    }

    #[test]
    fn numbers_in_names_go_by_their_size() {
        let mut names = [
            "4.10.7", "1.9.0", "", "1.14.0", "3f1ffc5", "1.9", "PAY-10", "PAY-9", "1.09.1", "é2",
        ];
        names.sort_by(|one, other| by_number(one, other));
        let sorted = [
            "", "1.9", "1.9.0", "1.09.1", "1.14.0", "3f1ffc5", "4.10.7", "PAY-9", "PAY-10", "é2",
        ];
        assert_eq!(names, sorted);
        assert_eq!(
            by_number("1.9", "1.09"),
            Ordering::Greater,
            "never the same"
        );
        assert_eq!(by_number_if_any(None, Some("1")), Ordering::Greater);
        assert_eq!(by_number_if_any(None, None), Ordering::Equal);
    }

    #[test]
    fn a_column_of_lengths_is_named_in_seconds() {
        let column = Column::new("lead p50", 8, 8, 5).at_right().seconds();
        assert_eq!(column.name(), "lead_p50_seconds");
        assert_eq!(
            Column::new("held longest by", 8, 8, 5).name(),
            "held_longest_by"
        );
    }
}
