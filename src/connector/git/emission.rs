//! Handing over what was found, newest first and batch by batch: each commit, each request that the line merged, each tag. The cursors go with the
//! last batch, so that a reading that was broken off is made again from its start, which identities make harmless.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};

use gix::ObjectId;

use crate::connector::{Batch, ConnectorError, Progress, Sink};
use crate::event::Event;

use super::client::{Facts, Peeled};
use super::finding;
use super::graph::{Brought, Graph, Place};
use super::paths::{Comparison, Pair};
use super::translate::{Merge, Origin};

/// How many events are handed over at once.
const BATCH: usize = 20_000;
/// How many batches are made ahead of the one that is being kept.
const AHEAD: usize = 1;
/// How many commits of one request are named.
const COMMITS: usize = 1_000;

/// A cursor key and its new value.
type Cursor = (String, Option<String>);

/// A batch as it is made: how many items it is of, and their events.
type Made = (u64, Vec<Event<String>>);

/// A tag that leads to a commit.
pub struct Tagged {
    pub name: String,
    pub target: ObjectId,
    pub peeled: Peeled,
}

/// What becomes an event.
pub enum Item {
    Commit(Place),
    /// The place of a line commit among the line's.
    Merges(usize),
    Tag(usize),
    /// A tag that was gone is there again.
    Again(usize),
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

/// What is needed to say everything.
pub struct Emission<'a, 'g> {
    pub subject: &'a str,
    pub origin: Origin,
    pub graph: &'a mut Graph<'g>,
    /// The new commits of the line, and what each brought in.
    pub line: Vec<Place>,
    pub brought: Vec<Brought>,
    pub tags: Vec<Tagged>,
    /// When paths are wanted.
    pub comparison: Option<Comparison>,
}

impl Emission<'_, '_> {
    /// Hands over `items`, which are newest first, and with the last of them the cursors.
    pub fn run(
        &mut self,
        items: &[Dated],
        mut cursors: Vec<Cursor>,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let subject = self.subject;
        let total = items.len() as u64;
        let mut done = 0;
        // While one batch is being kept, the next one is made.
        let told = std::thread::scope(|scope| {
            let (send, made) = sync_channel(AHEAD);
            let making = scope.spawn(move || self.make(items, &send));
            for (count, events) in made {
                done += count;
                let cursors = if done == total {
                    std::mem::take(&mut cursors)
                } else {
                    Vec::new()
                };
                sink.batch(Batch { events, cursors })?;
                sink.progress(progress(done, Some(total)));
            }
            Ok(making.join().unwrap_or_default())
        })?;
        told.tell(subject, sink);
        if cursors.is_empty() {
            return Ok(());
        }
        let events = Vec::new();
        sink.batch(Batch { events, cursors })
    }

    /// Makes batch after batch, each with the number of its items, until nobody takes them any more.
    fn make(&mut self, items: &[Dated], made: &SyncSender<Made>) -> PathsTold {
        let mut told = PathsTold::default();
        for chunk in items.chunks(BATCH) {
            let events = self.events(chunk, &mut told);
            if made.send((chunk.len() as u64, events)).is_err() {
                break;
            }
        }
        told
    }

    fn events(&mut self, items: &[Dated], told: &mut PathsTold) -> Vec<Event<String>> {
        let mut paths = self.touched(items, told).into_iter();
        let mut events = Vec::with_capacity(items.len());
        for (date, id, item) in items {
            match item {
                Item::Commit(place) => {
                    let paths = paths.next().flatten();
                    let facts = self.graph.facts(*place);
                    events.extend(facts.map(|facts| self.origin.commit(*id, facts, paths)));
                }
                Item::Merges(index) => self.merges(*index, &mut events),
                Item::Tag(index) => {
                    let tag = &self.tags[*index];
                    events.push(self.origin.tag(&tag.name, tag.target, *id, *date));
                }
                Item::Again(index) => {
                    let tag = &self.tags[*index];
                    events.push(self.origin.tag_again(&tag.name, tag.target, *id, *date));
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
    fn merges(&self, index: usize, events: &mut Vec<Event<String>>) {
        let (graph, place, brought) = (&*self.graph, self.line[index], &self.brought[index]);
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
    fn touched(&mut self, items: &[Dated], told: &mut PathsTold) -> Vec<Option<Vec<String>>> {
        let Some(comparison) = &mut self.comparison else {
            return Vec::new();
        };
        let places = items.iter().filter_map(|(_, _, item)| match item {
            Item::Commit(place) => Some(*place),
            _ => None,
        });
        let pairs: Vec<Option<Pair>> = places.map(|place| self.graph.pair(place)).collect();
        let known: Vec<Pair> = pairs.iter().copied().flatten().collect();
        let mut compared = comparison.run(&known).into_iter();
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
