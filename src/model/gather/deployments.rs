//! Records of deployments. A record that finishes more than once (a retry under the same id) is a row for each time.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::Gatherer;
use crate::event::cdevents::purl::said;
use crate::event::kind;
use crate::event::kind::{Outcome, Phase};
use crate::event::time::Timestamp;
use crate::model::entity::Record;
use crate::model::name::Name;

/// Records that have begun and not finished, by source and id, in the order in which they began.
#[derive(Default)]
pub(super) struct Pending {
    of: FxHashMap<(Name, Name), Record>,
}

impl Gatherer {
    pub(super) fn deployment(
        &mut self,
        source: Name,
        at: Timestamp,
        fact: &kind::Deployment<Name>,
    ) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        let commits = fact.commits.as_ref().map(|commits| {
            commits
                .iter()
                .map(|sha| self.commit_at(*sha, fact.repository))
                .collect()
        });
        let record = self
            .pending
            .of
            .entry((source, fact.record))
            .or_insert_with(|| Record::begun(source, fact.record));
        record.deployment = fact.deployment.unwrap_or(record.deployment);
        record.service = fact.service.or(record.service);
        record.environment = fact.environment.or(record.environment);
        record.repository = fact.repository.or(record.repository);
        record.pipeline = fact.pipeline.or(record.pipeline);
        record.commit = commit.or(record.commit);
        record.artifact = fact.artifact.or(record.artifact);
        record.version = fact.version.or(record.version);
        record.commits = commits.or(record.commits.take());
        record.slot = fact.slot.or(record.slot);
        record.url = fact.url.or(record.url);
        record.unplanned |= fact.unplanned;
        record.rollback |= fact.rollback;
        record.removed |= fact.removed;
        if fact.phase != Phase::Finished {
            // At the very instant of its finish, this is how what has finished began, told in the wrong order; later, it has begun again.
            if record.finished == Some(at) {
                return;
            }
            record.finished = None;
        }
        record.started = fact.started.or(record.started);
        match fact.phase {
            Phase::Queued => record.queued = record.queued.or(Some(at)),
            Phase::Started => record.started = record.started.or(Some(at)),
            Phase::Finished => {
                let mut row = record.clone();
                row.finished = Some(at);
                row.outcome = Some(fact.outcome.unwrap_or(Outcome::Other));
                self.workload.records.push(row);
                (record.queued, record.started) = (None, None);
                record.finished = Some(at);
            }
        }
    }

    /// Adds what is under way, and finds the commit of what names only an artifact or a version.
    pub(super) fn deploy(&mut self) {
        let mut under_way: Vec<Record> = std::mem::take(&mut self.pending.of)
            .into_values()
            .filter(|record| record.queued.is_some() || record.started.is_some())
            .collect();
        let names = &self.workload.names;
        under_way.sort_by_key(|record| {
            (
                record.started.or(record.queued),
                names.text(record.source),
                names.text(record.id),
            )
        });
        self.workload.records.append(&mut under_way);
        for place in 0..self.workload.records.len() {
            let record = &self.workload.records[place];
            let (artifact, version, finished) = (record.artifact, record.version, record.finished);
            let (told, digest) = self.told_by(artifact);
            let version = version.or(told);
            // What is under way takes what there is by now.
            let at = finished.unwrap_or(self.workload.as_of);
            let made_of = self.origin([artifact, digest, version], at);
            let record = &mut self.workload.records[place];
            (record.version, record.digest) = (version, digest);
            // A commit of which nothing is known may be one of a repository that only says what runs: what the artifact was made of says more.
            let commits = &self.workload.commits;
            let known = |commit| commits.get(commit as usize).and_then(|commit| commit.at);
            if record.commit.and_then(known).is_none() {
                record.commit = made_of.or(record.commit);
            }
            if let (None, Some(commit)) = (record.repository, record.commit) {
                record.repository = self
                    .workload
                    .commits
                    .get(commit as usize)
                    .and_then(|commit| commit.repository);
            }
        }
    }

    /// The version and the digest of an artifact, from what is known of it, else from its own text.
    pub(super) fn told_by(&mut self, artifact: Option<Name>) -> (Option<Name>, Option<Name>) {
        let Some(artifact) = artifact else {
            return (None, None);
        };
        let known = self.artifacts.get(&artifact);
        let known = known.and_then(|known| self.workload.artifacts.get(*known));
        let (version, digest) = known.map_or((None, None), |known| (known.version, known.digest));
        if version.is_some() && digest.is_some() {
            return (version, digest);
        }
        let names = &mut self.workload.names;
        let said = said(names.text(artifact));
        let said = [said.version, said.digest].map(|text| text.map(Cow::into_owned));
        let [told, of] = said.map(|text| text.map(|text| names.intern(&text)));
        (version.or(told), digest.or(of))
    }
}
