//! An incident in a row: when it was open, and the deployment that caused it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use super::{Told, name, one, yes};
use crate::model::dora::IncidentLine;
use crate::model::dora::behind::Lines;
use crate::report::sheet::Line;
use crate::report::{duration, glyph};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static INCIDENTS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("opened", 12, 17, 0).falling(),
        Column::new("workload", 10, 24, 2),
        Column::new("incident", 8, 24, 1),
        Column::new("caused by", 10, 24, 4),
        Column::new("resolved", 12, 17, 5),
        Column::new("lasted", 7, 9, 3)
            .at_right()
            .seconds()
            .falling(),
    ]
});

fn told(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

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
            0 => Line::of(
                Role::Dim,
                told(line.opened.map(|at| scene.style.moment(at))),
            ),
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
                let lasted = line.opened.map(|at| duration::between(at, end));
                Line::of(Role::Text, told(lasted))
            }
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let line = &self.all()[row];
        match column {
            0 => Value::from(line.opened),
            3 => Value::from(line.deployment.as_deref()),
            4 => Value::from(line.resolved),
            5 => {
                let end = line.resolved.unwrap_or_else(|| scene.instant());
                Value::from(line.opened.map(|opened| end - opened))
            }
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all()[one], &self.all()[two]);
        let lasted = |one: &IncidentLine| -> Option<i64> {
            let (opened, end) = one.opened.zip(one.resolved)?;
            Some(-(end - opened).micros())
        };
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
        let opened = line
            .opened
            .map_or_else(String::new, |at| format!(" opened {at},"));
        format!(
            "{}: incident {}{opened} {end}, caused by {cause}",
            line.workload, line.incident
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        self.told.nothing("incident")
    }
}
