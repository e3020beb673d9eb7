//! What a pipeline leaves behind: the artifact, known by its digest and by its package URL, and what the scanner finds in it.

use crate::event::kind::{Artifact, ArtifactPhase, Kind, List, Outcome, Scan, Severities};

use super::pipeline::Candidate;
use super::random;
use super::repository::{Next, Repository};
use super::workload::{Ci, Path};

impl Repository<'_> {
    pub fn publish(&mut self, candidate: &Candidate) {
        let workload = self.lines[candidate.line].workload;
        if workload.path == Path::MobileApp || workload.ci == Ci::Jenkins {
            self.tell_artifact(candidate, ArtifactPhase::Packaged);
        }
        self.tell_artifact(candidate, ArtifactPhase::Published);
        if workload.path == Path::Image {
            self.tell_artifact(candidate, ArtifactPhase::Signed);
        }
    }

    pub fn scan(&mut self, id: u32) {
        let Some(candidate) = self.candidates.remove(&id) else {
            return;
        };
        let is_first = self.lines[candidate.line].live.is_empty();
        let is_bad = !is_first && candidate.hot.is_none() && self.dice.chance(0.05);
        self.tell_scan(&candidate, is_bad);
        if is_bad {
            return;
        }
        if self.lines[candidate.line].workload.path == Path::Image {
            self.stand_by(candidate);
        } else {
            self.soon(90, Next::StagingStart(id));
            self.candidates.insert(id, candidate);
        }
    }

    pub fn tell_scan(&mut self, candidate: &Candidate, is_bad: bool) {
        let workload = self.lines[candidate.line].workload;
        let scan = format!("{}-{}", workload.name, self.number());
        let has_artifact =
            candidate.number > 0 && !matches!(workload.path, Path::Infrastructure | Path::Library);
        let counts = Severities {
            critical: if is_bad {
                1 + u32::from(self.dice.chance(0.3))
            } else {
                0
            },
            high: u32::try_from(self.dice.below(5)).unwrap_or(0),
            medium: u32::try_from(self.dice.below(19)).unwrap_or(0),
            low: u32::try_from(self.dice.below(40)).unwrap_or(0),
        };
        let fact = Scan {
            artifact: has_artifact.then(|| self.purl(candidate)),
            repository: Some(self.origin.name.clone()),
            sha: Some(self.sha(candidate.commit)),
            tool: Some(if has_artifact { "trivy" } else { "grype" }.to_owned()),
            url: Some(format!("https://trivy.acme.example/reports/{scan}")),
            outcome: Some(if is_bad {
                Outcome::Failure
            } else {
                Outcome::Success
            }),
            counts: Some(counts),
            suppressed: List::new(),
            scan: scan.clone(),
        };
        let source = "https://trivy.acme.example".to_owned();
        self.tell(source, format!("scan/{scan}"), Kind::Scan(fact));
    }

    pub fn tell_artifact(&mut self, candidate: &Candidate, phase: ArtifactPhase) {
        let workload = self.lines[candidate.line].workload;
        let word = match phase {
            ArtifactPhase::Packaged => "packaged",
            ArtifactPhase::Published => "published",
            ArtifactPhase::Signed => "signed",
            ArtifactPhase::Deleted => "deleted",
        };
        let fact = Artifact {
            artifact: self.purl(candidate),
            repository: Some(self.origin.name.clone()),
            sha: Some(self.sha(candidate.commit)),
            version: Some(candidate.version.clone()),
            digest: Some(self.digest(candidate)),
            phase,
            ..Artifact::default()
        };
        let source = format!("https://registry.acme.example/acme/{}", workload.name);
        self.tell(
            source,
            format!("{}/{word}", candidate.number),
            Kind::Artifact(fact),
        );
    }

    pub fn digest(&self, candidate: &Candidate) -> String {
        format!(
            "sha256:{}",
            random::digest(self.origin.key, candidate.number)
        )
    }

    pub fn purl(&self, candidate: &Candidate) -> String {
        let workload = self.lines[candidate.line].workload;
        let (artifact, version) = (workload.artifact(), &candidate.version);
        match workload.path {
            Path::Library | Path::MobileApp => format!("{artifact}@{version}"),
            _ => format!(
                "pkg:oci/{}@sha256%3A{}?repository_url={artifact}&tag=v{version}",
                workload.name,
                random::digest(self.origin.key, candidate.number)
            ),
        }
    }
}
