//! Documents into the log: one thread splits and checks the input, another keeps it, so that reading costs nothing on top of writing.

use std::io::BufRead;
use std::sync::mpsc::sync_channel;

use crate::event::Event;
use crate::event::cdevents::{Document, LineError, documents, write};
use crate::event::time::Timestamp;
use crate::store::{Appended, Batch, Entry, Store, StoreError};

/// Events in one transaction.
const BATCH: usize = 50_000;
/// Text in one transaction: what a batch of large events is cut at.
const BATCH_BYTES: usize = 64 << 20;
/// Batches that wait for the writer.
const AHEAD: usize = 2;

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub new: usize,
    pub known: usize,
    pub bad: usize,
}

impl Imported {
    pub fn add(&mut self, more: Self) {
        self.new += more.new;
        self.known += more.known;
        self.bad += more.bad;
    }
}

/// An event as it goes into the log.
#[must_use]
pub fn entry(event: &Event<String>) -> Entry {
    Entry {
        source: event.source.clone(),
        id: event.id.clone(),
        at: event.at,
        body: write(event),
    }
}

/// A document as it goes into the log: word for word.
#[must_use]
pub fn kept(document: Document) -> Entry {
    Entry {
        source: document.source,
        id: document.id,
        at: document.at,
        body: document.body,
    }
}

/// Keeps documents that were handed over whole, in one transaction.
pub fn keep(
    store: &mut dyn Store,
    documents: Vec<Document>,
    arrived: Timestamp,
) -> Result<Appended, StoreError> {
    let batch = Batch {
        entries: documents.into_iter().map(kept).collect(),
        cursors: Vec::new(),
    };
    store.append(&batch, arrived)
}

/// Keeps events that were made here, in one transaction.
pub fn append(
    store: &mut dyn Store,
    events: &[Event<String>],
    arrived: Timestamp,
) -> Result<Appended, StoreError> {
    let batch = Batch {
        entries: events.iter().map(entry).collect(),
        cursors: Vec::new(),
    };
    store.append(&batch, arrived)
}

/// Keeps every event of an input. A bad line is told to `problem` and the rest goes in; `kept` is called after each batch.
pub fn import<R: BufRead + Send>(
    input: R,
    store: &mut dyn Store,
    arrived: Timestamp,
    mut problem: impl FnMut(LineError),
    mut kept: impl FnMut(),
) -> Result<Imported, StoreError> {
    let mut done = Imported::default();
    std::thread::scope(|scope| {
        let (send, batches) = sync_channel::<Read>(AHEAD);
        scope.spawn(move || {
            let mut read = Read::default();
            for document in documents(input, arrived) {
                read.add(document);
                if read.is_full() && send.send(std::mem::take(&mut read)).is_err() {
                    // The writer has stopped: the log cannot take more.
                    return;
                }
            }
            // Nobody to tell but the writer, and it is gone.
            let _gone = send.send(read);
        });
        for read in batches {
            done.bad += read.bad.len();
            read.bad.into_iter().for_each(&mut problem);
            let batch = Batch {
                entries: read.entries,
                cursors: Vec::new(),
            };
            let appended = store.append(&batch, arrived)?;
            done.new += appended.new;
            done.known += appended.known;
            kept();
        }
        Ok(done)
    })
}

/// What was read since the last batch.
#[derive(Default)]
struct Read {
    entries: Vec<Entry>,
    bytes: usize,
    bad: Vec<LineError>,
}

impl Read {
    fn add(&mut self, document: Result<Document, LineError>) {
        match document {
            Ok(document) => {
                self.bytes += document.body.len();
                self.entries.push(kept(document));
            }
            Err(error) => self.bad.push(error),
        }
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}
