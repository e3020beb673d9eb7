//! What a tool makes one after the other, each of which ends later than it begins: builds, releases, deployments. Up to when a series is read is kept once all of
//! it is handed over, so that a kill before leaves the same to be read again; what was under way by then has a row of its own until it ends.

use super::Batch;
use super::rows::{Rows, put};
use crate::event::time::{Span, Timestamp};

/// How far back a first reading goes, where nobody says.
const FIRST: Span = Span::from_seconds(90 * 86_400);
/// What is asked for again, since lists lag a little behind.
const AGAIN: Span = Span::from_seconds(600);

/// One series of a source.
pub struct Series<'a> {
    rows: &'a Rows,
    name: String,
    now: Timestamp,
    first: Timestamp,
}

impl<'a> Series<'a> {
    /// `since`: the oldest fact wanted on a first reading.
    #[must_use]
    pub fn new(rows: &'a Rows, name: &str, now: Timestamp, since: Option<Timestamp>) -> Self {
        Self {
            rows,
            name: name.to_owned(),
            now,
            first: since.unwrap_or(now - FIRST),
        }
    }

    fn read(&self) -> Option<Timestamp> {
        let text: String = self.rows.get(&self.read_key())?;
        Timestamp::parse(&text)
    }

    /// Whether it was read through before.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.read().is_some()
    }

    /// From when on things are wanted.
    #[must_use]
    pub fn from(&self) -> Timestamp {
        self.read().map_or(self.first, |read| read - AGAIN)
    }

    /// What was under way at the last reading.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        let start = self.open_key("");
        self.rows.names(&start).map(str::to_owned).collect()
    }

    /// Keeps whether a thing is under way.
    pub fn keep(&self, batch: &mut Batch, id: &str, is_open: bool) {
        let key = self.open_key(id);
        let was_open = self.rows.get::<bool>(&key).is_some();
        if is_open && !was_open {
            put(batch, key, &true);
        } else if !is_open && was_open {
            batch.cursors.push((key, None));
        }
    }

    /// All up to now is handed over.
    pub fn done(&self, batch: &mut Batch) {
        put(batch, self.read_key(), &self.now.to_string());
    }

    fn read_key(&self) -> String {
        format!("{} read", self.name)
    }

    fn open_key(&self, id: &str) -> String {
        format!("{} open {id}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_read_on_from_where_it_was() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut rows = Rows::default();
        let mut batch = Batch::default();
        {
            let series = Series::new(&rows, "acme/shop", now, None);
            assert!(!series.is_known());
            assert_eq!(series.from(), now - FIRST);
            series.keep(&mut batch, "7", true);
            series.keep(&mut batch, "8", false);
            series.done(&mut batch);
        }
        rows.apply(&batch.cursors);
        let later = now + Span::from_seconds(60);
        let series = Series::new(&rows, "acme/shop", later, None);
        assert!(series.is_known());
        assert_eq!(series.from(), now - AGAIN);
        assert_eq!(series.open(), ["7"]);
        assert_eq!(Series::new(&rows, "acme/sho", later, None).open(), [""; 0]);
    }
}
