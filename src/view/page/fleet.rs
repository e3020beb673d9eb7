//! The fleet: a row a workload, the gravest first.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows, View};
use crate::intent::Intent;
use crate::model::overview::{Health, Mark, StepNow, Summary};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, state_look, text};
use crate::theme::Role;
use crate::view::gathered::Gathered;
use crate::view::listing::{Column, Listing, Value, by_number_if_any};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::table::Table;
use crate::view::widget::spark;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("workload", 13, 30, 0),
        Column::new("team", 8, 14, 6),
        Column::new("path", 8, 14, 3),
        Column::new("production", 10, 18, 4),
        Column::new("age", 4, 5, 4).at_right().seconds(),
        Column::new("flowing", 7, 7, 7).at_right().falling(),
        Column::new("held longest by", 24, 36, 2).falling(),
        Column::new("lead p50", 8, 8, 5)
            .at_right()
            .seconds()
            .falling(),
        Column::new("trend", 6, 7, 8).seconds().falling(),
        Column::new("state", 10, 12, 1),
    ]
});

/// The workloads in scope.
#[derive(Default)]
struct Fleet {
    rows: Gathered<Health>,
    favourites: Vec<String>,
}

impl Fleet {
    /// Gathers the workloads in scope; tells whether anything is another than before.
    fn gather(&mut self, scene: &Scene) -> bool {
        let renewed = self.rows.gather(scene, |one| one.summary.health);
        let starred = self.favourites != scene.favourites;
        if starred {
            self.favourites.clone_from(&scene.favourites);
        }
        renewed.is_any() || starred
    }

    fn summary(&self, row: usize) -> &Summary {
        &self.rows[row].summary
    }

    fn is_favourite(&self, row: usize) -> bool {
        self.favourites.contains(&self.summary(row).workload)
    }
}

