//! From what Bitbucket answers to events: pure, no network and no clock. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod deployment;
pub mod pipeline;

use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// Where facts come from: one repository.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `bitbucket:<host>/<repository>`.
    pub source: String,
    pub repository: String,
    /// When it is read.
    pub now: Timestamp,
}

impl Origin {
    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.clone(),
            id,
            at,
            kind,
        }
    }
}
