//! The sources in rows: those that are read, then those whose events came by other ways, which are not read.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::event::time::{Span, Timestamp};
use crate::model::diagnosis::{Found, Sender, SourceLine, SourceState};
use crate::report::doctor::mark;
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::answer::Diagnosis;
use crate::view::listing::{Column, Listing, Value};
use crate::view::scene::{self, Scene};

/// The columns. Which source it is and how it stands are read whole before anything else has room.
fn columns(rows: &[Source]) -> Vec<Column> {
    let widest = |width: &dyn Fn(&Source) -> usize, least: u16, most: u16| {
        let widest = rows.iter().map(width).max().unwrap_or(0);
        u16::try_from(widest).unwrap_or(u16::MAX).clamp(least, most)
    };
    let name = widest(&|row| text::width(&text::clean(&row.name)), 10, 26);
    let state = widest(&|row| row.told_in_row().width(), 12, 36);
    vec![
        Column::new("source", name, name, 0),
        Column::new("kind", 6, 12, 5),
        Column::new("state", state, 80, 0),
        Column::new("last read", 9, 9, 1).at_right(),
        Column::new("every", 5, 6, 6).at_right().seconds(),
        Column::new("lag", 7, 9, 4).at_right().seconds().falling(),
        Column::new("newest", 6, 8, 3).at_right(),
        Column::new("events", 7, 10, 2).at_right().falling(),
    ]
}

/// A source, by all that is known of it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub name: String,
    pub kind: String,
    /// Whether leadtime reads it; else its events were sent or imported.
    pub is_read: bool,
    pub read: Option<Timestamp>,
    pub every: Option<Span>,
    pub reading: Option<String>,
    pub lag: Option<Span>,
    /// Its newest fact.
    pub newest: Option<Timestamp>,
    pub events: u64,
    /// So many that name themselves apart, such as one a repository.
    pub parts: usize,
    pub facts: Vec<String>,
    pub findings: Vec<Found>,
}

impl Source {
    /// As the event doctor tells it.
    fn told(line: &SourceLine) -> Self {
        Self {
            name: line.name.clone(),
            kind: line.kind.clone(),
            is_read: true,
            read: line.last_read,
            lag: line.lag_seconds,
            events: line.events,
            facts: line.facts.clone(),
            findings: line.findings.clone(),
            ..Self::default()
        }
    }

    fn sent(sender: &Sender) -> Self {
        Self {
            name: sender.producer.clone(),
            kind: "-".to_owned(),
            newest: Some(sender.last),
            events: sender.events,
            parts: sender.sources,
            ..Self::default()
        }
    }

    /// With how its reading goes just now.
    fn with(&mut self, now: &scene::SourceState) {
        self.is_read = true;
        self.name.clone_from(&now.name);
        self.kind.clone_from(&now.kind);
        self.read = now.read.or(self.read);
        self.every = now.every;
        self.reading.clone_from(&now.reading);
        self.facts.extend(now.facts.iter().cloned());
        self.facts.extend(now.listens.map(listening));
        // What was noted of the last reading is older than what is told now.
        self.findings.retain(|one| one.subject != LAST);
        for one in now.findings.iter().chain(&now.unheard) {
            if !self.findings.iter().any(|known| known.text == one.text) {
                self.findings.push(one.clone());
            }
        }
        if let Some(error) = &now.error {
            let found = Found {
                severity: "error",
                subject: LAST.to_owned(),
                text: error.clone(),
            };
            self.findings.insert(0, found);
        }
    }

    pub fn state(&self) -> SourceState {
        let has = |severity| self.findings.iter().any(|one| one.severity == severity);
        if has("error") {
            SourceState::Error
        } else if has("warning") {
            SourceState::Warning
        } else if self.read.is_none() {
            SourceState::NeverRead
        } else {
            SourceState::Ok
        }
    }

    /// Its state with a sign, and how grave that is.
    pub fn standing(&self) -> Line {
        if !self.is_read {
            return Line::of(Role::Dim, format!("{} not read", glyph::NOTE));
        }
        // One that fails does so until it was read, however often that is tried.
        if let Some(reading) = self.reading.as_ref().filter(|_| !self.fails()) {
            return Line::of(Role::Process, format!("{} {reading}", glyph::ARROW));
        }
        let (role, sign, word) = mark(self.state());
        Line::of(role, format!("{sign} {word}"))
    }

    /// The same in a row of the list: of one that fails, the cause, of which the beginning is seen.
    fn told_in_row(&self) -> Line {
        let cause = self.findings.iter().find(|one| one.severity == "error");
        match cause.filter(|_| self.is_read) {
            Some(cause) => Line::of(Role::Bad, format!("{} {}", glyph::BAD, cause.text)),
            None => self.standing(),
        }
    }

    fn fails(&self) -> bool {
        self.state() == SourceState::Error
    }

