//! What came to the partitions and is not kept outside yet: facts as they were told, one after the other, each with the place of the one before it of the
//! same partition. To look up the texts of a fact in the table of a partition that was not asked for a while is to wait for memory again and again, and to
//! write them down where the last fact ended is not. They are looked up together, when somebody works with the partition.

use std::borrow::Cow;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::catalogue::SourceSummary;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// The bytes of a block: each has twice the room of the one before, within bounds, so that few facts take little and what is written is never moved.
const LEAST: usize = 4_096;
const MOST: usize = 1 << 20;
/// With less room than this left, a block is taken for full: a fact is rarely longer.
const ROOM: usize = 1_024;

/// Where a fact stands; those that come later stand behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Number of the block, from 1.
    block: NonZeroU32,
    offset: u32,
}

/// A fact as it is read: the one before it, its place in the log, its source, and what it says.
type Fact<'p> = (Option<Spot>, u64, u32, &'p str, Timestamp, Kind<&'p str>);

/// Facts in the order of the log, each with its place there.
#[derive(Debug, Default)]
pub struct Pile {
    blocks: Vec<Vec<u8>>,
    /// The last fact of each partition.
    last: Vec<Option<Spot>>,
    /// The partitions that have some.
    numbers: Vec<u32>,
}

impl Pile {
    /// Adds the fact of a partition at a place of the log, told by the source at a place of the catalogue.
    pub fn push(&mut self, number: u32, event: &Event<Cow<'_, str>>, place: u64, source: u32) {
        let spot = self.end();
        let index = number as usize;
        if self.last.len() <= index {
            self.last.resize(index + 1, None);
        }
        let before = self.last[index].replace(spot);
        if before.is_none() {
            self.numbers.push(number);
        }
        let fact = (before, place, source, &event.id, event.at, &event.kind);
        if let Some(block) = self.blocks.last_mut() {
            // What holds texts, numbers and lists of them can be written, and memory takes what is written.
            *block = postcard::to_extend(&fact, std::mem::take(block)).unwrap_or_default();
        }
    }

    /// Where the next fact will stand.
    pub fn end(&mut self) -> Spot {
        let last = self.blocks.last();
        if last.is_none_or(|block| block.capacity() < block.len() + ROOM) {
            let size = last.map_or(LEAST, |block| (2 * block.capacity()).min(MOST));
            self.blocks.push(Vec::with_capacity(size));
        }
        let offset = self.blocks.last().map_or(0, Vec::len);
        let number = u32::try_from(self.blocks.len()).ok();
        Spot {
            block: number.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX),
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
        }
    }

    /// The partitions that have facts here, each once.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Whether a partition has facts here.
    pub fn has(&self, number: u32) -> bool {
        self.last(number).is_some()
    }

    /// Whether a partition got some when this was the end, or later.
    pub fn has_since(&self, number: u32, end: Spot) -> bool {
        self.last(number).is_some_and(|last| last >= end)
    }

    fn last(&self, number: u32) -> Option<Spot> {
        self.last.get(number as usize).copied().flatten()
    }

    /// The facts of a partition, with their texts, told by the sources of the catalogue.
    pub fn facts<'p>(
        &'p self,
        number: u32,
        sources: &'p [SourceSummary],
    ) -> impl Iterator<Item = (u64, Event<&'p str>)> {
        let spots = std::iter::successors(self.last(number), |spot| self.before(*spot));
        let spots: Vec<Spot> = spots.collect();
        let facts = spots.into_iter().rev();
        facts.filter_map(move |spot| self.fact(spot, sources))
    }

    fn before(&self, spot: Spot) -> Option<Spot> {
        postcard::from_bytes(self.bytes(spot)?).ok()?
    }

    fn fact<'p>(
        &'p self,
        spot: Spot,
        sources: &'p [SourceSummary],
    ) -> Option<(u64, Event<&'p str>)> {
        let fact: Fact<'p> = postcard::from_bytes(self.bytes(spot)?).ok()?;
        let (_, place, source, id, at, kind) = fact;
        let source = &*sources.get(source as usize)?.source;
        let event = Event {
            source,
            id,
            at,
            kind,
        };
        Some((place, event))
    }

    /// What stands there, and all behind it in its block.
    fn bytes(&self, spot: Spot) -> Option<&[u8]> {
        let block = self.blocks.get(spot.block.get() as usize - 1)?;
        block.get(spot.offset as usize..)
    }

    /// All of it is kept outside.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
