//! How far a program was read: when it was last run to its end. It is told, and may leave out what is older; what it prints twice is kept once.

use crate::connector::Reading;
use crate::event::time::Timestamp;

const READ: &str = "read";

/// From when on the program is asked for what happened. `None`: from the beginning.
pub fn since(reading: &Reading) -> Option<Timestamp> {
    let read = reading.cursors.iter().find(|(key, _)| key == READ);
    read.and_then(|(_, value)| Timestamp::parse(value))
        .or(reading.since)
}

/// What to keep when a reading that began now has ended.
pub fn read(now: Timestamp) -> (String, Option<String>) {
    (READ.to_owned(), Some(now.to_string()))
}
