//! The facts about one thing, in one canonical order: by time, then source, then id.

use std::borrow::Cow;
use std::io;
use std::io::Read;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use crate::event::Event;
use crate::event::kind::MapText;
use crate::model::name::{Name, Names, Places};

/// The bytes that say how long the two parts of a partition are.
const HEAD: usize = 16;
/// From so many bytes of facts on, a thread of its own makes them.
const MANY: usize = 1 << 20;
/// The bytes of a fact, at the very least.
const SMALLEST: usize = 8;
/// The bytes of a fact, for most facts at most.
const ROOM: usize = 48;

#[derive(Clone, Debug, Default)]
pub struct Partition {
    /// Shared with who works with them: they are copied where both would change them.
    pub names: Arc<Names>,
    facts: Vec<Event<Name>>,
    /// The place in the log up to which it has every fact.
    until: u64,
    /// Facts came since they were put in order.
    is_unsettled: bool,
}

impl Partition {
    /// Adds the fact at a place of the log; `false` where it is there already.
    pub fn push<T: AsRef<str>>(&mut self, event: &Event<T>, place: u64) -> bool {
        if place <= self.until {
            return false;
        }
        self.until = place;
        self.is_unsettled = true;
        self.facts
            .push(named(event, Arc::make_mut(&mut self.names)));
        true
    }

    /// Adds what came to it. Where it was kept by somebody who had read further, it has some of it already.
    pub(super) fn add<T: AsRef<str>>(&mut self, facts: impl Iterator<Item = (u64, Event<T>)>) {
        for (place, fact) in facts {
            self.push(&fact, place);
        }
        self.settle();
    }

    /// The facts; in canonical order once settled.
    #[must_use]
    pub fn facts(&self) -> &[Event<Name>] {
        &self.facts
    }

    pub fn settle(&mut self) {
        if !std::mem::take(&mut self.is_unsettled) {
            return;
        }
        let names = &self.names;
        let order = |one: &Event<Name>, two: &Event<Name>| {
            one.at
                .cmp(&two.at)
                .then_with(|| names.text(one.source).cmp(names.text(two.source)))
                .then_with(|| names.text(one.id).cmp(names.text(two.id)))
        };
        if !self.facts.is_sorted_by(|one, two| order(one, two).is_le()) {
            self.facts.sort_by(order);
        }
    }

    /// As bytes, for a snapshot: how long its two parts are, the facts with where which text is, and the texts.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let room = HEAD + self.names.size() + self.facts.len() * ROOM;
        let mut bytes = Vec::with_capacity(room);
        bytes.extend([0; HEAD]);
        let (texts, places) = self.names.to_parts()?;
        let head = (places, self.until, self.facts.len());
        let bytes = postcard::to_extend(&head, bytes).ok()?;
        let mut facts = self.facts.iter();
        let mut bytes =
            facts.try_fold(bytes, |bytes, fact| postcard::to_extend(fact, bytes).ok())?;
        let parts = [bytes.len() - HEAD, texts.len()];
        for (place, part) in bytes.chunks_exact_mut(HEAD / 2).zip(parts) {
            place.copy_from_slice(&u64::try_from(part).ok()?.to_le_bytes());
        }
        bytes.extend_from_slice(texts.as_bytes());
        Some(bytes)
    }

    /// From bytes; `None` where they are damaged or of another format.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let length = bytes.len();
        Self::read(&mut bytes, length).ok().flatten()
    }

    /// From bytes that are being read. Where there are many, the facts are made on another thread while the texts are read.
    pub fn read(from: &mut dyn Read, length: usize) -> io::Result<Option<Self>> {
        if length < HEAD {
            return Ok(None);
        }
        let mut lengths = [[0; HEAD / 2]; 2];
        from.read_exact(lengths.as_flattened_mut())?;
        let [facts, texts] = lengths.map(|part| usize::try_from(u64::from_le_bytes(part)));
        let (Ok(facts), Ok(texts)) = (facts, texts) else {
            return Ok(None);
        };
        if facts.checked_add(texts) != Some(length - HEAD) {
            return Ok(None);
        }
        let (mut facts, mut texts) = (vec![0; facts], vec![0; texts]);
        from.read_exact(&mut facts)?;
        let made = thread::scope(|scope| {
            let many = (facts.len() > MANY).then(thread::Builder::new);
            // Without a thread, they are made afterwards.
            let making = many.and_then(|begin| begin.spawn_scoped(scope, || made(&facts)).ok());
            from.read_exact(&mut texts)?;
            Ok::<_, io::Error>(match making {
                Some(making) => making.join().unwrap_or_else(|panic| resume_unwind(panic)),
                None => made(&facts),
            })
        })?;
        Ok(made.and_then(|made| made.with(String::from_utf8(texts).ok()?)))
    }
}

/// A partition but for its texts.
struct Made {
    places: Places<'static>,
    facts: Vec<Event<Name>>,
    until: u64,
}

