//! Workloads against environments, as a list with a column an environment: what runs there, how old it is, and how it stands to the environment before.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::cell::{drift, sign, trouble, version};
use crate::event::time::Timestamp;
use crate::model::environment::Running;
use crate::model::overview::{Overview, Summary};
use crate::report::sheet::Line;
use crate::report::{duration, glyph, text};
use crate::theme::Role;
use crate::view::gathered::Gathered;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;
use crate::view::scope::Scope;
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
    fn of(running: &Running, before: Option<&Running>) -> Self {
        let clean = |text: &str| text::width(&text::clean(text));
        let slot = running.slot.as_deref();
        Self {
            version: clean(version(running)).min(VERSION),
            slot: slot.map_or(0, |slot| 1 + clean(slot).min(8)),
            drift: drift(running, before).width(),
            lock: running.held.is_some(),
            word: trouble(running).map_or(0, |word| 1 + word.len()),
        }
    }

    /// Room for both.
    fn take(&mut self, other: &Self) {
        self.version = self.version.max(other.version);
        self.slot = self.slot.max(other.slot);
        self.drift = self.drift.max(other.drift);
        self.lock |= other.lock;
        self.word = self.word.max(other.word);
    }

    /// Sign, version, age, and what else there is.
    fn width(&self, words: bool) -> usize {
        let drift = if self.drift > 0 { 1 + self.drift } else { 0 };
        let word = if words { self.word } else { 0 };
        2 + self.version + self.slot + 5 + drift + 2 * usize::from(self.lock) + word
    }
}

/// How many cells want to be looked at, and why; and how many workloads are worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub incident: usize,
    pub failed: usize,
    pub deploying: usize,
    /// Production waits for what the environment before it has.
    pub behind: usize,
    pub held: usize,
    pub known: usize,
}

impl Counts {
    fn of(overview: &Overview) -> Self {
        let cells = running(overview);
        let count =
            |holds: &dyn Fn(&Running) -> bool| cells.iter().filter(|one| holds(one)).count();
        let healths = |word| count(&|one| one.health == Some(word));
        let production = &overview.summary.production;
        Self {
            incident: healths("incident"),
            failed: healths("failed"),
            deploying: healths("deploying"),
            behind: count(&|one| {
                one.environment == *production && one.behind.changes.is_some_and(|all| all > 0)
            }),
            held: count(&|one| one.held.is_some()),
            known: usize::from(overview.detail.is_some()),
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            incident: self.incident + other.incident,
            failed: self.failed + other.failed,
            deploying: self.deploying + other.deploying,
            behind: self.behind + other.behind,
            held: self.held + other.held,
            known: self.known + other.known,
        }
    }
}

/// What the matrix as a whole needs of a workload.
struct Part {
    /// Its environments, and what the cell of each must have room for.
    shapes: Vec<(String, Shape)>,
    counts: Counts,
}

impl Part {
    fn of(overview: &Overview) -> Self {
        let shape = |one: &Running| {
            let shape = Shape::of(one, before(overview, one));
            (one.environment.clone(), shape)
        };
        Self {
            shapes: running(overview).iter().map(shape).collect(),
            counts: Counts::of(overview),
        }
    }
}

/// The matrix.
#[derive(Default)]
pub struct Matrix {
    rows: Gathered<Part>,
    /// Every environment, in the order in which paths pass them.
    pub cells: Cells,
    shapes: Vec<Shape>,
    pub counts: Counts,
}

impl Matrix {
    /// Gathers the workloads in scope; tells whether any is another than before.
    pub fn gather(&mut self, scene: &Scene) -> bool {
        let is_any = self.rows.gather(scene, Part::of).is_any();
        if is_any {
            self.line_up();
        }
        is_any
    }

    fn line_up(&mut self) {
        let parts = self.rows.made();
        let lists = parts.iter();
        let lists = lists.map(|part| part.shapes.iter().map(|(name, _)| &**name));
        // The first time, production is what one came for.
        let first = self.rows.summary(0).map(|one| &*one.production);
        self.cells.name(lists, first);
        self.shapes = vec![Shape::default(); self.cells.names.len()];
        for (name, needs) in parts.iter().flat_map(|part| &part.shapes) {
            let column = self.cells.place(name);
            if let Some(shape) = column.and_then(|column| self.shapes.get_mut(column)) {
                shape.take(needs);
            }
        }
        let counts = parts.iter().map(|part| part.counts);
        self.counts = counts.fold(Counts::default(), Counts::and);
        let workloads = cells::workloads(self.rows.widest());
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
        self.rows.summary(row)
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
        let by_name = || self.rows.rank_of(one).cmp(&self.rows.rank_of(two));
        let Some(place) = column.checked_sub(1) else {
            return by_name();
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
        key(one).cmp(&key(two)).then_with(by_name)
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
