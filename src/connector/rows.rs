//! The rows that say how far a source is read: a key and a value each, where the key begins with the name of what it is of and a space. A row that cannot be
//! read is as good as none: what it stood for is read again.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Batch;

/// All rows of a source.
#[derive(Clone, Debug, Default)]
pub struct Rows(BTreeMap<String, String>);

impl Rows {
    #[must_use]
    pub fn new(cursors: Vec<(String, String)>) -> Self {
        Self(cursors.into_iter().collect())
    }

    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_str(self.0.get(key)?).ok()
    }

    /// The rows whose keys begin so, with what follows in their keys; those that cannot be read are left out.
    pub fn below<'a, T: DeserializeOwned>(
        &'a self,
        start: &'a str,
    ) -> impl Iterator<Item = (&'a str, T)> {
        let rows = self.starting(start);
        rows.filter_map(|(rest, value)| Some((rest, serde_json::from_str(value).ok()?)))
    }

    /// What follows in the keys that begin so, whether their rows can be read or not.
    pub fn names<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.starting(start).map(|(rest, _)| rest)
    }

    /// Every key of a thing.
    #[must_use]
    pub fn keys(&self, of: &str) -> Vec<String> {
        let start = format!("{of} ");
        let names = self.names(&start);
        names.map(|name| format!("{start}{name}")).collect()
    }

    fn starting<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .range(start.to_owned()..)
            .map_while(move |(key, value)| Some((key.strip_prefix(start)?, value.as_str())))
    }

    /// Takes over what was kept.
    pub fn apply(&mut self, cursors: &[(String, Option<String>)]) {
        for (key, value) in cursors {
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
    fn rows_are_found_by_what_they_are_of() {
        let mut batch = Batch::default();
        for key in ["a/b todo 1", "a/b-c todo 2", "a/b/c todo 3", "a/b list"] {
            put(&mut batch, key.to_owned(), &7);
        }
        batch
            .cursors
            .push(("a/b todo 4".to_owned(), Some("{".to_owned())));
        let mut rows = Rows::default();
        rows.apply(&batch.cursors);
        assert_eq!(rows.keys("a/b"), ["a/b list", "a/b todo 1", "a/b todo 4"]);
        let read: Vec<(&str, i32)> = rows.below("a/b todo ").collect();
        assert_eq!(read, [("1", 7)]);
        assert!(rows.names("a/b todo ").eq(["1", "4"]));
        assert_eq!(rows.get::<i32>("a/b todo 4"), None);
        rows.apply(&[("a/b list".to_owned(), None)]);
        assert_eq!(rows.get::<i32>("a/b list"), None);
    }
}
