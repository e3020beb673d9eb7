//! What refers to an image: a bill of materials, a signature, a scanner's report, or something else. Told by its type alone.

use crate::connector::oci::wire::{Descriptor, Manifest, text};
use crate::event::time::Timestamp;

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
    if has(&["cyclonedx", "spdx", "syft"]) {
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
    } else if has(&["sarif", "trivy"]) {
        Referrer::Report
    } else {
        Referrer::Other(kind)
    }
}

/// When it was made, where it says so.
#[must_use]
pub fn made(descriptor: &Descriptor) -> Option<Timestamp> {
    let annotations = descriptor.annotations.as_ref();
    Timestamp::parse(&text(annotations, super::CREATED)?)
}

/// The bill of materials that a builder keeps in an attestation beside the images of an index: the digest of its layer.
#[must_use]
pub fn attested_bill(attestation: &Manifest) -> Option<String> {
    let layers = attestation.layers.as_deref().unwrap_or_default();
    let bill = layers.iter().find(|layer| {
        text(layer.annotations.as_ref(), "in-toto.io/predicate-type")
            .is_some_and(|kind| kind.contains("spdx.dev") || kind.contains("cyclonedx.org"))
    });
    bill.map(|layer| layer.digest.clone())
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
        assert_eq!(of("application/vnd.cyclonedx+json"), Referrer::Bill);
        assert_eq!(of("application/spdx+json"), Referrer::Bill);
        assert_eq!(
            of("application/vnd.cncf.notary.signature"),
            Referrer::Signature
        );
        assert_eq!(of("application/sarif+json"), Referrer::Report);
        assert_eq!(
            of("application/vnd.dev.sigstore.bundle.v0.3+json"),
            Referrer::Other("application/vnd.dev.sigstore.bundle.v0.3+json".to_owned())
        );
    }
}
