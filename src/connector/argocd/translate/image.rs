//! What runs, by the images that Argo CD sees: the one that bears the application's name, or the only one. Where old and new run side by side, or nothing
//! tells which of several images is the application's own, none is named.

use super::place::stem;
use crate::connector::argocd::wire::Application;

/// An image, by what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Package URL.
    pub artifact: String,
    /// The tag, where it names one version.
    pub version: Option<String>,
}

/// The application's own image.
#[must_use]
pub fn own(application: &Application) -> Option<Image> {
    let mut images: Vec<Parts<'_>> = Vec::new();
    for text in &application.status.summary.images {
        let parts = Parts::read(text);
        if !parts.name.is_empty() && !images.contains(&parts) {
            images.push(parts);
        }
    }
    let name = application.metadata.name.as_str();
    let names = [name, stem(name)];
    let fitting: Vec<&Parts<'_>> = images
        .iter()
        .filter(|image| names.contains(&image.last()))
        .collect();
    match (fitting.as_slice(), images.as_slice()) {
        ([one], _) => Some(one.image()),
        ([], [one]) => Some(one.image()),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'a> {
    name: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Self {
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

    fn last(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    fn image(&self) -> Image {
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
            version: self.tag.filter(|tag| *tag != "latest").map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, images: &[&str]) -> Option<Image> {
        let mut application = Application::default();
        name.clone_into(&mut application.metadata.name);
        application.status.summary.images = images.iter().map(|&text| text.to_owned()).collect();
        own(&application)
    }

    #[test]
    fn the_image_that_bears_the_name_is_the_applications_own() {
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
