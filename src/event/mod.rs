//! What happened: the vocabulary that everything else speaks. An [`Event`] is a fact with an identity and a time. It comes from the log's wire
//! format, CDEvents, and goes back to it ([`cdevents`]); nothing outside this folder sees JSON. Pure: no clock, no file, no network.

pub mod cdevents;
pub mod kind;
mod loose;
pub mod ticket;
pub mod time;

use serde::{Deserialize, Serialize};

use kind::{Kind, MapText};
use time::Timestamp;

/// A fact, with its identity `(source, id)` and the time when it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event<T> {
    /// Who says so (`context.source`).
    pub source: T,
    /// Unique within the source (`context.id`).
    pub id: T,
    /// When the fact happened.
    pub at: Timestamp,
    pub kind: Kind<T>,
}

impl<T, U> MapText<T, U> for Event<T> {
    type Output = Event<U>;
    fn map_text(&self, turn: &mut impl FnMut(&T) -> U) -> Event<U> {
        Event {
            source: turn(&self.source),
            id: turn(&self.id),
            at: self.at,
            kind: self.kind.map_text(turn),
        }
    }
}
