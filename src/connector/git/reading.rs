//! One reading, in its order: what the references are, whether anything differs, what is beyond the known tips, what the line merged, and then
//! everything newest first. Nothing differs most of the time, and that is found out before any commit is read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::hashtable::HashSet;

use crate::connector::{Batch, ConnectorError, Health, Progress, Reading, Sink};
use crate::event::Event;
use crate::event::time::Timestamp;

use super::client::{Client, Commits, Peeled, Unread};
use super::config::Config;
use super::cursor::Known;
use super::finding;
use super::graph::{Brought, Graph, Place};
use super::identity;
use super::paths::{Comparison, Pair};
use super::refs::Refs;
use super::translate::{Merge, Origin};

/// How many events are handed over at once.
const BATCH: usize = 5_000;
/// How many commits of one request are named.
const COMMITS: usize = 1_000;
/// How many unreadable commits are looked at again.
const LOOKED_AT_AGAIN: usize = 1_000;

/// A tag that leads to a commit.
struct Tagged {
    name: String,
    target: ObjectId,
    peeled: Peeled,
}

/// What becomes an event.
enum Item {
    Commit(Place),
    /// The place of a line commit among the line's.
    Merges(usize),
    Tag(usize),
}

/// Where a reading stands: what it reads, and what it found so far.
struct Stand<'a> {
    subject: String,
    origin: Origin,
    refs: Refs,
    before: Known,
    after: Known,
    tags: Vec<Tagged>,
    comparison: Option<Comparison>,
    sink: &'a mut dyn Sink,
}

pub fn read(config: &Config, reading: &Reading, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
    let mut client = Client::open(&config.path)?;
    let refs = Refs::read(&client.repository)?;
    let ends = ends(&client);
    let subject = name(config, &client);
    let said = Known::parse(&reading.cursors);
    let before = forget_what_is_mended(&said, &ends, &mut client);
    let mut after = Known::of(&refs, &ends);
    after.unreadable.clone_from(&before.unreadable);
    after.paths = config.touched_paths && (before.heads.is_empty() || before.paths);
    tell_what_is_missing(&subject, &refs, &ends, &mut client, sink);
    if config.touched_paths && !after.paths {
        sink.finding(finding::read_without_paths(&subject));
    }
    if after == before {
        return Ok(());
    }
    let comparison = config
        .touched_paths
        .then(|| Comparison::new(&client.repository));
    let mut stand = Stand {
        origin: Origin::new(&subject),
        subject,
        refs,
        before,
        after,
        tags: Vec::new(),
        comparison,
        sink,
    };
    let tips = stand.tips(&mut client);
    let mut graph = Graph::new(&mut client, ends);
    stand.walk(&mut graph, &tips, reading.now, &said)
}

/// The first facts of a repository, without its history.
pub fn check(config: &Config) -> Result<Health, ConnectorError> {
    let mut client = Client::open(&config.path)?;
    let refs = Refs::read(&client.repository)?;
    let identity = identity::of(&client.repository);
    let subject = name(config, &client);
    let mut health = Health::default();
    health.facts.push(match identity.url {
        Some(url) => format!("repository {subject}, from {url}"),
        None => format!("repository {subject}, without a remote"),
    });
    let line = refs.line.as_deref().unwrap_or("none yet");
    health.facts.push(format!(
        "{} branches, {} tags; requests are merged into {line}",
        refs.heads.len(),
        refs.tags.len()
    ));
    let ends = ends(&client);
    tell_what_is_missing(
        &subject,
        &refs,
        &ends,
        &mut client,
        &mut Findings(&mut health),
    );
    Ok(health)
}

/// Collects what a check finds.
struct Findings<'a>(&'a mut Health);

impl Sink for Findings<'_> {
    fn batch(&mut self, _: Batch) -> Result<(), ConnectorError> {
        Ok(())
    }
    fn progress(&mut self, _: Progress) {}
    fn finding(&mut self, finding: crate::connector::Finding) {
        self.0.findings.push(finding);
    }
}

fn name(config: &Config, client: &Client) -> String {
    config
        .repository
        .clone()
        .unwrap_or_else(|| identity::of(&client.repository).repository)
}

/// The commits at which a shallow clone ends.
fn ends(client: &Client) -> BTreeSet<ObjectId> {
    let ends = client.repository.shallow_commits().ok().flatten();
    ends.iter().flat_map(|ends| ends.iter().copied()).collect()
}

/// Where history has come to be there that was not (a shallow clone made whole, an object restored), tips prove nothing: all is read again.
fn forget_what_is_mended(said: &Known, ends: &BTreeSet<ObjectId>, client: &mut Client) -> Known {
    let mended = said.ends != *ends
        || said
            .unreadable
            .iter()
            .any(|id| client.has(id) && client.commit(id).is_ok());
    if !mended {
        return said.clone();
    }
    Known {
        paths: said.paths,
        ..Known::default()
    }
}

