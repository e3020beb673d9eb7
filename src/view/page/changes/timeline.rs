//! What happened to a change, as rows in the order in which it did.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use crate::model::history::{Happening, Tone};
use crate::report::sheet::Line;
use crate::report::{duration, glyph};
use crate::theme::Role;
use crate::view::answer::Answer;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("when", 12, 17, 0),
        Column::new("after", 7, 7, 4).at_right().seconds(),
        Column::new("what happened", 26, 90, 0),
        Column::new("took", 7, 7, 3).at_right().seconds().falling(),
        Column::new("who", 8, 18, 1),
        Column::new("tool", 8, 12, 2),
        Column::new("link", 4, 4, 5),
    ]
});

/// The happenings of an answer.
#[derive(Default)]
pub(super) struct Timeline {
    pub told: Option<Arc<Answer>>,
}

impl Timeline {
    fn all(&self) -> &[Happening] {
        match self.told.as_deref() {
            Some(Answer::Change(_, told)) => told,
            _ => &[],
        }
    }
}

impl Listing for Timeline {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.all().len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let one = &self.all()[row];
        Cow::Owned(format!("{} {}", one.at, one.what))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let one = &self.all()[row];
        let dim = |text: Option<&str>| Line::of(Role::Dim, text.unwrap_or("-"));
        match column {
            0 => Line::of(Role::Dim, scene.style.moment(one.at)),
            1 => after(self.all(), row),
            2 => what(one),
            3 => Line::of(Role::Dim, one.took.map_or_else(String::new, duration::span)),
            4 => dim(one.by.as_deref()),
            5 => dim(one.source.as_deref()),
            _ if one.url.is_some() => Line::of(Role::Link, " →"),
            _ => Line::new(),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let one = &self.all()[row];
        match column {
            0 => Value::from(one.at),
            1 => {
                let before = row.checked_sub(1).map(|row| &self.all()[row]);
                Value::from(before.map(|before| one.at - before.at))
            }
            3 => Value::from(one.took),
            6 => Value::from(one.url.as_deref()),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.all()[one], &self.all()[two]);
        let order = match column {
            2 => a.what.cmp(&b.what),
            3 => b.took.cmp(&a.took),
            4 => a.by.cmp(&b.by),
            5 => a.source.cmp(&b.source),
            _ => Ordering::Equal,
        };
        order.then(one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let one = &self.all()[row];
        let by = one.by.as_deref().unwrap_or_default();
        let source = one.source.as_deref().unwrap_or_default();
        Cow::Owned(format!("{} {by} {source}", one.what))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["who", "tool"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let one = &self.all()[row];
        let value = if name == "who" { &one.by } else { &one.source };
        value
            .iter()
            .map(|text| Cow::Borrowed(text.as_str()))
            .collect()
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.all()[row].url.as_deref()
    }

    fn nothing(&self, _scene: &Scene) -> String {
        "nothing that happened to it is known with its time".to_owned()
    }
}

/// How long after what was before it. Where a change stood still, it shows.
fn after(all: &[Happening], row: usize) -> Line {
    const LONG: i64 = 86_400 * 1_000_000;
    let Some(before) = row.checked_sub(1).and_then(|before| all.get(before)) else {
        return Line::new();
    };
    let micros = all[row].at.micros().saturating_sub(before.at.micros());
    if micros < 60 * 1_000_000 {
        return Line::new();
    }
    let role = if micros >= LONG {
        Role::Wait
    } else {
        Role::Dim
    };
    Line::of(role, duration::between(before.at, all[row].at))
}

fn what(one: &Happening) -> Line {
    let (role, sign) = match one.tone {
        Tone::Plain => (Role::Dim, "·"),
        Tone::Good => (Role::Good, glyph::GOOD),
        Tone::Bad => (Role::Bad, glyph::BAD),
        Tone::Gate => (Role::Gate, glyph::GATE),
        Tone::Going => (Role::Process, glyph::WORKING),
    };
    let tilde = if one.inferred { "~" } else { "" };
    let text = match one.tone {
        Tone::Plain | Tone::Good => Role::Text,
        _ => role,
    };
    Line::of(role, sign)
        .with(Role::Text, " ")
        .with(Role::Text, tilde)
        .with(text, &one.what)
}
