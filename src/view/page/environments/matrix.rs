//! Workloads against environments, as a list with a column an environment: what runs there, how old it is, and how it stands to the environment before.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::cell::{drift, sign, trouble, version};
use crate::event::time::Timestamp;
use crate::model::environment::Running;
use crate::model::overview::{Overview, Summary};
use crate::report::sheet::Line;
use crate::report::{duration, glyph, text};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::{Scene, Scope};
use crate::view::widget::cells::{self, Cells};

/// A longer version is shortened; the pane has it in full.
const VERSION: usize = 14;

/// A longer name of an environment is shortened in its head.
const TITLE: usize = 18;

/// What a column of cells must have room for.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    version: usize,
    slot: usize,
    drift: usize,
    lock: bool,
    word: usize,
}

impl Shape {
    fn take(&mut self, running: &Running, before: Option<&Running>) {
        let clean = |text: &str| text::width(&text::clean(text));
        self.version = self.version.max(clean(version(running)).min(VERSION));
        if let Some(slot) = &running.slot {
            self.slot = self.slot.max(1 + clean(slot).min(8));
        }
        self.drift = self.drift.max(drift(running, before).width());
        self.lock |= running.held.is_some();
        if let Some(word) = trouble(running) {
            self.word = self.word.max(1 + word.len());
        }
    }

    /// Sign, version, age, and what else there is.
    fn width(&self, words: bool) -> usize {
        let drift = if self.drift > 0 { 1 + self.drift } else { 0 };
        let word = if words { self.word } else { 0 };
        2 + self.version + self.slot + 5 + drift + 2 * usize::from(self.lock) + word
    }
}

/// A cell of a workload.
pub struct Seen<'a> {
    summary: &'a Summary,
    pub running: &'a Running,
}

/// Whether production waits for what the environment before it has.
#[must_use]
pub fn lags(seen: &Seen<'_>) -> bool {
    let behind = seen.running.behind.changes;
    seen.running.environment == seen.summary.production && behind.is_some_and(|changes| changes > 0)
}

/// The matrix.
#[derive(Default)]
pub struct Matrix {
    rows: Vec<Arc<Overview>>,
    /// Every environment, in the order in which paths pass them.
    pub cells: Cells,
    shapes: Vec<Shape>,
    now: Timestamp,
}

impl Matrix {
    pub fn gather(&mut self, scene: &Scene) {
        self.now = scene.instant();
        self.rows = scene.overviews().cloned().collect();
        let all = self.rows.iter();
        let lists = all.map(|one| running(one).iter().map(|one| &*one.environment));
        // The first time, production is what one came for.
        let first = self.rows.first().map(|one| &*one.summary.production);
        self.cells.name(lists, first);
        self.shapes = vec![Shape::default(); self.cells.names.len()];
        for overview in &self.rows {
            for running in running(overview) {
                let column = self.cells.place(&running.environment);
                if let Some(shape) = column.and_then(|column| self.shapes.get_mut(column)) {
                    shape.take(running, before(overview, running));
                }
            }
        }
        let workloads = cells::workloads(self.rows.iter().map(|one| &one.summary));
        let width = |(name, shape): (&String, &Shape)| {
            let title = text::width(&text::clean(name)).min(TITLE) + 2;
            [false, true].map(|words| shape.width(words).max(title))
        };
        let widths = self.cells.names.iter().zip(&self.shapes).map(width);
        let widths = widths.collect();
        self.cells.line_up(vec![workloads], widths);
    }

    #[must_use]
    pub fn summary(&self, row: usize) -> Option<&Summary> {
        self.rows.get(row).map(|one| &one.summary)
    }

    /// The cell of a row in an environment, with the environment before it.
    #[must_use]
    pub fn cell_of(&self, row: usize, environment: usize) -> Option<(&Running, Option<&Running>)> {
        let overview = self.rows.get(row)?;
        let name = self.cells.names.get(environment)?;
        let mut cells = running(overview).iter();
        let found = cells.find(|running| running.environment == *name)?;
        Some((found, before(overview, found)))
    }

    /// Whether a workload is worked out.
    #[must_use]
    pub fn is_known(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|one| one.detail.is_some())
    }

    /// Every cell there is.
    pub fn all(&self) -> impl Iterator<Item = Seen<'_>> {
        self.rows.iter().flat_map(|one| {
            let seen = |running| Seen {
                summary: &one.summary,
                running,
            };
            running(one).iter().map(seen)
        })
    }
}

fn running(overview: &Overview) -> &[Running] {
    overview
        .detail
        .as_ref()
        .map_or(&[], |detail| &detail.environments)
}

/// What an environment is held against.
fn before<'a>(overview: &'a Overview, here: &Running) -> Option<&'a Running> {
    let name = here.before.as_ref()?;
    running(overview)
        .iter()
        .find(|one| one.environment == *name)
}

