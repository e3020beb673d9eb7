//! Facts into the entities of one workload. The facts of every partition that has to do with the workload are read in one canonical order, up to the
//! instant asked for; each adds what it says to the thing it speaks of. Then identifiers are followed: digest to commit, version to tag, commit to change.

mod changes;
mod claims;
mod decisions;
mod deployments;
mod held;
mod incidents;
mod membership;
mod named;
mod order;
mod origin;
mod path;
mod rewritten;
mod runs;
pub(in crate::model) mod said;
pub(in crate::model) mod tags;
#[cfg(test)]
mod tests;
mod ticket;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

pub use order::Facts;
use order::Order;
pub use ticket::Gathered;

use super::Workload;
use super::by_name::ByName;
use super::definition::{Definition, Path, Rules};
use super::entity::{ChangeAt, CommitAt};
use super::graph::Graph;
use super::name::{Name, Names};
use crate::event::kind::{ChangePhase, Kind, MapText, Phase};
use crate::event::time::Timestamp;

/// What the gatherer must know of the world around the workload.
pub struct Surroundings<'a> {
    /// Whether some workload claims this service.
    pub claimed: &'a dyn Fn(&str) -> bool,
    /// What an artifact is called whatever its version.
    pub artifact_name: &'a dyn Fn(&str) -> String,
    /// Whether any source tells of incidents.
    pub incident_source: bool,
}

