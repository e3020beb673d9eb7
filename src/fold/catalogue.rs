//! Which things are known, how many facts there are of each, which belong together, and what each source has sent: small, and always at hand.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use compact_str::CompactString;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::event::kind::{Component, Kind, List};
use crate::event::time::{Span, Timestamp};

use super::route::{Class, Thing, artifact_name, neighbourhood};

/// One partition, from outside. A line of a processor's cache, most often with its key: every event looks for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(align(64))]
pub struct Summary {
    pub class: Class,
    pub key: CompactString,
    pub events: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

impl Summary {
    fn hash(&self) -> u64 {
        hash((self.class, &*self.key))
    }

    pub(super) fn count(&mut self, at: Timestamp) {
        self.events += 1;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }
}

/// What one source has sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSummary {
    pub source: String,
    pub events: u64,
    /// Newest fact.
    pub last: Timestamp,
    /// Newest arrival.
    pub arrived: Timestamp,
    /// Events dated more than five minutes after they arrived: its clock is ahead.
    pub ahead: u64,
    pub ahead_by: Span,
    /// First arrival: from then on it was followed.
    pub since: Timestamp,
    /// Events that happened when it was followed already, and arrived more than an hour later.
    pub late: u64,
    pub late_by: Span,
}

/// How far a clock may be off before it is told.
const SKEW: Span = Span::from_seconds(300);
/// How long an event may be on its way.
const LATE: Span = Span::from_seconds(3_600);

/// What a catalogue of components says of a service or a repository: the newest that was said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Described {
    at: Timestamp,
    source: String,
    id: String,
    pub team: Option<String>,
    pub system: Option<String>,
    pub lifecycle: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Catalogue {
    pub partitions: Vec<Summary>,
    /// By partition: those that an event named together with it.
    neighbours: Vec<List<u32>>,
    pub sources: Vec<SourceSummary>,
    /// Types that are kept and not understood, with how often they came.
    pub unknown: BTreeMap<String, u64>,
    pub events: u64,
    /// When the first incident that anybody told of happened.
    pub first_incident: Option<Timestamp>,
    described: BTreeMap<(Class, String), Described>,
    /// How often something was described.
    descriptions: usize,
    /// The partitions of tickets that have one which names changes.
    linking: BTreeSet<u32>,
    /// The partitions by class and key.
    #[serde(skip)]
    numbers: HashTable<u32>,
    /// The places of the sources by name.
    #[serde(skip)]
    places: HashTable<u32>,
}

fn hash(what: impl std::hash::Hash) -> u64 {
    FxBuildHasher.hash_one(what)
}

impl Catalogue {
    /// How many things are known, and how many relations between them: what workloads are found by.
    #[must_use]
    pub fn extent(&self) -> (usize, usize, usize) {
        let relations = self.neighbours.iter().map(List::len).sum();
        (self.partitions.len(), relations, self.descriptions)
    }

    /// What is said of the first of these things of which anything is.
    #[must_use]
    pub fn described(&self, class: Class, keys: &[String]) -> Option<&Described> {
        let mut keys = keys.iter();
        keys.find_map(|key| self.described.get(&(class, key.clone())))
    }

    fn describe(&mut self, event: &Event<Cow<'_, str>>, fact: &Component<Cow<'_, str>>) {
        self.descriptions += 1;
        let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let said = Described {
            at: event.at,
            source: event.source.clone().into_owned(),
            id: event.id.clone().into_owned(),
            team: owned(&fact.team),
            system: owned(&fact.system),
            lifecycle: owned(&fact.lifecycle),
        };
        let of = [
            (Class::Service, owned(&fact.service)),
            (Class::Repository, owned(&fact.repository)),
        ];
        for (class, key) in of {
            if let Some(key) = key {
                let known = self.described.entry((class, key));
                let known = known.or_insert_with(|| said.clone());
                if *known < said {
                    *known = said.clone();
                }
            }
        }
    }

