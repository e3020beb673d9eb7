//! What refers to an image, as registries list it: a bill of materials, a signature, a scanner's report, or something else. Told by its type alone; shared by all
//! who read such lists.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::event::time::Timestamp;

const CREATED: &str = "org.opencontainers.image.created";

/// A thing by its digest.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Descriptor {
    pub media_type: Option<String>,
    pub artifact_type: Option<String>,
    pub digest: String,
    pub size: i64,
    pub annotations: Option<Map<String, Value>>,
}

/// A text among annotations or labels.
#[must_use]
pub fn text(map: Option<&Map<String, Value>>, key: &str) -> Option<String> {
    let text = map?.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What a thing is that refers to an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referrer {
    Bill,
    Signature,
    Report,
    /// Its type, as it says.
    Other(String),
}

/// What a referrer is.
#[must_use]
pub fn of(descriptor: &Descriptor) -> Referrer {
    let kind = descriptor
        .artifact_type
        .as_deref()
        .or(descriptor.media_type.as_deref())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if has(&["cyclonedx", "spdx", "syft", "goharbor.harbor.sbom"]) {
        Referrer::Bill
    } else if has(&["notary.signature", "cosign.artifact.sig"]) {
        Referrer::Signature
    } else if has(&["sigstore.bundle"]) {
        let content = text(
            descriptor.annotations.as_ref(),
            "dev.sigstore.bundle.content",
        );
        match content.as_deref() {
            Some("message-signature") => Referrer::Signature,
            _ => Referrer::Other(kind),
        }
    } else if has(&["sarif", "trivy", "grype", "snyk"]) {
        Referrer::Report
    } else {
        Referrer::Other(kind)
    }
}

/// When it was made, where it says so.
#[must_use]
pub fn made(descriptor: &Descriptor) -> Option<Timestamp> {
    let annotations = descriptor.annotations.as_ref();
    Timestamp::parse(&text(annotations, CREATED)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_apart() {
        let of = |kind: &str| {
            of(&Descriptor {
                artifact_type: Some(kind.to_owned()),
                ..Descriptor::default()
            })
        };
        for bill in [
            "application/vnd.cyclonedx+json",
            "application/spdx+json",
            "application/vnd.syft+json",
            "application/vnd.goharbor.harbor.sbom.v1",
        ] {
            assert_eq!(of(bill), Referrer::Bill, "{bill}");
        }
        for signature in [
            "application/vnd.cncf.notary.signature",
            "application/vnd.dev.cosign.artifact.sig.v1+json",
        ] {
            assert_eq!(of(signature), Referrer::Signature, "{signature}");
        }
        for report in [
            "application/sarif+json",
            "application/vnd.aquasec.trivy.report.sarif.v1",
            "application/vnd.anchore.grype+json",
            "application/vnd.snyk+json",
        ] {
            assert_eq!(of(report), Referrer::Report, "{report}");
        }
        assert_eq!(
            of("application/vnd.dev.sigstore.bundle.v0.3+json"),
            Referrer::Other("application/vnd.dev.sigstore.bundle.v0.3+json".to_owned())
        );
    }
}