impl Listing for Fleet {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.summary(row).workload)
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let summary = self.summary(row);
        let now = scene.instant();
        match column {
            0 => {
                let star = if self.is_favourite(row) {
                    glyph::STAR
                } else {
                    ""
                };
                Line::of(Role::Text, &summary.workload).with(Role::Warning, star)
            }
            1 => Line::of(Role::Dim, summary.team.as_deref().unwrap_or("-")),
            2 => path(&summary.steps),
            3 => match &summary.version {
                Some(version) => Line::of(Role::Text, text::short(version)),
                None => Line::of(Role::Dim, "-"),
            },
            4 => match summary.since {
                Some(_) if summary.deploying => Line::of(Role::Process, glyph::ARROW),
                Some(since) => Line::of(Role::Dim, duration::age(since, now)),
                None => Line::new(),
            },
            5 => Line::of(count_role(summary.flowing), summary.flowing.to_string()),
            6 => held(summary, scene),
            7 => lead(summary),
            8 => Line::of(Role::Dim, spark::of(&summary.trend)),
            _ => state(summary),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let summary = self.summary(row);
        match column {
            0 => Value::from(&*summary.workload),
            4 => Value::from(summary.since.map(|since| scene.instant() - since)),
            5 => Value::count(summary.flowing),
            6 => Value::from(summary.held.as_ref().map(|held| {
                let said = format!("{} {} since {}", held.step, held.state, held.since);
                Value::Text(said)
            })),
            7 => Value::from(summary.lead.p50_seconds),
            8 => Value::Several(summary.trend.iter().copied().map(Value::from).collect()),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let by_name = || self.rows.rank_of(one).cmp(&self.rows.rank_of(two));
        if column + 1 == COLUMNS.len() {
            let health = self.rows.made();
            return health[one].cmp(&health[two]).then_with(by_name);
        }
        let (a, b) = (self.summary(one), self.summary(two));
        let order = match column {
            0 => Ordering::Equal,
            1 => a.team.cmp(&b.team),
            2 => done(&a.steps).cmp(&done(&b.steps)),
            3 => by_number_if_any(a.version.as_deref(), b.version.as_deref()),
            4 => b.since.cmp(&a.since),
            5 => b.flowing.cmp(&a.flowing),
            6 => {
                let since = |one: &Summary| one.held.as_ref().map(|held| held.since);
                // The longest first; nothing held at the end.
                let key = |one: &Summary| (since(one).is_none(), since(one));
                key(a).cmp(&key(b))
            }
            7 => b.lead.p50_seconds.cmp(&a.lead.p50_seconds),
            _ => growth(b).cmp(&growth(a)),
        };
        order.then_with(by_name)
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let summary = self.summary(row);
        match &summary.team {
            Some(team) => Cow::Owned(format!("{} {team} {}", summary.workload, summary.path)),
            None => Cow::Owned(format!("{} {}", summary.workload, summary.path)),
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "team", "path", "state", "step", "version"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let summary = self.summary(row);
        let one = |text: &'_ str| vec![Cow::Owned(text.to_owned())];
        match name {
            "workload" => one(&summary.workload),
            "team" => summary.team.as_deref().map(one).unwrap_or_default(),
            "path" => one(&summary.path),
            "state" => {
                let held = summary.held.as_ref();
                let mut values = one(summary.health.word());
                values.extend(held.map(|held| Cow::Owned(held.state.clone())));
                values
            }
            "step" => summary
                .held
                .as_ref()
                .map(|held| one(&held.step))
                .unwrap_or_default(),
            _ => summary.version.as_deref().map(one).unwrap_or_default(),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &["team", "path", "favourites"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let summary = self.summary(row);
        match by {
            0 => Cow::Borrowed(summary.team.as_deref().unwrap_or("no team")),
            1 => Cow::Borrowed(&summary.path),
            _ if self.is_favourite(row) => Cow::Borrowed("favourites"),
            _ => Cow::Borrowed("others"),
        }
    }

    fn group_rank(&self, row: usize, by: usize) -> u8 {
        u8::from(by < 2 || !self.is_favourite(row))
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.summary(row).workload)
    }

    fn card(&self, row: usize) -> String {
        let summary = self.summary(row);
        let held = summary.held.as_ref().map_or_else(String::new, |held| {
            format!(
                ", {} {} at {} since {}",
                held.change, held.state, held.step, held.since
            )
        });
        format!(
            "{}: {}, {} {} in {}, {} flowing{held}",
            summary.workload,
            summary.health.word(),
            summary.version.as_deref().unwrap_or("nothing"),
            summary
                .since
                .map_or_else(String::new, |since| format!("since {since}")),
            summary.production,
            figure::count(summary.flowing, "change"),
        )
    }

    fn nothing(&self, scene: &Scene) -> String {
        if scene.fleet().is_empty() {
            "no workload is known yet: import events, sync a source, or name workloads in leadtime.toml"
                .to_owned()
        } else {
            format!("no workload in {}", scene.scope.text())
        }
    }
}

fn count_role(count: usize) -> Role {
    if count == 0 { Role::Dim } else { Role::Text }
}

/// A sign a step: how the newest candidate stands to it. Long paths are folded in the middle.
fn path(steps: &[StepNow]) -> Line {
    const MOST: usize = 14;
    let mut line = Line::new();
    let (head, tail) = if steps.len() > MOST {
        (MOST / 2, MOST / 2 - 1)
    } else {
        (steps.len(), 0)
    };
    for step in &steps[..head] {
        let (role, sign) = sign(step.mark);
        line.push(role, sign);
    }
    if tail > 0 {
        line.push(Role::Dim, "…");
    }
    for step in &steps[steps.len() - tail..] {
        let (role, sign) = sign(step.mark);
        line.push(role, sign);
    }
    line
}

/// The sign of a mark; every mark has its own shape.
#[must_use]
pub fn sign(mark: Mark) -> (Role, &'static str) {
    let state = match mark {
        Mark::Done => return (Role::Good, glyph::MARK),
        Mark::Ahead => return (Role::Dim, "○"),
        Mark::Working => "working",
        Mark::Waiting => "waiting",
        Mark::Gated => "gated",
        Mark::Failed => "failed",
        Mark::Unknown => "unknown",
    };
    let look = state_look(state);
    (look.role, look.sign)
}

fn done(steps: &[StepNow]) -> usize {
    steps.iter().filter(|step| step.mark == Mark::Done).count()
}

fn held(summary: &Summary, scene: &Scene) -> Line {
    let Some(held) = &summary.held else {
        return Line::of(Role::Dim, "-");
    };
    let role = state_look(&held.state).role;
    // There is no room for all of it beside the step.
    let state = match held.state.as_str() {
        "waiting_for_release" => "for release",
        state => state,
    };
    let age = duration::between(held.since, scene.instant());
    Line::of(Role::Text, &held.step)
        .with(Role::Text, " ")
        .with(role, state)
        .with(Role::Dim, format!(" {age}"))
}

fn lead(summary: &Summary) -> Line {
    let role = if summary.lead.n == 0 {
        Role::Dim
    } else {
        Role::Text
    };
    Line::of(role, duration::maybe(summary.lead.p50_seconds))
}

fn growth(summary: &Summary) -> Option<i64> {
    let (now, before) = (summary.lead.p50_seconds?, summary.lead_before.p50_seconds?);
    Some(now.micros() * 100 / before.micros().max(1))
}

fn state(summary: &Summary) -> Line {
    let (role, sign) = match summary.health {
        Health::Incident => (Role::Bad, glyph::BAD),
        Health::Failing => (Role::Bad, "!"),
        Health::Gated => (Role::Gate, glyph::GATE),
        Health::Unknown => (Role::Dim, "?"),
        Health::Slower => (Role::Warning, glyph::CONSTRAINT),
        Health::Fine => (Role::Good, glyph::GOOD),
        Health::Quiet => (Role::Dim, "·"),
    };
    let mut line = Line::of(role, sign).with(role, format!(" {}", summary.health.word()));
    if summary.gates > 1 && summary.health == Health::Gated {
        line.push(Role::Dim, format!(" {}", summary.gates));
    }
    line
}

/// The page.
pub struct FleetPage {
    table: Table<Fleet>,
}

impl Default for FleetPage {
    fn default() -> Self {
        let mut table = Table::new(Fleet::default());
        // The gravest first.
        table.sort_by(COLUMNS.len() - 1);
        Self { table }
    }
}

impl Page for FleetPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn refresh(&mut self, scene: &Scene) {
        if self.table.listing.gather(scene) {
            self.table.refresh();
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let workload = self.workload();
        match (intent, workload) {
            (Intent::Open | Intent::Right, Some(workload)) => {
                Reaction::Go(View::Map, Some(workload))
            }
            (Intent::Favourite, Some(workload)) => Reaction::Favour(workload),
            (Intent::Open, None) => Reaction::Say("no workload is in front".to_owned()),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.table.draw(area, pen, true);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn scope(&self) -> Option<Scope> {
        let summary = self.table.listing.summary(self.table.selected()?);
        match self.table.group {
            Some(0) => summary.team.clone().map(Scope::Team),
            Some(1) => Some(Scope::Path(summary.path.clone())),
            _ => Some(Scope::Workload(summary.workload.clone())),
        }
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        vec![
            Hint::new(Intent::Open, "map"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Favourite, "star"),
            Hint::new(Intent::Scope, "narrow"),
            Hint::new(Intent::Where, "find a change"),
        ]
    }

    fn about(&self) -> &'static str {
        "A row a workload, the gravest first. The path shows its newest candidate (the newest change on the target branch): ● passed, ◐ worked on, \
         ◌ waiting, ◆ at a gate, ✗ failed, ○ not there yet. Held longest by: the change in flight that has been in its state longest. Lead p50: the median \
         lead time of the changes that went live in the window; the trend has a point for each sixth of it. Slower: the median grew by more than a \
         fifth against the window before, with at least five changes in both."
    }
}
