//! The deployments to one environment as a list, the newest first.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use crate::event::time::Timestamp;
use crate::model::ran::Ran;
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value, by_number_if_any};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("version", 10, 18, 0),
        Column::new("at", 12, 17, 1).falling(),
        Column::new("ran for", 7, 8, 3)
            .at_right()
            .seconds()
            .falling(),
        Column::new("kind", 11, 12, 1),
        Column::new("ships", 5, 5, 2).at_right().falling(),
        Column::new("by", 14, 24, 4),
        Column::new("deployment", 16, 30, 5),
    ]
});

/// The deployments.
#[derive(Default)]
pub struct Runs {
    pub workload: String,
    pub environment: String,
    pub rows: Vec<Ran>,
    /// What stands where there is none.
    pub nothing: String,
}

/// A sign for each kind.
fn sign(kind: &str) -> (Role, &'static str) {
    match kind {
        "failed" => (Role::Bad, glyph::BAD),
        "deploying" => (Role::Process, glyph::ARROW),
        "rollback" => (Role::Warning, "!"),
        "redeploy" => (Role::Dim, "="),
        "cancelled" | "removed" => (Role::Dim, "–"),
        _ => (Role::Good, glyph::GOOD),
    }
}

impl Runs {
    fn ran(row: &Ran, now: Timestamp) -> Line {
        match row.until {
            Some(until) => Line::of(Role::Dim, duration::between(row.at, until)),
            None if row.live => Line::of(Role::Text, duration::between(row.at, now)),
            None => Line::of(Role::Dim, "-"),
        }
    }
}

impl Listing for Runs {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let row = &self.rows[row];
        Cow::Owned(format!("{} {}", row.deployment, row.at.micros()))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let row = &self.rows[row];
        match column {
            0 => {
                let version = text::short(row.version.as_deref().unwrap_or("-"));
                if row.live {
                    Line::of(Role::Title, version).with(Role::Good, format!(" {}", glyph::MARK))
                } else {
                    Line::of(Role::Text, version)
                }
            }
            1 => Line::of(Role::Dim, scene.style.moment(row.at)),
            2 => Self::ran(row, scene.instant()),
            3 => {
                let (role, sign) = sign(row.kind);
                Line::of(role, format!("{sign} {}", row.kind))
            }
            4 if row.changes.is_empty() => Line::of(Role::Dim, "-"),
            4 => {
                let count = row.changes.len().to_string();
                Line::of(Role::Text, figure::tilde(count, row.inferred))
            }
            5 => {
                let by = Line::of(Role::Dim, &row.by);
                if row.unplanned {
                    by.with(Role::Warning, " unplanned")
                } else {
                    by
                }
            }
            _ => Line::of(Role::Dim, text::short(&row.deployment)),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let ran = &self.rows[row];
        match column {
            0 => Value::from(ran.version.as_deref()),
            1 => Value::from(ran.at),
            2 => Value::from(ran.until.unwrap_or_else(|| scene.instant()) - ran.at),
            4 => Value::count(ran.changes.len()),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.rows[one], &self.rows[two]);
        let lasted = |row: &Ran| row.until.map(|until| until - row.at);
        let order = match column {
            0 => by_number_if_any(a.version.as_deref(), b.version.as_deref()),
            1 => Ordering::Equal,
            2 => lasted(b).cmp(&lasted(a)),
            3 => a.kind.cmp(b.kind),
            4 => b.changes.len().cmp(&a.changes.len()),
            5 => a.by.cmp(&b.by),
            _ => a.deployment.cmp(&b.deployment),
        };
        order.then_with(|| b.at.cmp(&a.at))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let row = &self.rows[row];
        let version = row.version.as_deref().unwrap_or_default();
        Cow::Owned(format!(
            "{version} {} {} {}",
            row.deployment, row.kind, row.by
        ))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["version", "kind", "by", "change"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let row = &self.rows[row];
        match name {
            "version" => [&row.version, &row.sha]
                .into_iter()
                .filter_map(|text| text.as_deref().map(Cow::Borrowed))
                .collect(),
            "kind" => vec![Cow::Borrowed(row.kind)],
            "by" => vec![Cow::Borrowed(&row.by)],
            _ => {
                let changes = row.changes.iter();
                changes.map(|one| Cow::Borrowed(&*one.change)).collect()
            }
        }
    }

    fn workload(&self, _row: usize) -> Option<&str> {
        Some(&self.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.rows[row].url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        let row = &self.rows[row];
        let url = row.url.as_ref().map(|url| format!(" {url}"));
        format!(
            "{} {} in {} at {}: {}, {}{}",
            self.workload,
            row.version.as_deref().unwrap_or("of unknown version"),
            self.environment,
            row.at,
            row.kind,
            figure::count(row.changes.len(), "change"),
            url.unwrap_or_default()
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        self.nothing.clone()
    }
}
