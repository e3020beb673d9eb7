//! Small workloads written by hand, for tests: each method adds a thing, and those that follow it say more of the thing added last. Times are of 2025,
//! UTC: `03-04 12:00`.

use super::Workload;
use super::by_name::ByName;
use super::definition::{Definition, Path, Step, StepKind};
use super::entity::{Change, CommitAt, Incident, Own, Record, Review};
use super::gather::said::copied;
use super::graph::Graph;
use super::name::{Name, Names};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;

pub fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    Timestamp::parse(&format!("2025-{day}T{time}:00Z")).unwrap()
}

pub struct Sample(Workload);

impl Sample {
    pub fn new(name: &str) -> Self {
        Self(Workload {
            definition: Definition {
                name: name.to_owned(),
                ..Definition::default()
            },
            path: Path {
                name: "path".to_owned(),
                steps: Vec::new(),
                freezes: Vec::new(),
                derived: true,
            },
            as_of: at("03-31 00:00"),
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
            known: Some((at("01-01 00:00"), at("03-31 00:00"))),
        })
    }

    /// A written path, each step needing the one before it.
    pub fn path(&mut self, steps: &[(&str, StepKind, Option<&str>)]) -> &mut Self {
        let step =
            |(place, (name, kind, environment)): (usize, &(&str, StepKind, Option<&str>))| Step {
                environment: environment.map(str::to_owned),
                needs: place.checked_sub(1).into_iter().collect(),
                ..Step::bare(*name, *kind)
            };
        self.0.path.steps = steps.iter().enumerate().map(step).collect();
        self.0.path.derived = false;
        self
    }

    pub fn name(&mut self, text: &str) -> Name {
        self.0.names.intern(text)
    }

    /// The place of a commit; one that is not known yet is added as nothing but a sha.
    pub fn sha(&mut self, sha: &str) -> CommitAt {
        let name = self.name(sha);
        self.0.commit_at(name, None)
    }

    /// A commit of the graph.
    pub fn commit(
        &mut self,
        repository: &str,
        sha: &str,
        time: &str,
        parents: &[&str],
    ) -> &mut Self {
        let place = self.dated(sha, time).sha(sha);
        let parents: Vec<CommitAt> = parents.iter().map(|sha| self.sha(sha)).collect();
        let repository = self.name(repository);
        self.0.commits[place as usize].repository = Some(repository);
        self.0.graph.tell(place, parents);
        self
    }

    /// A commit of which only the time is known.
    pub fn dated(&mut self, sha: &str, time: &str) -> &mut Self {
        let place = self.sha(sha) as usize;
        self.0.commits[place].at = Some(at(time));
        self
    }

    pub fn message(&mut self, sha: &str, text: &str) -> &mut Self {
        let place = self.sha(sha) as usize;
        let text = self.name(text);
        self.0.commits[place].message = Some(text);
        self
    }

    pub fn outside(&mut self, sha: &str) -> &mut Self {
        let place = self.sha(sha) as usize;
        self.0.commits[place].touches = false;
        self
    }

    fn change(&mut self, id: &str, repository: &str, direct: bool) -> &mut Change {
        let id = self.name(id);
        let repository = Some(self.name(repository));
        let mut change = Change::new(id, repository);
        change.direct = direct;
        self.0.changes.push(change);
        self.0.changes.last_mut().unwrap()
    }

    /// A request by ann, with its own commits.
    pub fn request(&mut self, id: &str, repository: &str, commits: &[&str]) -> &mut Self {
        let places: Vec<CommitAt> = commits.iter().map(|sha| self.sha(sha)).collect();
        let author = self.name("ann");
        let change = self.change(id, repository, false);
        change.author = Some(author);
        change.head = places.last().copied();
        change.commits = places.iter().copied().collect();
        let at = u32::try_from(self.0.changes.len() - 1).unwrap();
        for place in places {
            self.0.commits[place as usize].change = Some(at);
        }
        self
    }