fn tell_what_is_missing(
    subject: &str,
    refs: &Refs,
    ends: &BTreeSet<ObjectId>,
    client: &mut Client,
    sink: &mut dyn Sink,
) {
    if let Some(broken) = finding::broken_references(subject, &refs.broken) {
        sink.finding(broken);
    }
    if !ends.is_empty() {
        let dates = ends.iter().filter_map(|id| client.commit(id).ok());
        let newest = dates.map(|facts| facts.committed).max();
        let newest = newest.map(|seconds| Timestamp::from_seconds(seconds.clamp(0, 1 << 40)));
        sink.finding(finding::shallow(subject, newest));
    }
}

impl Stand<'_> {
    /// Follows the tags, and gives the commits to walk from and those that are known.
    fn tips(&mut self, client: &mut Client) -> (Vec<ObjectId>, Vec<ObjectId>) {
        let mut pointless = Vec::new();
        for (name, target) in &self.refs.tags {
            match client.peel(*target) {
                Ok(Some(peeled)) => self.tags.push(Tagged {
                    name: name.clone(),
                    target: *target,
                    peeled,
                }),
                _ => pointless.push(name.clone()),
            }
        }
        let is_new = |name: &String| self.before.tags.get(name) != self.refs.tags.get(name);
        pointless.retain(is_new);
        if let Some(told) = finding::pointless_tags(&self.subject, &pointless) {
            self.sink.finding(told);
        }
        let targets = self.before.tags.values();
        let known: HashSet<ObjectId> = targets
            .filter_map(|target| client.peel(*target).ok().flatten())
            .map(|peeled| peeled.commit)
            .chain(self.before.heads.values().copied())
            .collect();
        let wanted: HashSet<ObjectId> = self
            .tags
            .iter()
            .map(|tag| tag.peeled.commit)
            .chain(self.refs.heads.values().copied())
            .filter(|id| !known.contains(id))
            .collect();
        (wanted.into_iter().collect(), known.into_iter().collect())
    }

    fn walk(
        mut self,
        graph: &mut Graph<'_>,
        (wanted, known): &(Vec<ObjectId>, Vec<ObjectId>),
        now: Timestamp,
        said: &Known,
    ) -> Result<(), ConnectorError> {
        let wanted: Vec<Place> = wanted.iter().map(|id| graph.place(*id)).collect();
        let gone: Vec<Place> = known.iter().map(|id| graph.place(*id)).collect();
        let sink = &mut *self.sink;
        let commits = graph.reach(&wanted, &gone, &mut |done| {
            sink.progress(progress(done, None))
        });
        let (line, brought) = self.line(graph);
        self.tell_rewritten(graph, said);
        let tags: Vec<usize> = (0..self.tags.len())
            .filter(|index| {
                let tag = &self.tags[*index];
                self.before.tags.get(&tag.name) != Some(&tag.target)
            })
            .collect();
        let authored = commits.iter().filter_map(|place| graph.facts(*place));
        let told = finding::dates(&self.subject, authored.map(|facts| facts.authored), now);
        if let Some(told) = told {
            self.sink.finding(told);
        }
        let mut items: Vec<(i64, ObjectId, Item)> = Vec::with_capacity(commits.len());
        let date = |place: Place| graph.facts(place).map_or(0, |facts| facts.committed);
        for place in commits {
            items.push((date(place), graph.id(place), Item::Commit(place)));
        }
        for (index, place) in line.iter().enumerate() {
            if graph
                .facts(*place)
                .is_some_and(|facts| !facts.requests.is_empty())
            {
                items.push((date(*place), graph.id(*place), Item::Merges(index)));
            }
        }
        for index in tags {
            let peeled = self.tags[index].peeled;
            let place = graph.place(peeled.commit);
            graph.meet(place);
            let at = graph.facts(place).map_or(0, |facts| facts.committed);
            items.push((peeled.tagged.unwrap_or(at), peeled.commit, Item::Tag(index)));
        }
        items.sort_by_key(|(date, id, _)| (Reverse(*date), *id));
        self.tell_unreadable(graph);
        self.emit(graph, &items, &(line, brought))
    }

    /// What is new on the line, and what each commit of it brought in.
    fn line(&mut self, graph: &mut Graph<'_>) -> (Vec<Place>, Vec<Brought>) {
        let Some((name, tip)) = &self.after.line else {
            return (Vec::new(), Vec::new());
        };
        let known = self.before.line.as_ref();
        let known = known
            .filter(|(before, _)| before == name)
            .map(|(_, tip)| *tip);
        let known = known.map(|id| graph.place(id));
        let tip = graph.place(*tip);
        let (line, met) = graph.line(tip, known);
        // Where the old tip is not on the line any more, its place tells nothing of what was merged when.
        let hidden: Vec<Place> = known.filter(|_| met).into_iter().collect();
        let is_named = |place: &Place| {
            let facts = graph.facts(*place);
            facts.is_some_and(|facts| !facts.requests.is_empty() && facts.parents.len() > 1)
        };
        if !line.iter().any(is_named) {
            let none = vec![Brought::default(); line.len()];
            return (line, none);
        }
        let fresh = graph.reach(&[tip], &hidden, &mut |_| {});
        let brought = graph.brought(&line, &fresh);
        (line, brought)
    }

    fn tell_rewritten(&mut self, graph: &mut Graph<'_>, said: &Known) {
        let tags = self.tags.iter().map(|tag| tag.peeled.commit);
        let tips: Vec<ObjectId> = self.refs.heads.values().copied().chain(tags).collect();
        let mut rewritten = Vec::new();
        for (name, old) in &said.heads {
            let Some(new) = self.refs.heads.get(name).filter(|new| *new != old) else {
                continue;
            };
            if name == "HEAD" {
                continue;
            }
            let (old, new) = (graph.place(*old), graph.place(*new));
            let short = name
                .trim_start_matches("refs/heads/")
                .trim_start_matches("refs/remotes/");
            if graph.meet(old).is_none() {
                rewritten.push((short.to_owned(), None));
                continue;
            }
            if graph.reach(&[old], &[new], &mut |_| {}).is_empty() {
                continue;
            }
            let tips: Vec<Place> = tips.iter().map(|id| graph.place(*id)).collect();
            let lost = graph.reach(&[old], &tips, &mut |_| {}).len();
            if lost > 0 {
                rewritten.push((short.to_owned(), Some(lost)));
            }
        }
        for told in finding::rewritten(&self.subject, &rewritten) {
            self.sink.finding(told);
        }
    }

    /// Commits that are missing or broken. An old tip that is gone is none of them: nothing leads to it any more.
    fn tell_unreadable(&mut self, graph: &Graph<'_>) {
        let old: BTreeSet<&ObjectId> = self.before.heads.values().collect();
        let mut count = 0;
        let mut first = None;
        for (id, why) in graph.unreadable() {
            if old.contains(&id) && !self.refs.heads.values().any(|tip| *tip == id) {
                continue;
            }
            count += 1;
            if self.after.unreadable.len() < LOOKED_AT_AGAIN {
                self.after.unreadable.insert(id);
            }
            first.get_or_insert_with(|| match why {
                Unread::Missing => (id, "it is missing".to_owned()),
                Unread::Broken(why) => (id, why.clone()),
            });
        }
        if let Some((id, why)) = first {
            let told = finding::unreadable(&self.subject, count, &id.to_string(), &why);
            self.sink.finding(told);
        }
    }

    fn emit(
        mut self,
        graph: &mut Graph<'_>,
        items: &[(i64, ObjectId, Item)],
        merged: &(Vec<Place>, Vec<Brought>),
    ) -> Result<(), ConnectorError> {
        let mut cursors = self.after.cursors(&self.before);
        let mut count = PathsTold::default();
        let total = items.len() as u64;
        let mut done = 0;
        for chunk in items.chunks(BATCH) {
            let mut paths = self.touched(graph, chunk, &mut count).into_iter();
            let mut events = Vec::with_capacity(chunk.len());
            for (date, _, item) in chunk {
                match item {
                    Item::Commit(place) => {
                        let paths = paths.next().flatten();
                        let facts = graph.facts(*place);
                        events.extend(
                            facts.map(|facts| self.origin.commit(graph.id(*place), facts, paths)),
                        );
                    }
                    Item::Merges(index) => {
                        self.merges(graph, merged.0[*index], &merged.1[*index], &mut events)
                    }
                    Item::Tag(index) => {
                        let tag = &self.tags[*index];
                        events.push(self.origin.tag(
                            &tag.name,
                            tag.target,
                            tag.peeled.commit,
                            *date,
                        ));
                    }
                }
            }
            done += chunk.len() as u64;
            let cursors = if done == total {
                std::mem::take(&mut cursors)
            } else {
                Vec::new()
            };
            self.sink.batch(Batch { events, cursors })?;
            self.sink.progress(progress(done, Some(total)));
        }
        count.tell(&self.subject, self.sink);
        if cursors.is_empty() {
            return Ok(());
        }
        self.sink.batch(Batch {
            events: Vec::new(),
            cursors,
        })
    }

    /// One event for each request that a commit of the line names.
    fn merges(
        &self,
        graph: &Graph<'_>,
        place: Place,
        brought: &Brought,
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
            let author = if parents.is_empty() {
                Some(facts.author.clone())
            } else {
                author(graph, &found)
            };
            events.push(self.origin.merged(&Merge {
                request,
                sha: graph.id(place),
                committed: facts.committed,
                author: author.filter(|author| !author.is_empty()),
                commits: found.iter().map(|place| graph.id(*place)).collect(),
            }));
        }
    }

    /// The paths of the commits among some items, in their order.
    fn touched(
        &mut self,
        graph: &mut Graph<'_>,
        items: &[(i64, ObjectId, Item)],
        count: &mut PathsTold,
    ) -> Vec<Option<Vec<String>>> {
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
        pairs
            .into_iter()
            .map(|pair| match pair.and_then(|_| compared.next()) {
                Some(Ok(touched)) => {
                    count.capped += usize::from(touched.cut);
                    Some(touched.paths)
                }
                Some(Err(why)) => count.unknown(why),
                None => count.unknown("the commit before is not there".to_owned()),
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

fn progress(done: u64, total: Option<u64>) -> Progress {
    Progress {
        what: "reading commits".to_owned(),
        done,
        total,
    }
}
