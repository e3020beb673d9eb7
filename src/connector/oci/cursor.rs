//! Where a reading stands: one row for each tag (what it points to), one for each image that a tag points to (what it said, and what refers to it), one for
//! each repository (whose turn it is). A row that cannot be read is as good as none: what it stood for is read again.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::translate::Image;
use crate::connector::rows::Rows;
use crate::event::time::Timestamp;

/// What a tag points to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagRow {
    pub digest: String,
    pub etag: Option<String>,
    /// How often it was seen to point elsewhere than before.
    pub moves: u32,
}

/// An image that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRow {
    pub image: Image,
    /// Until when more may be expected beside it: what scans it and signs it comes after it.
    pub fresh: Timestamp,
    /// Of the list of what refers to it.
    #[serde(default)]
    pub etag: Option<String>,
    /// What refers to it and was read: digests.
    #[serde(default)]
    pub referrers: BTreeSet<String>,
}

/// What is known of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RepositoryRow {
    /// The last tag that was looked at again in its turn.
    pub turn: Option<String>,
}

#[must_use]
pub fn tag_key(repository: &str, tag: &str) -> String {
    format!("{repository} tag {tag}")
}

#[must_use]
pub fn image_key(repository: &str, digest: &str) -> String {
    format!("{repository} image {digest}")
}

#[must_use]
pub fn repository_key(repository: &str) -> String {
    format!("{repository} repository")
}

/// The tags of a repository, with what they pointed to.
#[must_use]
pub fn tags(rows: &Rows, repository: &str) -> BTreeMap<String, TagRow> {
    named(rows, &tag_key(repository, ""))
}

/// An image of a repository.
#[must_use]
pub fn image(rows: &Rows, repository: &str, digest: &str) -> Option<ImageRow> {
    rows.get(&image_key(repository, digest))
}

/// The images of a repository by their digests.
#[must_use]
pub fn images(rows: &Rows, repository: &str) -> BTreeMap<String, ImageRow> {
    named(rows, &image_key(repository, ""))
}

fn named<T: DeserializeOwned>(rows: &Rows, start: &str) -> BTreeMap<String, T> {
    let found = rows.below(start);
    found.map(|(name, row)| (name.to_owned(), row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Batch;
    use crate::connector::rows::put;

    #[test]
    fn rows_are_found_again_and_broken_ones_are_none() {
        let mut batch = Batch::default();
        let row = TagRow {
            digest: "sha256:a".to_owned(),
            ..TagRow::default()
        };
        put(&mut batch, tag_key("a/b", "1.0"), &row);
        put(&mut batch, tag_key("a/b-c", "2.0"), &row);
        let broken = (tag_key("a/b", "bad"), Some("{".to_owned()));
        batch.cursors.push(broken);
        let mut rows = Rows::default();
        rows.apply(&batch.cursors);
        let found = tags(&rows, "a/b");
        assert_eq!(found.keys().collect::<Vec<_>>(), ["1.0"]);
        rows.apply(&[(tag_key("a/b", "1.0"), None)]);
        assert!(tags(&rows, "a/b").is_empty());
    }
}
