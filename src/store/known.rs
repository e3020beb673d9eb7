//! A log as it was known at an instant: what had arrived by then. Nothing can be added to it, and it has no snapshot, since that speaks of all that came.

use std::ops::ControlFlow;

use super::{
    Appended, Batch, Cursor, JournalHead, JournalLine, Make, ReadPiece, Seq, SnapshotHead,
    SnapshotUpdate, Store, StoreError, Stored,
};
use crate::event::time::Timestamp;

/// The beginning of another log.
pub struct Known<S> {
    log: S,
    /// The place of its last event.
    last: Seq,
}

impl<S: Store> Known<S> {
    /// What had arrived by an instant. Events arrive in the order of their places, so that it is a beginning of the log; where a clock was put back meanwhile,
    /// one of those that fit.
    pub fn until(log: S, instant: Timestamp) -> Result<Self, StoreError> {
        // Between a place that is in and one that is not.
        let (mut last, mut beyond) = (0, log.head()? + 1);
        while last + 1 < beyond {
            let middle = last.midpoint(beyond);
            match after(&log, middle - 1)? {
                Some((place, arrived)) if arrived <= instant && place < beyond => last = place,
                _ => beyond = middle,
            }
        }
        Ok(Self { log, last })
    }

    fn read_only() -> StoreError {
        StoreError::ReadOnly {
            path: "the log as it was known".to_owned(),
            detail: "what has passed is not changed".to_owned(),
        }
    }
}

/// The first event after a place: its own place, and when it arrived.
fn after(log: &impl Store, place: Seq) -> Result<Option<(Seq, Timestamp)>, StoreError> {
    let mut first = None;
    log.read_after(place, &mut |place, arrived, _| {
        first = Some((place, arrived));
        ControlFlow::Break(())
    })?;
    Ok(first)
}

impl<S: Store> Store for Known<S> {
    fn append(&mut self, _: &Batch, _: Timestamp) -> Result<Appended, StoreError> {
        Err(Self::read_only())
    }

    fn head(&self) -> Result<Seq, StoreError> {
        Ok(self.last)
    }

    fn read_after(
        &self,
        seq: Seq,
        take: &mut dyn FnMut(Seq, Timestamp, &str) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.log.read_after(seq, &mut |place, arrived, body| {
            if place > self.last {
                return ControlFlow::Break(());
            }
            take(place, arrived, body)
        })
    }

    fn latest(&self, until: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        let mut asked = most;
        loop {
            let mut places = self.log.latest(until, asked)?;
            let is_all = places.len() < asked;
            places.retain(|place| *place <= self.last);
            if is_all || places.len() >= most {
                places.truncate(most);
                return Ok(places);
            }
            asked = asked.saturating_mul(4);
        }
    }

    fn event(&self, seq: Seq) -> Result<Option<Stored>, StoreError> {
        if seq > self.last {
            return Ok(None);
        }
        self.log.event(seq)
    }

    fn find(&self, source: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        let found = self.log.find(source, id)?;
        Ok(found.filter(|event| event.seq <= self.last))
    }

    fn cursors(&self, source: &str) -> Result<Vec<Cursor>, StoreError> {
        self.log.cursors(source)
    }

    fn cursor(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        self.log.cursor(source, key)
    }

    fn snapshot(&self) -> Result<Option<SnapshotHead>, StoreError> {
        Ok(None)
    }

    fn read_piece(&self, _: u32, _: ReadPiece<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn pieces_with(&self, _: i64, _: i64) -> Result<Vec<u32>, StoreError> {
        Ok(Vec::new())
    }

    fn save_snapshot(&mut self, _: &SnapshotUpdate, _: Make<'_>) -> Result<bool, StoreError> {
        Err(Self::read_only())
    }

    fn journal(&self, after: u64) -> Result<Vec<JournalLine>, StoreError> {
        self.log.journal(after)
    }

    fn journal_head(&self) -> Result<Option<JournalHead>, StoreError> {
        self.log.journal_head()
    }

    fn journal_add(
        &mut self,
        _: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
    ) -> Result<JournalLine, StoreError> {
        Err(Self::read_only())
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Entry;
    use crate::store::memory::MemoryStore;

    fn log(arrivals: &[i64]) -> MemoryStore {
        let mut log = MemoryStore::new();
        for (place, arrived) in (1..).zip(arrivals) {
            let entry = Entry {
                source: "/ci".to_owned(),
                id: format!("{place}"),
                // The later it arrived, the earlier it happened.
                at: Timestamp::from_seconds(-place),
                body: format!("event {place}"),
            };
            let batch = Batch {
                entries: vec![entry],
                cursors: Vec::new(),
            };
            let arrived = Timestamp::from_seconds(*arrived);
            log.append(&batch, arrived).unwrap();
        }
        log
    }

    proptest! {
        #[test]
        fn it_is_what_had_arrived(mut arrivals in prop::collection::vec(0_i64..20, 0..40), until in -1_i64..21, most in 0_usize..10) {
            arrivals.sort_unstable();
            let until = Timestamp::from_seconds(until);
            let known = Known::until(log(&arrivals), until).unwrap();
            let wanted = arrivals.iter().filter(|at| Timestamp::from_seconds(**at) <= until).count() as Seq;
            prop_assert_eq!(known.head().unwrap(), wanted);
            let mut read = Vec::new();
            known.read_after(0, &mut |place, _, _| {
                read.push(place);
                ControlFlow::Continue(())
            }).unwrap();
            prop_assert_eq!(read, (1..=wanted).collect::<Vec<_>>());
            // What arrived last happened first, so the latest is at the front.
            let latest = known.latest(Timestamp::MAX, most).unwrap();
            prop_assert_eq!(latest, (1..=wanted).take(most).collect::<Vec<_>>());
            for place in 1..=arrivals.len() as Seq {
                prop_assert_eq!(known.event(place).unwrap().is_some(), place <= wanted);
                prop_assert_eq!(known.find("/ci", &place.to_string()).unwrap().is_some(), place <= wanted);
            }
        }
    }

    #[test]
    fn nothing_is_added_to_what_has_passed() {
        let mut known = Known::until(log(&[1, 2]), Timestamp::from_seconds(1)).unwrap();
        let refused = known.append(&Batch::default(), Timestamp::from_seconds(3));
        assert!(matches!(refused, Err(StoreError::ReadOnly { .. })));
        assert!(known.is_read_only());
        assert_eq!(known.head().unwrap(), 1);
    }
}
