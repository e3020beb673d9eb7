//! What the event doctor found, in rows: events that could not be linked, clocks that are off, warnings of the configuration.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

use crate::event::time::Span;
use crate::model::diagnosis::Doctor;
use crate::report::sheet::Line;
use crate::report::{duration, glyph};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("events", 8, 9, 0).at_right().falling(),
        Column::new("what was found", 30, 70, 0),
        Column::new("for example", 14, 40, 2),
        Column::new("what mends it", 18, 70, 1),
    ]
});

/// Something that was found.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// How many events; none where it is not about events.
    pub count: Option<u64>,
    pub what: String,
    pub example: Option<String>,
    /// None: nothing is to be done.
    pub fix: Option<String>,
}

impl Finding {
    /// A sign for whether there is something to do.
    pub const fn sign(&self) -> (Role, &'static str) {
        if self.fix.is_some() {
            (Role::Warning, "!")
        } else {
            (Role::Dim, glyph::NOTE)
        }
    }
}

#[derive(Default)]
pub struct Findings {
    pub rows: Vec<Finding>,
}

impl Findings {
    pub fn gather(&mut self, doctor: &Doctor) {
        let unlinked = doctor.unlinked.iter().map(|one| Finding {
            count: Some(one.count),
            what: one.reason.clone(),
            example: one.example.clone(),
            fix: one.fix.clone(),
        });
        let clocks = doctor.clocks.iter().map(|clock| {
            let length = duration::span(clock.ahead_seconds.max(Span::ZERO));
            Finding {
                count: None,
                what: format!("the clock of {} is {length} ahead", clock.source),
                example: None,
                fix: Some(
                    "set the clock of the machine that sends; until then its figures are off by that much"
                        .to_owned(),
                ),
            }
        });
        let warnings = doctor.config_warnings.iter().map(|warning| Finding {
            count: None,
            what: warning.clone(),
            example: None,
            fix: Some("the line of the configuration that is named".to_owned()),
        });
        self.rows = unlinked.chain(clocks).chain(warnings).collect();
    }

    /// How many are to be mended.
    pub fn grave(&self) -> usize {
        self.rows.iter().filter(|row| row.fix.is_some()).count()
    }
}

impl Listing for Findings {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        // Two may have the same reason, and differ in what mends them.
        let one = &self.rows[row];
        Cow::Owned(format!("{} {:?}", one.what, one.fix))
    }

    fn cell(&self, row: usize, column: usize, _scene: &Scene) -> Line {
        let one = &self.rows[row];
        match column {
            0 => {
                let (role, sign) = one.sign();
                let count = one
                    .count
                    .map_or_else(String::new, |count| format!(" {count}"));
                Line::of(role, sign).with(Role::Text, count)
            }
            1 => Line::of(Role::Text, &one.what),
            2 => Line::of(Role::Dim, one.example.as_deref().unwrap_or("-")),
            _ => Line::of(
                Role::Dim,
                one.fix.as_deref().unwrap_or("nothing is to be done"),
            ),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match column {
            0 => Value::from(self.rows[row].count.map(Value::Count)),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.rows[one], &self.rows[two]);
        match column {
            0 => b.count.cmp(&a.count),
            1 => a.what.cmp(&b.what),
            2 => a.example.cmp(&b.example),
            _ => a.fix.cmp(&b.fix),
        }
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let one = &self.rows[row];
        let example = one.example.as_deref().unwrap_or_default();
        Cow::Owned(format!("{} {example}", one.what))
    }

    fn card(&self, row: usize) -> String {
        let one = &self.rows[row];
        let count = one
            .count
            .map_or_else(String::new, |count| format!("{count} × "));
        let fix = one
            .fix
            .as_ref()
            .map_or_else(String::new, |fix| format!(": {fix}"));
        format!("{count}{}{fix}", one.what)
    }

    fn nothing(&self, scene: &Scene) -> String {
        match scene.answer(&Question::Doctor) {
            Some(answer @ Answer::Doctor(_)) if answer.is_whole() => {
                "every event that came in could be linked, and no clock is off".to_owned()
            }
            _ => "looking at events …".to_owned(),
        }
    }
}
