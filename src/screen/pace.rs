//! When to draw: only when something has changed, at once after a pause, and no more than 60 times a second. Whatever came in meanwhile is in the next frame.
//! Pure: instants come in.

use std::time::{Duration, Instant};

/// A sixtieth of a second.
const FRAME: Duration = Duration::from_nanos(16_666_667);

/// Where drawing stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    changed: bool,
    drawn: Option<Instant>,
}

impl Pace {
    /// What is on the screen is no longer what should be.
    pub fn mark(&mut self) {
        self.changed = true;
    }

    /// How long to wait for input before drawing: not at all where it is zero; for as long as nothing comes where there is nothing to draw.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let since = self.drawn.map(|drawn| now.saturating_duration_since(drawn));
        self.changed
            .then(|| since.map_or(Duration::ZERO, |since| FRAME.saturating_sub(since)))
    }

    /// Whether to draw now. Ask after everything that waits was taken in.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        self.wait(now) == Some(Duration::ZERO)
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.changed = false;
        self.drawn = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_first_frame_and_one_after_a_pause_are_due_at_once() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.wait(start), None, "nothing to draw: wait for ever");
        pace.mark();
        assert!(pace.is_due(start));
        pace.drawn(start);
        assert_eq!(pace.wait(start + 5000 * MS), None);
        pace.mark();
        assert!(pace.is_due(start + 5000 * MS));
    }

    #[test]
    fn what_comes_too_soon_waits_for_its_turn() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.mark();
        pace.drawn(start);
        pace.mark();
        let now = start + 10 * MS;
        assert!(!pace.is_due(now));
        let wait = pace.wait(now).unwrap();
        assert!(wait > 6 * MS && wait < 7 * MS, "{wait:?}");
        assert!(pace.is_due(now + wait));
    }

    #[test]
    fn a_stream_of_changes_is_drawn_sixty_times_a_second() {
        let start = Instant::now();
        let (mut pace, mut frames) = (Pace::default(), 0);
        for ms in 0..1000 {
            let now = start + ms * MS;
            pace.mark();
            if pace.is_due(now) {
                pace.drawn(now);
                frames += 1;
            }
        }
        assert!((55..=60).contains(&frames), "{frames}");
    }

    #[test]
    fn a_clock_that_stands_still_or_runs_back_stops_nothing() {
        let start = Instant::now() + 10 * MS;
        let mut pace = Pace::default();
        pace.drawn(start);
        pace.mark();
        assert_eq!(pace.wait(start.checked_sub(5 * MS).unwrap()), Some(FRAME));
    }
}
