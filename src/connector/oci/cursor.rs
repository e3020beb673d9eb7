//! Where a reading stands: one row for each tag (what it points to), one for each image that a tag points to (what it said, and what refers to it), one for
//! each repository (whose turn it is). A row that cannot be read is as good as none: what it stood for is read again.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::translate::Image;
use crate::connector::Batch;
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

/// All rows.
#[derive(Clone, Debug, Default)]
pub struct State(BTreeMap<String, String>);

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

impl State {
    #[must_use]
    pub fn new(rows: Vec<(String, String)>) -> Self {
        Self(rows.into_iter().collect())
    }

    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_str(self.0.get(key)?).ok()
    }

    /// The tags of a repository, with what they pointed to.
    #[must_use]
    pub fn tags(&self, repository: &str) -> BTreeMap<String, TagRow> {
        self.rows(&format!("{repository} tag "))
    }

    /// An image of a repository.
    #[must_use]
    pub fn image(&self, repository: &str, digest: &str) -> Option<ImageRow> {
        self.get(&image_key(repository, digest))
    }

    /// The digests of the images of a repository.
    #[must_use]
    pub fn images(&self, repository: &str) -> BTreeMap<String, ImageRow> {
        self.rows(&format!("{repository} image "))
    }

    fn rows<T: DeserializeOwned>(&self, prefix: &str) -> BTreeMap<String, T> {
        self.0
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter_map(|(key, value)| {
                let name = key.strip_prefix(prefix)?.to_owned();
                Some((name, serde_json::from_str(value).ok()?))
            })
            .collect()
    }

    /// Takes over what was kept.
    pub fn apply(&mut self, rows: &[(String, Option<String>)]) {
        for (key, value) in rows {
            match value {
                Some(value) => self.0.insert(key.clone(), value.clone()),
                None => self.0.remove(key),
            };
        }
    }
}

/// Puts a row into a batch. What cannot be written is not kept, and so read again.
pub fn put<T: Serialize>(batch: &mut Batch, key: String, value: &T) {
    let text = serde_json::to_string(value).ok();
    batch.cursors.push((key, text));
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut state = State::default();
        state.apply(&batch.cursors);
        let tags = state.tags("a/b");
        assert_eq!(tags.keys().collect::<Vec<_>>(), ["1.0"]);
        state.apply(&[(tag_key("a/b", "1.0"), None)]);
        assert!(state.tags("a/b").is_empty());
    }
}
