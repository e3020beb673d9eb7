//! What a tool makes one after the other, each of which ends later than it begins: builds, releases, deployments. Up to when a series is read is kept once all of
//! it is handed over, so that a kill before leaves the same to be read again; what was under way by then has a row of its own until it ends.

use std::collections::BTreeSet;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::error::ErrorKind;
use super::http::instance::Instance;
use super::rows::{Rows, put};
use super::{Batch, ConnectorError, gone};
use crate::event::time::{Span, Timestamp};

/// How far back a first reading goes, where nobody says.
const FIRST: Span = Span::from_seconds(90 * 86_400);
/// What is asked for again, since lists lag a little behind.
pub const AGAIN: Span = Span::from_seconds(600);

/// A time of this machine as the tool's clock had it, where that one is far behind: what came in by then bears its times, and would else be before what is asked
/// for next.
#[must_use]
pub fn there(at: Timestamp, skew: Option<Span>) -> Timestamp {
    let behind = skew.filter(|skew| *skew < Span::ZERO - APART);
    behind.map_or(at, |behind| at + behind)
}

/// Where a reading goes on that was stopped: at which place, and when it began, since what came in since then is before its first.
#[derive(Serialize, Deserialize)]
struct Way<P> {
    began: String,
    next: P,
}

/// Clocks that are less apart are taken for one: what is asked for again makes up for it.
const APART: Span = Span::from_seconds(300);

/// One series of a source.
pub struct Series<'a> {
    rows: &'a Rows,
    name: String,
    now: Timestamp,
    since: Option<Timestamp>,
    first: Span,
    again: Span,
}

impl<'a> Series<'a> {
    /// `since`: the oldest fact wanted on a first reading.
    #[must_use]
    pub fn new(rows: &'a Rows, name: &str, now: Timestamp, since: Option<Timestamp>) -> Self {
        Self {
            rows,
            name: name.to_owned(),
            now,
            since,
            first: FIRST,
            again: AGAIN,
        }
    }

    /// One of which more is wanted at first, where nobody says, or whose list lags behind for longer.
    #[must_use]
    pub fn reaching(self, first: Span, again: Span) -> Self {
        Self {
            first,
            again,
            ..self
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
        let first = || self.since.unwrap_or(self.now - self.first);
        self.read().map_or_else(first, |read| read - self.again)
    }

    /// What was under way at the last reading.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        let start = self.open_key("");
        self.rows.names(&start).map(str::to_owned).collect()
    }

    /// So many of what was under way and is not seen now, the first where the last turn ended: some things stay under way for good, and the others get theirs.
    pub fn turn(&self, seen: &BTreeSet<String>, most: usize, batch: &mut Batch) -> Vec<String> {
        let key = format!("{} turn", self.name);
        let last = self.rows.get::<String>(&key);
        let mut open = self.open();
        open.retain(|id| !seen.contains(id));
        if open.len() <= most {
            batch.cursors.extend(last.map(|_| (key, None)));
            return open;
        }
        let place = open.partition_point(|id| last.as_ref().is_some_and(|last| id <= last));
        open.rotate_left(place);
        open.truncate(most);
        if let Some(last) = open.last() {
            put(batch, key, last);
        }
        open
    }

    /// The place at which the last reading was stopped before it came to its end: the address of a page, its number, a time, whatever its list goes by.
    #[must_use]
    pub fn next<P: DeserializeOwned>(&self) -> Option<P> {
        let way: Way<P> = self.rows.get(&self.way_key())?;
        Some(way.next)
    }

    /// The same, where it is the address of a page: of this instance alone, since the credentials go along.
    #[must_use]
    pub fn page(&self, instance: &Instance) -> Option<String> {
        self.next().filter(|next: &String| instance.has(next))
    }

    /// The page from which on it is read: its first, or the one at which the last reading was stopped.
    #[must_use]
    pub fn start(&self, instance: &Instance, first: String) -> String {
        self.page(instance).unwrap_or(first)
    }

