//! What a registry answers, as far as leadtime reads it: leniently, since every builder writes its own (OCI image specification 1.1, Docker's
//! manifests version 2, the distribution specification's lists).

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};

use crate::connector::referrer::{Descriptor, text};

/// All forms in which an image is described, as they are asked for.
pub const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, \
     application/json;q=0.5, */*;q=0.1";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tags {
    pub tags: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Catalog {
    pub repositories: Option<Vec<String>>,
}

/// A manifest, or an index of manifests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Manifest {
    pub media_type: Option<String>,
    pub artifact_type: Option<String>,
    pub config: Option<Descriptor>,
    pub layers: Option<Vec<Descriptor>>,
    /// An index has these.
    pub manifests: Option<Vec<Descriptor>>,
    pub annotations: Option<Map<String, Value>>,
}

/// An image's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Image {
    pub created: Option<String>,
    pub config: Option<Run>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Run {
    #[serde(rename = "Labels")]
    pub labels: Option<Map<String, Value>>,
}

/// What a registry says when it refuses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problems {
    pub errors: Option<Vec<Problem>>,
    /// The services that give out tokens say it otherwise.
    pub details: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    pub code: Option<String>,
    pub message: Option<String>,
}

/// A token, by either of its names.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Token {
    pub token: Option<String>,
    pub access_token: Option<String>,
}

impl Descriptor {
    /// Proof of how something was built, which builders keep beside the images of an index.
    #[must_use]
    pub fn is_attestation(&self) -> bool {
        text(self.annotations.as_ref(), "vnd.docker.reference.type").is_some()
    }

    /// Whether it is the configuration of an image, with labels.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.media_type.as_deref().is_some_and(|kind| {
            kind.starts_with("application/vnd.oci.image.config.")
                || kind.starts_with("application/vnd.docker.container.image.")
        })
    }
}

/// The digest of some bytes, by the algorithm of another digest.
#[must_use]
pub fn digest_like(other: &str, bytes: &[u8]) -> String {
    if other.starts_with("sha512:") {
        format!("sha512:{}", hex(&Sha512::digest(bytes)))
    } else {
        format!("sha256:{}", hex(&Sha256::digest(bytes)))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a text is a digest that can be asked for.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        matches!((algorithm, hex.len()), ("sha256", 64) | ("sha512", 128))
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// The tag under which registries without a list of referrers keep one, or under which signatures are attached: no version of anything.
#[must_use]
pub fn is_attachment(tag: &str) -> bool {
    let Some((algorithm, rest)) = tag.split_once('-') else {
        return false;
    };
    let hex = rest.split('.').next().unwrap_or(rest);
    is_digest(&format!("{algorithm}:{hex}"))
}

/// The tag of the list of what refers to a digest.
#[must_use]
pub fn fallback_tag(digest: &str) -> String {
    digest.replacen(':', "-", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_everybody() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest_like("", b""), empty);
        assert!(is_digest(empty) && is_digest(&digest_like("sha512:", b"")));
        assert!(!is_digest("sha256:e3b0") && !is_digest("md5:00"));
        assert!(is_attachment(&fallback_tag(empty)));
        assert!(is_attachment(&format!("{}.sig", fallback_tag(empty))));
        assert!(!is_attachment("sha256-e3b0c44") && !is_attachment("1.4.0"));
    }
}
