//! A partition as the bytes of a piece of the snapshot: a head of fixed length, the facts in blocks, where which text is, and the texts.

use std::io;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Partition;
use crate::beside::beside;
use crate::event::Event;
use crate::model::name::{Name, Names, Places};

/// The numbers of the head: the bytes of each part, how many facts there are, and up to where in the log.
const NUMBERS: usize = 5;
/// The bytes of a number.
const NUMBER: usize = size_of::<u64>();
/// The bytes of the head.
const HEAD: usize = NUMBERS * NUMBER;
/// The facts of a block.
const BLOCK: usize = 4_000;
/// From so many bytes of facts on, two threads make them.
const MANY: usize = 1 << 20;
/// The bytes of a fact, at the very least.
const SMALLEST: usize = 8;
/// The bytes of a fact, for most facts at most.
const ROOM: usize = 48;

impl Partition {
    /// As bytes, for a snapshot.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let room = HEAD + self.names.size() + self.facts.len() * ROOM;
        let mut bytes = Vec::with_capacity(room);
        bytes.extend([0; HEAD]);
        for block in self.facts.chunks(BLOCK) {
            let start = bytes.len();
            bytes.extend([0; NUMBER]);
            let mut facts = block.iter();
            bytes = facts.try_fold(bytes, |bytes, fact| postcard::to_extend(fact, bytes).ok())?;
            let length = bytes.len() - start - NUMBER;
            put(bytes.get_mut(start..)?, [length])?;
        }
        let (texts, places) = self.names.to_parts()?;
        let facts = bytes.len() - HEAD;
        let mut bytes = postcard::to_extend(&places, bytes).ok()?;
        let places = bytes.len() - HEAD - facts;
        let until = usize::try_from(self.until).ok()?;
        let numbers = [facts, places, texts.len(), self.facts.len(), until];
        put(&mut bytes, numbers)?;
        bytes.extend_from_slice(texts.as_bytes());
        Some(bytes)
    }

    /// From bytes; `None` where they are damaged or of another format.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let length = bytes.len();
        Self::read(&mut bytes, length).ok().flatten()
    }

    /// From bytes that are being read. Where there are many, another thread begins to make the facts while the texts are read; what is left is made by both.
    pub fn read(from: &mut dyn Read, length: usize) -> io::Result<Option<Self>> {
        let Some(rest) = length.checked_sub(HEAD) else {
            return Ok(None);
        };
        let mut numbers = [[0; NUMBER]; NUMBERS];
        from.read_exact(numbers.as_flattened_mut())?;
        let [facts, places, texts, count, until] = numbers.map(u64::from_le_bytes);
        let parts = [facts, places, texts].map(|part| usize::try_from(part).unwrap_or(usize::MAX));
        let whole = parts
            .iter()
            .try_fold(0, |sum: usize, part| sum.checked_add(*part));
        if whole != Some(rest) {
            return Ok(None);
        }
        let [mut facts, mut places, mut texts] = parts.map(|part| vec![0; part]);
        from.read_exact(&mut facts)?;
        from.read_exact(&mut places)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let room = count.min(facts.len() / SMALLEST);
        let Some(blocks) = Blocks::of(&facts) else {
            return Ok(None);
        };
        let is_much = facts.len() > MANY;
        let rest = || {
            from.read_exact(&mut texts)?;
            let places = postcard::from_bytes(&places).ok();
            let last = if is_much {
                blocks.last()
            } else {
                Some(Vec::new())
            };
            Ok::<_, io::Error>((places, last))
        };
        let (first, rest) = beside(is_much, || blocks.first(room), rest);
        let (places, last) = rest?;
        let facts = first
            .zip(last)
            .and_then(|(first, last)| joined(first, last, count));
        let names = places.and_then(|places| names(texts, places));
        Ok(names.zip(facts).map(|(names, facts)| Self {
            names: Arc::new(names),
            facts,
            until,
            is_unsettled: false,
        }))
    }
}

/// Puts numbers where bytes begin.
fn put<const N: usize>(bytes: &mut [u8], numbers: [usize; N]) -> Option<()> {
    for (place, number) in bytes.chunks_exact_mut(NUMBER).zip(numbers) {
        place.copy_from_slice(&u64::try_from(number).ok()?.to_le_bytes());
    }
    Some(())
}

fn names(texts: Vec<u8>, places: Places<'static>) -> Option<Names> {
    Names::of_parts(String::from_utf8(texts).ok()?, places)
}

/// Facts that are still bytes. One makes them from the first block on, another from the last one back, until all are taken.
struct Blocks<'b> {
    all: Vec<&'b [u8]>,
    taken: AtomicUsize,
}

