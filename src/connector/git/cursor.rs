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
    /// The id under which it was told; none by logs that did not keep it.
    pub repository: Option<String>,
    pub heads: BTreeMap<String, ObjectId>,
    pub tags: BTreeMap<String, ObjectId>,
    /// Where annotated tags lead to: once one is moved, its object may be pruned, and nothing tells it any more.
    pub peeled: BTreeMap<String, ObjectId>,
    /// The branch that requests are merged into, and its tip.
    pub line: Option<(String, ObjectId)>,
    /// When that branch was told to end there, in seconds.
    pub ended: Option<i64>,
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
    pub fn of(repository: &str, refs: &Refs, ends: &BTreeSet<ObjectId>) -> Self {
        let tip = |name: &String| Some((name.clone(), *refs.heads.get(name)?));
        Self {
            repository: Some(repository.to_owned()),
            heads: refs.heads.clone(),
            tags: refs.tags.clone(),
            line: refs.line.as_ref().and_then(tip),
            ends: ends.clone(),
            ..Self::default()
        }
    }

    /// Where this was told of another repository, nothing was told of this one.
    pub fn told_of(self, repository: &str) -> Self {
        match &self.repository {
            Some(other) if other != repository => Self::default(),
            _ => self,
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
                "repository" => known.repository = Some(value.clone()),
                "heads" => known.heads = tips(value)?,
                "tags" => known.tags = tips(value)?,
                "peeled" => known.peeled = tips(value)?,
                "gone" => known.gone = tips(value)?,
                "line" => {
                    let (name, sha) = json::<(String, String)>(value)?;
                    known.line = Some((name, ObjectId::from_str(&sha).ok()?));
                }
                "ended" => known.ended = Some(value.parse().ok()?),
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
        let (now, then) = (self.values(), before.values());
        let differing = now.into_iter().zip(then).filter(|(now, then)| now != then);
        differing
            .map(|((key, value), _)| (key.to_owned(), value))
            .collect()
    }

    /// Each key and its value, in one order.
    fn values(&self) -> [(&'static str, Option<String>); 10] {
        let tips = |tips: &BTreeMap<String, ObjectId>| (!tips.is_empty()).then(|| written(tips));
        let hex = |ids: &BTreeSet<ObjectId>| -> Option<String> {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            (!ids.is_empty()).then(|| text(&ids))
        };
        let line = self.line.as_ref();
        [
            ("repository", self.repository.clone()),
            ("heads", tips(&self.heads)),
            ("tags", tips(&self.tags)),
            ("peeled", tips(&self.peeled)),
            ("gone", tips(&self.gone)),
            (
                "line",
                line.map(|(name, tip)| text(&(name, tip.to_string()))),
            ),
            ("ended", self.ended.map(|at| at.to_string())),
            ("ends", hex(&self.ends)),
            ("unreadable", hex(&self.unreadable)),
            ("paths", self.paths.then(|| "yes".to_owned())),
        ]
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
            repository: Some("acme/shop".to_owned()),
            heads: BTreeMap::from([("refs/heads/main".to_owned(), id)]),
            peeled: BTreeMap::from([("v\"1".to_owned(), id)]),
            ended: Some(-7),
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
        let emptied = Known::default().cursors(&known);
        assert_eq!(emptied.len(), cursors.len());
        assert!(emptied.iter().all(|(_, value)| value.is_none()));
    }

    #[test]
    fn what_was_told_of_another_repository_tells_nothing_of_this_one() {
        let of = |name: Option<&str>| Known {
            repository: name.map(str::to_owned),
            paths: true,
            ..Known::default()
        };
        assert_eq!(of(Some("shop")).told_of("acme/shop"), Known::default());
        assert!(of(Some("acme/shop")).told_of("acme/shop").paths);
        assert!(of(None).told_of("acme/shop").paths, "an older log");
    }

    #[test]
    fn what_cannot_be_understood_is_read_again() {
        let cursors = [("heads".to_owned(), "{\"a\":\"zz\"}".to_owned())];
        assert_eq!(Known::parse(&cursors), Known::default());
    }
}
