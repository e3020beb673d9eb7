//! A change in a row: its lead time, and the parts of it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use super::{Told, name, one};
use crate::model::dora::ChangeLine;
use crate::model::dora::behind::Lines;
use crate::report::sheet::Line;
use crate::report::{duration, figure, text};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static CHANGES: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("live", 12, 17, 3).falling(),
        Column::new("workload", 10, 24, 5),
        Column::new("change", 16, 26, 0),
        Column::new("title", 12, 48, 6),
        Column::new("author", 6, 14, 8),
        Column::new("lead time", 10, 10, 1)
            .at_right()
            .seconds()
            .falling(),
        Column::new("coding", 7, 7, 4)
            .at_right()
            .seconds()
            .falling(),
        Column::new("pickup", 7, 7, 4)
            .at_right()
            .seconds()
            .falling(),
        Column::new("review", 7, 7, 4)
            .at_right()
            .seconds()
            .falling(),
        Column::new("deploy", 7, 7, 4)
            .at_right()
            .seconds()
            .falling(),
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

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let line = &self.all()[row];
        match column {
            0 => Value::from(line.deployed),
            LEAD => Value::from(line.lead_seconds),
            6 => Value::from(line.coding_seconds),
            7 => Value::from(line.pickup_seconds),
            8 => Value::from(line.review_seconds),
            9 => Value::from(line.deploy_seconds),
            _ => Value::seen(&self.cell(row, column, scene)),
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
