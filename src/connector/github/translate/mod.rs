//! From what GitHub answers to events: pure, no network and no clock. The identity of an event is made of GitHub's own ids, so that the same
//! fact, read twice or by another way, is one event. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod commit;
pub mod deployment;
pub mod gate;
pub mod run;

use crate::connector::github::wire::User;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// Where facts come from: one repository of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `github:<host>/<owner>/<name>`.
    pub source: String,
    /// `owner/name`.
    pub repository: String,
}

impl Origin {
    #[must_use]
    pub fn new(host: &str, repository: &str) -> Self {
        Self {
            source: format!("github:{host}/{repository}"),
            repository: repository.to_owned(),
        }
    }

    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.clone(),
            id,
            at,
            kind,
        }
    }
}

/// What was made of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub events: Vec<Event<String>>,
    pub unknown: Vec<Unknown>,
}

/// A word that leadtime does not know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Where it stood: `run.conclusion`.
    pub field: &'static str,
    pub value: String,
}

impl Facts {
    fn unknown(&mut self, field: &'static str, value: &str) {
        self.unknown.push(Unknown {
            field,
            value: value.to_owned(),
        });
    }

    /// Takes in what else was made.
    pub fn add(&mut self, other: Self) {
        self.events.extend(other.events);
        self.unknown.extend(other.unknown);
    }
}

fn login(user: Option<&User>) -> Option<String> {
    user?.login.clone().filter(|login| !login.is_empty())
}

fn is_bot(user: Option<&User>) -> bool {
    user.is_some_and(|user| {
        user.kind.as_deref() == Some("Bot")
            || user
                .login
                .as_deref()
                .is_some_and(|login| login.ends_with("[bot]"))
    })
}

fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}
