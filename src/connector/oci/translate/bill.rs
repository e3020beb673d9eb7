//! The bill of materials that a builder keeps in an attestation beside the images of an index.

use crate::connector::oci::wire::Manifest;
use crate::connector::referrer::text;

/// The digest of its layer.
#[must_use]
pub fn attested(attestation: &Manifest) -> Option<String> {
    let layers = attestation.layers.as_deref().unwrap_or_default();
    let bill = layers.iter().find(|layer| {
        text(layer.annotations.as_ref(), "in-toto.io/predicate-type")
            .is_some_and(|kind| kind.contains("spdx.dev") || kind.contains("cyclonedx.org"))
    });
    bill.map(|layer| layer.digest.clone())
}
