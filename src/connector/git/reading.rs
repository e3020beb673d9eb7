//! One reading, in its order: what the references are, whether anything differs, what is beyond the known tips, and what the line merged. Nothing differs
//! most of the time, and that is found out before any commit is read.

use std::collections::BTreeSet;

use gix::ObjectId;
use gix::hashtable::HashSet;

use crate::connector::{ConnectorError, Reading, Sink};

use super::check::{ends, name, tell_what_is_missing};
use super::client::{Client, Commits, Unread};
use super::config::Config;
use super::cursor::Known;
use super::emission::{Dated, Emission, Item, Tagged, progress};
use super::finding;
use super::graph::{Brought, Graph, Place};
use super::paths::Comparison;
use super::refs::Refs;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// How many commits are left between two reports of progress.
const STRIDE: usize = 5_000;

/// How many unreadable commits are looked at again.
const LOOKED_AT_AGAIN: usize = 1_000;

/// Where a reading stands: what it reads, and what it found so far.
struct Stand<'a> {
    subject: String,
    refs: Refs,
    /// What the log holds of this repository.
    said: Known,
    /// What of that still proves which commits were read.
    before: Known,
    after: Known,
    /// The time of the reading, in seconds.
    now: i64,
    tags: Vec<Tagged>,
    /// What is to be told of tags that are gone, or back.
    gone: Vec<Dated>,
    comparison: Option<Comparison>,
    sink: &'a mut dyn Sink,
}

pub fn read(config: &Config, reading: &Reading, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
    let mut client = Client::open(&config.path)?;
    let refs = Refs::read(&client.repository)?;
    let ends = ends(&client);
    let subject = name(config, &client);
    let kept = Known::parse(&reading.cursors);
    let said = kept.clone().told_of(&subject);
    let before = forget_what_is_mended(&said, config.touched_paths, &ends, &mut client);
    let mut after = Known::of(&subject, &refs, &ends);
    after.unreadable.clone_from(&before.unreadable);
    after.peeled.clone_from(&said.peeled);
    after.ended = said.ended;
    after.note_gone(&said);
    after.paths = config.touched_paths;
    tell_what_is_missing(&subject, &refs, &ends, &mut client, sink);
    if after == before {
        return Ok(());
    }
    let comparison = config
        .touched_paths
        .then(|| Comparison::new(&client.repository));
    let mut stand = Stand {
        subject,
        refs,
        said,
        before,
        after,
        now: reading.now.micros().div_euclid(1_000_000),
        tags: Vec::new(),
        gone: Vec::new(),
        comparison,
        sink,
    };
    let tips = stand.tips(&mut client);
    stand.gone = stand.gone(&mut client);
    let mut graph = Graph::new(&mut client, ends);
    stand.walk(&mut graph, &tips, &kept)
}

