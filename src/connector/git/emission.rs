//! Handing over what was found, newest first and batch by batch: each commit, each request that the line merged, each tag. What is found for sure is
//! handed over while the rest is looked for. The cursors go with the last batch, so that a reading that was broken off is made again from its start, which
//! identities make harmless.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gix::ObjectId;

use crate::connector::{Batch, ConnectorError, Progress, Sink};
use crate::event::Event;

use super::client::{Facts, Peeled};
use super::finding;
use super::graph::{Brought, Graph, Place};
use super::paths::{Comparison, Pair};
use super::translate::{Merge, Origin};

/// How many items' events are handed over at once: few enough that whoever keeps them begins early, and enough that keeping them costs little each.
const BATCH: usize = 10_000;
/// How many commits of one request are named.
const COMMITS: usize = 1_000;

/// A cursor key and its new value.
type Cursor = (String, Option<String>);

/// A tag that leads to a commit.
pub struct Tagged {
    pub name: String,
    pub target: ObjectId,
    pub peeled: Peeled,
}

/// What becomes an event.
pub enum Item {
    Commit(Place),
    /// A commit of the line, and what it brought in.
    Merges(Place, Brought),
    /// A tag, and the object that it points to.
    Tag(String, ObjectId),
    /// A tag that was gone is there again.
    Again(String, ObjectId),
    /// A tag is not there any more. Its commit, where that can still be told.
    Gone {
        name: String,
        target: ObjectId,
        commit: Option<ObjectId>,
    },
    /// The default branch was seen to end here; since when, where the commit's date does not say it.
    Branch(String, Option<i64>),
}

/// What becomes an event, by its date and the commit that it is about.
pub type Dated = (i64, ObjectId, Item);

/// What was found, on its way into the log.
pub struct Emission<'a> {
    subject: &'a str,
    origin: Origin,
    /// When paths are wanted.
    comparison: Option<Comparison>,
    /// What was not handed over yet.
    waiting: Vec<Dated>,
    /// How many items were.
    done: u64,
    told: PathsTold,
}

impl<'a> Emission<'a> {
    pub fn new(subject: &'a str, now: i64, comparison: Option<Comparison>) -> Self {
        Self {
            subject,
            origin: Origin::new(subject, now),
            comparison,
            waiting: Vec::new(),
            done: 0,
            told: PathsTold::default(),
        }
    }

    /// Hands `items` over as soon as they fill a batch, the newest of what waits first.
    pub fn add(
        &mut self,
        items: impl IntoIterator<Item = Dated>,
        graph: &mut Graph<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        self.waiting.extend(items);
        if self.waiting.len() < BATCH {
            return Ok(());
        }
        self.sort();
        let whole = self.waiting.len() / BATCH * BATCH;
        let older = self.waiting.split_off(whole);
        let newest = std::mem::replace(&mut self.waiting, older);
        for chunk in newest.chunks(BATCH) {
            let events = self.events(chunk, graph);
            self.done += chunk.len() as u64;
            let cursors = Vec::new();
            sink.batch(Batch { events, cursors })?;
        }
        Ok(())
    }

    /// Hands over what is left, and with the last of it the cursors.
    pub fn finish(
        mut self,
        mut cursors: Vec<Cursor>,
        graph: &mut Graph<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        self.sort();
        let waiting = std::mem::take(&mut self.waiting);
        let total = self.done + waiting.len() as u64;
        for chunk in waiting.chunks(BATCH) {
            let events = self.events(chunk, graph);
            self.done += chunk.len() as u64;
            let cursors = if self.done == total {
                std::mem::take(&mut cursors)
            } else {
                Vec::new()
            };
            sink.batch(Batch { events, cursors })?;
            sink.progress(progress(self.done, Some(total)));
        }
        self.told.tell(self.subject, sink);
        if cursors.is_empty() {
            return Ok(());
        }
        let events = Vec::new();
        sink.batch(Batch { events, cursors })
    }

    fn sort(&mut self) {
        self.waiting
            .sort_by_key(|(date, id, _)| (Reverse(*date), *id));
    }

    fn events(&mut self, items: &[Dated], graph: &mut Graph<'_>) -> Vec<Event<String>> {
        let mut paths = self.touched(items, graph).into_iter();
        let mut events = Vec::with_capacity(items.len());
        for (date, id, item) in items {
            match item {
                Item::Commit(place) => {
                    let paths = paths.next().flatten();
                    let facts = graph.facts(*place);
                    events.extend(facts.map(|facts| self.origin.commit(*id, facts, paths)));
                }
                Item::Merges(place, brought) => {
                    self.merges(*place, brought, graph, &mut events);
                }
                Item::Tag(name, target) => {
                    events.push(self.origin.tag(name, *target, *id, *date));
                }
                Item::Again(name, target) => {
                    events.push(self.origin.tag_again(name, *target, *id, *date));
                }
                Item::Gone {
                    name,
                    target,
                    commit,
                } => events.push(self.origin.tag_gone(name, *target, *commit, *date)),
                Item::Branch(name, since) => {
                    events.push(self.origin.branch(name, *id, *date, since.is_some()));
                }
            }
        }
        events
    }

