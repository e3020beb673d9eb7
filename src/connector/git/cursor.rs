//! Where a reading left off: the tips of branches and tags as they were read, so that the next one walks only what is beyond them. What a tip
//! does not tell (history that was not there, commits that could not be read) is kept beside it, and looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use gix::ObjectId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::refs::Refs;

/// What is known to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub heads: BTreeMap<String, ObjectId>,
    pub tags: BTreeMap<String, ObjectId>,
    /// The branch that requests are merged into, and its tip.
    pub line: Option<(String, ObjectId)>,
    /// Where a shallow clone ended.
    pub ends: BTreeSet<ObjectId>,
    /// Commits that could not be read.
    pub unreadable: BTreeSet<ObjectId>,
    /// Tags that were told to be gone, and what each pointed to last.
    pub gone: BTreeMap<String, ObjectId>,
    /// Every commit was read with the paths that it touches.
    pub paths: bool,
}

impl Known {
    /// What is read once everything that `refs` shows is.
    pub fn of(refs: &Refs, ends: &BTreeSet<ObjectId>) -> Self {
        let tip = |name: &String| Some((name.clone(), *refs.heads.get(name)?));
        Self {
            heads: refs.heads.clone(),
            tags: refs.tags.clone(),
            line: refs.line.as_ref().and_then(tip),
            ends: ends.clone(),
            ..Self::default()
        }
    }

    /// The tags that `before` knew and that are not here any more, or point elsewhere now.
    pub fn gone_since<'a>(
        &self,
        before: &'a Self,
    ) -> impl Iterator<Item = (&'a String, &'a ObjectId)> {
        let is_gone = |(name, target): &(&String, &ObjectId)| self.tags.get(*name) != Some(target);
        before.tags.iter().filter(is_gone)
    }

    /// Notes which tags are gone, and forgets those that are back.
    pub fn note_gone(&mut self, before: &Self) {
        self.gone.clone_from(&before.gone);
        let gone: Vec<_> = self.gone_since(before).collect();
        let gone = gone
            .into_iter()
            .map(|(name, target)| (name.clone(), *target));
        self.gone.extend(gone);
        let tags = &self.tags;
        self.gone
            .retain(|name, target| tags.get(name) != Some(target));
    }

    /// What the cursors say. Cursors that cannot be understood say nothing, and everything is read again.
    pub fn parse(cursors: &[(String, String)]) -> Self {
        Self::understood(cursors).unwrap_or_default()
    }

    fn understood(cursors: &[(String, String)]) -> Option<Self> {
        let mut known = Self::default();
        for (key, value) in cursors {
            match key.as_str() {
                "heads" => known.heads = tips(value)?,
                "tags" => known.tags = tips(value)?,
                "gone" => known.gone = tips(value)?,
                "line" => {
                    let (name, sha) = json::<(String, String)>(value)?;
                    known.line = Some((name, ObjectId::from_str(&sha).ok()?));
                }
                "ends" => known.ends = ids(value)?,
                "unreadable" => known.unreadable = ids(value)?,
                "paths" => known.paths = value == "yes",
                _ => {}
            }
        }
        Some(known)
    }

    /// The cursors that say this, each where it differs from what was said before.
    pub fn cursors(&self, before: &Self) -> Vec<(String, Option<String>)> {
        let hex = |ids: &BTreeSet<ObjectId>| -> Option<String> {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            (!ids.is_empty()).then(|| text(&ids))
        };
        let line = |known: &Self| {
            let (name, tip) = known.line.as_ref()?;
            Some(text(&(name, tip.to_string())))
        };
        let paths = |known: &Self| known.paths.then(|| "yes".to_owned());
        let differing = [
            (
                "heads",
                self.heads != before.heads,
                Some(written(&self.heads)),
            ),
            ("tags", self.tags != before.tags, Some(written(&self.tags))),
            ("gone", self.gone != before.gone, Some(written(&self.gone))),
            ("line", self.line != before.line, line(self)),
            ("ends", self.ends != before.ends, hex(&self.ends)),
            (
                "unreadable",
                self.unreadable != before.unreadable,
                hex(&self.unreadable),
            ),
            ("paths", self.paths != before.paths, paths(self)),
        ];
        differing
            .into_iter()
            .filter(|(_, differs, _)| *differs)
            .map(|(key, _, value)| (key.to_owned(), value))
            .collect()
    }
}

fn written(tips: &BTreeMap<String, ObjectId>) -> String {
    let tips: BTreeMap<&String, String> = tips
        .iter()
        .map(|(name, id)| (name, id.to_string()))
        .collect();
    text(&tips)
}

fn tips(value: &str) -> Option<BTreeMap<String, ObjectId>> {
    json::<BTreeMap<String, String>>(value)?
        .into_iter()
        .map(|(name, sha)| Some((name, ObjectId::from_str(&sha).ok()?)))
        .collect()
}

fn ids(value: &str) -> Option<BTreeSet<ObjectId>> {
    json::<Vec<String>>(value)?
        .into_iter()
        .map(|sha| ObjectId::from_str(&sha).ok())
        .collect()
}

fn json<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_str(value).ok()
}

fn text<T: Serialize>(value: &T) -> String {
    // Texts as keys and values: there is nothing that JSON cannot say.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let id = ObjectId::from_str("00112233445566778899aabbccddeeff00112233").unwrap();
        let known = Known {
            heads: BTreeMap::from([("refs/heads/main".to_owned(), id)]),
            tags: BTreeMap::from([("v\"1".to_owned(), id)]),
            gone: BTreeMap::from([("v0".to_owned(), id)]),
            line: Some(("refs/heads/main".to_owned(), id)),
            ends: BTreeSet::from([id]),
            unreadable: BTreeSet::from([id]),
            paths: true,
        };
        let cursors: Vec<_> = known
            .cursors(&Known::default())
            .into_iter()
            .map(|(key, value)| (key, value.unwrap()))
            .collect();
        assert_eq!(Known::parse(&cursors), known);
        assert_eq!(known.cursors(&known), []);
    }

    #[test]
    fn what_cannot_be_understood_is_read_again() {
        let cursors = [("heads".to_owned(), "{\"a\":\"zz\"}".to_owned())];
        assert_eq!(Known::parse(&cursors), Known::default());
    }
}
