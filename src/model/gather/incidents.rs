//! Whose an incident is that names nobody, and where it is: it is of the workloads that know the deployment, the commit, the change or the digest that it names,
//! and struck the environment of its deployment.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Gatherer;
use super::held::digests;
use crate::model::called::{called, says_whose};
use crate::model::entity::{ChangeAt, CommitAt, Incident, Record};
use crate::model::name::Name;

impl Gatherer {
    /// Leaves out the incidents of which only what they name could tell whose they are, and which name nothing of this workload's.
    pub(super) fn keep_incidents(&mut self) {
        let rooted = &self.rooted;
        let is_ours = |one: &Incident| rooted.contains(&(one.source, one.id));
        let mut others = self.workload.incidents.iter().filter(|one| !is_ours(one));
        if others.next().is_none() {
            return;
        }
        let workload = &self.workload;
        let digests = digests(workload);
        let records = workload.records.iter();
        let deployments: FxHashSet<Name> = records.flat_map(by_name).collect();
        let deployed: FxHashSet<CommitAt> = (workload.records.iter())
            .filter_map(|record| record.commit)
            .collect();
        let commits = &workload.commits;
        let has = |at: CommitAt| {
            let commit = commits.get(at as usize).filter(|commit| commit.touches);
            commit.is_some_and(|commit| commit.at.is_some() || deployed.contains(&at))
        };
        let asked = workload.incidents.iter().filter_map(|one| one.change);
        let changes = called(&workload.names, &workload.changes, asked);
        let is_change = |name: Name| {
            let has_change = |place: &ChangeAt| {
                let change = workload.changes.get(*place as usize);
                change.is_some_and(|change| change.sha.is_none_or(has))
            };
            let own = changes.get(&name).into_iter().flatten();
            // A commit that nobody asked for is its own change.
            let direct = || workload.commit_of.get(name).is_some_and(has);
            says_whose(workload.text(name)) && (own.copied().any(|at| has_change(&at)) || direct())
        };
        let keep = |one: &Incident| {
            is_ours(one)
                || one.artifact.is_some_and(|name| digests.contains(&name))
                || (one.deployment.flatten()).is_some_and(|name| deployments.contains(&name))
                || one.commit.is_some_and(has)
                || one.change.is_some_and(is_change)
        };
        let kept: Vec<bool> = workload.incidents.iter().map(keep).collect();
        let mut kept = kept.into_iter();
        let incidents = &mut self.workload.incidents;
        incidents.retain(|_| kept.next().unwrap_or(true));
    }

    /// Gives incidents that name a deployment its service and its environment, where they say no other and it has one alone.
    pub(super) fn place_incidents(&mut self) {
        let named = |one: &Incident| one.deployment.flatten();
        let is_open = |one: &Incident| one.environment.is_none() || one.service.is_none();
        let incidents = self.workload.incidents.iter();
        let mut records: FxHashMap<Name, Vec<usize>> = incidents
            .filter(|one| is_open(one))
            .filter_map(named)
            .map(|name| (name, Vec::new()))
            .collect();
        if records.is_empty() {
            return;
        }
        for (place, record) in self.workload.records.iter().enumerate() {
            for name in by_name(record) {
                if let Some(places) = records.get_mut(&name) {
                    places.push(place);
                }
            }
        }
        let all = &self.workload.records;
        for incident in &mut self.workload.incidents {
            let Some(places) = named(incident).and_then(|name| records.get(&name)) else {
                continue;
            };
            let one =
                |of: fn(&Record) -> Option<Name>| alone(places.iter().map(|at| of(&all[*at])));
            let (service, environment) = (
                one(|record| record.service),
                one(|record| record.environment),
            );
            incident.service = incident.service.or(service);
            incident.environment = incident.environment.or(environment);
        }
    }
}

/// What a deployment may be named by: its own id, and those of its records.
fn by_name(record: &Record) -> [Name; 2] {
    [record.deployment, record.id]
}

/// The one thing that all of them are.
fn alone(mut all: impl Iterator<Item = Option<Name>>) -> Option<Name> {
    let first = all.next()?;
    first.filter(|_| all.all(|other| other == first))
}
