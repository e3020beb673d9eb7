//! From what a registry answers to events: pure, no network and no clock. The identity of an event is made of digests and tags, so that the same fact,
//! read twice or by another way, is one event.

pub mod bill;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::wire::{self, Manifest};
use crate::connector::referrer::text;
use crate::connector::scanner::beside::Report;
use crate::connector::scanner::subject::{repository, sha};
use crate::connector::tag::Kind as TagKind;
use crate::event::Event;
use crate::event::kind::{self, ArtifactPhase, Kind, Outcome, Phase};
use crate::event::time::{Span, Timestamp};

const CREATED: &str = "org.opencontainers.image.created";
const REVISION: &str = "org.opencontainers.image.revision";
const SOURCE: &str = "org.opencontainers.image.source";
const VERSION: &str = "org.opencontainers.image.version";

/// Before this, a time of creation is a zero that builders write to get the same bytes twice.
const BELIEVED: Timestamp = Timestamp::from_seconds(946_684_800);

/// Where facts come from: one repository of one registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `oci:<host>/<name>`.
    pub source: String,
    /// `<host>/<name>`.
    pub image: String,
}

/// What an image says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Image {
    /// When it was made; when it was first seen, where it does not say so.
    pub at: Timestamp,
    pub sha: Option<String>,
    /// The repository that it was made from, as hosts name it.
    pub repository: Option<String>,
    /// As annotated.
    pub version: Option<String>,
}

impl Image {
    /// Reads annotations, which are of this image alone, and then labels, which may come from the image that it was made from.
    #[must_use]
    pub fn read(manifest: &Manifest, config: Option<&wire::Image>, now: Timestamp) -> Self {
        let annotations = manifest.annotations.as_ref();
        let labels = config
            .and_then(|config| config.config.as_ref())
            .and_then(|run| run.labels.as_ref());
        let either = |key| text(annotations, key).or_else(|| text(labels, key));
        let created = [
            text(annotations, CREATED),
            text(labels, CREATED),
            config.and_then(|config| config.created.clone()),
        ];
        let created = created.into_iter().flatten();
        let latest = now + Span::from_seconds(24 * 3600);
        let at = created
            .filter_map(|text| Timestamp::parse(&text))
            .find(|at| *at >= BELIEVED && *at <= latest);
        Self {
            at: at.unwrap_or(now),
            sha: either(REVISION).and_then(|text| sha(&text)),
            repository: either(SOURCE).and_then(|address| repository(&address)),
            version: text(annotations, VERSION),
        }
    }

    /// Whether the annotations say all that labels could.
    #[must_use]
    pub fn is_annotated(annotations: Option<&Map<String, Value>>) -> bool {
        [CREATED, REVISION, SOURCE]
            .iter()
            .all(|key| text(annotations, key).is_some())
    }
}

impl Origin {
    #[must_use]
    pub fn new(host: &str, name: &str) -> Self {
        Self {
            source: format!("oci:{host}/{name}"),
            image: format!("{host}/{name}"),
        }
    }