    /// Keeps where it goes on: what is before that place is handed over.
    pub fn go_on<P: Serialize>(&self, batch: &mut Batch, next: Option<&P>) {
        if let Some(next) = next {
            let way = Way {
                began: self.began().to_string(),
                next,
            };
            put(batch, self.way_key(), &way);
        }
    }

    /// What is kept of a page that could not be had: where the tool does not know any more where the last reading was stopped, the next one begins anew.
    #[must_use]
    pub fn lost(&self, place: &str, error: &ConnectorError) -> Batch {
        let mut batch = Batch::default();
        let is_gone = matches!(error.kind, ErrorKind::Malformed | ErrorKind::NotFound);
        if is_gone && self.next::<String>().as_deref() == Some(place) {
            batch.cursors.push((self.way_key(), None));
        }
        batch
    }

    /// When the reading began that goes on here.
    fn began(&self) -> Timestamp {
        let way: Option<Way<IgnoredAny>> = self.rows.get(&self.way_key());
        let began = way.and_then(|way| Timestamp::parse(&way.began));
        began.unwrap_or(self.now)
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

    /// Keeps which gates of a thing wait, for when it is gone before they were decided.
    pub fn hold(&self, batch: &mut Batch, id: &str, gates: &[String]) {
        let key = self.gates_key(id);
        let held = self.held(id);
        if gates.is_empty() {
            batch
                .cursors
                .extend((!held.is_empty()).then_some((key, None)));
        } else if held != gates {
            put(batch, key, &gates);
        }
    }

    /// A thing that was under way is gone: nobody is asked any more by its gates that waited.
    pub fn forget(&self, batch: &mut Batch, source: &str, id: &str) {
        batch
            .events
            .extend(gone::closed(source, &self.held(id), self.now));
        self.hold(batch, id, &[]);
        self.keep(batch, id, false);
    }

    /// The gates of a thing that waited when it was last seen.
    fn held(&self, id: &str) -> Vec<String> {
        self.rows.get(&self.gates_key(id)).unwrap_or_default()
    }

    fn gates_key(&self, id: &str) -> String {
        format!("{} gates {id}", self.name)
    }

    /// All up to when the reading began is handed over; `skew`: by how much the tool's clock is ahead of this machine's.
    pub fn done(&self, batch: &mut Batch, skew: Option<Span>) {
        put(
            batch,
            self.read_key(),
            &there(self.began(), skew).to_string(),
        );
        batch.cursors.push((self.way_key(), None));
    }

    fn way_key(&self) -> String {
        format!("{} way", self.name)
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
            series.done(&mut batch, None);
        }
        rows.apply(&batch.cursors);
        let later = now + Span::from_seconds(60);
        let series = Series::new(&rows, "acme/shop", later, None);
        assert!(series.is_known());
        assert_eq!(series.from(), now - AGAIN);
        assert_eq!(series.open(), ["7"]);
        assert_eq!(Series::new(&rows, "acme/sho", later, None).open(), [""; 0]);
    }

    #[test]
    fn a_reading_that_was_stopped_goes_on_at_its_page_and_has_read_to_its_beginning() {
        let began = Timestamp::from_seconds(1_800_000_000);
        let mut rows = Rows::default();
        let mut batch = Batch::default();
        let series = Series::new(&rows, "acme/shop", began, None);
        assert_eq!(series.next::<String>(), None);
        series.go_on(&mut batch, Some(&"page=2".to_owned()));
        rows.apply(&batch.cursors);
        let later = began + Span::from_seconds(3_600);
        let series = Series::new(&rows, "acme/shop", later, None);
        assert_eq!(series.next::<String>().as_deref(), Some("page=2"));
        assert_eq!(series.next::<usize>(), None, "a place of another kind");
        assert!(!series.is_known());
        let mut batch = Batch::default();
        series.go_on(&mut batch, Some(&3));
        series.go_on::<usize>(&mut batch, None);
        series.done(&mut batch, None);
        rows.apply(&batch.cursors);
        let series = Series::new(&rows, "acme/shop", later, None);
        assert_eq!(series.next::<usize>(), None);
        assert_eq!(series.from(), began - AGAIN);
        let (first, again) = (Span::from_seconds(7), Span::from_seconds(3));
        let series = series.reaching(first, again);
        assert_eq!(series.from(), began - again);
        let unread = Series::new(&rows, "acme/till", later, None).reaching(first, again);
        assert_eq!(unread.from(), later - first);
    }

