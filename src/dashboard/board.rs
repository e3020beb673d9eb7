//! How the sources are doing: what the reader tells of each, and those that listen to one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bell::Bell;
use super::message::{News, Tell};
use crate::app::doctor::of_finding;
use crate::app::listen::Hearer;
use crate::app::sync::{Feed, Listener};
use crate::connector::{ConnectorError, Ear, Finding, Progress};
use crate::event::time::Span;
use crate::model::diagnosis::Found;
use crate::view::scene::SourceState;

/// How the sources are doing, told whenever it changes.
pub struct Board {
    states: Mutex<Vec<SourceState>>,
    pub tell: Tell,
}

impl Board {
    pub fn new(feeds: &[(Feed, Span)], tell: Tell) -> Arc<Self> {
        let states = feeds.iter().map(|(feed, every)| SourceState {
            name: feed.name.clone(),
            kind: feed.connector.kind().to_owned(),
            every: Some(*every),
            ..SourceState::default()
        });
        Arc::new(Self {
            states: Mutex::new(states.collect()),
            tell,
        })
    }

    pub fn change(&self, name: &str, change: impl FnOnce(&mut SourceState)) {
        self.quiet(name, change);
        self.tell();
    }

    /// It is listened to, from now on or still, but for what was found.
    pub fn listens(&self, name: &str, unheard: &[Found]) {
        let mut is_news = false;
        self.quiet(name, |state| {
            is_news = state.listens != Some(true) || state.unheard != unheard;
            state.listens = Some(true);
            if is_news {
                state.unheard = unheard.to_vec();
            }
        });
        if is_news {
            self.tell();
        }
    }

    /// A part of it is not listened to; whether that is news.
    pub fn unheard(&self, name: &str, found: Found) -> bool {
        let mut is_news = false;
        self.quiet(name, |state| {
            is_news = !state.unheard.contains(&found);
            if is_news {
                state.unheard.push(found);
            }
        });
        self.tell();
        is_news
    }

    /// Changes what is told with the next.
    pub fn quiet(&self, name: &str, change: impl FnOnce(&mut SourceState)) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.iter_mut().find(|state| state.name == name) {
            change(state);
        }
    }

    pub fn all_failed(&self, reason: &str) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        for state in states.iter_mut() {
            state.error = Some(reason.to_owned());
        }
        drop(states);
        self.tell();
    }

    pub fn tell(&self) -> bool {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        (self.tell)(News::Sources(states.clone()))
    }
}

impl Listener for Arc<Board> {
    fn progress(&self, source: &str, progress: &Progress) {
        let words = match progress.total {
            Some(total) => format!("{} {} of {total}", progress.what, progress.done),
            None => format!("{} {}", progress.what, progress.done),
        };
        self.change(source, |state| state.reading = Some(words));
    }
}

/// One source that is listened to.
pub struct Listening {
    name: String,
    bell: Arc<Bell>,
    board: Arc<Board>,
    /// What cannot be listened to since it was begun.
    found: Mutex<Vec<Found>>,
}

impl Listening {
    pub fn new(name: &str, bell: &Arc<Bell>, board: &Arc<Board>) -> Self {
        Self {
            name: name.to_owned(),
            bell: Arc::clone(bell),
            board: Arc::clone(board),
            found: Mutex::default(),
        }
    }

    /// What is said already is not said again.
    fn unheard(&self, found: Found) {
        let said = format!("{}: {}", found.subject, found.text);
        if self.board.unheard(&self.name, found) {
            tracing::warn!(source = self.name, "{said}");
        }
    }

    fn found(&self) -> MutexGuard<'_, Vec<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ear for Listening {
    fn heard(&self) {
        self.bell.source(&self.name);
        self.board.listens(&self.name, &self.found());
    }

    fn finding(&self, finding: Finding) {
        let found = of_finding(&finding);
        self.found().push(found.clone());
        self.unheard(found);
    }
}

impl Hearer for Listening {
    fn begun(&self) {
        self.found().clear();
    }

    fn ended(&self, error: Option<&ConnectorError>) {
        self.board
            .change(&self.name, |state| state.listens = Some(false));
        if let Some(error) = error {
            self.unheard(Found {
                severity: "note",
                subject: "listening".to_owned(),
                text: error.to_string(),
            });
        }
    }
}
