//! The changes in flight that stand at one step, the oldest first.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use ratatui::layout::Rect;

use super::lock::lock;
use super::way::WayPage;
use crate::event::time::{Span, Timestamp};
use crate::intent::Intent;
use crate::model::locate::Match;
use crate::model::overview::Overview;
use crate::model::stream::{Map, Pace, StepFigures};
use crate::report::sheet::Line;
use crate::report::{duration, glyph, state_look, text};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::listing::{Column, Listing, Value};
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::table::Table;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("change", 17, 24, 0),
        Column::new("title", 14, 60, 3),
        Column::new("state", 10, 20, 1),
        Column::new("age here", 9, 10, 0)
            .at_right()
            .seconds()
            .falling(),
        Column::new("against the usual", 20, 26, 2).falling(),
        Column::new("whose move", 10, 30, 4),
    ]
});

/// Per step, the places of the changes that stand there, the oldest first.
pub(super) fn by_step(map: &Map, changes: &[Match]) -> Vec<Vec<usize>> {
    map.steps
        .iter()
        .map(|step| {
            let mut here: Vec<usize> = (0..changes.len())
                .filter(|at| changes[*at].step.as_ref() == Some(&step.name))
                .collect();
            here.sort_by_key(|at| (changes[*at].entered(), &changes[*at].change));
            here
        })
        .collect()
}

/// How long a change has been at its step.
pub(super) fn age(change: &Match, now: Timestamp) -> Option<Span> {
    Some(now - change.entered()?)
}

/// How that compares with the visits before it: a sign of its own each.
pub(super) fn pace(change: &Match, step: &StepFigures, now: Timestamp) -> (Role, &'static str) {
    match age(change, now).map_or(Pace::Untold, |age| step.pace(age)) {
        Pace::Untold => (Role::Dim, "?"),
        Pace::Usual => (Role::Good, "·"),
        Pace::Slow => (Role::Warning, "!"),
        Pace::Stuck => (Role::Bad, glyph::CONSTRAINT),
    }
}

#[derive(Default)]
struct Standing {
    workload: Option<Arc<Overview>>,
    /// Places of changes of the workload.
    rows: Vec<usize>,
    /// What is usual here.
    step: Option<StepFigures>,
}

impl Standing {
    fn change(&self, row: usize) -> Option<&Match> {
        let detail = self.workload.as_ref()?.detail.as_ref()?;
        detail.changes.get(*self.rows.get(row)?)
    }

    fn against(&self, change: &Match, now: Timestamp) -> Line {
        let Some(step) = &self.step else {
            return Line::of(Role::Dim, "?");
        };
        let (role, sign) = pace(change, step, now);
        let words = match step.pace(age(change, now).unwrap_or(Span::ZERO)) {
            Pace::Untold => "no visit to compare".to_owned(),
            Pace::Usual => format!("within p50 {}", duration::maybe(step.stay.p50_seconds)),
            Pace::Slow => format!("beyond p50 {}", duration::maybe(step.stay.p50_seconds)),
            Pace::Stuck => format!("beyond p85 {}", duration::maybe(step.stay.p85_seconds)),
        };
        Line::of(role, format!("{sign} {words}"))
    }
}

impl Listing for Standing {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        self.change(row)
            .map_or("".into(), |change| change.change.as_str().into())
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some(change) = self.change(row) else {
            return Line::new();
        };
        let now = scene.instant();
        match column {
            0 => Line::of(Role::Text, text::short(&change.change)),
            1 => Line::of(Role::Dim, change.title.as_deref().unwrap_or("-")),
            2 => Line::of(
                state_look(change.state).role,
                change.state.replace('_', " "),
            ),
            3 => {
                let age = age(change, now).map_or_else(|| "-".to_owned(), duration::span);
                let tilde = if change.inferred { "~" } else { "" };
                Line::of(Role::Text, format!("{tilde}{age}"))
            }
            4 => self.against(change, now),
            _ if change.on.is_empty() => Line::of(Role::Dim, "-"),
            _ => Line::of(Role::Gate, change.on.join(", ")),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match (column, self.change(row)) {
            (3, Some(change)) => Value::from(age(change, scene.instant())),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some(a), Some(b)) = (self.change(one), self.change(two)) else {
            return Ordering::Equal;
        };
        match column {
            0 => a.change.cmp(&b.change),
            1 => a.title.cmp(&b.title),
            2 => a.state.cmp(b.state),
            5 => a.on.cmp(&b.on),
            _ => a.entered().cmp(&b.entered()),
        }
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        self.change(row).map_or("".into(), |change| {
            let title = change.title.as_deref().unwrap_or_default();
            format!("{} {title}", change.change).into()
        })
    }

    fn fields(&self) -> &'static [&'static str] {
        &["state", "author", "on"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let Some(change) = self.change(row) else {
            return Vec::new();
        };
        match name {
            "state" => vec![change.state.into()],
            "author" => change
                .author
                .iter()
                .map(|one| one.as_str().into())
                .collect(),
            _ => change.on.iter().map(|one| one.as_str().into()).collect(),
        }
    }

    fn workload(&self, _row: usize) -> Option<&str> {
        self.workload
            .as_ref()
            .map(|one| one.summary.workload.as_str())
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.change(row)?.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        self.change(row).map_or_else(String::new, |change| {
            let link = change.url.as_deref().unwrap_or_default();
            format!("{} {link}", change.sentence).trim_end().to_owned()
        })
    }

    fn nothing(&self, _scene: &Scene) -> String {
        "no change in flight stands here".to_owned()
    }
}

/// The page.
pub(super) struct StandingPage {
    name: String,
    step: String,
    table: Table<Standing>,
}

impl StandingPage {
    pub(super) fn new(workload: &str, step: &str) -> Self {
        Self {
            name: workload.to_owned(),
            step: step.to_owned(),
            table: Table::new(Standing::default()),
        }
    }

    fn question(&self) -> Question {
        Question::Map {
            workload: self.name.clone(),
            business: false,
        }
    }
}

impl Page for StandingPage {
    fn title(&self, _scene: &Scene) -> String {
        format!("{} now", self.step)
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        vec![self.question()]
    }

    fn refresh(&mut self, scene: &Scene) {
        let question = self.question();
        let listing = &mut self.table.listing;
        listing.workload = scene.workload(&self.name).cloned();
        if let Some(Answer::Map(map)) = scene.answer(&question) {
            let place = map.steps.iter().position(|step| step.name == self.step);
            listing.step = place.map(|place| map.steps[place].clone());
        }
        let changes = super::changes(scene, Some(&self.name));
        let here = |at: &usize| changes[*at].step.as_ref() == Some(&self.step);
        listing.rows = (0..changes.len()).filter(here).collect();
        listing
            .rows
            .sort_by_key(|at| (changes[*at].entered(), &changes[*at].change));
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let change = self
            .table
            .selected()
            .and_then(|row| self.table.listing.change(row));
        match (intent, change) {
            (Intent::Open | Intent::Right, Some(change)) => {
                Reaction::Push(Box::new(WayPage::new(&self.name, &change.change)))
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = lock(self.table.listing.step.as_ref(), area, pen);
        self.table.draw(area, pen, true);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        vec![
            Hint::new(Intent::Open, "its way"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Browse, "browser"),
            Hint::new(Intent::Back, "map"),
        ]
    }

    fn about(&self) -> &'static str {
        "The changes in flight that stand at this step, the one that came first on top. Its age here is compared with how long the changes that went live \
         in the window stayed: · within the median, ! beyond it, ▲ beyond what 85 of 100 stay within."
    }
}
