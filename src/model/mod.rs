//! What is known now. A [`Workload`] is everything that the events up to an instant say of one workload, linked through identifiers; the figures are
//! functions of it. Pure and total: any set of events gives a model, the same whatever the order in which they came.
//!
//! entities ([`entity`]) are gathered ([`gather`]) from facts; the commit graph ([`graph`]) tells what a deployment ships ([`delivery`]); from there the
//! exclusive states ([`state`]), the value-stream map ([`stream`]), the DORA metrics ([`dora`]), flow ([`flow`]), forecasts ([`forecast`]),
//! what runs where ([`environment`]) and what ran there before ([`ran`]), open gates ([`gate`]), where a reference is ([`locate`]) and what happened to it
//! ([`history`]), the way back from an incident ([`repair`]), what speaks
//! for what is live ([`compliance`], by [`evidence`]), features over several workloads ([`feature`]), what ships next ([`notes`]), the proof
//! of what ran ([`proof`]), and all of it at a glance ([`overview`]), and of tags what a reader must know ([`series`]). Time may be told by a business's calendar ([`calendar`]).

pub mod by_name;
pub mod calendar;
mod called;
pub mod compliance;
pub mod definition;
pub mod delivery;
pub mod diagnosis;
pub mod dora;
pub mod entity;
pub mod environment;
pub mod evidence;
pub mod feature;
pub mod flow;
pub mod forecast;
pub mod gate;
pub mod gather;
pub mod graph;
pub mod history;
pub mod incident;
pub mod level;
pub mod locate;
pub mod name;
pub mod notes;
pub mod overview;
pub mod proof;
pub mod ran;
pub mod repair;
#[cfg(test)]
pub(crate) mod sample;
pub mod series;
pub mod state;
pub mod statistic;
pub mod step;
pub mod stream;
pub mod travel;
pub mod version;
pub mod window;

use crate::event::time::Timestamp;
use by_name::ByName;
use definition::{Definition, Path, Rules};
use entity::{
    Artifact, Change, Commit, CommitAt, Gate, Hold, Incident, Outside, Record, Run, Scan, Tag,
    Ticket,
};
use graph::Graph;
use name::{Name, Names};

/// The environment that a version tag is a deployment to, where nobody wrote down a path to production.
pub const RELEASE: &str = "release";

/// The source of what was declared or decided in leadtime itself.
pub const OWN: &str = "leadtime";

/// Everything known of one workload up to an instant.
#[derive(Debug)]
pub struct Workload {
    pub definition: Definition,
    /// The path, as written or derived.
    pub path: Path,
    pub as_of: Timestamp,
    pub names: Names,
    pub commits: Vec<Commit>,
    pub commit_of: ByName,
    /// What each commit comes from.
    pub graph: Graph,
    /// Requests, and commits that reached the target branch without one.
    pub changes: Vec<Change>,
    /// The merged changes of its repositories that touch no part of them that is its own.
    pub outside: Vec<Outside>,
    pub runs: Vec<Run>,
    pub artifacts: Vec<Artifact>,
    pub scans: Vec<Scan>,
    pub gates: Vec<Gate>,
    /// In order of their finish; those under way last.
    pub records: Vec<Record>,
    pub incidents: Vec<Incident>,
    pub tags: Vec<Tag>,
    pub tickets: Vec<Ticket>,
    pub holds: Vec<Hold>,
    /// The sources that told of its commits, and of its requests.
    pub commit_sources: Vec<Name>,
    pub request_sources: Vec<Name>,
    /// Deployments that a person called unplanned.
    pub marked_unplanned: Vec<Name>,
    /// Deployments that a person called failed.
    pub marked_failed: Vec<Name>,
    /// No deployment to production is known, so version tags stand for them.
    pub released_by_tags: bool,
    /// Some source tells of incidents, of this workload or of another: without one, none is no news.
    pub incident_source: bool,
    /// Times of the first and last event known of it.
    pub known: Option<(Timestamp, Timestamp)>,
}

impl Workload {
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    /// The place of a commit, known or only spoken of.
    pub fn commit_at(&mut self, sha: Name, repository: Option<Name>) -> CommitAt {
        let next = CommitAt::try_from(self.commits.len()).unwrap_or(CommitAt::MAX);
        let place = self.commit_of.get_or_insert(sha, next);
        if place == next {
            self.commits.push(Commit::new(sha, repository));
            self.graph.add();
        }
        place
    }

    /// What heads a message.
    #[must_use]
    pub fn heading(&self, name: Name) -> &str {
        entity::heading(self.text(name))
    }

    /// The environment that delivery means for this workload.
    #[must_use]
    pub fn production<'a>(&'a self, rules: &'a Rules) -> &'a str {
        if self.released_by_tags {
            self.released_to(rules)
        } else {
            &rules.production
        }
    }

    /// The environment that version tags are deployments to, where they stand for them.
    #[must_use]
    pub fn released_to<'a>(&'a self, rules: &'a Rules) -> &'a str {
        let leads_there = self.path.deployment_to(&rules.production).is_some();
        if leads_there && !self.path.derived {
            &rules.production
        } else {
            RELEASE
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }
}
