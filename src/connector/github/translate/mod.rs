//! From what GitHub answers to events: pure, no network and no clock. The identity of an event is made of GitHub's own ids, so that the same
//! fact, read twice or by another way, is one event. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod commit;
pub mod deployment;
pub mod gate;
pub mod issue;
pub mod run;
pub mod wave;

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
    /// When it is read.
    pub now: Timestamp,
}

impl Origin {
    #[must_use]
    pub fn new(host: &str, repository: &str, now: Timestamp) -> Self {
        Self {
            source: format!("github:{host}/{repository}"),
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