/// Where more can be told of the same history (a shallow clone made whole, an object restored, paths that are wanted now), tips prove nothing: all is
/// read again.
fn forget_what_is_mended(
    said: &Known,
    paths: bool,
    ends: &BTreeSet<ObjectId>,
    client: &mut Client,
) -> Known {
    let mended = said.ends != *ends
        || paths && !said.paths
        || said
            .unreadable
            .iter()
            .any(|id| client.has(id) && client.commit(id).is_ok());
    if mended {
        Known::default()
    } else {
        said.clone()
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
        let led = |tag: &Tagged| (tag.name.clone(), tag.peeled.commit);
        let annotated = self
            .tags
            .iter()
            .filter(|tag| tag.target != tag.peeled.commit);
        self.after.peeled = annotated.map(led).collect();
        let is_new = |name: &String| self.said.tags.get(name) != self.refs.tags.get(name);
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
        kept: &Known,
    ) -> Result<(), ConnectorError> {
        let wanted: Vec<Place> = wanted.iter().map(|id| graph.place(*id)).collect();
        let left: Vec<Place> = known.iter().map(|id| graph.place(*id)).collect();
        let mut items = std::mem::take(&mut self.gone);
        self.new_tags(graph, &mut items);
        let subject = self.subject.clone();
        let mut emission = Emission::new(&subject, self.now, self.comparison.take());
        emission.add(items, graph, self.sink)?;
        let mut walk = graph.walk(&wanted, &left);
        let mut commits = Vec::new();
        while graph.go_on(&mut walk, STRIDE) {
            self.sink.progress(progress(graph.read(), None));
            let sure = walk.sure();
            emission.add(dated(&sure, graph), graph, self.sink)?;
            commits.extend(sure);
        }
        let rest = walk.found();
        emission.add(dated(&rest, graph), graph, self.sink)?;
        commits.extend(rest);
        let (line, brought) = self.line(graph);
        self.tell_rewritten(graph);
        let facts = commits.iter().filter_map(|place| graph.facts(*place));
        let dates = facts.map(|facts| [facts.authored, facts.committed]);
        if let Some(told) = finding::dates(&self.subject, dates, self.now) {
            self.sink.finding(told);
        }
        let items = self.along(&line, brought, graph);
        emission.add(items, graph, self.sink)?;
        self.tell_unreadable(graph);
        let cursors = self.after.cursors(kept);
        emission.finish(cursors, graph, self.sink)
    }

    /// Tags that are gone, and tags that are back as they were: nobody wrote down when, so that it happened when it was seen.
    fn gone(&self, client: &mut Client) -> Vec<Dated> {
        let now = self.now;
        let mut items = Vec::new();
        for (name, target) in self.after.gone_since(&self.said) {
            let found = client.peel(*target).ok().flatten();
            let commit = found
                .map(|peeled| peeled.commit)
                .or_else(|| self.said.peeled.get(name).copied());
            // What a tag that was moved left behind can be told apart only by its commit.
            if commit.is_some() || !self.after.tags.contains_key(name) {
                let item = Item::Gone {
                    name: name.clone(),
                    target: *target,
                    commit,
                };
                items.push((now, *target, item));
            }
        }
        for tag in &self.tags {
            if self.said.gone.get(&tag.name) == Some(&tag.target) {
                let item = Item::Again(tag.name.clone(), tag.target);
                items.push((now, tag.peeled.commit, item));
            }
        }
        items
    }

    /// The tags that were not told yet.
    fn new_tags(&self, graph: &mut Graph<'_>, items: &mut Vec<Dated>) {
        for tag in &self.tags {
            let known = [&self.before.tags, &self.said.gone];
            if (known.iter()).any(|known| known.get(&tag.name) == Some(&tag.target)) {
                continue;
            }
            let commit = tag.peeled.commit;
            let place = graph.place(commit);
            graph.meet(place);
            let at = tag.peeled.tagged.unwrap_or_else(|| date(place, graph));
            items.push((at, commit, Item::Tag(tag.name.clone(), tag.target)));
        }
    }

    /// What becomes an event along the line.
    fn along(
        &mut self,
        line: &[Place],
        brought: Vec<Brought>,
        graph: &mut Graph<'_>,
    ) -> Vec<Dated> {
        let mut items = Vec::new();
        for (place, brought) in line.iter().zip(brought) {
            let facts = graph.facts(*place);
            if facts.is_some_and(|facts| !facts.requests.is_empty()) {
                let item = Item::Merges(*place, brought);
                items.push((date(*place, graph), graph.id(*place), item));
            }
        }
        self.end(graph, line, &mut items);
        items
    }

    /// Where the line ends, and where it ended on each day before, so that it can be told how things were then.
    fn end(&mut self, graph: &mut Graph<'_>, line: &[Place], items: &mut Vec<Dated>) {
        if self.after.line == self.before.line {
            return;
        }
        let Some((name, tip)) = self.after.line.clone() else {
            return;
        };
        let place = graph.place(tip);
        let made = graph.meet(place).unwrap_or(0);
        let end = self.ended_after(graph, made);
        self.after.ended = Some(end.unwrap_or_else(|| made.min(self.now)));
        items.push((end.unwrap_or(made), tip, Item::Branch(name.clone(), end)));
        let mut day = made.min(self.now).div_euclid(DAY);
        for place in line {
            let date = date(*place, graph);
            if date.div_euclid(DAY) < day {
                day = date.div_euclid(DAY);
                items.push((date, graph.id(*place), Item::Branch(name.clone(), None)));
            }
        }
    }

    /// A line may come to end at a commit that is older than the one where it was told to end, by a clock that is wrong or by force: since when, as far as
    /// that can be told; `None` where the commit's own date says it.
    fn ended_after(&self, graph: &mut Graph<'_>, made: i64) -> Option<i64> {
        let ((before, old), (name, tip)) = (self.said.line.as_ref()?, self.after.line.as_ref()?);
        if before != name || old == tip {
            return None;
        }
        let old = graph.place(*old);
        let told = self.said.ended.or_else(|| graph.meet(old))?;
        (made <= told).then_some(told + 1)
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
        let fresh = graph.reach(&[tip], &hidden);
        let brought = graph.brought(&line, &fresh);
        (line, brought)
    }

    fn tell_rewritten(&mut self, graph: &mut Graph<'_>) {
        let tags = self.tags.iter().map(|tag| tag.peeled.commit);
        let tips: Vec<ObjectId> = self.refs.heads.values().copied().chain(tags).collect();
        let mut rewritten = Vec::new();
        for (name, old) in &self.said.heads {
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
            if graph.reach(&[old], &[new]).is_empty() {
                continue;
            }
            let tips: Vec<Place> = tips.iter().map(|id| graph.place(*id)).collect();
            let lost = graph.reach(&[old], &tips).len();
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
        let old: BTreeSet<&ObjectId> = self.said.heads.values().collect();
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
}

/// When a commit was committed; 0 where that cannot be read.
fn date(place: Place, graph: &Graph<'_>) -> i64 {
    graph.facts(place).map_or(0, |facts| facts.committed)
}

fn dated(commits: &[Place], graph: &Graph<'_>) -> Vec<Dated> {
    let dated = |place: &Place| {
        let date = date(*place, graph);
        (date, graph.id(*place), Item::Commit(*place))
    };
    commits.iter().map(dated).collect()
}