    /// One event for each request that a commit of the line names.
    fn merges(
        &self,
        place: Place,
        brought: &Brought,
        graph: &Graph<'_>,
        events: &mut Vec<Event<String>>,
    ) {
        let Some(facts) = graph.facts(place) else {
            return;
        };
        let parents = &brought.by_parent;
        // A queue that merges a batch gives each request a parent, in their order.
        let one_each = facts.requests.len() > 1 && facts.requests.len() == parents.len();
        for (index, request) in facts.requests.iter().enumerate() {
            let found = match parents.get(index) {
                Some(own) if one_each => own.clone(),
                _ => parents.concat(),
            };
            let found = if brought.whole {
                newest(graph, found)
            } else {
                Vec::new()
            };
            let author = if facts.parents.len() < 2 {
                Some(facts.author.clone())
            } else {
                author(graph, &found)
            };
            events.push(self.origin.merged(&Merge {
                request,
                sha: graph.id(place),
                message: &facts.message,
                committed: facts.committed,
                in_part: !brought.whole && facts.parents.len() > 1,
                head: head(facts),
                author: author.filter(|author| !author.is_empty()),
                commits: found.iter().map(|place| graph.id(*place)).collect(),
            }));
        }
    }

    /// The paths of the commits among some items, in their order.
    fn touched(&mut self, items: &[Dated], graph: &mut Graph<'_>) -> Vec<Option<Vec<String>>> {
        let Some(comparison) = &mut self.comparison else {
            return Vec::new();
        };
        let places = items.iter().filter_map(|(_, _, item)| match item {
            Item::Commit(place) => Some(*place),
            _ => None,
        });
        let pairs: Vec<Option<Pair>> = places.map(|place| graph.pair(place)).collect();
        let known: Vec<Pair> = pairs.iter().copied().flatten().collect();
        let mut compared = comparison.run(&known).into_iter();
        let told = &mut self.told;
        pairs
            .into_iter()
            .map(|pair| match pair.and_then(|_| compared.next()) {
                Some(Ok(touched)) => {
                    told.capped += usize::from(touched.cut);
                    Some(touched.paths)
                }
                Some(Err(why)) => told.unknown(why),
                None => told.unknown("the commit before is not there".to_owned()),
            })
            .collect()
    }
}

/// What is to be told of paths once all were read.
#[derive(Default)]
struct PathsTold {
    capped: usize,
    unknown: usize,
    why: Option<String>,
}

impl PathsTold {
    fn unknown(&mut self, why: String) -> Option<Vec<String>> {
        self.unknown += 1;
        self.why.get_or_insert(why);
        None
    }

    fn tell(&self, subject: &str, sink: &mut dyn Sink) {
        let why = self.why.as_deref().unwrap_or_default();
        let told = [
            finding::capped_paths(subject, self.capped),
            finding::unknown_paths(subject, self.unknown, why),
        ];
        told.into_iter()
            .flatten()
            .for_each(|told| sink.finding(told));
    }
}

/// What a commit that merges one branch for one request merged.
fn head(facts: &Facts) -> Option<ObjectId> {
    match facts.parents.as_slice() {
        [_, head] if facts.requests.len() == 1 => Some(*head),
        _ => None,
    }
}

/// The newest of some commits, newest first.
fn newest(graph: &Graph<'_>, mut places: Vec<Place>) -> Vec<Place> {
    let committed = |place: Place| graph.facts(place).map_or(0, |facts| facts.committed);
    places.sort_by_key(|place| (Reverse(committed(*place)), graph.id(*place)));
    places.truncate(COMMITS);
    places
}

/// Who wrote most of some commits, merges aside; of several, who wrote the newest.
fn author(graph: &Graph<'_>, newest_first: &[Place]) -> Option<String> {
    let mut counts: BTreeMap<&str, (usize, Reverse<usize>)> = BTreeMap::new();
    let facts = newest_first.iter().filter_map(|place| graph.facts(*place));
    for (age, facts) in facts.enumerate() {
        if facts.parents.len() < 2 {
            counts.entry(&facts.author).or_insert((0, Reverse(age))).0 += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, rank)| *rank);
    most.map(|(name, _)| name.to_owned())
}

pub fn progress(done: u64, total: Option<u64>) -> Progress {
    Progress {
        what: "reading commits".to_owned(),
        done,
        total,
    }
}
