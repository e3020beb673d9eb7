//! Runs, artifacts and scans.

use super::Gatherer;
use crate::event::kind;
use crate::event::kind::{ArtifactPhase, Phase};
use crate::event::time::Timestamp;
use crate::model::entity::{Artifact, Run, Scan};
use crate::model::name::Name;

impl Gatherer {
    pub(super) fn run(&mut self, source: Name, at: Timestamp, fact: &kind::Run<Name>) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        let attempt = fact.attempt.unwrap_or(1);
        let runs = &mut self.workload.runs;
        let place = *self
            .runs
            .entry((source, fact.run, attempt))
            .or_insert_with(|| {
                runs.push(Run {
                    id: fact.run,
                    kind: fact.kind,
                    source,
                    name: None,
                    url: None,
                    step: None,
                    commit: None,
                    artifact: None,
                    environment: None,
                    branch: None,
                    attempt,
                    queued: None,
                    started: None,
                    finished: None,
                    outcome: None,
                });
                runs.len() - 1
            });
        let place = if begins_again(&runs[place], at, fact) {
            runs.push(Run {
                queued: None,
                started: None,
                finished: None,
                outcome: None,
                ..runs[place].clone()
            });
            self.runs
                .insert((source, fact.run, attempt), runs.len() - 1);
            runs.len() - 1
        } else {
            place
        };
        let run = &mut runs[place];
        match fact.phase {
            Phase::Queued => run.queued = run.queued.or(Some(at)),
            Phase::Started => run.started = run.started.or(Some(at)),
            Phase::Finished => {
                run.finished = Some(at);
                run.outcome = fact.outcome.or(run.outcome);
            }
        }
        run.name = fact.name.or(run.name);
        run.url = fact.url.or(run.url);
        run.step = fact.step.or(run.step);
        run.commit = commit.or(run.commit);
        run.artifact = fact.artifact.or(run.artifact);
        run.environment = fact.environment.or(run.environment);
        run.branch = fact.branch.or(run.branch);
    }

    pub(super) fn artifact(&mut self, source: Name, at: Timestamp, fact: &kind::Artifact<Name>) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        let artifacts = &mut self.workload.artifacts;
        let place = *self.artifacts.entry(fact.artifact).or_insert_with(|| {
            artifacts.push(Artifact {
                id: fact.artifact,
                source,
                digest: None,
                version: None,
                commit: None,
                packaged: None,
                published: None,
                signed: None,
                sbom: None,
                change: None,
            });
            artifacts.len() - 1
        });
        let artifact = &mut artifacts[place];
        // Who signs it or takes it away makes nothing.
        let is_made = artifact.commit.is_none()
            || matches!(
                fact.phase,
                ArtifactPhase::Packaged | ArtifactPhase::Published
            );
        match fact.phase {
            ArtifactPhase::Packaged => artifact.packaged = artifact.packaged.or(Some(at)),
            ArtifactPhase::Published => artifact.published = artifact.published.or(Some(at)),
            ArtifactPhase::Signed => artifact.signed = artifact.signed.or(Some(at)),
            ArtifactPhase::Deleted => {}
        }
        artifact.digest = fact.digest.or(artifact.digest);
        artifact.version = fact.version.or(artifact.version);
        artifact.commit = commit.or(artifact.commit);
        artifact.sbom = fact.sbom.or(artifact.sbom);
        artifact.change = fact.change.or(artifact.change);
        if let Some(commit) = artifact.commit.filter(|_| is_made) {
            let texts = [Some(artifact.id), artifact.digest, artifact.version];
            for text in texts.into_iter().flatten() {
                self.made_of.note(text, at, commit);
            }
        }
    }

    pub(super) fn scan(&mut self, source: Name, at: Timestamp, fact: &kind::Scan<Name>) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        self.workload.scans.push(Scan {
            id: fact.scan,
            source,
            at,
            tool: fact.tool,
            commit,
            artifact: fact.artifact,
            digest: None,
            outcome: fact.outcome,
            counts: fact.counts,
            suppressed: fact.suppressed.iter().copied().collect(),
            url: fact.url,
        });
    }

    /// Finds the digest of what was scanned, and the commit that it was made of, where the scan names only an artifact.
    pub(super) fn trace_scans(&mut self) {
        for place in 0..self.workload.scans.len() {
            let scan = &self.workload.scans[place];
            let (artifact, commit, at) = (scan.artifact, scan.commit, scan.at);
            let (version, digest) = self.told_by(artifact);
            let made_of = self.origin([artifact, digest, version], at);
            let scan = &mut self.workload.scans[place];
            scan.digest = digest;
            scan.commit = commit.or(made_of);
        }
    }
}

/// Whether a run that had finished is told of as another attempt, by a tool that does not number them: it began later, or ended later and otherwise.
fn begins_again(run: &Run, at: Timestamp, fact: &kind::Run<Name>) -> bool {
    run.finished.is_some_and(|finished| finished < at)
        && (fact.phase != Phase::Finished
            || (fact.outcome.is_some() && fact.outcome != run.outcome))
}