/// Gathers everything that the facts up to `as_of` say of a workload, but for what they say of tickets: those come once it is known which are named.
#[must_use]
pub fn gather(
    definition: &Definition,
    rules: &Rules,
    partitions: &[Facts<'_>],
    around: &Surroundings<'_>,
    as_of: Timestamp,
) -> Gathered {
    let mut gatherer = Gatherer::new(definition, as_of);
    gatherer.workload.incident_source = around.incident_source;
    let order = Order::of(partitions, as_of);
    gatherer.expect(&order);
    // The names of the largest partition are taken as they are; the others' are turned into them one by one.
    let largest = (0..partitions.len()).max_by_key(|place| partitions[*place].names.len());
    if let Some(largest) = largest {
        gatherer.workload.names = Names::on(partitions[largest].names);
        gatherer.workload.commit_of = ByName::with_room(gatherer.workload.names.len());
    }
    let own = largest.map(|largest| partitions[largest]);
    gatherer.while_reading(own, |gatherer| {
        gatherer.read(&order, largest, |kind, theirs, _| {
            belongs(kind, theirs, definition, around)
        });
        gatherer.trace(rules);
    });
    gatherer.add_direct_changes();
    gatherer.keep_own();
    Gathered(gatherer)
}

/// Whether a fact is about the workload.
fn belongs(
    kind: &Kind<Name>,
    names: &Names,
    definition: &Definition,
    around: &Surroundings<'_>,
) -> bool {
    let has = |list: &[String], name: Option<Name>| {
        name.is_some_and(|name| list.iter().any(|text| text == names.text(name)))
    };
    let repository = |name| has(&definition.repositories, name);
    let artifact = |name: Option<Name>| {
        name.is_some_and(|name| {
            !definition.artifacts.is_empty()
                && definition
                    .artifacts
                    .contains(&(around.artifact_name)(names.text(name)))
        })
    };
    // A service that nobody claims does not keep a record from the workload of its repository.
    let served = |service: Option<Name>| match service {
        Some(_) if has(&definition.services, service) => Some(true),
        Some(name) if (around.claimed)(names.text(name)) => Some(false),
        _ => None,
    };
    match kind {
        // Only what others tell of its subject brings what names nothing here.
        _ if kind.is_loose(|name| names.text(*name)) || kind.names_nothing() => true,
        Kind::Commit(fact) => repository(fact.repository),
        Kind::Change(fact) => repository(fact.repository),
        Kind::Tag(fact) => repository(fact.repository),
        Kind::Branch(fact) => repository(fact.repository),
        Kind::Run(fact) => repository(fact.repository) || artifact(fact.artifact),
        Kind::Scan(fact) => repository(fact.repository) || artifact(fact.artifact),
        Kind::Artifact(fact) => repository(fact.repository) || artifact(Some(fact.artifact)),
        Kind::Gate(fact) => served(fact.service)
            .unwrap_or_else(|| repository(fact.repository) || artifact(fact.artifact)),
        Kind::Deployment(fact) => served(fact.service)
            .unwrap_or_else(|| repository(fact.repository) || artifact(fact.artifact)),
        Kind::Incident(fact) => served(fact.service).unwrap_or_else(|| artifact(fact.artifact)),
        Kind::Mark(_) => true,
        // What is said of tickets is read once it is known which are named; the others say whose a workload is, not what happens to it.
        Kind::Ticket(_) | Kind::Component(_) | Kind::Other(_) => false,
    }
}

fn note(sources: &mut Vec<Name>, source: Name) {
    if !sources.contains(&source) {
        sources.push(source);
    }
}

/// A workload in the making, and what is needed only while it is made.
struct Gatherer {
    workload: Workload,
    change_of: FxHashMap<(Option<Name>, Name), ChangeAt>,
    runs: FxHashMap<(Name, Name, u32), usize>,
    artifacts: FxHashMap<Name, usize>,
    gates: FxHashMap<(Name, Name), usize>,
    /// Gates and incidents of which something says that they are this workload's, and not only what they hold or are about.
    rooted: FxHashSet<(Name, Name)>,
    incidents: FxHashMap<(Name, Name), usize>,
    tickets: FxHashMap<Name, usize>,
    marks: Vec<decisions::Marked>,
    pending: deployments::Pending,
    /// Where each branch that changes are meant to reach was last seen to end.
    heads: BTreeMap<(Option<Name>, Name), CommitAt>,
    /// Where they ended before, and when one was last seen to end elsewhere.
    left: Vec<CommitAt>,
    rewritten_at: Option<Timestamp>,
    /// When and as which commit a change was merged, by each that said so.
    landings: FxHashMap<ChangeAt, Vec<(Timestamp, CommitAt)>>,
    /// What an artifact's texts (package URL, digest, version) say of its commit.
    made_of: origin::Origins,
    /// What tags do.
    tagged: origin::Origins,
    /// By the place of a tag: the sources that say it is there.
    holders: Vec<Vec<Name>>,
    /// Commits that an event says belong to a change.
    members: Vec<(CommitAt, Option<Name>, Name)>,
    /// The last commit of the list that a change was last told with.
    listed: FxHashMap<ChangeAt, CommitAt>,
    /// Which commits the target branch holds.
    reached: Vec<bool>,
    /// What the messages of commits say, and those that nobody has read yet.
    messages: said::Messages,
    unread: Vec<Name>,
}

impl Gatherer {
    fn new(definition: &Definition, as_of: Timestamp) -> Self {
        let path = match &definition.path {
            Some(path) => Path::clone(path),
            None => Path {
                name: "derived".to_owned(),
                steps: Vec::new(),
                freezes: Vec::new(),
                derived: true,
            },
        };
        Self {
            workload: Workload {
                definition: definition.clone(),
                path,
                as_of,
                names: Names::default(),
                commits: Vec::new(),
                commit_of: ByName::default(),
                graph: Graph::default(),
                changes: Vec::new(),
                outside: Vec::new(),
                runs: Vec::new(),
                artifacts: Vec::new(),
                scans: Vec::new(),
                gates: Vec::new(),
                records: Vec::new(),
                incidents: Vec::new(),
                tags: Vec::new(),
                tickets: Vec::new(),
                holds: Vec::new(),
                commit_sources: Vec::new(),
                request_sources: Vec::new(),
                marked_unplanned: Vec::new(),
                marked_failed: Vec::new(),
                released_by_tags: false,
                incident_source: false,
                known: None,
            },
            change_of: FxHashMap::default(),
            runs: FxHashMap::default(),
            artifacts: FxHashMap::default(),
            gates: FxHashMap::default(),
            rooted: FxHashSet::default(),
            incidents: FxHashMap::default(),
            tickets: FxHashMap::default(),
            marks: Vec::new(),
            pending: deployments::Pending::default(),
            heads: BTreeMap::new(),
            left: Vec::new(),
            rewritten_at: None,
            landings: FxHashMap::default(),
            made_of: origin::Origins::default(),
            tagged: origin::Origins::default(),
            holders: Vec::new(),
            members: Vec::new(),
            listed: FxHashMap::default(),
            reached: Vec::new(),
            messages: said::Messages::default(),
            unread: Vec::new(),
        }
    }

    /// Makes room for what there will be most of, so that little is moved as more come.
    fn expect(&mut self, order: &Order<'_>) {
        let (mut commits, mut opened, mut merged) = (0, 0, 0);
        let (mut started, mut finished, mut scans) = (0, 0, 0);
        for (_, fact) in order.facts() {
            match &fact.kind {
                Kind::Commit(_) => commits += 1,
                Kind::Change(fact) if fact.phase == ChangePhase::Created => opened += 1,
                Kind::Change(fact) if fact.phase == ChangePhase::Merged => merged += 1,
                Kind::Run(fact) if fact.phase == Phase::Started => started += 1,
                Kind::Run(fact) if fact.phase == Phase::Finished => finished += 1,
                Kind::Scan(_) => scans += 1,
                _ => {}
            }
        }
        let workload = &mut self.workload;
        workload.commits.reserve(commits);
        workload.graph.reserve(commits);
        let requests = opened.max(merged);
        // Most commits of a line that nobody asks to be merged are changes by themselves, and a change is large: none is moved.
        workload.changes.reserve(requests + commits);
        self.change_of.reserve(requests);
        let runs = started.max(finished);
        workload.runs.reserve(runs);
        self.runs.reserve(runs);
        workload.scans.reserve(scans);
    }

    /// Takes the facts that are wanted, which is asked with their table and the workload's. Their names are turned into those of the workload, but for the
    /// partition whose table it goes on from.
    fn read(
        &mut self,
        order: &Order<'_>,
        own: Option<usize>,
        is_wanted: impl Fn(&Kind<Name>, &Names, &Names) -> bool,
    ) {
        let partitions = order.partitions.iter().enumerate();
        let mut turned: Vec<Vec<Option<Name>>> = partitions
            .map(|(place, facts)| match own {
                Some(own) if own == place => Vec::new(),
                _ => vec![None; facts.names.len()],
            })
            .collect();
        for (partition, fact) in order.facts() {
            let theirs = order.partitions[partition].names;
            if !is_wanted(&fact.kind, theirs, &self.workload.names) {
                continue;
            }
            if own == Some(partition) {
                self.take(fact.source, fact.at, &fact.kind);
                continue;
            }
            let turned = &mut turned[partition];
            let names = &mut self.workload.names;
            let mut turn = |name: &Name| match turned.get_mut(name.index()) {
                // A snapshot that is damaged may speak of names that its table has not.
                None => names.intern(""),
                Some(turned) => *turned.get_or_insert_with(|| names.intern(theirs.text(*name))),
            };
            let source = turn(&fact.source);
            let kind = fact.kind.map_text(&mut turn);
            if let Kind::Commit(fact) = &kind {
                self.unread.extend(fact.message);
            }
            self.take(source, fact.at, &kind);
        }
    }

    fn take(&mut self, source: Name, at: Timestamp, kind: &Kind<Name>) {
        let is_loose = kind.is_loose(|name| self.workload.text(*name)) || kind.names_nothing();
        let elsewhere = is_loose || matches!(kind, Kind::Ticket(_) | Kind::Mark(_));
        if !elsewhere {
            let known = self.workload.known.get_or_insert((at, at));
            *known = (known.0.min(at), known.1.max(at));
        }
        match kind {
            Kind::Commit(fact) => {
                note(&mut self.workload.commit_sources, source);
                self.commit(at, fact);
            }
            Kind::Change(fact) => {
                note(&mut self.workload.request_sources, source);
                self.change(at, fact);
            }
            Kind::Run(fact) => self.run(source, at, fact),
            Kind::Artifact(fact) => self.artifact(source, at, fact),
            Kind::Scan(fact) => self.scan(source, at, fact),
            Kind::Gate(fact) => {
                if !is_loose {
                    self.rooted.insert((source, fact.gate));
                }
                self.gate(source, at, fact);
            }
            Kind::Deployment(fact) => self.deployment(source, at, fact),
            Kind::Incident(fact) => {
                if !is_loose {
                    self.rooted.insert((source, fact.incident));
                }
                self.incident(source, at, fact);
            }
            Kind::Tag(fact) => self.tag(source, at, fact),
            Kind::Branch(fact) => self.branch(at, fact),
            Kind::Ticket(fact) => self.ticket(at, fact),
            Kind::Mark(fact) => self.mark(at, fact),
            Kind::Component(_) | Kind::Other(_) => {}
        }
    }

    /// Follows identifiers, as far as neither a message nor a ticket has to be known for it.
    fn trace(&mut self, rules: &Rules) {
        self.trace_changes();
        self.deploy();
        self.trace_scans();
        self.drop_deleted_tags();
        self.release_by_tags(rules);
        self.keep_incidents();
        self.decide();
        self.place_incidents();
        self.assign();
    }

    fn finish(mut self, rules: &Rules) -> Workload {
        self.link_tickets();
        self.hold();
        if self.workload.path.derived {
            self.workload.path = path::derive(&self.workload, rules);
        }
        self.workload
    }

    /// The place of a commit, known or only spoken of.
    fn commit_at(&mut self, sha: Name, repository: Option<Name>) -> CommitAt {
        // A snapshot that is damaged may speak of names that its table has not: they are empty.
        let names = &mut self.workload.names;
        let sha = if sha.index() < names.len() {
            sha
        } else {
            names.intern("")
        };
        self.workload.commit_at(sha, repository)
    }
}
