//! SPDX 2 as JSON: a bill of materials, of the package that the document describes.

use serde::Deserialize;

use crate::event::time::Timestamp;

use super::subject::{self, Subject};
use super::{Bill, Content, Unreadable, said};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(rename = "documentNamespace")]
    namespace: Option<String>,
    creation_info: Option<Creation>,
    #[serde(rename = "documentDescribes")]
    describes: Option<Vec<String>>,
    packages: Option<Vec<Package>>,
    relationships: Option<Vec<Relationship>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Creation {
    created: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: Option<String>,
    name: Option<String>,
    version_info: Option<String>,
    primary_package_purpose: Option<String>,
    external_refs: Option<Vec<Reference>>,
    checksums: Option<Vec<Checksum>>,
    /// Where Trivy wrote what it knows of an image, once;
    attribution_texts: Option<Vec<String>>,
    /// and where it does now.
    annotations: Option<Vec<Annotation>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reference {
    reference_type: Option<String>,
    reference_locator: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Checksum {
    algorithm: Option<String>,
    checksum_value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Annotation {
    comment: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: Option<String>,
    related_spdx_element: Option<String>,
    #[serde(rename = "relationshipType")]
    kind: Option<String>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every form is read in the same way"
)]
pub(super) fn read(document: &Document) -> Result<Content, Unreadable> {
    let created = document.creation_info.as_ref();
    let described = document.described();
    Ok(Content {
        bill: Some(Bill {
            of: described.map(Package::of).unwrap_or_default(),
            at: created.and_then(|info| Timestamp::parse(info.created.as_deref()?)),
            name: said(document.namespace.as_ref()),
        }),
        ..Content::default()
    })
}

impl Document {
    /// The package that the document is of.
    fn described(&self) -> Option<&Package> {
        let related = self.relationships.iter().flatten().find(|one| {
            one.kind.as_deref() == Some("DESCRIBES")
                && one.spdx_element_id.as_deref() == Some("SPDXRef-DOCUMENT")
        });
        let related = related.and_then(|one| one.related_spdx_element.as_ref());
        let listed = self.describes.iter().flatten().next();
        let id = related.or(listed)?;
        let mut packages = self.packages.iter().flatten();
        packages.find(|package| package.id.as_ref() == Some(id))
    }
}

impl Package {
    fn of(&self) -> Subject {
        let mut of = Subject::default();
        for one in self.external_refs.iter().flatten() {
            if one.reference_type.as_deref() == Some("purl") {
                of = of.or(&Subject::named(
                    one.reference_locator.as_deref().unwrap_or_default(),
                ));
            }
        }
        let comments = self
            .annotations
            .iter()
            .flatten()
            .filter_map(|one| one.comment.as_ref());
        for text in self.attribution_texts.iter().flatten().chain(comments) {
            for key in ["RepoDigest: ", "RepoTag: "] {
                if let Some(text) = text.strip_prefix(key) {
                    of = of.or(&Subject::named(text));
                }
            }
        }
        if self.primary_package_purpose.as_deref() == Some("CONTAINER") {
            of = of.or(&self.image());
        }
        of
    }

    /// An image, as Syft tells it.
    fn image(&self) -> Subject {
        let name = self.name.as_deref().unwrap_or_default();
        let version = self.version_info.as_deref().unwrap_or_default();
        let sums = self.checksums.iter().flatten();
        let sum = sums.filter_map(|one| {
            let algorithm = one.algorithm.as_deref()?.to_ascii_lowercase();
            subject::digest(&format!("{algorithm}:{}", one.checksum_value.as_deref()?))
        });
        Subject {
            digest: subject::digest(version).or_else(|| sum.into_iter().next()),
            tag: Some(version.to_owned())
                .filter(|tag| !tag.is_empty() && subject::digest(tag).is_none()),
            image: Subject::named(name).image,
            ..Subject::default()
        }
    }
}
