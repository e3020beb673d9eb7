//! What a package URL, or another text that names an artifact, says of it besides its name: a version, a digest. No validation: what it does not say is not
//! made up.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The version and the digest that a text names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named<'a> {
    pub version: Option<Cow<'a, str>>,
    pub digest: Option<Cow<'a, str>>,
}

/// What registries call whatever is newest: it moves from one to the next, and so names none.
pub const MOVING: &str = "latest";

/// Reads `pkg:type/name@version?qualifiers#subpath`. Where the version is a digest, the qualifier `tag` is the version. [`MOVING`] is none.
#[must_use]
pub fn named(purl: &str) -> Named<'_> {
    let Some(rest) = purl.strip_prefix("pkg:") else {
        return Named::default();
    };
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let (name, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    let qualifier = |wanted: &str| {
        qualifiers
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == wanted)
            .and_then(|(_, value)| decoded(value))
    };
    // An `@` before the last `/` belongs to a namespace (`pkg:npm/@scope/name`).
    let at = name
        .rsplit('/')
        .next()
        .and_then(|name| name.split_once('@'));
    let says = |text: &Cow<'_, str>| text != MOVING;
    let version = at.and_then(|(_, version)| decoded(version)).filter(says);
    let tag = qualifier("tag").filter(says);
    if version.as_deref().is_some_and(is_digest) {
        return Named {
            version: tag,
            digest: version,
        };
    }
    Named {
        version: version.or(tag),
        digest: qualifier("digest")
            .or_else(|| qualifier("checksum"))
            .filter(|digest| is_digest(digest)),
    }
}

/// The same of whatever names an artifact: a package URL, an image with its registry by tag or digest (`ghcr.io/acme/app:1.2@sha256:…`), or a digest alone.
#[must_use]
pub fn said(artifact: &str) -> Named<'_> {
    if artifact.starts_with("pkg:") {
        return named(artifact);
    }
    let (image, digest) = match artifact.rsplit_once('@') {
        Some((image, digest)) => (image, digest),
        None if is_digest(artifact) => ("", artifact),
        None => (artifact, ""),
    };
    let tag = image
        .rsplit_once('/')
        .and_then(|(_, name)| name.split_once(':'));
    let tag = tag.map(|(_, tag)| tag).filter(|tag| *tag != MOVING);
    let known = |text: &&str| !text.is_empty();
    Named {
        version: tag.filter(known).map(Cow::Borrowed),
        digest: Some(digest)
            .filter(|digest| is_digest(digest))
            .map(Cow::Borrowed),
    }
}

/// Whether a text is nothing but a digest: it says what is meant, and not whose it is.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with("sha")
            && hex.len() >= 32
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text)
        .decode_utf8()
        .ok()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_versions_and_tags() {
        let hex = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
        let image = format!("pkg:oci/app@sha256%3A{hex}?repository_url=ghcr.io/acme&tag=v1.2");
        let found = named(&image);
        assert_eq!(found.digest.unwrap(), format!("sha256:{hex}"));
        assert_eq!(found.version.unwrap(), "v1.2");
        let library = named("pkg:npm/%40acme/app@1.2.3-rc%2B1#lib");
        assert_eq!(library.version.unwrap(), "1.2.3-rc+1");
        assert_eq!(library.digest, None);
    }

    #[test]
    fn a_tag_that_moves_is_no_version() {
        let hex = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
        let image = format!("pkg:oci/app@sha256:{hex}?tag=latest");
        let found = named(&image);
        assert_eq!(
            (found.digest.is_some(), found.version.as_deref()),
            (true, None)
        );
        let found = named("pkg:docker/app@latest?tag=1.2");
        assert_eq!(found.version.as_deref(), Some("1.2"));
        let found = named("pkg:oci/app?tag=latest-2");
        assert_eq!(
            found.version.as_deref(),
            Some("latest-2"),
            "a name of its own"
        );
    }

    #[test]
    fn what_is_not_said_is_not_made_up() {
        for text in [
            "",
            "app@1.2",
            "pkg:",
            "pkg:npm/@acme/app",
            "pkg:oci/app@",
            "pkg:oci/app?tag=",
            "pkg:oci/app?repository_url=ghcr.io/acme/app&tag=latest",
            "pkg:docker/acme/app@latest",
            "pkg:oci/app@latest?tag=latest",
        ] {
            assert_eq!(named(text), Named::default(), "{text}");
        }
    }

    #[test]
    fn an_image_and_a_digest_are_artifacts_too() {
        let digest = format!("sha256:{}", "0b".repeat(32));
        let of = |text: &str| {
            let Named { version, digest } = said(text);
            (
                version.map(Cow::into_owned),
                digest.is_some_and(|said| text.ends_with(&*said)),
            )
        };
        let version = |text: &str| Some(text.to_owned());
        assert_eq!(of(&digest), (None, true));
        let image = format!("localhost:5000/acme/app@{digest}");
        assert_eq!(of(&image), (None, true));
        let image = format!("ghcr.io/acme/app:1.2@{digest}");
        assert_eq!(of(&image), (version("1.2"), true));
        assert_eq!(of("ghcr.io/acme/app:1.2"), (version("1.2"), false));
        assert_eq!(of("pkg:docker/app@1.2"), (version("1.2"), false));
        for text in [
            "ghcr.io/acme/app:latest",
            "localhost:5000/app",
            "org:app",
            "app",
        ] {
            assert_eq!(of(text), (None, false), "{text}");
        }
    }
}