impl Listing for Matrix {
    fn columns(&self) -> &[Column] {
        self.cells.columns()
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.rows[row].summary.workload)
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let summary = &self.rows[row].summary;
        let Some(place) = column.checked_sub(1) else {
            return Line::of(Role::Text, &summary.workload);
        };
        let Some((running, before)) = self.cell_of(row, place) else {
            // Nothing there: this workload has no such environment, or nobody looked yet.
            return Line::of(Role::Dim, if self.is_known(row) { "" } else { "  …" });
        };
        let shape = self.shapes[place];
        let (role, sign) = sign(running);
        let mut line = Line::of(role, format!("{sign} "));
        let Some(since) = running.since else {
            line.push(Role::Dim, "-");
            return line;
        };
        let version = text::clean(version(running));
        line.push(Role::Text, text::left(&version, shape.version));
        if shape.slot > 0 {
            let slot = running.slot.as_deref().unwrap_or_default();
            let slot = text::left(&text::clean(slot), shape.slot - 1);
            line.push(Role::Dim, format!(" {slot}"));
        }
        let age = duration::age(since, scene.instant());
        line.push(Role::Dim, format!(" {age:>4}"));
        if shape.drift > 0 {
            line.push(Role::Text, " ");
            let end = line.width() + shape.drift;
            line.append(drift(running, before));
            line.pad_to(end);
        }
        if shape.lock {
            let lock = running.held.as_ref().map_or(" ", |_| glyph::LOCK);
            line.push(Role::Gate, format!(" {lock}"));
        }
        if self.cells.has_words()
            && let Some(word) = trouble(running)
        {
            line.push(role, format!(" {word}"));
        }
        line
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let Some(place) = column.checked_sub(1) else {
            return Value::seen(&self.cell(row, column, scene));
        };
        let running = self.cell_of(row, place).map(|(running, _)| running);
        let since = running.and_then(|running| Some((running, running.since?)));
        Value::from(
            since
                .map(|(running, since)| Value::Text(format!("{} since {since}", version(running)))),
        )
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let name = |row: usize| &self.rows[row].summary.workload;
        let Some(place) = column.checked_sub(1) else {
            return name(one).cmp(name(two));
        };
        // What is wrong first, then what is furthest behind, then the oldest; what is not there at the end.
        let key = |row: usize| {
            self.cell_of(row, place)
                .map_or((9, 0, Timestamp::MAX), |(running, _)| {
                    let health = match running.health {
                        Some("incident") => 0,
                        Some("failed") => 1,
                        Some("deploying") => 2,
                        _ if running.since.is_none() => 8,
                        _ => 3,
                    };
                    let behind = running.behind.changes.unwrap_or(0);
                    let since = running.since.unwrap_or(Timestamp::MAX);
                    (health, usize::MAX - behind, since)
                })
        };
        key(one)
            .cmp(&key(two))
            .then_with(|| name(one).cmp(name(two)))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        cells::words(&self.rows[row].summary)
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "team", "version", "environment", "health"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let overview = &self.rows[row];
        let summary = &overview.summary;
        match name {
            "workload" => vec![Cow::Borrowed(&*summary.workload)],
            "team" => summary
                .team
                .as_deref()
                .map(Cow::Borrowed)
                .into_iter()
                .collect(),
            "version" => running(overview)
                .iter()
                .flat_map(|one| [&one.version, &one.sha])
                .filter_map(|text| text.as_deref().map(Cow::Borrowed))
                .collect(),
            "environment" => running(overview)
                .iter()
                .filter(|one| one.since.is_some())
                .map(|one| Cow::Borrowed(&*one.environment))
                .collect(),
            _ => running(overview)
                .iter()
                .flat_map(healths)
                .map(Cow::Borrowed)
                .collect(),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &cells::GROUPS
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        cells::group(&self.rows[row].summary, by)
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.rows[row].summary.workload)
    }

    fn card(&self, row: usize) -> String {
        let workload = &self.rows[row].summary.workload;
        match self.cell_of(row, self.cells.front) {
            Some((running, _)) => {
                let since = running.since.map(|since| format!(" since {since}"));
                format!(
                    "{workload} in {}: {}{}",
                    running.environment,
                    version(running),
                    since.unwrap_or_default()
                )
            }
            None => workload.clone(),
        }
    }

    fn nothing(&self, scene: &Scene) -> String {
        if scene.scope == Scope::All {
            "no workload is known yet: import events, sync a source, or name workloads in leadtime.toml".to_owned()
        } else {
            format!("no workload in {}", scene.scope.text())
        }
    }
}

/// What `health:` finds a cell by.
fn healths(running: &Running) -> impl Iterator<Item = &'static str> {
    let behind = running.behind.changes.is_some_and(|changes| changes > 0);
    [
        running.health,
        running.held.as_ref().map(|_| "held"),
        behind.then_some("behind"),
    ]
    .into_iter()
    .flatten()
}
