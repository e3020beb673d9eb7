//! What would go live next of a workload: the changes that the environment before production has and production has not.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use super::features::number;
use crate::model::notes::{NoteChange, Notes};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::answer::Answer;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("type", 12, 12, 2),
        Column::new("change", 7, 12, 0),
        Column::new("title", 20, 90, 1),
        Column::new("author", 8, 14, 4),
        Column::new("tickets", 8, 20, 3),
        Column::new("there for", 9, 9, 0)
            .at_right()
            .seconds()
            .falling(),
    ]
});

/// What ships next.
#[derive(Default)]
pub struct Next {
    pub workload: String,
    /// As the worker told it, or why there is nothing to tell.
    told: Option<Arc<Answer>>,
    /// Group and place within, in their order.
    rows: Vec<(usize, usize)>,
}

impl Next {
    pub fn take(&mut self, told: Option<&Arc<Answer>>) {
        self.told = told.cloned();
        let groups = self.notes().map_or(&[][..], |notes| &notes.groups);
        let rows = groups
            .iter()
            .enumerate()
            .flat_map(|(group, all)| (0..all.changes.len()).map(move |place| (group, place)))
            .collect();
        self.rows = rows;
    }

    #[must_use]
    pub fn notes(&self) -> Option<&Notes> {
        match self.told.as_deref() {
            Some(Answer::Notes(notes)) => Some(notes),
            _ => None,
        }
    }

    #[must_use]
    pub fn at(&self, row: usize) -> Option<(&str, &NoteChange)> {
        let (group, place) = *self.rows.get(row)?;
        let group = self.notes()?.groups.get(group)?;
        Some((&group.kind, group.changes.get(place)?))
    }

    /// From where to where, and what runs there.
    #[must_use]
    pub fn head(&self) -> Line {
        let Some(notes) = self.notes() else {
            return Line::of(Role::Dim, format!("{}: working out …", self.workload));
        };
        let version = |version: Option<&String>| {
            version.map_or_else(String::new, |version| format!(" {}", text::short(version)))
        };
        let from = notes.from.as_deref().unwrap_or("the target branch");
        let count = figure::count(self.rows.len(), "change");
        let mut line = Line::of(Role::Title, &notes.workload)
            .with(
                Role::Text,
                format!("  {from}{}", version(notes.version.as_ref())),
            )
            .with(Role::Dim, " → ")
            .with(
                Role::Text,
                format!("{}{}", notes.to, version(notes.current.as_ref())),
            )
            .with(Role::Dim, format!("  {count} to ship"));
        if notes.migration {
            line.push(Role::Warning, "  ! a migration is among them");
        }
        line
    }
}

impl Listing for Next {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        self.at(row)
            .map_or(Cow::Borrowed(""), |(_, one)| Cow::Borrowed(&*one.change))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some((kind, one)) = self.at(row) else {
            return Line::new();
        };
        let maybe = |text: Option<&str>| Line::of(Role::Text, text.unwrap_or("-"));
        match column {
            0 => Line::of(Role::Dim, kind),
            1 => Line::of(Role::Text, number(&one.change)),
            2 if one.migration => Line::of(Role::Warning, "! migration ")
                .with(Role::Text, one.title.as_deref().unwrap_or("-")),
            2 => maybe(one.title.as_deref()),
            3 => maybe(one.author.as_deref()),
            4 => {
                let tickets = one.tickets.iter().map(|ticket| &*ticket.ticket);
                Line::of(Role::Dim, tickets.collect::<Vec<_>>().join(", "))
            }
            _ => {
                let age = duration::age(one.since, scene.instant());
                Line::of(Role::Dim, figure::tilde(age, one.inferred))
            }
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match (column, self.at(row)) {
            (2, Some((_, one))) => Value::from(one.title.as_deref()),
            (5, Some((_, one))) => Value::from(scene.instant() - one.since),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some((ak, a)), Some((bk, b))) = (self.at(one), self.at(two)) else {
            return Ordering::Equal;
        };
        let order = match column {
            1 => a.change.cmp(&b.change),
            2 => a.title.cmp(&b.title),
            3 => a.author.cmp(&b.author),
            5 => a.since.cmp(&b.since),
            _ => ak.cmp(bk),
        };
        order.then_with(|| one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        self.at(row).map_or(Cow::Borrowed(""), |(kind, one)| {
            let title = one.title.as_deref().unwrap_or_default();
            Cow::Owned(format!("{kind} {} {title}", one.change))
        })
    }

    fn fields(&self) -> &'static [&'static str] {
        &["author", "type", "ticket"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let Some((kind, one)) = self.at(row) else {
            return Vec::new();
        };
        match name {
            "author" => one
                .author
                .as_deref()
                .map(Cow::Borrowed)
                .into_iter()
                .collect(),
            "type" => vec![Cow::Borrowed(kind)],
            _ => {
                let tickets = one.tickets.iter();
                tickets.map(|one| Cow::Borrowed(&*one.ticket)).collect()
            }
        }
    }

    fn workload(&self, _row: usize) -> Option<&str> {
        Some(&self.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.at(row)?.1.url.as_deref()
    }

    fn nothing(&self, _scene: &Scene) -> String {
        if let Some(Answer::Nothing(why)) = self.told.as_deref() {
            return why.clone();
        }
        match self.notes() {
            None => format!("working out what ships next of {} …", self.workload),
            Some(notes) => format!(
                "{} Nothing would ship: {} has everything that {} has.",
                glyph::GOOD,
                notes.to,
                notes.from.as_deref().unwrap_or("the target branch")
            ),
        }
    }
}
