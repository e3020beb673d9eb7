//! The only reader of the time. Everything else is told what time it is.

use std::time::Instant;

use chrono::Utc;

use crate::event::time::{Span, Timestamp};

/// The instant now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> Timestamp {
    Utc::now().into()
}

/// A clock that can run faster than the world's, for a demonstration.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Timestamp,
    since: Instant,
    speed: u32,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::fast(now(), 1)
    }

    /// A clock that shows a time now, and from there runs so many times as fast.
    #[must_use]
    pub fn fast(start: Timestamp, speed: u32) -> Self {
        Self {
            start,
            since: Instant::now(),
            speed,
        }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        if self.speed == 1 {
            return now();
        }
        let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.start + Span::from_micros(passed.saturating_mul(i64::from(self.speed)))
    }

    #[must_use]
    pub const fn speed(&self) -> u32 {
        self.speed
    }
}
