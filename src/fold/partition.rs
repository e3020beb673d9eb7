//! The facts about one thing, in one canonical order: by time, then source, then id.

use std::borrow::Cow;
use std::sync::Arc;

use super::addition::{Addition, named, named_by};
use super::route::{Class, Thing};
use crate::event::Event;
use crate::model::name::{Name, Names};

/// The bytes of a fact, at the very least.
const SMALLEST: usize = 8;

/// What is known of an event's texts before they are looked up: a look-up in a table that was not asked for a while waits for memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Familiar<'e> {
    /// The place of its source in the catalogue.
    source: usize,
    /// The very text that says where it belongs, where that has one name.
    home: Option<&'e str>,
}

impl<'e> Familiar<'e> {
    pub(super) fn of(source: usize, (class, home): Thing<'e>) -> Self {
        // An artifact is called otherwise in each version.
        let home = (class != Class::Artifact).then_some(home);
        Self { source, home }
    }
}

/// So many sources are remembered.
const SOURCES: usize = 4;

#[derive(Clone, Debug, Default)]
pub struct Partition {
    /// Shared with who works with them: they are copied where both would change them.
    pub names: Arc<Names>,
    facts: Vec<Event<Name>>,
    /// The place in the log up to which it has every fact.
    until: u64,
    /// How many facts from the start are in order.
    settled: Option<usize>,
    /// The names of the sources that told it last, by their places in the catalogue.
    sources: [Option<(usize, Name)>; SOURCES],
    /// The name of what it is about.
    own: Option<Name>,
}

impl Partition {
    /// Adds the fact at a place of the log; `false` where it is there already.
    pub fn push(&mut self, event: &Event<Cow<'_, str>>, place: u64) -> bool {
        let is_new = self.begin(place);
        if is_new {
            let names = Arc::make_mut(&mut self.names);
            self.facts.push(named(event, names));
        }
        is_new
    }

    /// The same, with what is known of its texts.
    pub(super) fn push_familiar(
        &mut self,
        event: &Event<Cow<'_, str>>,
        place: u64,
        familiar: Familiar<'_>,
    ) {
        if !self.begin(place) {
            return;
        }
        let names = Arc::make_mut(&mut self.names);
        let mut known = self.sources.iter().flatten();
        let known = known.find(|(source, _)| *source == familiar.source);
        let source = if let Some((_, name)) = known {
            *name
        } else {
            let name = names.intern(&event.source);
            self.sources.rotate_right(1);
            self.sources[0] = Some((familiar.source, name));
            name
        };
        let own = &mut self.own;
        let fact = named_by(event, source, names, |names, text| {
            if familiar.home.is_some_and(|home| std::ptr::eq(home, text)) {
                *own.get_or_insert_with(|| names.intern(text))
            } else {
                names.intern(text)
            }
        });
        self.facts.push(fact);
    }

    /// Takes the fact at a place of the log; `false` where it is there already.
    fn begin(&mut self, place: u64) -> bool {
        if place <= self.until {
            return false;
        }
        self.until = place;
        if self.settled.is_none() {
            self.settled = Some(self.facts.len());
        }
        true
    }

    /// Adds what came to it while it was kept outside. Where that was kept by somebody who had read further, it has some of it already.
    pub fn add(&mut self, addition: &Addition) {
        for (place, fact) in addition.facts() {
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
        if self.settled.take().is_none() {
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

    /// As bytes, for a snapshot.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let bytes = postcard::to_stdvec(&*self.names).ok()?;
        let head = (self.until, self.facts.len());
        let bytes = postcard::to_extend(&head, bytes).ok()?;
        self.facts
            .iter()
            .try_fold(bytes, |bytes, fact| postcard::to_extend(fact, bytes).ok())
    }

    /// From bytes; `None` where they are damaged or of another format.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (names, bytes) = postcard::take_from_bytes::<Names>(bytes).ok()?;
        let (head, mut bytes) = postcard::take_from_bytes::<(u64, usize)>(bytes).ok()?;
        let (until, count) = head;
        let mut facts = Vec::new();
        // Room for all at once, where there can be so many: they are not moved while they are read.
        facts
            .try_reserve_exact(count.min(bytes.len() / SMALLEST))
            .ok()?;
        for _ in 0..count {
            let (fact, rest) = postcard::take_from_bytes(bytes).ok()?;
            facts.push(fact);
            bytes = rest;
        }
        Some(Self {
            names: Arc::new(names),
            facts,
            until,
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::{Commit, Kind};
    use crate::event::time::Timestamp;
    use crate::fold::addition::told;

    /// By more sources than are remembered, and with a text that reads like what the partition is about and is another.
    #[test]
    fn what_is_known_of_texts_changes_nothing() {
        let (mut plain, mut familiar) = (Partition::default(), Partition::default());
        for (place, source) in (1..).zip([0, 1, 2, 0, 5, 4, 3, 2, 1, 0, 5]) {
            let repository = String::from("acme/shop");
            let message = if place % 2 == 0 { "acme/shop" } else { "main" };
            let event = Event {
                source: Cow::Owned(format!("/ci/{source}")),
                id: Cow::Owned(place.to_string()),
                at: Timestamp::MIN,
                kind: Kind::Commit(Commit {
                    sha: Cow::Owned(format!("sha{place}")),
                    repository: Some(Cow::Borrowed(&*repository)),
                    message: Some(Cow::Borrowed(message)),
                    ..Commit::default()
                }),
            };
            assert!(plain.push(&event, place));
            let home = crate::fold::route::home(&event).unwrap();
            familiar.push_familiar(&event, place, Familiar::of(source, home));
        }
        let texts = |one: &Partition| -> Vec<String> {
            let facts = one.facts().iter();
            facts
                .map(|fact| format!("{:?}", told(&one.names, fact)))
                .collect()
        };
        assert_eq!(texts(&familiar), texts(&plain));
        assert_eq!(familiar.facts().len(), 11);
        assert_eq!(
            familiar.facts(),
            plain.facts(),
            "a text has one name in both"
        );
    }
}
