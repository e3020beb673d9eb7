//! When to draw: only when something has changed, at once after a pause, and no more than 60 times a second. Whatever came in meanwhile is in the next frame.
//! A few frames may follow each other at once, so that a key does not wait because a clock's hand was just drawn. What nobody asked for just now lets hands
//! rest first, or goes with the next key: what a key shows stands still, and keys come first. Pure: instants come in.

use std::time::{Duration, Instant};

/// Between frames, where many follow each other; with [`AT_ONCE`] of them at once no second has more than 60.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 57);

/// So many frames may be drawn without a pause between them.
const AT_ONCE: u32 = 3;

/// So long after a key or a click, hands rest.
pub const REST: Duration = Duration::from_millis(50);

/// Where drawing stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    changed: bool,
    /// Something changed that lets hands rest; the next key is drawn with it.
    waiting: bool,
    /// When the last key or click came.
    input: Option<Instant>,
    /// Until when the frames that were drawn have taken up their time.
    taken: Option<Instant>,
}

impl Pace {
    /// What is on the screen is no longer what should be.
    pub fn mark(&mut self) {
        self.changed = true;
    }

    /// The same, by a key or a click.
    pub fn mark_input(&mut self, now: Instant) {
        self.mark();
        self.input = Some(now);
    }

    /// The same, by something that lets hands rest.
    pub fn mark_later(&mut self) {
        self.waiting = true;
    }

    /// How long to wait for input before drawing: not at all where it is zero; for as long as nothing comes where there is nothing to draw.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let ahead = self.taken.map(|taken| taken.saturating_duration_since(now));
        // Never longer than a frame, whatever the clock does.
        let ahead = ahead.unwrap_or_default();
        let ahead = ahead.saturating_sub(FRAME * (AT_ONCE - 1)).min(FRAME);
        if self.changed {
            return Some(ahead);
        }
        self.waiting.then(|| {
            let rested = self.input.map_or(now, |input| input + REST);
            let left = rested.saturating_duration_since(now).min(REST);
            left.max(ahead)
        })
    }

    /// Whether to draw now. Ask after everything that waits was taken in.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        self.wait(now) == Some(Duration::ZERO)
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.changed = false;
        self.waiting = false;
        let free = self.taken.map_or(now, |taken| taken.max(now));
        self.taken = Some(free.min(now + FRAME * AT_ONCE) + FRAME);
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
    fn a_few_follow_each_other_and_then_each_waits_for_its_turn() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for frame in 0..AT_ONCE {
            pace.mark();
            assert!(pace.is_due(start + frame * MS), "frame {frame}");
            pace.drawn(start + frame * MS);
        }
        pace.mark();
        let now = start + 10 * MS;
        let wait = pace.wait(now).unwrap();
        assert!(wait > 7 * MS && wait < 8 * MS, "{wait:?}");
        assert!(pace.is_due(now + wait));
        pace.drawn(now + wait);
        pace.mark();
        assert_eq!(pace.wait(now + wait), Some(FRAME));
    }

    #[test]
    fn a_stream_of_changes_is_drawn_sixty_times_a_second() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut drawn = Vec::new();
        for ms in 0..3000 {
            let now = start + ms * MS;
            pace.mark();
            if pace.is_due(now) {
                pace.drawn(now);
                drawn.push(ms);
            }
        }
        for second in drawn.windows(61) {
            assert!(second[60] - second[0] >= 1000, "{second:?}");
        }
        assert!(drawn.len() > 150, "{}", drawn.len());
    }

    #[test]
    fn what_lets_hands_rest_is_drawn_at_once_where_no_key_came() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.mark_later();
        assert!(pace.is_due(start));
        pace.drawn(start);
        assert_eq!(pace.wait(start), None);
        pace.mark_input(start + 100 * MS);
        pace.drawn(start + 101 * MS);
        pace.mark_later();
        assert!(pace.is_due(start + 200 * MS), "hands have rested");
    }

    #[test]
    fn it_waits_until_hands_have_rested_and_goes_with_the_next_key() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.mark_input(start);
        pace.drawn(start + MS);
        pace.mark_later();
        assert_eq!(pace.wait(start + 10 * MS), Some(40 * MS));
        assert!(!pace.is_due(start + 49 * MS));
        assert!(pace.is_due(start + 50 * MS));
        pace.mark_input(start + 30 * MS);
        assert!(pace.is_due(start + 30 * MS), "with the key");
        pace.drawn(start + 31 * MS);
        assert_eq!(pace.wait(start + 31 * MS), None);
    }

    #[test]
    fn a_clock_that_stands_still_or_runs_back_stops_nothing() {
        let start = Instant::now() + 10_000 * MS;
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.mark();
            pace.drawn(start);
        }
        pace.mark();
        let before = start.checked_sub(5000 * MS).unwrap();
        assert_eq!(pace.wait(before), Some(FRAME));
        pace.drawn(start);
        pace.mark_input(start);
        pace.drawn(start);
        pace.mark_later();
        assert_eq!(pace.wait(before), Some(REST));
        pace.mark();
        assert!(pace.is_due(start + 4 * FRAME));
    }
}