impl<'b> Blocks<'b> {
    fn of(mut bytes: &'b [u8]) -> Option<Self> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let (length, rest) = bytes.split_first_chunk()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (block, rest) = rest.split_at_checked(length)?;
            all.push(block);
            bytes = rest;
        }
        let taken = AtomicUsize::new(0);
        Some(Self { all, taken })
    }

    /// Takes one more block, which one is for the caller to know; false where none is left.
    fn take(&self) -> bool {
        self.taken.fetch_add(1, Ordering::Relaxed) < self.all.len()
    }

    /// The facts of the first blocks. There is room for those of all at once: none is moved while they are made.
    fn first(&self, room: usize) -> Option<Vec<Event<Name>>> {
        let mut facts = Vec::new();
        facts.try_reserve_exact(room).ok()?;
        let mut blocks = self.all.iter().take_while(|_| self.take());
        blocks.try_for_each(|block| make(block, &mut facts))?;
        Some(facts)
    }

    /// The facts of the last blocks, the last one first.
    fn last(&self) -> Option<Vec<Vec<Event<Name>>>> {
        let blocks = self.all.iter().rev().take_while(|_| self.take());
        let facts = blocks.map(|block| {
            let mut facts = Vec::with_capacity(BLOCK.min(block.len() / SMALLEST));
            make(block, &mut facts)?;
            Some(facts)
        });
        facts.collect()
    }
}

fn make(mut block: &[u8], facts: &mut Vec<Event<Name>>) -> Option<()> {
    while !block.is_empty() {
        let (fact, rest) = postcard::take_from_bytes(block).ok()?;
        facts.push(fact);
        block = rest;
    }
    Some(())
}

fn joined(
    mut facts: Vec<Event<Name>>,
    last: Vec<Vec<Event<Name>>>,
    count: usize,
) -> Option<Vec<Event<Name>>> {
    for block in last.into_iter().rev() {
        facts.extend(block);
    }
    (facts.len() == count).then_some(facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::{Commit, Kind};
    use crate::event::time::Timestamp;

    fn partition(facts: u64) -> Partition {
        let mut partition = Partition::default();
        for place in 1..=facts {
            let fact = Commit {
                sha: format!("sha{place}"),
                message: Some("é\n日本".to_owned()),
                parents: Some([format!("sha{}", place - 1)].into_iter().collect()),
                ..Commit::default()
            };
            let event = Event {
                source: format!("/ci/{}", place % 3),
                id: place.to_string(),
                at: Timestamp::from_seconds(900 - place.cast_signed()),
                kind: Kind::Commit(fact),
            };
            partition.push(&event, place);
        }
        partition.settle();
        partition
    }

    fn facts_of(bytes: &[u8]) -> &[u8] {
        let length = bytes.first_chunk().unwrap();
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap();
        &bytes[HEAD..][..length]
    }

    /// None, one block, several, and so many that two threads make them.
    #[test]
    fn a_partition_is_read_as_it_was_kept() {
        for facts in [0, 1, 4_000, 4_001, 12_500, 61_234] {
            let kept = partition(facts);
            let bytes = kept.to_bytes().unwrap();
            assert_eq!(facts_of(&bytes).len() > MANY, facts == 61_234);
            let again = Partition::from_bytes(&bytes).unwrap();
            assert!(again.facts() == kept.facts(), "{facts}");
            assert!(again.names.iter().eq(kept.names.iter()), "{facts}");
            assert_eq!((again.until, again.to_bytes()), (facts, Some(bytes)));
        }
    }

    #[test]
    fn one_that_is_damaged_is_told() {
        for facts in [9, 61_234] {
            let bytes = partition(facts).to_bytes().unwrap();
            let is_read = |bytes: &[u8]| Partition::from_bytes(bytes).is_some();
            for cut in [0, 1, HEAD - 1, HEAD, bytes.len() - 1] {
                assert!(!is_read(&bytes[..cut]), "{facts}: {cut}");
            }
            // Each length and the count by one, and the length of the first block.
            for at in [0, NUMBER, 2 * NUMBER, 3 * NUMBER, NUMBER - 1, HEAD] {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                assert!(!is_read(&damaged), "{facts}: {at}");
            }
            for (one, two) in [(0, NUMBER), (NUMBER, 2 * NUMBER), (0, 2 * NUMBER)] {
                let mut shifted = bytes.clone();
                (shifted[one], shifted[two]) = (shifted[one] ^ 1, shifted[two] ^ 1);
                assert!(!is_read(&shifted), "{facts}: {one}");
            }
        }
    }

    /// Whoever comes first takes what there is; both never take one block.
    #[test]
    fn two_take_each_block_once() {
        let kept = partition(20_000);
        let bytes = kept.to_bytes().unwrap();
        for ahead in 0..=5 {
            let blocks = Blocks::of(facts_of(&bytes)).unwrap();
            let mut first = Vec::new();
            for block in &blocks.all[..ahead] {
                assert!(blocks.take());
                make(block, &mut first).unwrap();
            }
            let last = blocks.last().unwrap();
            assert_eq!(last.len(), 5 - ahead);
            assert!(blocks.first(0).unwrap().is_empty());
            assert!(joined(first, last, 20_000).unwrap() == kept.facts());
        }
    }
}
