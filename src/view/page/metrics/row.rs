//! The lists behind the metrics: how a deployment, a change and an incident stand in a row.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use crate::model::dora::behind::{Behind, Deployed, Lines, Reason, Why};
use crate::model::dora::{ChangeLine, IncidentLine};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::answer::Answer;
use crate::view::listing::{Column, Listing};
use crate::view::scene::Scene;

/// So many names stand in a cell before "and 3 more".
const NAMES: usize = 3;

/// What the worker told; rows are places in it.
#[derive(Default)]
pub struct Told(pub Option<Arc<Answer>>);

impl Told {
    pub fn behind(&self) -> Option<&Behind> {
        match self.0.as_deref() {
            Some(Answer::Behind(behind)) => Some(behind),
            _ => None,
        }
    }

    fn nothing(&self, what: &str) -> String {
        match self.behind() {
            None => format!("working out the {what} …"),
            Some(behind) if behind.told < behind.of => format!(
                "no {what} in the {} of {} workloads that are worked out",
                behind.told, behind.of
            ),
            Some(_) => format!("no {what} in the window"),
        }
    }
}

/// A sign before what rests on an inferred link.
fn name(id: &str, inferred: bool) -> Line {
    let tilde = if inferred { "~" } else { "" };
    Line::of(Role::Text, tilde).with(Role::Text, text::short(id))
}

fn one(value: &str) -> Vec<Cow<'_, str>> {
    vec![Cow::Borrowed(value)]
}

const fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

static DEPLOYMENTS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("finished", 12, 17, 0),
        Column::new("workload", 10, 24, 2),
        Column::new("deployment", 8, 18, 5),
        Column::new("version", 8, 14, 4),
        Column::new("kind", 8, 14, 6),
        Column::new("failed", 10, 20, 1),
        Column::new("rework", 8, 20, 3),
        Column::new("recovered", 10, 10, 7).at_right(),
        Column::new("incidents", 9, 24, 8),
        Column::new("changes", 7, 40, 9),
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

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all()[one], &self.all()[two]);
        let order = match column {
            1 => a.line.workload.cmp(&b.line.workload),
            2 => a.line.deployment.cmp(&b.line.deployment),
            3 => a.line.version.cmp(&b.line.version),
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

static CHANGES: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("live", 12, 17, 3),
        Column::new("workload", 10, 24, 5),
        Column::new("change", 16, 26, 0),
        Column::new("title", 12, 48, 6),
        Column::new("author", 6, 14, 8),
        Column::new("lead time", 10, 10, 1).at_right(),
        Column::new("coding", 7, 7, 4).at_right(),
        Column::new("pickup", 7, 7, 4).at_right(),
        Column::new("review", 7, 7, 4).at_right(),
        Column::new("deploy", 7, 7, 4).at_right(),
        Column::new("deployment", 8, 18, 9),
    ]
});

/// The column of lead times.
pub const LEAD: usize = 5;

#[derive(Default)]
pub struct Changes {
    pub told: Told,
}

impl Changes {
    fn all(&self) -> &[ChangeLine] {
        match self.told.behind().map(|behind| &behind.lines) {
            Some(Lines::Changes(lines)) => lines,
            _ => &[],
        }
    }

    pub fn row(&self, row: usize) -> Option<&ChangeLine> {
        self.all().get(row)
    }
}

impl Listing for Changes {
    fn columns(&self) -> &[Column] {
        &CHANGES
    }

