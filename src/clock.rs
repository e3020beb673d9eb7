//! The only reader of the time. Everything else is told what time it is.

use chrono::Utc;

use crate::event::time::Timestamp;

/// The instant now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> Timestamp {
    Utc::now().into()
}
