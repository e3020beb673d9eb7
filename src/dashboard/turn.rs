//! When a source is read: on its round, and sooner where something is new of it; never twice at a time, and not again before it has rested. Pure: instants come
//! in.

use std::time::{Duration, Instant};

use crate::event::time::Span;

/// How long a source is left alone at least when it was read, whoever says that something is new; and for how many times as long as that took, so that what
/// changes without end costs a large tool no more than a part of its time.
const REST: Duration = Duration::from_millis(250);
const RESTS: u32 = 4;

/// Where the turn of a source stands.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    every: Duration,
    /// When it is read next; at once where nothing is said.
    due: Option<Instant>,
    /// Until when it is left alone.
    rests: Option<Instant>,
    /// When the reading that is under way began.
    began: Option<Instant>,
    /// It is to be read once more: something is new since that began.
    again: bool,
}

impl Turn {
    /// It is read so often, and at most once a second; now, for a beginning.
    #[must_use]
    pub fn every(every: Span) -> Self {
        let every = u64::try_from(every.micros()).unwrap_or_default();
        Self {
            every: Duration::from_micros(every).max(Duration::from_secs(1)),
            due: None,
            rests: None,
            began: None,
            again: false,
        }
    }

    /// Whether it is to be read now.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        self.began.is_none() && self.due.is_none_or(|due| due <= now)
    }

    /// When it is read next; `None` where it is being read, or is to be at once.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.due.filter(|_| self.began.is_none())
    }

    /// It is to be read as soon as it has rested; where it is being read, once more after that, which may have looked too early.
    pub fn want(&mut self) {
        if self.began.is_some() {
            self.again = true;
        } else if let (Some(due), Some(rests)) = (self.due, self.rests) {
            self.due = Some(due.min(rests));
        }
    }

    /// Somebody waits for it: it need not rest.
    pub fn want_now(&mut self) {
        self.want();
        if self.began.is_none() {
            self.due = None;
        }
    }

    pub fn begin(&mut self, now: Instant) {
        self.began = Some(now);
    }

    /// The reading is over.
    pub fn end(&mut self, now: Instant) {
        let took = self.began.take().map_or(REST, |began| now - began);
        let rests = now + REST.max(took * RESTS);
        let next = now + self.every;
        let is_wanted = std::mem::take(&mut self.again);
        self.rests = Some(rests);
        self.due = Some(if is_wanted { rests.min(next) } else { next });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// One that is read every minute, and whose first reading took so long, until now.
    fn read(took: Duration, wanted: bool) -> (Turn, Instant) {
        let mut turn = Turn::every(Span::from_seconds(60));
        let began = Instant::now();
        assert!(turn.is_due(began), "at once");
        turn.begin(began);
        assert!(!turn.is_due(began + 600 * SECOND), "not twice at a time");
        if wanted {
            turn.want();
        }
        turn.end(began + took);
        (turn, began + took)
    }

    #[test]
    fn it_is_read_on_its_round() {
        let (turn, now) = read(SECOND, false);
        assert!(!turn.is_due(now + 59 * SECOND));
        assert!(turn.is_due(now + 60 * SECOND));
        assert_eq!(turn.next(), Some(now + 60 * SECOND));
    }

    #[test]
    fn what_is_new_is_read_when_it_has_rested() {
        let (mut turn, now) = read(SECOND, false);
        turn.want();
        turn.want();
        assert!(!turn.is_due(now + 3 * SECOND));
        assert!(turn.is_due(now + 4 * SECOND));
        let (mut quick, now) = read(Duration::ZERO, false);
        quick.want();
        assert_eq!(quick.next(), Some(now + REST));
    }

    #[test]
    fn what_became_new_meanwhile_is_read_once_more_and_no_later_than_on_its_round() {
        let (turn, now) = read(SECOND, true);
        assert_eq!(turn.next(), Some(now + 4 * SECOND));
        let (slow, now) = read(30 * SECOND, true);
        assert_eq!(slow.next(), Some(now + 60 * SECOND));
    }

    #[test]
    fn who_waits_for_it_does_not_wait_for_its_rest() {
        let (mut turn, now) = read(SECOND, false);
        turn.want_now();
        assert!(turn.is_due(now));
        turn.begin(now);
        turn.want_now();
        turn.end(now + SECOND);
        assert_eq!(turn.next(), Some(now + 5 * SECOND));
    }
}
