//! Artifacts into events: pure. An artifact is published under each of its tags, signed, scanned; a tag that is an environment says what was brought there, and when.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::wire::{Artifact, Report, Tag};
use crate::connector::facts::Facts;
use crate::connector::referrer::{self, Descriptor, Referrer};
use crate::connector::scanner::beside;
use crate::connector::scanner::severity::Severity;
use crate::connector::scanner::subject::{Subject, repository, sha};
use crate::connector::tag::{self, Kind as TagKind};
use crate::event::Event;
use crate::event::kind::{self, ArtifactPhase, Kind, Outcome, Phase, Severities};
use crate::event::time::Timestamp;

/// Where facts come from, and what the source says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// `harbor:<host>`.
    pub instance: &'a str,
    /// What environments run. Default: the last part of the repository's name.
    pub service: Option<&'a str>,
}

/// The scan of a digest, as events name it.
#[must_use]
pub fn scan_id(digest: &str, report: &str) -> String {
    format!("scan/{digest}/{report}")
}

/// The digest that an id of ours is about: of a scan, or of a deployment.
#[must_use]
pub fn digest_of(id: &str) -> Option<&str> {
    id.split('/')
        .find(|part| part.starts_with("sha256:") || part.starts_with("sha512:"))
}

/// Whether a scan of it is under way.
#[must_use]
pub fn is_open(artifact: &Artifact) -> bool {
    let reports = artifact.scan_overview.iter().flat_map(|all| all.values());
    let open = ["pending", "scheduled", "running"];
    reports
        .map(|report| report.scan_status.to_ascii_lowercase())
        .any(|status| open.contains(&status.as_str()))
}

