//! Many streams, each in the order of time, as one: of each only its next event is held.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::event::Event;
use crate::event::time::Timestamp;

type Stream<'a> = Box<dyn Iterator<Item = Event<String>> + 'a>;

#[derive(Default)]
pub struct Merge<'a> {
    streams: Vec<(Stream<'a>, Option<Event<String>>)>,
    /// Whose turn it is; of two at one instant the stream that was added first.
    turns: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

impl<'a> Merge<'a> {
    pub fn add(&mut self, mut stream: Stream<'a>) {
        if let Some(next) = stream.next() {
            self.turns.push(Reverse((next.at, self.streams.len())));
            self.streams.push((stream, Some(next)));
        }
    }
}

impl Iterator for Merge<'_> {
    type Item = Event<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut turn = self.turns.peek_mut()?;
        let (stream, next) = &mut self.streams[turn.0.1];
        let event = next.take();
        *next = stream.next();
        match next {
            Some(following) => turn.0.0 = following.at,
            None => {
                PeekMut::pop(turn);
            }
        }
        event
    }
}
