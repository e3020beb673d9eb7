//! Changes in a line each, as a part of a page about something else: those that wait at a gate, that came with a deployment, that one environment has
//! and another has not. `Enter` opens one.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Hint, Reaction};
use crate::event::time::Timestamp;
use crate::intent::Intent;
use crate::model::ran::Brief;
use crate::report::sheet::Line;
use crate::report::{duration, text};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

/// A change, and what is to be said of it here.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub note: Option<(Role, String)>,
    pub at: Option<Timestamp>,
}

impl From<&Brief> for Row {
    fn from(brief: &Brief) -> Self {
        Self {
            change: brief.change.clone(),
            title: brief.title.clone(),
            author: brief.author.clone(),
            url: brief.url.clone(),
            note: None,
            at: Some(brief.at),
        }
    }
}

/// The changes.
pub struct Briefs {
    pub workload: String,
    pub rows: Vec<Row>,
    columns: Vec<Column>,
    /// What stands where there is none.
    pub nothing: String,
}

impl Briefs {
    /// `note` and `age` head the columns of what is said of each, and of how long ago.
    #[must_use]
    pub fn new(workload: &str, note: &'static str, age: &'static str, nothing: &str) -> Self {
        Self {
            workload: workload.to_owned(),
            rows: Vec::new(),
            columns: vec![
                Column::new("change", 10, 20, 0),
                Column::new("title", 16, 90, 1),
                Column::new("author", 6, 12, 4),
                Column::new(note, 12, 22, 2),
                Column::new(age, u16::try_from(age.len().max(5)).unwrap_or(5), 9, 3)
                    .at_right()
                    .falling(),
            ],
            nothing: nothing.to_owned(),
        }
    }

    /// What `Enter` does on a row.
    #[must_use]
    pub fn open(&self, row: Option<usize>) -> Reaction {
        match row.and_then(|row| self.rows.get(row)) {
            Some(row) => Reaction::Push(super::change(&self.workload, &row.change)),
            None => Reaction::Say("there is no change here to open".to_owned()),
        }
    }
}

/// What the keys do on a page of one thing that has them below its text.
#[must_use]
pub fn hints(no_change: bool, no_link: bool, text_in_front: bool) -> Vec<Hint> {
    let pane = if text_in_front { "list" } else { "scroll text" };
    vec![
        Hint::new(Intent::Open, "change").unless(no_change.then(|| "none here".to_owned())),
        Hint::new(Intent::Browse, "open in browser").unless(no_link.then(|| "no link".to_owned())),
        Hint::new(Intent::NextPane, pane),
        Hint::new(Intent::Copy, "copy"),
        Hint::new(Intent::Back, "back"),
    ]
}

impl Listing for Briefs {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.rows[row].change)
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let row = &self.rows[row];
        let maybe = |role, text: Option<&String>| match text {
            Some(text) => Line::of(role, text),
            None => Line::of(Role::Dim, "-"),
        };
        match column {
            0 => Line::of(Role::Text, text::short(&row.change)),
            1 => maybe(Role::Text, row.title.as_ref()),
            2 => maybe(Role::Dim, row.author.as_ref()),
            3 => row
                .note
                .as_ref()
                .map_or_else(Line::new, |(role, note)| Line::of(*role, note)),
            _ => row.at.map_or_else(Line::new, |at| {
                Line::of(Role::Dim, duration::age(at, scene.instant()))
            }),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match column {
            4 => Value::from(self.rows[row].at),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.rows[one], &self.rows[two]);
        let note = |row: &Row| row.note.as_ref().map(|(_, note)| note.clone());
        let order = match column {
            0 => Ordering::Equal,
            1 => a.title.cmp(&b.title),
            2 => a.author.cmp(&b.author),
            3 => note(a).cmp(&note(b)),
            // The oldest first; those of unknown age at the end.
            _ => (a.at.is_none(), a.at).cmp(&(b.at.is_none(), b.at)),
        };
        order.then_with(|| a.change.cmp(&b.change))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let row = &self.rows[row];
        let title = row.title.as_deref().unwrap_or_default();
        let author = row.author.as_deref().unwrap_or_default();
        Cow::Owned(format!("{} {title} {author}", row.change))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["author", "state"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let row = &self.rows[row];
        let value = match name {
            "author" => row.author.as_deref(),
            _ => row.note.as_ref().map(|(_, note)| note.as_str()),
        };
        value.map(Cow::Borrowed).into_iter().collect()
    }

    fn workload(&self, _row: usize) -> Option<&str> {
        Some(&self.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.rows[row].url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        let row = &self.rows[row];
        let part = |before: &str, text: Option<&str>| {
            text.map_or_else(String::new, |text| format!("{before}{text}"))
        };
        format!(
            "{} of {}{}{}{}{}",
            row.change,
            self.workload,
            part(": ", row.title.as_deref()),
            part(", by ", row.author.as_deref()),
            part(", ", row.note.as_ref().map(|(_, note)| note.as_str())),
            part(" ", row.url.as_deref()),
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        self.nothing.clone()
    }
}
