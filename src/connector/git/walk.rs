//! The state of one walk over the graph: how each commit is painted, and which are still to be left, newest first. A commit that carries both
//! paints is known, and makes known whatever it leads to.

use std::collections::BinaryHeap;

/// The place of a commit in the graph.
pub type Place = u32;

pub const WANTED: u8 = 1;
pub const KNOWN: u8 = 2;
const QUEUED: u8 = 4;
const DAY: i64 = 86_400;

/// The state of one walk: what each commit is painted with, and which are yet to be left.
#[derive(Default)]
pub struct Walk {
    paints: Vec<u8>,
    queue: BinaryHeap<(i64, Place)>,
    met: Vec<Place>,
    /// How many in the queue are wanted and not known: while there are any, the walk goes on.
    open: usize,
    oldest: Option<i64>,
    has_known: bool,
}

impl Walk {
    pub fn slot(&mut self, place: Place) -> &mut u8 {
        let index = place as usize;
        if self.paints.len() <= index {
            self.paints.resize((index + 1).next_power_of_two(), 0);
        }
        &mut self.paints[index]
    }

    pub fn needs(&mut self, place: Place, paint: u8) -> bool {
        *self.slot(place) & paint != paint
    }

    pub fn paint(&mut self, date: i64, place: Place, paint: u8) {
        self.has_known |= paint & KNOWN != 0;
        let slot = self.slot(place);
        let before = *slot;
        *slot = before | paint | QUEUED;
        let was_open = before == WANTED | QUEUED;
        let is_open = *slot == WANTED | QUEUED;
        self.open = self.open + usize::from(is_open) - usize::from(was_open);
        if before & QUEUED == 0 {
            self.queue.push((date, place));
        }
    }

    pub fn pop(&mut self) -> Option<(i64, Place)> {
        self.queue.pop()
    }

    /// Whether nothing that is still queued, from `date` on, can be wanted or make known what was found.
    pub fn is_over(&self, date: i64) -> bool {
        self.open == 0
            && self.has_known
            && self
                .oldest
                .is_none_or(|oldest| date < oldest.saturating_sub(DAY))
    }

    /// Takes a commit out of the queue and gives the paint that its parents get.
    pub fn leave(&mut self, date: i64, place: Place) -> u8 {
        let slot = self.slot(place);
        *slot &= !QUEUED;
        let paint = *slot;
        if paint == WANTED {
            self.open -= 1;
            self.met.push(place);
            self.oldest = Some(self.oldest.map_or(date, |oldest| oldest.min(date)));
        }
        paint
    }

    /// What was found since this was last asked and stays found, newest first: nothing, where what is known may still take it back.
    pub fn sure(&mut self) -> Vec<Place> {
        if self.has_known {
            return Vec::new();
        }
        std::mem::take(&mut self.met)
    }

    /// What was found, newest first, and was not told as sure.
    pub fn found(self) -> Vec<Place> {
        let paints = self.paints;
        let mut met = self.met;
        met.retain(|place| paints[*place as usize] & KNOWN == 0);
        met
    }
}
