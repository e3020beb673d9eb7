//! The log in memory: the reference that every other backend is compared with, and what `demo` and most tests run on. It keeps nothing
//! beyond the process.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::{
    Appended, Batch, Cursor, JournalHead, JournalLine, Make, ReadPiece, Seq, SnapshotHead,
    SnapshotUpdate, Store, StoreError, Stored,
};
use crate::event::time::Timestamp;

/// A log that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// The event at place `seq` stands at `seq - 1`.
    events: Vec<(Timestamp, String)>,
    /// When each happened, and its place.
    times: BTreeSet<(Timestamp, Seq)>,
    /// Source, then id.
    places: HashMap<String, HashMap<String, Seq>>,
    /// Source, then key.
    cursors: BTreeMap<String, BTreeMap<String, String>>,
    snapshot: Option<SnapshotHead>,
    pieces: BTreeMap<u32, Vec<u8>>,
    references: BTreeSet<(i64, u32)>,
    journal: Vec<JournalLine>,
}

impl MemoryStore {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn place(&self, source: &str, id: &str) -> Option<Seq> {
        self.places.get(source)?.get(id).copied()
    }

    fn stored(&self, seq: Seq) -> Option<&(Timestamp, String)> {
        self.events.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    fn move_cursor(&mut self, cursor: &Cursor) {
        let of_source = self.cursors.entry(cursor.source.clone()).or_default();
        match &cursor.value {
            Some(value) => of_source.insert(cursor.key.clone(), value.clone()),
            None => of_source.remove(&cursor.key),
        };
    }
}

impl Store for MemoryStore {
    fn append(&mut self, batch: &Batch, arrived: Timestamp) -> Result<Appended, StoreError> {
        let before = self.events.len();
        for entry in &batch.entries {
            if self.place(&entry.source, &entry.id).is_some() {
                continue;
            }
            self.events.push((arrived, entry.body.clone()));
            let seq = self.events.len() as Seq;
            self.times.insert((entry.at, seq));
            let of_source = self.places.entry(entry.source.clone()).or_default();
            of_source.insert(entry.id.clone(), seq);
        }
        for cursor in &batch.cursors {
            self.move_cursor(cursor);
        }
        let new = self.events.len() - before;
        Ok(Appended {
            new,
            known: batch.entries.len() - new,
            head: self.events.len() as Seq,
        })
    }

    fn head(&self) -> Result<Seq, StoreError> {
        Ok(self.events.len() as Seq)
    }

    fn read_after(
        &self,
        seq: Seq,
        take: &mut dyn FnMut(Seq, Timestamp, &str) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let passed = usize::try_from(seq).unwrap_or(usize::MAX);
        let rest = self.events.get(passed..).unwrap_or_default();
        for ((arrived, body), place) in rest.iter().zip(1..) {
            if take(seq + place, *arrived, body).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn latest(&self, until: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        let times = self.times.range(..=(until, Seq::MAX)).rev();
        Ok(times.take(most).map(|(_, seq)| *seq).collect())
    }

    fn event(&self, seq: Seq) -> Result<Option<Stored>, StoreError> {
        Ok(self.stored(seq).map(|(arrived, body)| Stored {
            seq,
            arrived: *arrived,
            body: body.clone(),
        }))
    }

    fn find(&self, source: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        match self.place(source, id) {
            Some(seq) => self.event(seq),
            None => Ok(None),
        }
    }

    fn cursors(&self, source: &str) -> Result<Vec<Cursor>, StoreError> {
        let of_source = self.cursors.get(source).into_iter().flatten();
        Ok(of_source
            .map(|(key, value)| Cursor {
                source: source.to_owned(),
                key: key.clone(),
                value: Some(value.clone()),
            })
            .collect())
    }

    fn cursor(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        let of_source = self.cursors.get(source);
        Ok(of_source.and_then(|all| all.get(key)).cloned())
    }

    fn snapshot(&self) -> Result<Option<SnapshotHead>, StoreError> {
        Ok(self.snapshot.clone())
    }

    fn read_piece(&self, number: u32, read: ReadPiece<'_>) -> Result<(), StoreError> {
        let piece = self.pieces.get(&number);
        let done = piece.map_or(Ok(()), |bytes| read(&mut bytes.as_slice(), bytes.len()));
        done.map_err(|error| StoreError::Failed {
            path: "memory".to_owned(),
            detail: error.to_string(),
        })
    }

    fn pieces_with(&self, from: i64, to: i64) -> Result<Vec<u32>, StoreError> {
        if from > to {
            return Ok(Vec::new());
        }
        let found = self.references.range((from, u32::MIN)..=(to, u32::MAX));
        let pieces: BTreeSet<u32> = found.map(|(_, piece)| *piece).collect();
        Ok(pieces.into_iter().collect())
    }

    fn save_snapshot(
        &mut self,
        update: &SnapshotUpdate,
        make: Make<'_>,
    ) -> Result<bool, StoreError> {
        if update.base.is_some() && !update.fits(self.snapshot.as_ref()) {
            return Ok(false);
        }
        let before = update.base.map(|_| &self.pieces);
        let pieces = update.pieces.iter().map(|number| {
            let before = before.and_then(|pieces| pieces.get(number));
            Some((*number, make(*number, before.map(Vec::as_slice))?))
        });
        let Some(pieces) = pieces.collect::<Option<Vec<_>>>() else {
            return Ok(false);
        };
        if update.base.is_none() {
            self.pieces.clear();
            self.references.clear();
        }
        self.pieces.extend(pieces);
        self.references.extend(&update.references);
        self.snapshot = Some(update.head.clone());
        Ok(true)
    }

    fn journal(&self, after: u64) -> Result<Vec<JournalLine>, StoreError> {
        let lines = self.journal.iter();
        Ok(lines.filter(|line| line.number > after).cloned().collect())
    }

    fn journal_head(&self) -> Result<Option<JournalHead>, StoreError> {
        Ok(self.journal.last().map(JournalLine::head))
    }

    fn journal_add(
        &mut self,
        make: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
    ) -> Result<JournalLine, StoreError> {
        let line = make(self.journal_head()?.as_ref());
        self.journal.push(line.clone());
        Ok(line)
    }

    fn is_read_only(&self) -> bool {
        false
    }
}
