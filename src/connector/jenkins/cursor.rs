//! Where a reading stands, so that the next one goes on from there: one row per job. Builds are read newest first and told page by page, so a row keeps which
//! numbers are told, as ranges, and which builds were still running. A row that cannot be read is as good as none: what it stood for is read again, and is
//! the same events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is told of a job already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    pub told: Told,
    /// Builds that had not ended: they are looked at again until they do.
    pub open: BTreeMap<u64, Open>,
}

/// A build that is told to have begun and not to have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Open {
    /// How many events of it are told; there are only ever more.
    pub events: usize,
    /// When it began, in milliseconds: a part of the identity of its events.
    pub began: i64,
    /// The steps of its inputs that wait.
    pub inputs: Vec<String>,
}

/// The numbers of builds that are told: ranges, both ends in it, in their order, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told(Vec<(u64, u64)>);

impl Told {
    #[must_use]
    pub fn has(&self, number: u64) -> bool {
        self.0
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&number))
    }

    /// Whether it and all before it is told.
    #[must_use]
    pub fn is_whole_to(&self, number: u64) -> bool {
        self.0
            .first()
            .is_some_and(|(low, high)| *low == 0 && *high >= number)
    }

    /// The highest number that is told.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.0.last().map_or(0, |(_, high)| *high)
    }

    pub fn add(&mut self, low: u64, high: u64) {
        if low > high {
            return;
        }
        self.0.push((low, high));
        self.0.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::new();
        for (low, high) in self.0.drain(..) {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        self.0 = merged;
    }
}

/// The rows as they were kept.
#[derive(Clone, Debug, Default)]
pub struct State(BTreeMap<String, String>);

const JOB: &str = "job ";

/// The name of the row of a job.
#[must_use]
pub fn key(job: &str) -> String {
    format!("{JOB}{job}")
}

impl State {
    #[must_use]
    pub fn new(cursors: Vec<(String, String)>) -> Self {
        Self(cursors.into_iter().collect())
    }

    #[must_use]
    pub fn row(&self, job: &str) -> Option<Row> {
        let text = self.0.get(&key(job))?;
        serde_json::from_str(text).ok()
    }

    /// The jobs that have a row.
    pub fn jobs(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|key| key.strip_prefix(JOB))
    }
}

/// A row as it is kept.
#[must_use]
pub fn kept(job: &str, row: &Row) -> (String, Option<String>) {
    (key(job), serde_json::to_string(row).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_kept_and_nonsense_is_none() {
        let mut row = Row::default();
        row.told.add(3, 7);
        row.open.insert(7, Open::default());
        let (key, text) = kept("a/b", &row);
        let nonsense = (super::key("x"), "{".to_owned());
        let state = State::new(vec![(key, text.unwrap()), nonsense]);
        assert_eq!(state.row("a/b"), Some(row));
        assert_eq!(state.row("x"), None);
        assert_eq!(state.jobs().collect::<Vec<_>>(), ["a/b", "x"]);
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let mut told = Told::default();
        told.add(10, 12);
        told.add(20, 30);
        assert!(told.has(11) && !told.has(13) && !told.is_whole_to(11));
        told.add(13, 19);
        told.add(5, 4);
        assert_eq!(told, Told(vec![(10, 30)]));
        told.add(0, 9);
        assert!(told.is_whole_to(30) && !told.is_whole_to(31));
    }
}
