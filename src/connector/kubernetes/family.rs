//! What a family of objects is: what it is called in the API, what is asked for beside one of its objects, how events are made of it, and by which deeds it is
//! acted on. Which families there are stands in [`families`](super::families).

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::client::{Resource, Wanted};
use super::cursor::{Home, Open, Row};
use super::wire::Object;
use crate::connector::facts::Facts;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// A family of objects.
pub trait Family: Sync {
    fn resource(&self) -> Resource;

    /// What `application = "word/namespace/name"` of a step calls it.
    fn word(&self) -> &'static str;

    /// What else has to be looked at to tell what happened to an object.
    fn beside(&self, _object: &Object) -> Vec<Wanted> {
        Vec::new()
    }

    /// What has to be looked at to act.
    fn needed(&self, object: &Object) -> Vec<Wanted> {
        self.beside(object)
    }

    /// Whether its objects are listed; else they are only acted on.
    fn is_read(&self) -> bool {
        true
    }

    /// Why an object does not do what it is there for, where it says so and no event does: told when the cluster is looked at.
    fn ails(&self, _object: &Object) -> Option<String> {
        None
    }

    /// All events that can be made of an object as it is, and what of it is under way. The error says which field cannot be read.
    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String>;

    /// How something ended that an object does not show any more, where the object tells it all the same.
    fn ended(&self, _seen: &Seen<'_>, _open: &Open) -> Option<Event<String>> {
        None
    }

    /// What can be done to it. `None`: nothing.
    fn deeds(&self) -> Option<Deeds> {
        None
    }
}

/// The deeds that families share, or have of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deeds {
    Deployment,
    Rollout,
    Flux,
    Pipeline,
    Task,
    Approval,
    Build,
    Kargo,
    Knative,
}

/// Where facts come from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub source: &'a str,
    /// The environment of all that an object does not say itself.
    pub environment: Option<&'a str>,
}

/// What is made of an object.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub events: Vec<Event<String>>,
    pub open: Vec<Open>,
    pub state: BTreeMap<String, String>,
    pub home: Option<Home>,
}

impl Origin<'_> {
    #[must_use]
    pub fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.to_owned(),
            id,
            at,
            kind,
        }
    }
}

/// An object as it is seen, and what was seen before.
pub struct Seen<'a> {
    pub origin: &'a Origin<'a>,
    pub object: &'a Object,
    /// What was asked for beside it, in the order of [`Family::beside`].
    pub beside: &'a [Vec<Object>],
    pub row: &'a Row,
    pub now: Timestamp,
    /// Words that are not known.
    pub unknown: RefCell<Facts>,
}

impl Seen<'_> {
    /// What was asked for first, second, … beside it.
    #[must_use]
    pub fn nth(&self, number: usize) -> &[Object] {
        self.beside.get(number).map_or(&[], Vec::as_slice)
    }

    pub fn unknown(&self, field: &'static str, value: &str) {
        self.unknown.borrow_mut().unknown(field, value);
    }
}
