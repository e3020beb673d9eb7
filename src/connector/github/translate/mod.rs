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
use crate::connector::origin::Origin;
use crate::event::time::Timestamp;

/// A repository of a host, when it is read.
#[must_use]
pub fn origin(host: &str, repository: &str, now: Timestamp) -> Origin {
    Origin::new(&format!("github:{host}"), repository, now)
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
