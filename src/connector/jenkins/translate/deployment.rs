//! Builds that deploy. Jenkins has no word for it, so the source says it: with an `environment`, every build of its jobs is a deployment. What it deploys is told
//! by a parameter whose name is one of the usual.

use super::{Origin, Seen, commit, commit::Commit, identity, outcome, run_id};
use crate::connector::facts::Facts;
use crate::connector::jenkins::wire::Build;
use crate::connector::told::{filled, is_sha, version as told_version};
use crate::event::kind::{Deployment, Kind, Phase};
use crate::event::time::Timestamp;

/// The environment that a build deploys to, where its source says that it does.
pub(super) fn environment(origin: &Origin<'_>, build: &Build) -> Option<String> {
    filled(origin.environment?, |name| build.parameter(name))
}

/// The version that a build was told.
pub(super) fn version(build: &Build) -> Option<String> {
    told_version(|name| {
        let mut all = build.parameters();
        all.find(|one| one.name.eq_ignore_ascii_case(name))?.text()
    })
}

/// The commit that a build is about. One that deploys what it is told may have checked out anything, its own scripts for one.
pub(super) fn commit(origin: &Origin<'_>, job: &str, build: &Build) -> Commit {
    match environment(origin, build).and_then(|_| version(build)) {
        Some(version) => Commit {
            sha: Some(version).filter(|text| is_sha(text)),
            ..Commit::default()
        },
        None => commit::of(job, build),
    }
}

pub(super) fn deployment(origin: &Origin<'_>, seen: &Seen<'_>, facts: &mut Facts) {
    let Seen { job, build, .. } = *seen;
    let Some(environment) = environment(origin, build) else {
        return;
    };
    let service = match origin.service {
        Some(text) => filled(text, |name| build.parameter(name)),
        None => job.rsplit('/').next().map(str::to_owned),
    };
    let commit = commit(origin, job, build);
    let id = run_id(job, build.number);
    let fact = Deployment {
        record: id.clone(),
        service,
        environment: Some(environment),
        repository: commit.repository,
        sha: commit.sha,
        version: version(build).filter(|text| !is_sha(text)),
        pipeline: Some(id.clone()),
        started: build.started(),
        url: Some(seen.page(origin)),
        ..Deployment::default()
    };
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let outcome = outcome(&build.result).filter(|_| phase == Phase::Finished);
        let fact = Deployment {
            phase,
            outcome,
            ..fact.clone()
        };
        let told = identity(&id, build.timestamp, &format!("deployment/{what}"));
        facts
            .events
            .push(origin.event(job, told, at, Kind::Deployment(fact)));
    };
    if let Some(at) = build.started() {
        tell("started", Phase::Started, at);
    }
    if let Some(at) = build.finished() {
        tell("finished", Phase::Finished, at);
    }
}