    #[test]
    fn a_tool_whose_clock_is_behind_is_asked_by_its_own() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let mark = |skew: i64| {
            let mut rows = Rows::default();
            let mut batch = Batch::default();
            let skew = Some(Span::from_seconds(skew));
            Series::new(&rows, "acme", now, None).done(&mut batch, skew);
            rows.apply(&batch.cursors);
            Series::new(&rows, "acme", now, None).from() + AGAIN
        };
        assert_eq!(mark(-3_600), now - Span::from_seconds(3_600));
        for near in [-300, -1, 0, 3_600] {
            assert_eq!(mark(near), now, "{near}");
        }
    }

    #[test]
    fn what_waits_is_kept_until_it_does_not() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut rows = Rows::default();
        for (gates, kept) in [
            (&["g".to_owned()][..], 1),
            (&["g".to_owned()], 0),
            (&[], 1),
            (&[], 0),
        ] {
            let mut batch = Batch::default();
            Series::new(&rows, "acme", now, None).hold(&mut batch, "7", gates);
            assert_eq!(batch.cursors.len(), kept, "{gates:?}");
            rows.apply(&batch.cursors);
            assert_eq!(Series::new(&rows, "acme", now, None).held("7"), gates);
        }
    }

    #[test]
    fn what_is_gone_is_under_way_no_more_and_its_gates_wait_for_nobody() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut rows = Rows::default();
        let mut batch = Batch::default();
        let series = Series::new(&rows, "acme", now, None);
        series.keep(&mut batch, "7", true);
        series.hold(&mut batch, "7", &["g".to_owned()]);
        rows.apply(&batch.cursors);
        let mut batch = Batch::default();
        Series::new(&rows, "acme", now, None).forget(&mut batch, "tool", "7");
        rows.apply(&batch.cursors);
        let told: Vec<_> = batch
            .events
            .iter()
            .map(|one| (one.source.as_str(), one.id.as_str(), one.at))
            .collect();
        assert_eq!(told, [("tool", "g/closed", now)]);
        assert_eq!(rows.names("acme ").count(), 0);
    }

    #[test]
    fn what_is_under_way_takes_turns() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut rows = Rows::default();
        let mut batch = Batch::default();
        let all = ["a", "b", "c", "d", "e"];
        for id in all {
            Series::new(&rows, "acme", now, None).keep(&mut batch, id, true);
        }
        rows.apply(&batch.cursors);
        let mut turn = |seen: &[&str]| {
            let seen = seen.iter().map(|id| (*id).to_owned()).collect();
            let mut batch = Batch::default();
            let found = Series::new(&rows, "acme", now, None).turn(&seen, 2, &mut batch);
            rows.apply(&batch.cursors);
            (found.concat(), batch.cursors.len())
        };
        assert_eq!(turn(&[]), ("ab".to_owned(), 1));
        assert_eq!(turn(&["c"]), ("de".to_owned(), 1));
        assert_eq!(turn(&[]), ("ab".to_owned(), 1));
        assert_eq!(turn(&["e"]), ("cd".to_owned(), 1));
        assert_eq!(turn(&[]), ("ea".to_owned(), 1));
        assert_eq!(turn(&["a", "b", "c"]), ("de".to_owned(), 1));
        assert_eq!(turn(&["a", "b", "c"]), ("de".to_owned(), 0));
    }
}