impl Origin<'_> {
    fn event(&self, name: &str, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: format!("{}/{name}", self.instance),
            id,
            at,
            kind,
        }
    }

    /// The package URL of a digest.
    fn purl(&self, name: &str, digest: &str) -> Option<String> {
        let host = self.instance.strip_prefix("harbor:")?;
        Subject::named(&format!("{host}/{name}@{digest}")).artifact()
    }

    /// Everything that an artifact of a repository tells, but for what environments it is in.
    #[must_use]
    pub fn artifact(&self, name: &str, artifact: &Artifact) -> Facts {
        let mut facts = Facts::default();
        let digest = &artifact.digest;
        let Some((pushed, fact)) = self.published(name, artifact) else {
            return facts;
        };
        for (tag, kind) in tags(artifact) {
            let word = if kind == TagKind::Full {
                "version"
            } else {
                "tag"
            };
            let version = (kind != TagKind::Moving).then(|| tag.name.clone());
            let fact = kind::Artifact {
                version,
                ..fact.clone()
            };
            let id = format!("published/{digest}/{word}/{}", tag.name);
            // It may be given a tag long after it was pushed.
            let at = tag.push_time.map_or(pushed, |tagged| tagged.max(pushed));
            facts
                .events
                .push(self.event(name, id, at, Kind::Artifact(fact)));
        }
        for accessory in artifact.accessories.iter().flatten() {
            let what = match accessory.kind.split('.').next() {
                Some("signature") => Referrer::Signature,
                Some("sbom") => Referrer::Bill,
                _ => continue,
            };
            let at = accessory.creation_time.unwrap_or(pushed);
            let event = self.beside(name, &fact, &what, (&accessory.digest, at));
            facts.events.extend(event);
        }
        for report in artifact.scan_overview.iter().flat_map(|all| all.values()) {
            self.scan(name, (artifact, &fact), report, &mut facts);
        }
        facts
    }

    /// What every record of an artifact says, and when it was pushed.
    fn published(
        &self,
        name: &str,
        artifact: &Artifact,
    ) -> Option<(Timestamp, kind::Artifact<String>)> {
        let digest = &artifact.digest;
        let of = said(artifact);
        let fact = kind::Artifact {
            artifact: self.purl(name, digest)?,
            repository: of.repository,
            sha: of.sha,
            digest: Some(digest.clone()),
            phase: ArtifactPhase::Published,
            ..kind::Artifact::default()
        };
        Some((artifact.push_time?, fact))
    }

    /// What refers to an artifact, by the list of the registry. `None`: it is nothing that leadtime reads.
    #[must_use]
    pub fn referrer(
        &self,
        name: &str,
        artifact: &Artifact,
        one: &Descriptor,
    ) -> Option<Event<String>> {
        let (pushed, fact) = self.published(name, artifact)?;
        let at = referrer::made(one).unwrap_or(pushed);
        self.beside(name, &fact, &referrer::of(one), (&one.digest, at))
    }

    /// A scanner's report that refers to an artifact.
    #[must_use]
    pub fn reported(
        &self,
        name: &str,
        artifact: &Artifact,
        one: &Descriptor,
        report: beside::Report,
    ) -> Option<Event<String>> {
        let (pushed, of) = self.published(name, artifact)?;
        let at = report.at.or_else(|| referrer::made(one)).unwrap_or(pushed);
        let id = scan_id(&artifact.digest, &one.digest);
        let fact = kind::Scan {
            scan: id.clone(),
            artifact: Some(of.artifact),
            repository: of.repository,
            sha: of.sha,
            tool: report.tool,
            counts: Some(report.counts),
            suppressed: report.suppressed.into(),
            ..kind::Scan::default()
        };
        Some(self.event(name, id, at, Kind::Scan(fact)))
    }

    /// A signature or a bill of materials that lies beside an artifact.
    fn beside(
        &self,
        name: &str,
        fact: &kind::Artifact<String>,
        what: &Referrer,
        (own, at): (&str, Timestamp),
    ) -> Option<Event<String>> {
        let digest = fact.digest.as_deref()?;
        let mut fact = fact.clone();
        let id = match what {
            Referrer::Signature => {
                fact.phase = ArtifactPhase::Signed;
                format!("signed/{digest}/{own}")
            }
            Referrer::Bill => {
                let host = self.instance.trim_start_matches("harbor:");
                fact.sbom = Some(format!("{host}/{name}@{own}"));
                format!("published/{digest}/sbom/{own}")
            }
            Referrer::Report | Referrer::Other(_) => return None,
        };
        Some(self.event(name, id, at, Kind::Artifact(fact)))
    }

    fn scan(
        &self,
        name: &str,
        (artifact, of): (&Artifact, &kind::Artifact<String>),
        report: &Report,
        facts: &mut Facts,
    ) {
        match report.scan_status.as_str() {
            "Success" => {}
            "Pending" | "Scheduled" | "Running" | "Error" | "Stopped" | "Not Scanned" | "" => {
                return;
            }
            other => {
                facts.unknown("scan_status", other);
                return;
            }
        }
        let (Some(at), Some(summary)) = (report.end_time, &report.summary) else {
            return;
        };
        let mut counts = Severities::default();
        for (word, count) in &summary.summary {
            match Severity::of_word(word) {
                Some(severity) => (0..*count).for_each(|_| severity.count(&mut counts)),
                None if word == "Unknown" => {}
                None => facts.unknown("severity", word),
            }
        }
        let id = scan_id(&artifact.digest, &report.report_id);
        let tool = report
            .scanner
            .as_ref()
            .map(|scanner| scanner.name.to_ascii_lowercase());
        let fact = kind::Scan {
            scan: id.clone(),
            artifact: Some(of.artifact.clone()),
            repository: of.repository.clone(),
            sha: of.sha.clone(),
            tool,
            counts: Some(counts),
            ..kind::Scan::default()
        };
        // The same report is made anew when it is scanned again.
        let id = format!("{id}/{}", at.micros() / 1_000_000);
        facts
            .events
            .push(self.event(name, id, at, Kind::Scan(fact)));
    }

    /// What an environment's tag says: this was brought there.
    #[must_use]
    pub fn deployed(
        &self,
        name: &str,
        environment: &str,
        artifact: &Artifact,
    ) -> Option<Event<String>> {
        let tag = artifact
            .tags
            .iter()
            .flatten()
            .find(|tag| tag.name == environment)?;
        let at = tag.push_time?;
        let of = said(artifact);
        let service = self.service.or_else(|| name.rsplit('/').next());
        let full = tags(artifact)
            .into_iter()
            .rfind(|(tag, kind)| *kind != TagKind::Moving && tag.name != environment);
        let id = format!(
            "tag/{environment}/{}/{}",
            artifact.digest,
            at.micros() / 1_000_000
        );
        let fact = kind::Deployment {
            record: id.clone(),
            service: service.map(str::to_owned),
            environment: Some(environment.to_owned()),
            repository: of.repository,
            sha: of.sha,
            artifact: self.purl(name, &artifact.digest),
            version: full.map(|(tag, _)| tag.name.clone()),
            phase: Phase::Finished,
            outcome: Some(Outcome::Success),
            ..kind::Deployment::default()
        };
        Some(self.event(name, id, at, Kind::Deployment(fact)))
    }
}

/// Its tags, the plainest version last.
fn tags(artifact: &Artifact) -> Vec<(&Tag, TagKind)> {
    let own = artifact.tags.iter().flatten();
    let all: BTreeSet<String> = own.clone().map(|tag| tag.name.clone()).collect();
    let mut tags: Vec<(&Tag, TagKind)> = own.map(|tag| (tag, tag::of(&tag.name, &all))).collect();
    tags.sort_by(|(one, left), (other, right)| {
        left.cmp(right).then_with(|| one.name.cmp(&other.name))
    });
    tags
}

/// What the image says it was made of.
struct Said {
    sha: Option<String>,
    repository: Option<String>,
}

fn said(artifact: &Artifact) -> Said {
    let config = artifact
        .extra_attrs
        .as_ref()
        .and_then(|extra| extra.config.as_ref());
    let labels = config.and_then(|config| config.labels.as_ref());
    let text = |map: Option<&Map<String, Value>>, key: &str| {
        let text = map?.get(key)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let either = |key: &str| text(artifact.annotations.as_ref(), key).or_else(|| text(labels, key));
    Said {
        sha: either("org.opencontainers.image.revision").and_then(|text| sha(&text)),
        repository: either("org.opencontainers.image.source").and_then(|text| repository(&text)),
    }
}
