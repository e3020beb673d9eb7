//! A deployment in a row: what it was, why it counts as failed or as rework, how long it took to recover.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use super::{NAMES, Told, name, one, yes};
use crate::model::dora::behind::{Deployed, Lines, Reason, Why};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value, by_number_if_any};
use crate::view::scene::Scene;

static DEPLOYMENTS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("finished", 12, 17, 0).falling(),
        Column::new("workload", 10, 24, 2),
        Column::new("deployment", 8, 18, 5),
        Column::new("version", 8, 14, 4),
        Column::new("kind", 8, 14, 6),
        Column::new("failed", 10, 20, 1),
        Column::new("rework", 8, 20, 3),
        Column::new("recovered", 10, 10, 7)
            .at_right()
            .seconds()
            .falling(),
        Column::new("incidents", 9, 24, 8).falling(),
        Column::new("changes", 7, 40, 9).falling(),
    ]
});

/// The same, where what counts is how long each took to recover.
static RECOVERIES: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let mut columns = DEPLOYMENTS.clone();
    for (column, rank) in columns.iter_mut().zip([0, 2, 6, 5, 9, 3, 8, 1, 4, 7]) {
        column.rank = rank;
    }
    columns
});

/// Places of columns that a metric sorts by.
pub const FAILED: usize = 5;
pub const REWORK: usize = 6;

#[derive(Default)]
pub struct Deployments {
    pub told: Told,
    /// They are there for how long they took to recover.
    pub recoveries: bool,
}

impl Deployments {
    fn all(&self) -> &[Deployed] {
        match self.told.behind().map(|behind| &behind.lines) {
            Some(Lines::Deployments(lines)) => lines,
            _ => &[],
        }
    }

    pub fn row(&self, row: usize) -> Option<&Deployed> {
        self.all().get(row)
    }
}

const fn why(why: Why) -> &'static str {
    match why {
        Why::Incident => "incident",
        Why::RolledBack => "rolled back",
        Why::Told => "marked",
        Why::Rollback => "rollback",
        Why::InIncident => "in an incident",
    }
}

fn reason(reason: Option<&Reason>, role: Role, sign: &str) -> Line {
    reason.map_or_else(
        || Line::of(Role::Dim, "-"),
        |reason| {
            let tilde = if reason.inferred { "~" } else { "" };
            Line::of(role, sign).with(role, format!(" {tilde}{}", why(reason.why)))
        },
    )
}

impl Listing for Deployments {
    fn columns(&self) -> &[Column] {
        if self.recoveries {
            &RECOVERIES
        } else {
            &DEPLOYMENTS
        }
    }

