//! A feature's own page: its changes, workload by workload.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use ratatui::layout::Rect;

use super::features::{lines, number, words};
use crate::intent::Intent;
use crate::model::feature::{Feature, PartChange};
use crate::report::sheet::Line;
use crate::report::{duration, state_look};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::listing::{Column, Listing, Value};
use crate::view::page::{Hint, Page, Reaction, Rows, change};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::table::Table;
use crate::view::widget::leaf;
use crate::view::widget::reading::Reading;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("workload", 12, 22, 0),
        Column::new("change", 7, 12, 1),
        Column::new("title", 14, 60, 3),
        Column::new("author", 6, 14, 4),
        Column::new("stands", 18, 30, 0),
        Column::new("for", 5, 5, 2).at_right().seconds().falling(),
    ]
});

/// The changes.
struct Changes {
    feature: Feature,
    /// Workload, and place within.
    rows: Vec<(usize, usize)>,
}

impl Changes {
    fn new(feature: Feature) -> Self {
        let parts = feature.workloads.iter().enumerate();
        let rows = parts
            .flat_map(|(part, one)| (0..one.changes.len()).map(move |place| (part, place)))
            .collect();
        Self { feature, rows }
    }

    fn at(&self, row: usize) -> Option<(&str, &PartChange)> {
        let (part, place) = *self.rows.get(row)?;
        let part = self.feature.workloads.get(part)?;
        Some((&part.workload, part.changes.get(place)?))
    }
}

impl Listing for Changes {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        self.at(row).map_or(Cow::Borrowed(""), |(workload, one)| {
            Cow::Owned(format!("{workload}\0{}", one.change))
        })
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some((workload, one)) = self.at(row) else {
            return Line::new();
        };
        match column {
            0 => Line::of(Role::Text, workload),
            1 => Line::of(Role::Text, number(&one.change)),
            2 => Line::of(Role::Text, one.title.as_deref().unwrap_or("-")),
            3 => Line::of(Role::Dim, one.author.as_deref().unwrap_or("-")),
            4 => {
                let look = state_look(&one.stands.state);
                Line::of(look.role, format!("{} {}", look.sign, words(&one.stands)))
            }
            _ => one.stands.since.map_or_else(Line::new, |since| {
                Line::of(Role::Dim, duration::age(since, scene.instant()))
            }),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match (column, self.at(row)) {
            (5, Some((_, one))) => {
                Value::from(one.stands.since.map(|since| scene.instant() - since))
            }
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some((aw, a)), Some((bw, b))) = (self.at(one), self.at(two)) else {
            return Ordering::Equal;
        };
        let order = match column {
            0 => aw.cmp(bw),
            1 => a.change.cmp(&b.change),
            2 => a.title.cmp(&b.title),
            3 => a.author.cmp(&b.author),
            4 => a.stands.passed.cmp(&b.stands.passed),
            _ => a.stands.since.cmp(&b.stands.since),
        };
        order.then_with(|| one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        self.at(row).map_or(Cow::Borrowed(""), |(workload, one)| {
            let title = one.title.as_deref().unwrap_or_default();
            Cow::Owned(format!("{workload} {} {title}", one.change))
        })
    }

    fn groups(&self) -> &'static [&'static str] {
        &["workload"]
    }

    fn group(&self, row: usize, _by: usize) -> Cow<'_, str> {
        self.at(row)
            .map_or(Cow::Borrowed(""), |(workload, _)| Cow::Borrowed(workload))
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(self.at(row)?.0)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.at(row)?.1.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        self.at(row).map_or_else(String::new, |(workload, one)| {
            let url = one.url.as_ref().map(|url| format!(" {url}"));
            format!(
                "{} of {workload}: {}{}",
                one.change,
                words(&one.stands),
                url.unwrap_or_default()
            )
        })
    }
}

/// The page.
pub struct FeaturePage {
    table: Table<Changes>,
    text: Reading,
}

impl FeaturePage {
    #[must_use]
    pub fn new(feature: Feature) -> Self {
        let mut table = Table::new(Changes::new(feature));
        table.refresh();
        Self {
            table,
            text: Reading::default(),
        }
    }
}

impl Page for FeaturePage {
    fn title(&self, _scene: &Scene) -> String {
        self.table.listing.feature.feature.clone()
    }

    fn questions(&self, scene: &Scene) -> Vec<Question> {
        vec![Question::Features(scene.scope.clone())]
    }

    fn refresh(&mut self, scene: &Scene) {
        let question = Question::Features(scene.scope.clone());
        let name = &self.table.listing.feature.feature;
        if let Some(Answer::Features(told)) = scene.answer(&question)
            && let Some(feature) = told.what.iter().find(|one| one.feature == *name)
        {
            *self.table.listing = Changes::new(feature.clone());
        }
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        if self.text.on_cut(intent) {
            return Reaction::Done;
        }
        let row = self.table.selected();
        match (intent, row.and_then(|row| self.table.listing.at(row))) {
            (Intent::Open | Intent::Right, Some((workload, one))) => {
                Reaction::Push(change(workload, &one.change))
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let width = area.width - 4;
        let feature = &self.table.listing.feature;
        let told = lines(feature, usize::from(width), &pen.scene.style);
        let rows = u16::try_from(self.table.listing.rows.len()).unwrap_or(u16::MAX);
        let list = rows.saturating_add(1).clamp(3, (area.height / 2).max(3));
        let place = Rect::new(area.x, area.y + 1, area.width, list);
        self.table.draw(place, pen, !self.text.in_front());
        let y = area.y + 1 + list;
        leaf::rule(area.x, y, area.width, &Line::new(), pen);
        let rest = area.bottom().saturating_sub(y + 1);
        let place = Rect::new(area.x + 2, y + 1, width, rest);
        self.text.draw(&told, place, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let scroll = self.text.leads_to().into_iter();
        let scroll = scroll.map(|words| Hint::new(Intent::NextPane, words));
        let hints = vec![
            Hint::new(Intent::Open, "change"),
            Hint::new(Intent::Browse, "open in browser"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Copy, "copy"),
            Hint::new(Intent::Back, "back"),
        ];
        scroll.chain(hints).collect()
    }

    fn about(&self) -> &'static str {
        "The changes of one feature, the workload that is furthest behind first, and in it the change that is furthest behind. Below: what each workload's \
         part waits for. Enter opens a change."
    }
}