fn made(bytes: &[u8]) -> Option<Made> {
    let (head, mut bytes) = postcard::take_from_bytes(bytes).ok()?;
    let (places, until, count): (_, u64, usize) = head;
    let mut facts = Vec::new();
    // Room for all at once, where there can be so many: they are not moved while they are made.
    facts
        .try_reserve_exact(count.min(bytes.len() / SMALLEST))
        .ok()?;
    for _ in 0..count {
        let (fact, rest) = postcard::take_from_bytes(bytes).ok()?;
        facts.push(fact);
        bytes = rest;
    }
    Some(Made {
        places,
        facts,
        until,
    })
}

impl Made {
    fn with(self, texts: String) -> Option<Partition> {
        Some(Partition {
            names: Arc::new(Names::of_parts(texts, self.places)?),
            facts: self.facts,
            until: self.until,
            is_unsettled: false,
        })
    }
}

/// An event by the texts that its names stand for.
pub(super) fn told<'n>(names: &'n Names, fact: &Event<Name>) -> Event<Cow<'n, str>> {
    fact.map_text(&mut |name| Cow::Borrowed(names.text(*name)))
}

/// An event by the names of a table.
fn named<T: AsRef<str>>(event: &Event<T>, names: &mut Names) -> Event<Name> {
    Event {
        source: names.intern(event.source.as_ref()),
        // Nothing else bears the id of an event, so it need not be looked up.
        id: names.append(event.id.as_ref()),
        at: event.at,
        kind: event.kind.map_text(&mut |text| names.intern(text.as_ref())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::{Commit, Kind};
    use crate::event::time::Timestamp;
    use crate::fold::catalogue::Catalogue;
    use crate::fold::pile::Pile;

    fn event(number: u64) -> Event<Cow<'static, str>> {
        Event {
            source: Cow::Owned(format!("/ci/{}", number % 3)),
            id: Cow::Owned(number.to_string()),
            at: Timestamp::from_seconds(900 - number.cast_signed()),
            kind: Kind::Commit(Commit {
                sha: Cow::Owned(format!("sha{number}")),
                repository: Some(Cow::Borrowed("acme/shop")),
                message: Some(Cow::Borrowed(if number.is_multiple_of(2) {
                    ""
                } else {
                    "é\n日本"
                })),
                parents: Some([Cow::Borrowed("sha1")].into_iter().collect()),
                ..Commit::default()
            }),
        }
    }

    #[test]
    fn what_lay_on_a_pile_is_there_as_it_was_told() {
        let (mut plain, mut piled) = (Partition::default(), Partition::default());
        let mut catalogue = Catalogue::default();
        let mut pile = Pile::default();
        for place in 1..200 {
            let event = event(place);
            assert!(plain.push(&event, place));
            let source = catalogue.count(&event, event.at);
            pile.push(7, &event, place, source);
            pile.push(3, &event, place, source);
        }
        // It was kept by somebody who had read further than who has the pile.
        for place in 1..40 {
            piled.push(&event(place), place);
        }
        for _ in 0..2 {
            piled.add(pile.facts(7, &catalogue.sources));
        }
        plain.settle();
        let texts = |one: &Partition| -> Vec<Event<String>> {
            let facts = one.facts().iter();
            facts
                .map(|fact| told(&one.names, fact).map_text(&mut |text| text.to_string()))
                .collect()
        };
        assert_eq!(texts(&piled), texts(&plain));
        let in_order: Vec<_> = (1..200)
            .rev()
            .map(|number| event(number).map_text(&mut |text| text.to_string()))
            .collect();
        assert_eq!(texts(&piled), in_order);
    }

    /// So many that a thread of its own makes the facts.
    #[test]
    fn a_large_partition_is_read_as_it_was_kept_and_a_damaged_one_is_told() {
        let mut large = Partition::default();
        for place in 1..40_000 {
            large.push(&event(place), place);
        }
        large.settle();
        let bytes = large.to_bytes().unwrap();
        let again = Partition::from_bytes(&bytes).unwrap();
        assert!(again.facts() == large.facts());
        assert!(again.names.iter().eq(large.names.iter()));

        let [facts, texts] = [0, HEAD / 2].map(|at| bytes[at] as usize);
        let is_read = |bytes: &[u8]| Partition::from_bytes(bytes).is_some();
        assert!(!is_read(&bytes[..bytes.len() - 1]) && !is_read(&bytes[..HEAD - 1]));
        for (at, was) in [(0, facts), (HEAD / 2, texts), (HEAD - 1, 0)] {
            let mut damaged = bytes.clone();
            damaged[at] = u8::try_from(was).unwrap() ^ 1;
            assert!(!is_read(&damaged), "{at}");
        }
        let mut shifted = bytes;
        (shifted[0], shifted[HEAD / 2]) = (shifted[0] ^ 1, shifted[HEAD / 2] ^ 1);
        assert!(!is_read(&shifted));
    }
}
