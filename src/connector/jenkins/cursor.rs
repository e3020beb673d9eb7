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

/// What the keys of the rows begin with.
pub const JOBS: &str = "job ";

/// The key of the row of a job.
#[must_use]
pub fn key(job: &str) -> String {
    format!("{JOBS}{job}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_kept() {
        let mut row = Row::default();
        row.told.add(3, 7);
        row.open.insert(7, Open::default());
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
        assert_eq!(serde_json::from_str::<Row>("{}").unwrap(), Row::default());
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