    fn rank(&self) -> u8 {
        match self.state() {
            _ if !self.is_read => 4,
            SourceState::Error => 0,
            SourceState::Warning => 1,
            SourceState::NeverRead => 2,
            SourceState::Ok => 3,
        }
    }
}

/// Whether its tool is listened to.
fn listening(listens: bool) -> String {
    let text = if listens {
        "listened to: what changes is read at once"
    } else {
        "not listened to just now: read as often as ever"
    };
    text.to_owned()
}

/// What an error of the last reading is about.
pub const LAST: &str = "the last reading";

pub struct Sources {
    pub rows: Vec<Source>,
    columns: Vec<Column>,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            columns: columns(&[]),
        }
    }
}

impl Sources {
    /// Puts together what the reader and the event doctor tell.
    pub fn gather(&mut self, states: &[scene::SourceState], told: Option<&Diagnosis>) {
        let lines = told.map(|told| &*told.doctor.sources).unwrap_or_default();
        let mut rows: Vec<Source> = lines.iter().map(Source::told).collect();
        for state in states {
            if let Some(row) = rows.iter_mut().find(|row| row.name == state.name) {
                row.with(state);
            } else {
                let mut row = Source::default();
                row.with(state);
                rows.push(row);
            }
        }
        for sender in told.map(|told| &*told.senders).unwrap_or_default() {
            let read = rows.iter_mut().find(|row| row.kind == sender.producer);
            match read {
                Some(row) => {
                    row.newest = Some(sender.last);
                    row.parts = sender.sources;
                }
                None => rows.push(Source::sent(sender)),
            }
        }
        // Those that fail are in sight, however many there are.
        rows.sort_by_key(|row| !row.fails());
        self.columns = columns(&rows);
        self.rows = rows;
    }

    /// Whether leadtime reads any.
    pub fn reads_any(&self) -> bool {
        self.rows.iter().any(|row| row.is_read)
    }
}

impl Listing for Sources {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.rows[row].name)
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let one = &self.rows[row];
        let ago = |at: Option<Timestamp>| match at {
            Some(at) => format!(
                "{} ago",
                duration::age(at.min(scene.lens.now), scene.lens.now)
            ),
            None => "-".to_owned(),
        };
        match column {
            0 => Line::of(Role::Text, &one.name),
            1 => Line::of(Role::Dim, &one.kind),
            2 => one.told_in_row(),
            3 if one.is_read => Line::of(Role::Text, ago(one.read)),
            3 => Line::of(Role::Dim, "-"),
            4 => Line::of(Role::Dim, duration::maybe(one.every)),
            5 => Line::of(Role::Dim, duration::maybe(one.lag)),
            6 => Line::of(Role::Dim, ago(one.newest)),
            _ => Line::of(Role::Text, one.events.to_string()),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let one = &self.rows[row];
        match column {
            3 => Value::from(one.read.filter(|_| one.is_read)),
            4 => Value::from(one.every),
            5 => Value::from(one.lag),
            6 => Value::from(one.newest),
            7 => Value::Count(one.events),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (&self.rows[one], &self.rows[two]);
        let order = match column {
            0 => Ordering::Equal,
            1 => a.kind.cmp(&b.kind),
            2 => a.rank().cmp(&b.rank()),
            3 => b.read.cmp(&a.read),
            4 => a.every.cmp(&b.every),
            5 => b.lag.cmp(&a.lag),
            6 => b.newest.cmp(&a.newest),
            _ => b.events.cmp(&a.events),
        };
        order.then_with(|| a.name.cmp(&b.name))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let one = &self.rows[row];
        Cow::Owned(format!(
            "{} {} {}",
            one.name,
            one.kind,
            one.standing().text()
        ))
    }

    fn card(&self, row: usize) -> String {
        let one = &self.rows[row];
        let mut findings = String::new();
        for found in &one.findings {
            findings.push_str("; ");
            findings.push_str(&found.subject);
            findings.push_str(": ");
            findings.push_str(&found.text);
        }
        let standing = one.standing().text();
        let standing = standing
            .split_once(' ')
            .map_or(&*standing, |(_, word)| word);
        let events = figure::whole(one.events, "event");
        format!("{}: {standing}, {events}{findings}", one.name)
    }

    fn nothing(&self, _scene: &Scene) -> String {
        "no source is configured, and nothing was sent yet".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_fail_stand_first_and_fail_until_they_were_read() {
        let state = |name: &str, error: Option<&str>| scene::SourceState {
            name: name.to_owned(),
            error: error.map(str::to_owned),
            reading: Some("reading".to_owned()),
            ..scene::SourceState::default()
        };
        let states = [state("one", None), state("two", Some("refused"))];
        let mut sources = Sources::default();
        sources.gather(&states, None);
        let told = sources.rows.iter().map(|row| {
            let standing = row.standing().text();
            (row.name.as_str(), standing.contains("error"))
        });
        assert_eq!(told.collect::<Vec<_>>(), [("two", true), ("one", false)]);
    }
}
