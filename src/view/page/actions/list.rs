//! Actions in rows.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use crate::event::time::Timestamp;
use crate::journal::story::Story;
use crate::report::sheet::Line;
use crate::report::{audit, plan};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("at", 12, 17, 1).falling(),
        Column::new("action", 24, 70, 0),
        Column::new("state", 16, 24, 0),
        Column::new("by", 6, 16, 2),
    ]
});

/// The actions.
#[derive(Default)]
pub struct Stories {
    pub all: Vec<Arc<Story>>,
    /// When the dashboard was started.
    pub since: Timestamp,
}

impl Listing for Stories {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.all.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.all[row].action)
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let story = &self.all[row];
        let recent = story.last >= self.since;
        let text = if recent { Role::Text } else { Role::Dim };
        match column {
            0 => Line::of(text, scene.style.moment(story.at)),
            1 => Line::of(text, plan::headline(&story.plan)),
            2 => {
                let (role, sign) = audit::look(story.state);
                Line::of(role, format!("{sign} {}", story.state.words()))
            }
            _ => Line::of(Role::Dim, &story.by.name),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match column {
            0 => Value::from(self.all[row].at),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all[one], &self.all[two]);
        let order = match column {
            1 => plan::headline(&a.plan).cmp(&plan::headline(&b.plan)),
            2 => a.state.words().cmp(b.state.words()),
            3 => a.by.name.cmp(&b.by.name),
            _ => b.at.cmp(&a.at),
        };
        order.then(one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let story = &self.all[row];
        Cow::Owned(format!(
            "{} {} {} {}",
            plan::headline(&story.plan),
            story.state.words(),
            story.by.name,
            story.action
        ))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["by", "workload"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let story = &self.all[row];
        if name == "by" {
            return vec![Cow::Borrowed(&story.by.name)];
        }
        let workloads = story.plan.workloads.iter();
        workloads.map(|one| Cow::Borrowed(one.as_str())).collect()
    }

    fn workload(&self, row: usize) -> Option<&str> {
        match self.all[row].plan.workloads.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    fn link(&self, row: usize) -> Option<&str> {
        let mut fates = self.all[row].fates.iter().rev();
        fates.find_map(|fate| fate.url.as_deref())
    }

    fn card(&self, row: usize) -> String {
        let story = &self.all[row];
        format!(
            "{}: {} ({}, {})",
            plan::headline(&story.plan),
            story.state.words(),
            story.by.name,
            story.action
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        "nothing was ever done from leadtime on this log".to_owned()
    }
}
