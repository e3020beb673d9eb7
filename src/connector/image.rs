//! References to images as deployers write them (`ghcr.io/acme/shop:1.4.2@sha256:…`): what they name, and which of several is a thing's own.

use super::environment::stem;
use crate::event::cdevents::purl::MOVING;

/// An image, by what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Package URL.
    pub artifact: String,
    /// The tag, where it names one version.
    pub version: Option<String>,
}

/// The parts of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    pub name: &'a str,
    pub tag: Option<&'a str>,
    pub digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    #[must_use]
    pub fn read(text: &'a str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            // The colon of a port is followed by a path.
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        Self { name, tag, digest }
    }

    /// The last part of its name.
    #[must_use]
    pub fn last(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    #[must_use]
    pub fn image(&self) -> Image {
        let version = self
            .digest
            .map(|digest| format!("@{}", digest.replace(':', "%3A")));
        let tag = self.tag.map(|tag| format!("&tag={tag}"));
        Image {
            artifact: format!(
                "pkg:oci/{}{}?repository_url={}{}",
                self.last().to_ascii_lowercase(),
                version.unwrap_or_default(),
                self.name,
                tag.unwrap_or_default()
            ),
            version: self.tag.filter(|tag| *tag != MOVING).map(str::to_owned),
        }
    }
}

/// The image that is a thing's own: the one that bears its name, or the only one. Where old and new run side by side, or nothing tells which of several it
/// is, none is named.
pub fn own<'a>(images: impl Iterator<Item = &'a str>, name: &str) -> Option<Reference<'a>> {
    let mut all: Vec<Reference<'a>> = Vec::new();
    for text in images {
        let reference = Reference::read(text);
        if !reference.name.is_empty() && !all.contains(&reference) {
            all.push(reference);
        }
    }
    let names = [name, stem(name)];
    let fitting: Vec<&Reference<'a>> = all
        .iter()
        .filter(|image| names.contains(&image.last()))
        .collect();
    match (fitting.as_slice(), all.as_slice()) {
        ([one], _) => Some(**one),
        ([], [one]) => Some(*one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, images: &[&str]) -> Option<Image> {
        own(images.iter().copied(), name).map(|reference| reference.image())
    }

    #[test]
    fn the_image_that_bears_the_name_is_the_things_own() {
        let image = of(
            "checkout-prod",
            &[
                "envoy:1.30",
                "localhost:5000/acme/checkout:1.4.2@sha256:0b31",
            ],
        )
        .unwrap();
        assert_eq!(
            image.artifact,
            "pkg:oci/checkout@sha256%3A0b31?repository_url=localhost:5000/acme/checkout&tag=1.4.2"
        );
        assert_eq!(image.version.as_deref(), Some("1.4.2"));
        let only = of("shop", &["nginx:latest"]).unwrap();
        assert_eq!(
            only.artifact,
            "pkg:oci/nginx?repository_url=nginx&tag=latest"
        );
        assert_eq!(only.version, None);
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(of("shop", &["a:1", "b:1"]), None, "which is it?");
        assert_eq!(of("shop", &["x/shop:1", "x/shop:2"]), None, "old and new");
        assert_eq!(of("shop", &[""]), None);
        assert_eq!(of("shop", &[]), None);
    }
}
