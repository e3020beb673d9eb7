//! What a connector makes of an answer: events, and the words in it that leadtime does not know, which are kept and told.

use super::{Finding, Severity};
use crate::event::Event;

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
    pub fn unknown(&mut self, field: &'static str, value: &str) {
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

impl From<Event<String>> for Facts {
    fn from(event: Event<String>) -> Self {
        Self {
            events: vec![event],
            unknown: Vec::new(),
        }
    }
}

impl Unknown {
    /// As `doctor` and a reading tell it; `tool` is who says the word.
    #[must_use]
    pub fn told(&self, tool: &str) -> Finding {
        Finding {
            subject: self.field.to_owned(),
            severity: Severity::Note,
            text: format!(
                "{tool} says {:?}, which leadtime does not know: kept, and read as none of the known ones",
                self.value
            ),
        }
    }
}

/// A text that says something: many tools write an empty one for none.
#[must_use]
pub fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}