    /// A commit without a request.
    pub fn direct(&mut self, sha: &str, repository: &str) -> &mut Self {
        let place = self.sha(sha);
        let change = self.change(sha, repository, true);
        change.sha = Some(place);
        change.commits = Own::from_slice(&[place]);
        self
    }

    pub fn last_change(&mut self) -> &mut Change {
        self.0.changes.last_mut().unwrap()
    }

    pub fn opened(&mut self, time: &str) -> &mut Self {
        self.last_change().opened = Some(at(time));
        self
    }

    pub fn review(&mut self, reviewer: &str, time: &str) -> &mut Self {
        let reviewer = Some(self.name(reviewer));
        self.last_change().reviews.push(Review {
            at: at(time),
            reviewer,
            state: None,
            bot: false,
        });
        self
    }

    pub fn merged(&mut self, sha: &str, time: &str) -> &mut Self {
        let place = self.sha(sha);
        self.last_change().sha = Some(place);
        self.last_change().merged = Some(at(time));
        self
    }

    pub fn label(&mut self, label: &str) -> &mut Self {
        let label = self.name(label);
        self.last_change().labels.push(label);
        self
    }

    /// A successful record in production.
    pub fn deploy(
        &mut self,
        deployment: &str,
        repository: &str,
        sha: &str,
        time: &str,
    ) -> &mut Self {
        let commit = (!sha.is_empty()).then(|| self.sha(sha));
        let record = Record {
            id: self.name(&format!("{deployment}/{repository}/{time}")),
            source: self.name("deployer"),
            deployment: self.name(deployment),
            service: None,
            environment: Some(self.name("production")),
            repository: (!repository.is_empty()).then(|| self.name(repository)),
            pipeline: None,
            commit,
            artifact: None,
            digest: None,
            version: None,
            commits: None,
            queued: None,
            started: None,
            finished: Some(at(time)),
            outcome: Some(Outcome::Success),
            unplanned: false,
            rollback: false,
            removed: false,
            slot: None,
            url: None,
        };
        self.0.records.push(record);
        self
    }

    pub fn record(&mut self) -> &mut Record {
        self.0.records.last_mut().unwrap()
    }

    pub fn outcome(&mut self, outcome: Outcome) -> &mut Self {
        self.record().outcome = Some(outcome);
        self
    }

    pub fn pipeline(&mut self, name: &str) -> &mut Self {
        let name = self.name(name);
        self.record().pipeline = Some(name);
        self
    }

    pub fn digest(&mut self, digest: &str) -> &mut Self {
        let digest = self.name(digest);
        self.record().digest = Some(digest);
        self
    }

    pub fn ships(&mut self, commits: &[&str]) -> &mut Self {
        let commits = commits.iter().map(|sha| self.sha(sha)).collect();
        self.record().commits = Some(commits);
        self
    }

    pub fn incident(&mut self, id: &str, opened: &str, resolved: Option<&str>) -> &mut Self {
        let (id, source) = (self.name(id), self.name("pager"));
        self.0.incidents.push(Incident {
            id,
            source,
            acknowledged: None,
            opened: Some(at(opened)),
            resolved: resolved.map(at),
            service: None,
            environment: None,
            description: None,
            severity: None,
            url: None,
            deployment: None,
            commit: None,
            change: None,
            artifact: None,
        });
        self
    }

    pub fn last_incident(&mut self) -> &mut Incident {
        self.0.incidents.last_mut().unwrap()
    }

    pub fn workload(&mut self) -> &mut Workload {
        &mut self.0
    }

    pub fn done(mut self) -> Workload {
        self.0
            .records
            .sort_by_key(|record| record.finished.unwrap_or(Timestamp::MAX));
        let (names, places) = (&self.0.names, &self.0.commit_of);
        for commit in &mut self.0.commits {
            let sha = commit.message.and_then(|text| copied(names.text(text)));
            let name = sha.and_then(|sha| names.get(sha));
            commit.copy_of = name.and_then(|name| places.get(name));
        }
        self.0
    }
}
