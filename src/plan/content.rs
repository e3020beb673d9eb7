//! What a plan moves: the changes that ship or leave, and versions as a tool is told of them.

use super::{Moving, request};
use crate::model::Workload;
use crate::model::entity::ChangeAt;
use crate::model::notes::is_migration;
use crate::model::version::Version;

/// Changes as a plan tells of them.
#[must_use]
pub fn moving(workload: &Workload, changes: &[ChangeAt]) -> Vec<Moving> {
    let text = |name| workload.text(name).to_owned();
    let places = changes.iter();
    places
        .filter_map(|place| workload.changes.get(*place as usize))
        .map(|change| {
            let message = || {
                let commit = workload.commits.get(change.sha? as usize)?;
                workload
                    .text(commit.message?)
                    .lines()
                    .next()
                    .map(str::to_owned)
            };
            let mut labels = change.labels.iter().map(|label| workload.text(*label));
            Moving {
                change: text(change.id),
                title: change.title.map(text).or_else(message),
                author: change.author.map(text),
                tickets: change.tickets.iter().map(|ticket| text(*ticket)).collect(),
                migration: labels.any(is_migration),
            }
        })
        .collect()
}

/// Changes by their ids.
#[must_use]
pub fn named(workload: &Workload, ids: &[String]) -> Vec<Moving> {
    let places: Vec<ChangeAt> = (0..)
        .zip(&workload.changes)
        .filter(|(_, change)| ids.iter().any(|id| id == workload.text(change.id)))
        .map(|(place, _)| place)
        .collect();
    moving(workload, &places)
}

/// A version as a tool is told of it.
#[must_use]
pub fn told(version: &Version) -> request::Version {
    request::Version {
        version: version.version.clone(),
        sha: version.sha.clone(),
        artifact: version.artifact.clone(),
        digest: version.digest.clone(),
        deployment: version.deployment.clone(),
    }
}
