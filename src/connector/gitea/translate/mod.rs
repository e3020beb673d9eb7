//! From what Gitea answers to events: pure, no network and no clock. The identity of an event is made of Gitea's own ids, so that the same fact, read twice, is
//! one event. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod commit;
pub mod issue;
pub mod run;

use crate::connector::http::instance::Instance;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// Where facts come from: one repository of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `gitea:<host>/<owner>/<name>`.
    pub source: String,
    /// `owner/name`.
    pub repository: String,
    /// When it is read.
    pub now: Timestamp,
}

impl Origin {
    #[must_use]
    pub fn new(instance: &Instance, repository: &str, now: Timestamp) -> Self {
        Self {
            source: instance.source_of(repository),
            repository: repository.to_owned(),
            now,
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

/// A text that says something.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Gitea's own program, and those that say so in their names.
fn is_bot(login: Option<&String>) -> bool {
    login.is_some_and(|login| {
        login == "gitea-actions"
            || login == "forgejo-actions"
            || login.ends_with("-bot")
            || login.ends_with("[bot]")
    })
}