    /// The package URL of a digest.
    #[must_use]
    pub fn purl(&self, digest: &str) -> String {
        let name = self.image.rsplit('/').next().unwrap_or(&self.image);
        format!(
            "pkg:oci/{}@{}?repository_url={}",
            name.to_ascii_lowercase(),
            digest.replacen(':', "%3A", 1),
            self.image
        )
    }

    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.clone(),
            id,
            at,
            kind,
        }
    }

    fn artifact(&self, digest: &str, image: &Image) -> kind::Artifact<String> {
        kind::Artifact {
            artifact: self.purl(digest),
            repository: image.repository.clone(),
            sha: image.sha.clone(),
            digest: Some(digest.to_owned()),
            phase: ArtifactPhase::Published,
            ..kind::Artifact::default()
        }
    }

    /// An image is there under a tag. Of several tags at one time, the last by its id gives the version: `version` comes after `tag`.
    #[must_use]
    pub fn published(
        &self,
        digest: &str,
        image: &Image,
        tag: &str,
        kind: TagKind,
    ) -> Event<String> {
        let version = match kind {
            TagKind::Full | TagKind::Name => Some(tag.to_owned()),
            TagKind::Moving => image.version.clone(),
        };
        let word = match kind {
            TagKind::Full => "version",
            TagKind::Name | TagKind::Moving => "tag",
        };
        let fact = kind::Artifact {
            version,
            ..self.artifact(digest, image)
        };
        let id = format!("published/{digest}/{word}/{tag}");
        self.event(id, image.at, Kind::Artifact(fact))
    }

    /// It has a bill of materials, at an address.
    #[must_use]
    pub fn billed(
        &self,
        digest: &str,
        image: &Image,
        bill: &str,
        address: String,
    ) -> Event<String> {
        let fact = kind::Artifact {
            sbom: Some(address),
            ..self.artifact(digest, image)
        };
        let id = format!("published/{digest}/sbom/{bill}");
        self.event(id, image.at, Kind::Artifact(fact))
    }

    /// It has a signature; whose, and whether it is right, is not looked at.
    #[must_use]
    pub fn signed(
        &self,
        digest: &str,
        image: &Image,
        signature: &str,
        at: Timestamp,
    ) -> Event<String> {
        let fact = kind::Artifact {
            phase: ArtifactPhase::Signed,
            ..self.artifact(digest, image)
        };
        let id = format!("signed/{digest}/{signature}");
        self.event(id, at, Kind::Artifact(fact))
    }

    /// A scanner's report lies beside it.
    #[must_use]
    pub fn scanned(
        &self,
        digest: &str,
        image: &Image,
        report: Report,
        place: (String, String),
    ) -> Event<String> {
        let (id, address) = place;
        let fact = kind::Scan {
            scan: id.clone(),
            artifact: Some(self.purl(digest)),
            repository: image.repository.clone(),
            sha: image.sha.clone(),
            tool: report.tool,
            url: Some(address),
            outcome: None,
            counts: Some(report.counts),
            suppressed: report.suppressed.into(),
        };
        let at = report.at.unwrap_or(image.at);
        self.event(format!("scan/{digest}/{id}"), at, Kind::Scan(fact))
    }

    /// A tag that is an environment's name points elsewhere than before: what it points to was brought there.
    #[must_use]
    pub fn deployed(&self, to: &Move<'_>, image: &Image) -> Event<String> {
        let short = |digest: &str| {
            digest
                .chars()
                .skip_while(|c| *c != ':')
                .skip(1)
                .take(12)
                .collect::<String>()
        };
        let id = format!(
            "tag/{}/{}/{}-{}",
            to.tag,
            to.number,
            short(to.from),
            short(to.digest)
        );
        let fact = kind::Deployment {
            record: id.clone(),
            deployment: Some(id.clone()),
            service: Some(to.service.to_owned()),
            environment: Some(to.tag.to_owned()),
            repository: image.repository.clone(),
            sha: image.sha.clone(),
            artifact: Some(self.purl(to.digest)),
            version: to.version.clone(),
            phase: Phase::Finished,
            outcome: Some(Outcome::Success),
            ..kind::Deployment::default()
        };
        self.event(id, to.seen, Kind::Deployment(fact))
    }
}

/// A tag that points elsewhere than before.
pub struct Move<'a> {
    pub tag: &'a str,
    pub from: &'a str,
    pub digest: &'a str,
    /// How often it has moved.
    pub number: u32,
    pub service: &'a str,
    pub version: Option<String>,
    /// A registry does not tell when: the time of the reading.
    pub seen: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_repositories_become_their_names() {
        for (address, name) in [
            ("https://github.com/acme/shop", "acme/shop"),
            ("https://github.com/acme/shop.git", "acme/shop"),
            ("https://gitlab.com/a/b/c/-/tree/main", "a/b/c"),
            ("git@github.com:acme/shop.git", "acme/shop"),
            ("ssh://git@h:22/acme/shop", "acme/shop"),
        ] {
            assert_eq!(repository(address).as_deref(), Some(name), "{address}");
        }
        assert_eq!(repository("nonsense"), None);
        assert_eq!(repository("https://github.com/"), None);
    }

    #[test]
    fn annotations_come_before_labels_and_a_zero_is_no_time() {
        let manifest: Manifest = serde_json::from_str(
            r#"{"annotations":{"org.opencontainers.image.created":"1970-01-01T00:00:00Z",
                "org.opencontainers.image.revision":"8C1F0A7B5E2D4C6F9A0B1C2D3E4F5061728394A5"}}"#,
        )
        .unwrap();
        let config: wire::Image = serde_json::from_str(
            r#"{"created":"2026-01-02T03:04:05Z","config":{"Labels":{
                "org.opencontainers.image.revision":"0000000","org.opencontainers.image.version":"22.04"}}}"#,
        )
        .unwrap();
        let now = Timestamp::parse("2026-02-01T00:00:00Z").unwrap();
        let image = Image::read(&manifest, Some(&config), now);
        assert_eq!(image.at.to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(
            image.sha.as_deref(),
            Some("8c1f0a7b5e2d4c6f9a0b1c2d3e4f5061728394a5")
        );
        assert_eq!(image.version, None, "a label may be the base image's");
        assert_eq!(Image::read(&manifest, None, now).at, now);
    }
}
