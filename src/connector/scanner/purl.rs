//! Package URLs, as far as they are compared: whether what one says covers what another names. A text that is no package URL covers only itself.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The parts of `pkg:type/namespace/name@version?qualifiers#subpath` that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purl<'a> {
    pub kind: Cow<'a, str>,
    /// Namespace and name.
    pub path: Cow<'a, str>,
    pub version: Option<Cow<'a, str>>,
    qualifiers: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Purl<'a> {
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (name, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, path) = name.split_once('/')?;
        // An `@` before the last `/` belongs to a namespace (`pkg:npm/@scope/name`).
        let from = path.rfind('/').map_or(0, |slash| slash + 1);
        let (path, version) = match path.get(from..)?.split_once('@') {
            Some((name, version)) => (path.get(..from + name.len())?, Some(version)),
            None => (path, None),
        };
        let qualifiers = qualifiers
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        Some(Self {
            kind: Cow::Owned(kind.to_ascii_lowercase()),
            path: decoded(path),
            version: version.map(decoded).filter(|version| !version.is_empty()),
            qualifiers: qualifiers
                .map(|(key, value)| (key, decoded(value)))
                .collect(),
        })
    }

    #[must_use]
    pub fn qualifier(&self, wanted: &str) -> Option<&str> {
        let found = self.qualifiers.iter().find(|(key, _)| *key == wanted);
        found.map(|(_, value)| value.as_ref())
    }

    /// The image that an OCI package URL is of, as one would pull it.
    #[must_use]
    pub fn image(&self) -> Option<String> {
        let address = self.qualifier("repository_url")?;
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        let whole = address.rsplit('/').next() == Some(name);
        Some(host(if whole {
            address.to_owned()
        } else {
            format!("{}/{name}", address.trim_end_matches('/'))
        }))
    }

    /// Whether all that this one says is true of another: what it leaves open, anything fits.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let same_path = match self.kind.as_ref() {
            // Which registry an image is in says a qualifier, for some also the namespace.
            "oci" | "docker" => last(&self.path).eq_ignore_ascii_case(last(&other.path)),
            _ => self.path.eq_ignore_ascii_case(&other.path),
        };
        self.kind == other.kind
            && same_path
            && (self.version.is_none() || self.version == other.version)
            && self.qualifiers.iter().all(|(key, value)| match *key {
                "repository_url" => match (self.image(), other.image()) {
                    (Some(one), Some(two)) => one.eq_ignore_ascii_case(&two),
                    _ => true,
                },
                key => other.qualifier(key).is_none_or(|other| other == value),
            })
    }
}

/// Docker Hub has several names, and images without a namespace are in `library`.
#[must_use]
pub fn host(image: String) -> String {
    let (first, rest) = image.split_once('/').unwrap_or(("", &image));
    let hub = matches!(
        first,
        "docker.io" | "index.docker.io" | "registry-1.docker.io"
    );
    let named = first == "localhost" || first.contains(['.', ':']);
    match (hub, named) {
        (false, true) => image,
        (false, false) if first.is_empty() => format!("docker.io/library/{rest}"),
        (false, false) => format!("docker.io/{image}"),
        (true, _) if rest.contains('/') => format!("docker.io/{rest}"),
        (true, _) => format!("docker.io/library/{rest}"),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(one: &str, two: &str) -> bool {
        let (one, two) = (Purl::parse(one).unwrap(), Purl::parse(two).unwrap());
        one.covers(&two)
    }

    #[test]
    fn what_is_left_open_covers_all() {
        let package = "pkg:deb/debian/bash@5.1?arch=amd64&distro=debian-12";
        assert!(covers("pkg:deb/debian/bash", package));
        assert!(covers("pkg:deb/debian/bash@5.1?arch=amd64", package));
        assert!(!covers("pkg:deb/debian/bash@5.0", package));
        assert!(!covers("pkg:deb/debian/bash?arch=arm64", package));
        assert!(!covers("pkg:deb/ubuntu/bash", package));
        assert!(covers("pkg:npm/%40acme/ui@1.0.0", "pkg:npm/@acme/ui@1.0.0"));
        assert_eq!(Purl::parse("pkg:npm"), None);
        assert_eq!(Purl::parse("debian"), None);
    }

    #[test]
    fn an_image_is_the_same_by_all_names_of_its_registry() {
        let image = "pkg:oci/debian@sha256%3A00?repository_url=index.docker.io%2Flibrary%2Fdebian";
        assert!(covers("pkg:oci/debian", image));
        assert!(covers(
            "pkg:oci/debian@sha256:00?repository_url=docker.io/library",
            image
        ));
        assert!(!covers("pkg:oci/debian?repository_url=ghcr.io/acme", image));
        assert!(!covers("pkg:oci/debian@sha256:01", image));
        assert_eq!(host("alpine".into()), "docker.io/library/alpine");
        assert_eq!(host("acme/shop".into()), "docker.io/acme/shop");
        assert_eq!(host("localhost:5000/shop".into()), "localhost:5000/shop");
        assert_eq!(
            host("registry-1.docker.io/debian".into()),
            "docker.io/library/debian"
        );
    }
}