    fn len(&self) -> usize {
        self.all().len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let line = &self.all()[row];
        Cow::Owned(format!("{} {}", line.workload, line.change))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let line = &self.all()[row];
        let part = |part| Line::of(Role::Dim, duration::maybe(part));
        match column {
            0 => Line::of(Role::Dim, scene.style.moment(line.deployed)),
            1 => Line::of(Role::Text, &line.workload),
            2 => name(&line.change, line.inferred),
            3 => Line::of(Role::Text, line.title.as_deref().unwrap_or("-")),
            4 => Line::of(Role::Dim, line.author.as_deref().unwrap_or("-")),
            LEAD => Line::of(
                Role::Title,
                figure::span(Some(line.lead_seconds), line.inferred),
            ),
            6 => part(line.coding_seconds),
            7 => part(line.pickup_seconds),
            8 => part(line.review_seconds),
            9 => part(line.deploy_seconds),
            _ => Line::of(Role::Dim, text::short(&line.deployment)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all()[one], &self.all()[two]);
        let order = match column {
            1 => a.workload.cmp(&b.workload),
            2 => a.change.cmp(&b.change),
            3 => a.title.cmp(&b.title),
            4 => a.author.cmp(&b.author),
            LEAD => b.lead_seconds.cmp(&a.lead_seconds),
            6 => b.coding_seconds.cmp(&a.coding_seconds),
            7 => b.pickup_seconds.cmp(&a.pickup_seconds),
            8 => b.review_seconds.cmp(&a.review_seconds),
            9 => b.deploy_seconds.cmp(&a.deploy_seconds),
            10 => a.deployment.cmp(&b.deployment),
            _ => Ordering::Equal,
        };
        order.then_with(|| b.deployed.cmp(&a.deployed))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let line = &self.all()[row];
        let title = line.title.as_deref().unwrap_or_default();
        Cow::Owned(format!("{} {} {title}", line.workload, line.change))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "author", "change", "deployment", "repository"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let line = &self.all()[row];
        match name {
            "workload" => one(&line.workload),
            "author" => line.author.as_deref().map(one).unwrap_or_default(),
            "change" => one(&line.change),
            "deployment" => one(&line.deployment),
            _ => line.repository.as_deref().map(one).unwrap_or_default(),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &["workload", "deployment"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let line = &self.all()[row];
        Cow::Borrowed(if by == 0 {
            &line.workload
        } else {
            &line.deployment
        })
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.all()[row].workload)
    }

    fn card(&self, row: usize) -> String {
        let line = &self.all()[row];
        let parts = [
            ("coding", line.coding_seconds),
            ("pickup", line.pickup_seconds),
            ("review", line.review_seconds),
            ("deploy", line.deploy_seconds),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter_map(|(name, part)| Some(format!("{name} {}", duration::span((*part)?))))
            .collect();
        let parts = if parts.is_empty() {
            String::new()
        } else {
            format!(" ({})", parts.join(", "))
        };
        format!(
            "{}: change {} {}, lead time {}{parts}, live {}",
            line.workload,
            line.change,
            line.title.as_deref().unwrap_or_default(),
            figure::span(Some(line.lead_seconds), line.inferred),
            line.deployed
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        self.told.nothing("change that went live")
    }
}

static INCIDENTS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("opened", 12, 17, 0),
        Column::new("workload", 10, 24, 2),
        Column::new("incident", 8, 24, 1),
        Column::new("caused by", 10, 24, 4),
        Column::new("resolved", 12, 17, 5),
        Column::new("lasted", 7, 9, 3).at_right(),
    ]
});

#[derive(Default)]
pub struct Incidents {
    pub told: Told,
}

impl Incidents {
    fn all(&self) -> &[IncidentLine] {
        match self.told.behind().map(|behind| &behind.lines) {
            Some(Lines::Incidents(lines)) => lines,
            _ => &[],
        }
    }

    pub fn row(&self, row: usize) -> Option<&IncidentLine> {
        self.all().get(row)
    }
}

impl Listing for Incidents {
    fn columns(&self) -> &[Column] {
        &INCIDENTS
    }

    fn len(&self) -> usize {
        self.all().len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let line = &self.all()[row];
        Cow::Owned(format!("{} {}", line.workload, line.incident))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let line = &self.all()[row];
        match column {
            0 => Line::of(Role::Dim, scene.style.moment(line.opened)),
            1 => Line::of(Role::Text, &line.workload),
            2 => name(&line.incident, false),
            3 => match &line.deployment {
                Some(id) => name(id, line.inferred),
                None => Line::of(Role::Dim, "none we know"),
            },
            4 => match line.resolved {
                Some(at) => Line::of(Role::Dim, scene.style.moment(at)),
                None => Line::of(Role::Bad, glyph::BAD).with(Role::Bad, " still open"),
            },
            _ => {
                let end = line.resolved.unwrap_or_else(|| scene.instant());
                Line::of(Role::Text, duration::between(line.opened, end))
            }
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all()[one], &self.all()[two]);
        let lasted = |one: &IncidentLine| one.resolved.map(|end| -(end - one.opened).micros());
        let order = match column {
            1 => a.workload.cmp(&b.workload),
            2 => a.incident.cmp(&b.incident),
            3 => a.deployment.cmp(&b.deployment),
            // What is still open comes first.
            4 => {
                let key = |one: &IncidentLine| (one.resolved.is_some(), one.resolved);
                key(a).cmp(&key(b))
            }
            5 => lasted(a).cmp(&lasted(b)),
            _ => Ordering::Equal,
        };
        order.then_with(|| b.opened.cmp(&a.opened))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let line = &self.all()[row];
        Cow::Owned(format!("{} {}", line.workload, line.incident))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "incident", "deployment", "open"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let line = &self.all()[row];
        match name {
            "workload" => one(&line.workload),
            "incident" => one(&line.incident),
            "deployment" => line.deployment.as_deref().map(one).unwrap_or_default(),
            _ => one(yes(line.resolved.is_none())),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &["workload"]
    }

    fn group(&self, row: usize, _by: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.all()[row].workload)
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.all()[row].workload)
    }

    fn card(&self, row: usize) -> String {
        let line = &self.all()[row];
        let cause = line.deployment.as_deref().map_or_else(
            || "no deployment that we know".to_owned(),
            |id| format!("deployment {id}"),
        );
        let end = line
            .resolved
            .map_or_else(|| "still open".to_owned(), |at| format!("resolved {at}"));
        format!(
            "{}: incident {} opened {}, {end}, caused by {cause}",
            line.workload, line.incident, line.opened
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        self.told.nothing("incident")
    }
}
