//! What is kept: the log of events, where each source stands in its reading (cursors), and a snapshot of the model so that opening does not
//! replay. The interface is narrow on purpose: no question about delivery is asked here, those belong to the model. Every backend passes the
//! same conformance suite (`tests/it/stores.rs`).
//!
//! - The log only grows. An event that is already there, by identity `(source, id)`, is passed over.
//! - A batch and the cursors that come with it are one transaction.
//! - A snapshot is opaque bytes: a head, numbered pieces, and an index from references to pieces. It is thrown away when its format or its log
//!   does not fit; it is never trusted over the log.

pub mod known;
pub mod memory;
pub mod sqlite;

use std::io;
use std::io::Read;
use std::ops::ControlFlow;

use crate::event::time::Timestamp;

/// The place of an event in the log, from 1, in order of arrival.
pub type Seq = u64;

/// An event on its way into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub source: String,
    pub id: String,
    pub at: Timestamp,
    /// The event as it came: one line of JSON, in CDEvents.
    pub body: String,
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub seq: Seq,
    pub arrived: Timestamp,
    pub body: String,
}

/// What goes into the log at once: all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub entries: Vec<Entry>,
    pub cursors: Vec<Cursor>,
}

/// Where a source stands in one of its readings. What `value` holds is the connector's own business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The configured name of the source.
    pub source: String,
    pub key: String,
    /// `None` forgets the key.
    pub value: Option<String>,
}

/// What an append did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    pub new: usize,
    pub known: usize,
    pub head: Seq,
}

/// A line of the journal of actions. What it says, and how lines are bound to each other, is the journal's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// From 1, without a gap.
    pub number: u64,
    pub hash: String,
    pub body: String,
}

impl JournalLine {
    #[must_use]
    pub fn head(&self) -> JournalHead {
        JournalHead {
            number: self.number,
            hash: self.hash.clone(),
        }
    }
}

/// Where the journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalHead {
    pub number: u64,
    pub hash: String,
}

/// The head of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotHead {
    /// Which code can read it.
    pub format: u32,
    /// Up to which event it speaks.
    pub seq: Seq,
    pub bytes: Vec<u8>,
}

/// A change of the snapshot: the new head, and which pieces differ.
#[derive(Clone, Debug)]
pub struct SnapshotUpdate {
    pub head: SnapshotHead,
    /// The `seq` of the snapshot that this one was made from; `None` replaces whatever is there. Where the stored one is another, nothing is
    /// written: some other process was faster.
    pub base: Option<Seq>,
    pub pieces: Vec<u32>,
    /// Index rows to add: a reference, and the piece that knows it.
    pub references: Vec<(i64, u32)>,
}

impl SnapshotUpdate {
    /// Whether the stored snapshot is the one that this update was made from: the same place in the log, written by the same format.
    #[must_use]
    pub fn fits(&self, stored: Option<&SnapshotHead>) -> bool {
        stored.is_some_and(|head| Some(head.seq) == self.base && head.format == self.head.format)
    }
}

/// Makes a piece of its number, and of what is there of it before.
pub type Make<'a> = &'a mut dyn FnMut(u32, Option<&[u8]>) -> Option<Vec<u8>>;

/// Takes in a piece, of which it is told how long it is. It may begin to work with the first bytes before it asks for the last.
pub type ReadPiece<'a> = &'a mut dyn FnMut(&mut dyn Read, usize) -> io::Result<()>;

/// The log and what stands beside it.
pub trait Store: Send {
    /// Adds a batch and its cursors in one transaction. `arrived` is the time of arrival of its events.
    fn append(&mut self, batch: &Batch, arrived: Timestamp) -> Result<Appended, StoreError>;

    /// The place of the newest event; 0 where there is none.
    fn head(&self) -> Result<Seq, StoreError>;

    /// Hands every event after `seq` to `take`, oldest arrival first, until it breaks.
    fn read_after(
        &self,
        seq: Seq,
        take: &mut dyn FnMut(Seq, Timestamp, &str) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The places of the events that happened last by an instant, the latest first, and at most so many. Of one instant, the one that arrived last comes
    /// first.
    fn latest(&self, until: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError>;

    /// The event at a place.
    fn event(&self, seq: Seq) -> Result<Option<Stored>, StoreError>;

    /// The event with this identity.
    fn find(&self, source: &str, id: &str) -> Result<Option<Stored>, StoreError>;

    /// Every cursor of a source, in the order of their keys.
    fn cursors(&self, source: &str) -> Result<Vec<Cursor>, StoreError>;

    /// The value of one cursor of a source.
    fn cursor(&self, source: &str, key: &str) -> Result<Option<String>, StoreError>;

    /// The head of the snapshot, where there is one.
    fn snapshot(&self) -> Result<Option<SnapshotHead>, StoreError>;

    /// Reads one piece of the snapshot, where it is there.
    fn read_piece(&self, number: u32, read: ReadPiece<'_>) -> Result<(), StoreError>;

    /// The pieces that know a reference in `from..=to`, ascending, each once.
    fn pieces_with(&self, from: i64, to: i64) -> Result<Vec<u32>, StoreError>;

    /// Writes a snapshot. Its pieces are made one by one, so that they need not all be in memory. `false` where another process has written one meanwhile, or
    /// a piece cannot be made: then nothing is written.
    fn save_snapshot(
        &mut self,
        update: &SnapshotUpdate,
        make: Make<'_>,
    ) -> Result<bool, StoreError>;

    /// The journal's lines after a number, in their order.
    fn journal(&self, after: u64) -> Result<Vec<JournalLine>, StoreError>;

    /// The line that was added last, as it is kept apart from the lines: what was cut off the end is missed by it.
    fn journal_head(&self) -> Result<Option<JournalHead>, StoreError>;

    /// Adds the line that `make` makes of the head, and returns when it is on the disk. Of several processes one comes after the other.
    fn journal_add(
        &mut self,
        make: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
    ) -> Result<JournalLine, StoreError>;

    /// Whether events can be added.
    fn is_read_only(&self) -> bool;

    /// Fails where what was opened is not what its name means any more: a file that was deleted or replaced meanwhile. What would be written into it, nobody
    /// would ever read.
    fn must_be_there(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What can go wrong with a store, in words for the user.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path} is not a leadtime database: {detail}")]
    NotADatabase { path: String, detail: String },
    #[error(
        "{path} was written by a newer leadtime (its schema is {found}, this one knows up to {known}): upgrade leadtime, or name another file with --db"
    )]
    Newer {
        path: String,
        found: i64,
        known: i64,
    },
    #[error("{path} cannot be written: {detail}")]
    ReadOnly { path: String, detail: String },
    #[error(
        "{path}: no space left; nothing of this batch was written: free some space and start again"
    )]
    Full { path: String },
    #[error("{path} is being written by another process for too long: {detail}")]
    Busy { path: String, detail: String },
    #[error("{path} cannot be opened: {detail}")]
    Unopenable { path: String, detail: String },
    #[error("{path}: {detail}")]
    Failed { path: String, detail: String },
}
