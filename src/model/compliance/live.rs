//! What is live in an environment, and what is known of it by identifiers: its commit, its artifact, the changes that it brought.

use super::LiveVersion;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::delivery::Delivery;
use crate::model::entity::{Artifact, ChangeAt, CommitAt, Record};
use crate::model::environment::{live, short, version};
use crate::model::evidence::{self, Subject};
use crate::model::state::Lives;

pub(in crate::model) struct Live<'w> {
    pub record: &'w Record,
    pub artifact: Option<&'w Artifact>,
    pub since: Timestamp,
    /// When the version first went live: a rollback brings back what was judged then.
    pub first: Timestamp,
    pub subject: Subject,
    /// The changes that the version brought.
    pub changes: Vec<ChangeAt>,
}

impl<'w> Live<'w> {
    pub fn of(lives: &Lives<'w>, delivery: &Delivery) -> Option<Self> {
        let workload = lives.workload;
        let record = live(workload, &delivery.environment)?;
        let since = record.finished?;
        let artifact = artifact(workload, record);
        let commit = record.commit.or_else(|| artifact?.commit);
        let artifacts = [
            record.artifact,
            record.digest,
            artifact.map(|known| known.id),
            artifact.and_then(|known| known.digest),
        ];
        let first = commit.and_then(|commit| delivery.row(delivery.live(commit)?));
        Some(Self {
            record,
            artifact,
            since,
            first: first.map_or(since, |row| row.at.min(since)),
            subject: Subject {
                commit,
                request: request(workload, commit),
                artifacts: artifacts.into_iter().flatten().collect(),
                packaged: artifact.and_then(|known| known.packaged),
            },
            changes: brought(workload, delivery, record, commit),
        })
    }

    pub fn version(&self, workload: &Workload) -> LiveVersion {
        let text = |name| workload.text(name).to_owned();
        let sha = self.subject.commit;
        let sha = sha.and_then(|commit| workload.commits.get(commit as usize));
        let sha = sha.map(|commit| text(commit.sha));
        let digest = self.record.digest;
        LiveVersion {
            version: version(workload, self.record)
                .or_else(|| self.artifact?.version.map(text))
                .or_else(|| sha.as_ref().map(|sha| short(sha).to_owned())),
            sha,
            artifact: self
                .artifact
                .map(|known| known.id)
                .or(self.record.artifact)
                .map(text),
            digest: digest.or_else(|| self.artifact?.digest).map(text),
            since: self.since,
            deployment: text(self.record.deployment),
        }
    }
}

/// The artifact that a record deployed: by its id or digest, else what was built from the very commit.
fn artifact<'w>(workload: &'w Workload, record: &Record) -> Option<&'w Artifact> {
    let all = || workload.artifacts.iter();
    let named = all().find(|known| {
        record.artifact == Some(known.id)
            || (record.digest.is_some() && record.digest == known.digest)
    });
    named.or_else(|| all().rfind(|known| record.commit.is_some() && record.commit == known.commit))
}

/// The other commits of the request that a commit came from.
fn request(workload: &Workload, commit: Option<CommitAt>) -> Vec<CommitAt> {
    let change = commit
        .and_then(|commit| change_of(workload, commit))
        .and_then(|change| workload.changes.get(change as usize));
    let Some(change) = change else {
        return Vec::new();
    };
    let own = evidence::request(change).into_iter();
    own.filter(|own| Some(*own) != commit).collect()
}

/// What the deployment brought; where it brought nothing new (a rollback, a redeploy), what the one brought that made its commit live first; else the
/// change of the commit.
fn brought(
    workload: &Workload,
    delivery: &Delivery,
    record: &Record,
    commit: Option<CommitAt>,
) -> Vec<ChangeAt> {
    let of = |row: Option<u32>| {
        let attempt = delivery.attempt(delivery.row(row?)?.attempt)?;
        Some(attempt.changes.clone()).filter(|changes| !changes.is_empty())
    };
    let own = (0u32..).zip(&delivery.rows).find(|(_, row)| {
        let known = workload.records.get(row.record as usize);
        known.is_some_and(|known| known.id == record.id && known.source == record.source)
    });
    of(own.map(|(place, _)| place))
        .or_else(|| of(delivery.live(commit?)))
        .or_else(|| Some(vec![change_of(workload, commit?)?]))
        .unwrap_or_default()
}

/// The change that a commit is of, or the merge of.
fn change_of(workload: &Workload, commit: CommitAt) -> Option<ChangeAt> {
    let own = workload.commits.get(commit as usize)?.change;
    let merge = || {
        let mut changes = (0..).zip(&workload.changes);
        changes.find(|(_, change)| change.sha == Some(commit))
    };
    own.or_else(|| merge().map(|(place, _)| place))
}
