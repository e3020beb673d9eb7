//! A confirmed plan into deeds, once each. [`run`] sends its requests in order and stops at the first that is not taken; before each the tool is asked
//! whether the world is still as it was, and a line is on the disk. [`recover()`] finds out after a crash what became of a request in doubt, by asking, never
//! by sending again. [`look()`] sees whether the log shows what an action was to bring about.

pub mod execute;
pub mod look;
pub mod recover;

use std::time::Duration;

use crate::connector::Actor;
use crate::event::time::Timestamp;
use crate::journal::{Entry, Person, Step};

pub use execute::run;
pub use look::look;
pub use recover::recover;

/// A line could not be kept; nothing may go on without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept(pub String);

/// What an action needs around it.
pub trait Hands: Send {
    /// Writes a line of the journal; it is on the disk on return.
    fn write(&mut self, entry: Entry) -> Result<(), NotKept>;

    /// Keeps an event of leadtime's own, as the line that the plan shows. Keeping it twice changes nothing.
    fn keep(&mut self, line: &str) -> Result<(), NotKept>;

    /// The source of this name, where leadtime can act in it.
    fn actor(&self, connector: &str) -> Option<&dyn Actor>;

    fn now(&self) -> Timestamp;

    /// How long to wait before a tool is asked again what became of a request in doubt: one for each time.
    fn patience(&self) -> &[Duration] {
        const PATIENCE: [Duration; 3] = [
            Duration::from_secs(1),
            Duration::from_secs(3),
            Duration::from_secs(8),
        ];
        &PATIENCE
    }
}

/// Writes lines of one action.
struct Scribe<'a> {
    hands: &'a mut dyn Hands,
    action: String,
    by: Person,
}

impl Scribe<'_> {
    fn write(&mut self, step: Step) -> Result<(), NotKept> {
        let entry = Entry {
            at: self.hands.now(),
            action: self.action.clone(),
            by: self.by.clone(),
            step,
        };
        self.hands.write(entry)
    }
}