    /// The partition of a thing, where it is known.
    #[must_use]
    pub fn number(&self, class: Class, key: &str) -> Option<u32> {
        self.find(hash((class, key)), class, key)
    }

    fn find(&self, hash: u64, class: Class, key: &str) -> Option<u32> {
        let is = |number: &u32| {
            let summary = &self.partitions[*number as usize];
            summary.class == class && summary.key == key
        };
        self.numbers.find(hash, is).copied()
    }

    /// The partition of a thing by what a fact calls it, known or new.
    pub(super) fn thing(&mut self, (class, called): Thing<'_>) -> u32 {
        match class {
            Class::Artifact => self.add(class, &artifact_name(called)),
            Class::Tickets => self.add(class, &neighbourhood(called)),
            _ => self.add(class, called),
        }
    }

    /// The partition of a ticket, where it is known.
    #[must_use]
    pub fn of_ticket(&self, ticket: &str) -> Option<u32> {
        self.number(Class::Tickets, &neighbourhood(ticket))
    }

    /// The partitions of tickets in which some ticket names changes.
    #[must_use]
    pub const fn linking(&self) -> &BTreeSet<u32> {
        &self.linking
    }

    /// Notes that a ticket of a partition names changes.
    pub(super) fn link(&mut self, number: u32) {
        self.linking.insert(number);
    }

    fn add(&mut self, class: Class, key: &str) -> u32 {
        let hash = hash((class, key));
        if let Some(number) = self.find(hash, class, key) {
            return number;
        }
        let number = u32::try_from(self.partitions.len()).unwrap_or(u32::MAX);
        self.neighbours.push(List::new());
        self.partitions.push(Summary {
            class,
            key: key.into(),
            events: 0,
            first: Timestamp::MAX,
            last: Timestamp::MIN,
        });
        self.know(number);
        number
    }

    /// From now on a partition is found by its class and key.
    fn know(&mut self, number: u32) {
        let hash = |number: &u32| self.partitions[*number as usize].hash();
        self.numbers.insert_unique(hash(&number), number, hash);
    }

    pub(super) fn relate(&mut self, one: u32, two: u32) {
        // Each of two is the other's.
        if one == two || self.neighbours[one as usize].contains(&two) {
            return;
        }
        self.neighbours[one as usize].push(two);
        self.neighbours[two as usize].push(one);
    }

    /// The partitions that were named together with this one.
    pub fn related(&self, number: u32) -> impl Iterator<Item = u32> {
        let neighbours = self.neighbours.get(number as usize);
        neighbours.into_iter().flatten().copied()
    }

    /// Every thing of a class.
    pub fn of_class(&self, class: Class) -> impl Iterator<Item = (u32, &Summary)> {
        (0..)
            .zip(&self.partitions)
            .filter(move |(_, summary)| summary.class == class)
    }

    /// The place of a source, known or new.
    fn source(&mut self, name: &str, arrived: Timestamp) -> u32 {
        let hash = hash(name);
        let is = |place: &u32| self.sources[*place as usize].source == name;
        if let Some(place) = self.places.find(hash, is) {
            return *place;
        }
        let place = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.push(SourceSummary {
            source: name.to_owned(),
            events: 0,
            last: Timestamp::MIN,
            arrived: Timestamp::MIN,
            ahead: 0,
            ahead_by: Span::ZERO,
            since: arrived,
            late: 0,
            late_by: Span::ZERO,
        });
        self.know_source(place);
        place
    }

    /// From now on a source is found by its name.
    fn know_source(&mut self, place: u32) {
        let hash = |place: &u32| hash(&*self.sources[*place as usize].source);
        self.places.insert_unique(hash(&place), place, hash);
    }

