//! What came to a partition and is not kept outside yet: facts as they were told, one after the other. To look up the texts of a fact in the table of a
//! partition that was not asked for a while is to wait for memory again and again, and to write them down is not. They are looked up together, when somebody
//! works with the partition.

use std::borrow::Cow;

use super::catalogue::SourceSummary;
use crate::event::Event;

/// The bytes of a block: each has twice the room of the one before, within bounds, so that a small pile takes little and a large one is never moved.
const LEAST: usize = 1_024;
const MOST: usize = 16_384;
/// With less room than this left, a block is taken for full: a fact is rarely longer.
const ROOM: usize = 512;

/// Facts in the order of the log, each with its place there.
#[derive(Clone, Debug, Default)]
pub struct Pile {
    blocks: Vec<Vec<u8>>,
}

impl Pile {
    /// Adds the fact at a place of the log, told by the source at a place of the catalogue.
    pub fn push(&mut self, event: &Event<Cow<'_, str>>, place: u64, source: usize) {
        let block = self.block();
        let fact = (place, source, &event.id, event.at, &event.kind);
        // What holds texts, numbers and lists of them can be written, and memory takes what is written.
        *block = postcard::to_extend(&fact, std::mem::take(block)).unwrap_or_default();
    }

    /// The block that has room.
    fn block(&mut self) -> &mut Vec<u8> {
        let last = self.blocks.last();
        if last.is_none_or(|block| block.capacity() - block.len() < ROOM) {
            let size = last.map_or(LEAST, |block| (2 * block.capacity()).min(MOST));
            self.blocks.push(Vec::with_capacity(size));
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    /// The facts, with their texts, told by the sources of the catalogue.
    pub fn facts<'p>(
        &'p self,
        sources: &'p [SourceSummary],
    ) -> impl Iterator<Item = (u64, Event<&'p str>)> {
        self.blocks.iter().flat_map(move |block| {
            let mut rest: &'p [u8] = block;
            std::iter::from_fn(move || {
                let (fact, behind) = postcard::take_from_bytes(rest).ok()?;
                rest = behind;
                let (place, source, id, at, kind): (_, usize, _, _, _) = fact;
                let source = &*sources.get(source)?.source;
                Some((
                    place,
                    Event {
                        source,
                        id,
                        at,
                        kind,
                    },
                ))
            })
        })
    }
}