    fn len(&self) -> usize {
        self.all().len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let line = &self.all()[row].line;
        Cow::Owned(format!("{} {}", line.workload, line.deployment))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let deployed = &self.all()[row];
        let line = &deployed.line;
        match column {
            0 => Line::of(Role::Dim, scene.style.moment(line.finished)),
            1 => Line::of(Role::Text, &line.workload),
            2 => name(&line.deployment, line.inferred),
            3 => {
                let version = line.version.as_deref().or(line.sha.as_deref());
                Line::of(Role::Text, text::short(version.unwrap_or("-")))
            }
            4 => {
                let role = if deployed.counted {
                    Role::Text
                } else {
                    Role::Dim
                };
                Line::of(role, line.kind.replace('_', " "))
            }
            FAILED => reason(deployed.failed.as_ref(), Role::Bad, glyph::BAD),
            REWORK => reason(deployed.rework.as_ref(), Role::Warning, "!"),
            7 => match deployed.broken {
                None => Line::of(Role::Dim, "-"),
                Some((_, Some(_))) => Line::of(Role::Text, duration::maybe(deployed.recovery())),
                Some((from, None)) => {
                    let age = duration::age(from, scene.instant());
                    Line::of(Role::Bad, format!("open {age}"))
                }
            },
            8 => Line::of(Role::Text, figure::some_of(&line.incidents, NAMES)),
            _ => Line::of(Role::Dim, line.changes.len().to_string())
                .with(Role::Dim, if line.changes.is_empty() { "" } else { ": " })
                .with(Role::Dim, figure::some_of(&line.changes, NAMES)),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let deployed = &self.all()[row];
        let names = |all: &[String]| {
            let all = all.iter().map(|name| Value::from(&**name));
            Value::Several(all.collect())
        };
        match column {
            0 => Value::from(deployed.line.finished),
            7 => Value::from(deployed.recovery()),
            8 => names(&deployed.line.incidents),
            9 => names(&deployed.line.changes),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all()[one], &self.all()[two]);
        let order = match column {
            1 => a.line.workload.cmp(&b.line.workload),
            2 => a.line.deployment.cmp(&b.line.deployment),
            3 => by_number_if_any(a.line.version.as_deref(), b.line.version.as_deref()),
            4 => a.line.kind.cmp(b.line.kind),
            FAILED => b.failed.is_some().cmp(&a.failed.is_some()),
            REWORK => b.rework.is_some().cmp(&a.rework.is_some()),
            7 => {
                // What is still broken first, then the longest.
                let key = |one: &Deployed| match one.broken {
                    Some((from, None)) => (0, from.micros()),
                    Some(_) => (1, -one.recovery().unwrap_or_default().micros()),
                    None => (2, 0),
                };
                key(a).cmp(&key(b))
            }
            8 => b.line.incidents.len().cmp(&a.line.incidents.len()),
            9 => b.line.changes.len().cmp(&a.line.changes.len()),
            _ => Ordering::Equal,
        };
        order.then_with(|| b.line.finished.cmp(&a.line.finished))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let line = &self.all()[row].line;
        let version = line.version.as_deref().unwrap_or_default();
        let changes = line.changes.join(" ");
        Cow::Owned(format!(
            "{} {} {version} {changes}",
            line.workload, line.deployment
        ))
    }

    fn fields(&self) -> &'static [&'static str] {
        &[
            "workload", "kind", "failed", "rework", "version", "incident", "change", "counted",
        ]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let deployed = &self.all()[row];
        let line = &deployed.line;
        let judged = |reason: Option<&Reason>| {
            let mut values = one(yes(reason.is_some()));
            values.extend(reason.map(|reason| Cow::Borrowed(why(reason.why))));
            values
        };
        match name {
            "workload" => one(&line.workload),
            "kind" => one(line.kind),
            "failed" => judged(deployed.failed.as_ref()),
            "rework" => judged(deployed.rework.as_ref()),
            "version" => line.version.as_deref().map(one).unwrap_or_default(),
            "incident" => line.incidents.iter().flat_map(|id| one(id)).collect(),
            "change" => line.changes.iter().flat_map(|id| one(id)).collect(),
            _ => one(yes(deployed.counted)),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &["workload", "kind"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let line = &self.all()[row].line;
        Cow::Borrowed(if by == 0 { &line.workload } else { line.kind })
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.all()[row].line.workload)
    }

    fn card(&self, row: usize) -> String {
        let deployed = &self.all()[row];
        let line = &deployed.line;
        let failed = deployed.failed.as_ref();
        let failed = failed.map_or_else(String::new, |reason| {
            format!(", failed: {}", why(reason.why))
        });
        let rework = deployed.rework.as_ref();
        let rework = rework.map_or_else(String::new, |reason| {
            format!(", rework: {}", why(reason.why))
        });
        format!(
            "{}: deployment {} ({}) of {}, {}{failed}{rework}",
            line.workload,
            line.deployment,
            line.kind.replace('_', " "),
            line.finished,
            figure::count(line.changes.len(), "change")
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        self.told.nothing(if self.recoveries {
            "failed deployment that was mended or is still broken"
        } else {
            "deployment"
        })
    }
}
