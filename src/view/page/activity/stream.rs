//! The rows of the stream.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use crate::report::happening::{about, by, happening, kind, link, subject};
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::answer::{Answer, Happened, Question};
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("when", 12, 12, 0).falling(),
        Column::new("what happened", 40, 120, 0),
        Column::new("about", 11, 24, 1),
        Column::new("source", 10, 40, 2),
        Column::new("subject", 12, 30, 3),
    ]
});

/// What happened, the latest first.
#[derive(Default)]
pub struct Stream {
    pub rows: Vec<Arc<Happened>>,
}

impl Stream {
    fn at(&self, row: usize) -> &Happened {
        &self.rows[row]
    }
}

/// What it is about, as short as can be: its workload, else the end of the name of its service, repository or artifact.
fn thing(one: &Happened) -> Option<&str> {
    one.workload.as_deref().or_else(|| {
        let named = about(&one.event).into_iter().flatten().next()?;
        Some(named.rsplit('/').next().unwrap_or(named))
    })
}

impl Listing for Stream {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Owned(self.at(row).seq.to_string())
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let one = self.at(row);
        match column {
            0 => Line::of(Role::Dim, scene.style.moment(one.event.at)),
            1 => happening(&one.event),
            2 => match (thing(one), &one.workload) {
                (Some(name), Some(_)) => Line::of(Role::Text, name),
                (Some(name), None) => Line::of(Role::Dim, name),
                (None, _) => Line::of(Role::Dim, "-"),
            },
            3 => Line::of(Role::Dim, source(&one.event.source)),
            _ => Line::of(Role::Dim, text::short(subject(&one.event))),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match column {
            0 => Value::from(self.at(row).event.at),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (self.at(one), self.at(two));
        let order = match column {
            0 => Ordering::Equal,
            1 => kind(&a.event).cmp(&kind(&b.event)),
            2 => thing(a).cmp(&thing(b)),
            3 => a.event.source.cmp(&b.event.source),
            _ => subject(&a.event).cmp(subject(&b.event)),
        };
        // They stand the latest first as they are.
        order.then(one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let one = self.at(row);
        let words = happening(&one.event).text();
        let about = thing(one).unwrap_or_default();
        Cow::Owned(format!("{words} {about} {}", subject(&one.event)))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["type", "source", "workload", "repository", "by"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let one = self.at(row);
        let texts: Vec<&str> = match name {
            "type" => {
                let (family, word) = kind(&one.event);
                vec![family, word]
            }
            "source" => vec![&one.event.source],
            "workload" => one.workload.as_deref().into_iter().collect(),
            "repository" => about(&one.event)[1].into_iter().collect(),
            _ => by(&one.event).into_iter().collect(),
        };
        texts.into_iter().map(Cow::Borrowed).collect()
    }

    fn groups(&self) -> &'static [&'static str] {
        &["workload", "type", "source"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let one = self.at(row);
        Cow::Borrowed(match by {
            0 => thing(one).unwrap_or("about nothing that is known"),
            1 => kind(&one.event).0,
            _ => source(&one.event.source),
        })
    }

    fn workload(&self, row: usize) -> Option<&str> {
        self.at(row).workload.as_deref()
    }

    fn link(&self, row: usize) -> Option<&str> {
        link(&self.at(row).event)
    }

    fn card(&self, row: usize) -> String {
        let one = self.at(row);
        let words = happening(&one.event).text();
        // The sign in front is for the screen.
        let words = words.split_once(' ').map_or(&*words, |(_, words)| words);
        let about = thing(one).map_or_else(String::new, |name| format!("{name}: "));
        let link = link(&one.event).map_or_else(String::new, |link| format!(" {link}"));
        format!("{about}{words}, {}{link}", one.event.at)
    }

    fn nothing(&self, scene: &Scene) -> String {
        let question = Question::Activity(scene.scope.clone());
        match scene.answer(&question) {
            None => "reading the log …".to_owned(),
            Some(Answer::Activity(told)) if told.all == 0 => {
                "nothing is in the log yet: sync a source, or import events".to_owned()
            }
            Some(Answer::Activity(told)) if told.more => format!(
                "none of the last {} events is about {}",
                told.looked,
                scene.scope.text()
            ),
            Some(_) => format!("nothing happened by then in {}", scene.scope.text()),
        }
    }
}

/// A source without what every one begins with.
fn source(source: &str) -> &str {
    source.split_once("://").map_or(source, |(_, rest)| rest)
}
