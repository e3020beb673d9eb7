//! Workloads against environments, as a list with a column an environment: what runs there, how old it is, and how it stands to the environment before.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use super::cell::{drift, sign, trouble, version};
use crate::event::time::Timestamp;
use crate::model::environment::Running;
use crate::model::overview::{Overview, Summary};
use crate::report::sheet::Line;
use crate::report::{duration, glyph, text};
use crate::theme::Role;
use crate::view::listing::{Column, Listing};
use crate::view::scene::{Scene, Scope};

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
    pub names: Vec<String>,
    shapes: Vec<Shape>,
    /// Columns where there is room for words, and where there is not.
    columns: [Vec<Column>; 2],
    /// There is room for words: known when it was drawn.
    words: Cell<bool>,
    /// The column of the cell in front, among `names`.
    pub front: usize,
    now: Timestamp,
}

impl Matrix {
    pub fn gather(&mut self, scene: &Scene) {
        self.now = scene.instant();
        let front = self.names.get(self.front).cloned();
        self.rows = scene.overviews().cloned().collect();
        self.names = names(&self.rows);
        self.shapes = vec![Shape::default(); self.names.len()];
        for overview in &self.rows {
            for running in running(overview) {
                let column = self
                    .names
                    .iter()
                    .position(|name| *name == running.environment);
                if let Some(shape) = column.and_then(|column| self.shapes.get_mut(column)) {
                    shape.take(running, before(overview, running));
                }
            }
        }
        // The first time, production is what one came for.
        let wanted = front.or_else(|| Some(self.rows.first()?.summary.production.clone()));
        let known = |name: String| self.names.iter().position(|known| *known == name);
        self.front = wanted.and_then(known).unwrap_or(0);
        self.line_up();
    }

    /// Moves the cell in front; `false` at the edge.
    pub fn go(&mut self, right: bool) -> bool {
        let to = if right {
            Some(self.front + 1).filter(|to| *to < self.names.len())
        } else {
            self.front.checked_sub(1)
        };
        if let Some(to) = to {
            self.aim(to);
        }
        to.is_some()
    }

    /// Puts the cell in front into a column.
    pub fn aim(&mut self, column: usize) {
        self.front = column.min(self.names.len().saturating_sub(1));
        self.line_up();
    }

    /// Where there is no room for all, the columns farthest from the one in front go.
    fn line_up(&mut self) {
        let widest = self
            .rows
            .iter()
            .map(|one| text::width(&one.summary.workload));
        let widest = u16::try_from(widest.max().unwrap_or(8)).unwrap_or(u16::MAX);
        self.columns = [false, true].map(|words| {
            let mut columns = vec![Column::new(
                "workload",
                widest.clamp(10, 16),
                widest.clamp(10, 28),
                0,
            )];
            for (place, (name, shape)) in self.names.iter().zip(&self.shapes).enumerate() {
                let title = text::clean(name).into_owned();
                let width = shape.width(words).max(text::width(&title).min(TITLE) + 2);
                let width = u16::try_from(width).unwrap_or(u16::MAX).min(48);
                let far = place.abs_diff(self.front);
                columns.push(Column {
                    title: Cow::Owned(title),
                    rank: u8::try_from(far + 1).unwrap_or(u8::MAX),
                    ..Column::new("", width, width + 2, 0)
                });
            }
            columns
        });
    }

    /// Takes the words where they fit into a width; tells whether the columns fit at all.
    pub fn fit(&self, width: u16) -> bool {
        let fits = |columns: &[Column]| {
            let wanted: u16 = columns.iter().map(|column| column.least + 1).sum();
            wanted < width
        };
        self.words.set(fits(&self.columns[1]));
        fits(self.columns())
    }

    #[must_use]
    pub fn summary(&self, row: usize) -> Option<&Summary> {
        self.rows.get(row).map(|one| &one.summary)
    }

    /// The cell of a row in an environment, with the environment before it.
    #[must_use]
    pub fn cell_of(&self, row: usize, environment: usize) -> Option<(&Running, Option<&Running>)> {
        let overview = self.rows.get(row)?;
        let name = self.names.get(environment)?;
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
    pub fn cells(&self) -> impl Iterator<Item = Seen<'_>> {
        self.rows.iter().flat_map(|one| {
            let seen = |running| Seen {
                summary: &one.summary,
                running,
            };
            running(one).iter().map(seen)
        })
    }
}

/// Every environment once, in the order in which paths pass them: each next one goes behind the one it follows.
fn names(rows: &[Arc<Overview>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for overview in rows {
        let mut behind = 0;
        for running in running(overview) {
            if let Some(at) = names.iter().position(|known| *known == running.environment) {
                behind = at + 1;
            } else {
                names.insert(behind, running.environment.clone());
                behind += 1;
            }
        }
    }
    names
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
        &self.columns[usize::from(self.words.get())]
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
        if self.words.get()
            && let Some(word) = trouble(running)
        {
            line.push(role, format!(" {word}"));
        }
        line
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
        let summary = &self.rows[row].summary;
        let team = summary.team.as_deref().unwrap_or_default();
        Cow::Owned(format!("{} {team} {}", summary.workload, summary.path))
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
        &["team", "path"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let summary = &self.rows[row].summary;
        Cow::Borrowed(match by {
            0 => summary.team.as_deref().unwrap_or("no team"),
            _ => &summary.path,
        })
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.rows[row].summary.workload)
    }

    fn card(&self, row: usize) -> String {
        let workload = &self.rows[row].summary.workload;
        match self.cell_of(row, self.front) {
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
