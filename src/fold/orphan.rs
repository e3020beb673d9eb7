//! Events that name nothing but their subject: the end of a run of which the start told the repository, say. Each belongs where the other events of its
//! subject do, whichever came first.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Partition;
use super::partition::told;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::model::name::{Name, Names};

/// How many families of subjects there are.
const FAMILIES: usize = 5;

/// The orphans of one source.
#[derive(Debug)]
pub struct Orphans {
    /// As many facts as this are known.
    events: u64,
    source: String,
    /// Their places in the partition, by the family of their subject and its identifier.
    of: [FxHashMap<String, Vec<u32>>; FAMILIES],
    /// Those of them that were found to belong to a workload.
    adopted: FxHashSet<u32>,
}

impl Orphans {
    /// Of a partition that holds them all.
    #[must_use]
    pub fn of(source: &str, events: u64, partition: &Partition) -> Self {
        let mut of: [FxHashMap<String, Vec<u32>>; FAMILIES] = Default::default();
        for (place, fact) in (0..).zip(partition.facts()) {
            if let Some((family, name)) = subject(&fact.kind) {
                let subject = partition.names.text(name).to_owned();
                of[family].entry(subject).or_default().push(place);
            }
        }
        Self {
            events,
            source: source.to_owned(),
            of,
            adopted: FxHashSet::default(),
        }
    }

    /// Whether there are no others by now.
    #[must_use]
    pub const fn are_all(&self, events: u64) -> bool {
        self.events == events
    }

    /// Whether one was found to belong to a workload.
    #[must_use]
    pub fn is_adopted(&self, place: u32) -> bool {
        self.adopted.contains(&place)
    }

    /// Takes in, as facts of their own, those whose subject some partition tells of by an instant: each with what its subject is known to belong to. They are
    /// yet to be settled, beside those of other sources.
    pub fn adopt<'f>(
        &mut self,
        orphans: &Partition,
        own: impl Iterator<Item = &'f Partition>,
        as_of: Timestamp,
        home: &mut Partition,
    ) {
        if self.of.iter().all(FxHashMap::is_empty) {
            return;
        }
        let mut found: FxHashMap<u32, (&Names, &Event<Name>)> = FxHashMap::default();
        for partition in own {
            for fact in partition.facts().iter().filter(|fact| fact.at <= as_of) {
                let Some((family, name)) = subject(&fact.kind) else {
                    continue;
                };
                if partition.names.text(fact.source) != self.source {
                    continue;
                }
                let subject = partition.names.text(name);
                for place in self.of[family].get(subject).into_iter().flatten() {
                    let known = found.entry(*place).or_insert((&partition.names, fact));
                    let order =
                        |of: (&Names, &Event<Name>)| (of.1.at, of.0.text(of.1.id).to_owned());
                    if order((&partition.names, fact)) < order(*known) {
                        *known = (&partition.names, fact);
                    }
                }
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        for (place, (names, known)) in found {
            self.adopted.insert(place);
            let orphan = &orphans.facts()[place as usize];
            let mut orphan = told(&orphans.names, orphan);
            fill(&mut orphan.kind, told(names, known).kind);
            home.push(&orphan, home.facts().len() as u64 + 1);
        }
    }
}

/// What an event that can be followed is about: its family, and the identifier that its tool gives it.
const fn subject(kind: &Kind<Name>) -> Option<(usize, Name)> {
    match kind {
        Kind::Change(fact) => Some((0, fact.change)),
        Kind::Run(fact) => Some((1, fact.run)),
        Kind::Gate(fact) => Some((2, fact.gate)),
        Kind::Deployment(fact) => Some((3, fact.record)),
        Kind::Incident(fact) => Some((4, fact.incident)),
        _ => None,
    }
}

/// Gives an orphan the repository, service and artifact of its subject.
fn fill<'n>(orphan: &mut Kind<Cow<'n, str>>, known: Kind<Cow<'n, str>>) {
    match (orphan, known) {
        (Kind::Change(orphan), Kind::Change(known)) => orphan.repository = known.repository,
        (Kind::Run(orphan), Kind::Run(known)) => {
            orphan.repository = known.repository;
            orphan.artifact = known.artifact;
        }
        (Kind::Gate(orphan), Kind::Gate(known)) => {
            orphan.service = known.service;
            orphan.repository = known.repository;
            orphan.artifact = known.artifact;
            if orphan.changes.is_empty() {
                orphan.changes = known.changes;
            }
        }
        (Kind::Deployment(orphan), Kind::Deployment(known)) => {
            orphan.service = known.service;
            orphan.repository = known.repository;
            orphan.artifact = known.artifact;
        }
        (Kind::Incident(orphan), Kind::Incident(known)) => {
            orphan.service = known.service;
            orphan.artifact = known.artifact;
        }
        _ => {}
    }
}