    /// Counts an event; tells the place of its source.
    pub(super) fn count(&mut self, event: &Event<Cow<'_, str>>, arrived: Timestamp) -> u32 {
        self.events += 1;
        if matches!(event.kind, Kind::Incident(_)) {
            let first = self.first_incident.get_or_insert(event.at);
            *first = event.at.min(*first);
        }
        let index = self.source(&event.source, arrived);
        if let Some(summary) = self.sources.get_mut(index as usize) {
            summary.events += 1;
            summary.last = summary.last.max(event.at);
            summary.arrived = summary.arrived.max(arrived);
            if event.at - arrived > SKEW {
                summary.ahead += 1;
                summary.ahead_by = summary.ahead_by.max(event.at - arrived);
            }
            if event.at >= summary.since && arrived - event.at > LATE {
                summary.late += 1;
                summary.late_by = summary.late_by.max(arrived - event.at);
            }
        }
        if let Kind::Component(fact) = &event.kind {
            self.describe(event, fact);
        }
        if let Kind::Other(kind) = &event.kind {
            if let Some(count) = self.unknown.get_mut(kind.as_ref()) {
                *count += 1;
            } else {
                self.unknown.insert(kind.clone().into_owned(), 1);
            }
        }
        index
    }

    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        postcard::to_stdvec(self).ok()
    }

    /// From bytes; `None` where they are damaged or of another format.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut catalogue: Self = postcard::from_bytes(bytes).ok()?;
        catalogue.is_sound().then_some(())?;
        // Room for all at once, so that none is looked at twice.
        catalogue.numbers = HashTable::with_capacity(catalogue.partitions.len());
        for number in 0..u32::try_from(catalogue.partitions.len()).ok()? {
            catalogue.know(number);
        }
        catalogue.places = HashTable::with_capacity(catalogue.sources.len());
        for place in 0..u32::try_from(catalogue.sources.len()).ok()? {
            catalogue.know_source(place);
        }
        Some(catalogue)
    }

    /// Whether every number in it is one of its own: what is read may be damaged in a way that still can be read.
    fn is_sound(&self) -> bool {
        let is_own = |number: &u32| (*number as usize) < self.partitions.len();
        self.neighbours.len() == self.partitions.len()
            && self.neighbours.iter().flatten().all(is_own)
            && self.linking.iter().all(is_own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_what_happened_when_its_source_was_read_already() {
        let mut catalogue = Catalogue::default();
        let hours = |hours: i64| Timestamp::from_seconds(hours * 3_600);
        for (happened, arrived) in [(1, 10), (9, 12), (11, 12), (11, 13), (20, 20)] {
            let event = Event {
                source: Cow::Borrowed("/ci"),
                id: Cow::Owned(arrived.to_string()),
                at: hours(happened),
                kind: Kind::Other(Cow::Borrowed("heartbeat")),
            };
            catalogue.count(&event, hours(arrived));
        }
        let source = &catalogue.sources[0];
        assert_eq!((source.events, source.late), (5, 1));
        assert_eq!(source.late_by, Span::from_seconds(2 * 3_600));
    }

    #[test]
    fn a_number_that_is_nobodys_is_damage() {
        let mut catalogue = Catalogue::default();
        let (one, two) = (
            catalogue.add(Class::Service, "shop"),
            catalogue.add(Class::Repository, "acme/shop"),
        );
        catalogue.relate(one, two);
        let source = catalogue.source("/ci", Timestamp::MIN);
        let read = |catalogue: &Catalogue| Catalogue::from_bytes(&catalogue.to_bytes().unwrap());
        let mut again = read(&catalogue).unwrap();
        assert_eq!(again.extent(), (2, 2, 0));
        assert_eq!(again.number(Class::Repository, "acme/shop"), Some(two));
        assert_eq!(again.number(Class::Service, "acme/shop"), None);
        assert_eq!(again.add(Class::Service, "shop"), one);
        assert_eq!(again.source("/ci", Timestamp::MIN), source);
        for damage in [
            |one: &mut Catalogue| one.neighbours[1].push(7),
            |one: &mut Catalogue| _ = one.neighbours.pop(),
        ] {
            let mut damaged = catalogue.clone();
            damage(&mut damaged);
            assert!(read(&damaged).is_none());
        }
    }
}
