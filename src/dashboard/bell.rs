//! The bell of the reader: whoever wants something read rings it. Ten who ring for one source while it is read are one reading more; only what is itself the
//! facts waits, and not more of it than fits in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::connector::{ConnectorError, Heard};
use crate::event::cdevents::Document;

/// The most that may wait, in bytes. One push is taken however long it is.
const MOST: usize = 64 << 20;

/// What was rung for since the last look.
#[derive(Debug, Default)]
pub struct Rung {
    /// Everything, by somebody who wants to see all that is new.
    pub all: bool,
    /// Sources of which something is new.
    pub sources: BTreeSet<String>,
    /// What was pushed that holds the facts themselves, and of whom.
    pub pushed: Vec<(String, Vec<Document>)>,
    /// What was pushed and could not be read: the last of each source.
    pub unread: BTreeMap<String, String>,
    /// Readings that are over, by the places of their sources.
    pub over: BTreeSet<usize>,
}

#[derive(Debug, Default)]
struct State {
    rung: Rung,
    bytes: usize,
    closed: bool,
}

impl State {
    fn is_quiet(&self) -> bool {
        let rung = &self.rung;
        let is_named = rung.sources.is_empty() && rung.pushed.is_empty() && rung.unread.is_empty();
        !self.closed && !rung.all && is_named && rung.over.is_empty()
    }
}

#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<State>,
    rang: Condvar,
}

impl Bell {
    fn ring(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.rang.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn all(&self) {
        self.ring(|state| state.rung.all = true);
    }

    /// Something is new of a source.
    pub fn source(&self, name: &str) {
        self.ring(|state| {
            if !state.rung.sources.contains(name) {
                state.rung.sources.insert(name.to_owned());
            }
        });
    }

    /// A reading is over.
    pub fn over(&self, place: usize) {
        self.ring(|state| {
            state.rung.over.insert(place);
        });
    }

    /// What was pushed for a source, as its connector reads it; `false` where too much waits already.
    pub fn push(&self, source: &str, read: Result<Option<Heard>, ConnectorError>) -> bool {
        let heard = match read {
            Ok(Some(heard)) => heard,
            Ok(None) => {
                self.source(source);
                return true;
            }
            Err(error) => {
                let text = error.to_string();
                self.ring(|state| drop(state.rung.unread.insert(source.to_owned(), text)));
                return true;
            }
        };
        let bytes: usize = heard.documents.iter().map(|one| one.body.len()).sum();
        let mut state = self.state();
        if state.bytes > 0 && state.bytes + bytes > MOST {
            return false;
        }
        state.bytes += bytes;
        let pushed = (source.to_owned(), heard.documents);
        state.rung.pushed.push(pushed);
        if !heard.left_out.is_empty() {
            let text = heard.left_out.join("; ");
            state.rung.unread.insert(source.to_owned(), text);
        }
        drop(state);
        self.rang.notify_one();
        true
    }

    /// Waits until it is rung, or for so long; `None` where nobody is there any more for whom to read.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> Option<Rung> {
        let waited = self
            .rang
            .wait_timeout_while(self.state(), patience, |state| state.is_quiet());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        state.bytes = 0;
        Some(take(&mut state.rung))
    }
}

/// The rope of a bell: who lets go of it ends the reading.
#[derive(Debug)]
pub struct Rope(pub Arc<Bell>);

impl Rope {
    /// Everything is wanted now.
    pub fn all(&self) {
        self.0.all();
    }
}

impl Drop for Rope {
    fn drop(&mut self) {
        self.0.ring(|state| state.closed = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;

    fn heard(bytes: usize) -> Heard {
        let document = Document {
            source: "s".to_owned(),
            id: "i".to_owned(),
            at: Timestamp::MIN,
            body: "x".repeat(bytes),
        };
        Heard {
            documents: vec![document],
            left_out: Vec::new(),
        }
    }

    #[test]
    fn ten_who_ring_are_one_reading_and_what_was_rung_is_rung_once() {
        let bell = Bell::default();
        for _ in 0..10 {
            bell.source("gh");
            assert!(bell.push("gl", Ok(None)));
        }
        let rung = bell.wait(Duration::ZERO).unwrap();
        assert_eq!(rung.sources.len(), 2);
        assert!(rung.pushed.is_empty() && !rung.all);
        let rung = bell.wait(Duration::ZERO).unwrap();
        assert!(rung.sources.is_empty());
    }

    #[test]
    fn what_holds_facts_waits_and_not_more_than_fits() {
        let bell = Bell::default();
        assert!(bell.push("events", Ok(Some(heard(MOST + 1)))));
        assert!(!bell.push("events", Ok(Some(heard(1)))));
        assert!(bell.push("gh", Ok(None)), "who only rings takes no room");
        assert_eq!(bell.wait(Duration::ZERO).unwrap().pushed.len(), 1);
        assert!(bell.push("events", Ok(Some(heard(1)))));
    }

    #[test]
    fn who_lets_go_of_the_rope_ends_it() {
        let bell = Arc::new(Bell::default());
        let rope = Rope(Arc::clone(&bell));
        let waiting = std::thread::spawn(move || bell.wait(Duration::from_mins(10)).is_none());
        drop(rope);
        assert!(waiting.join().unwrap());
    }
}
