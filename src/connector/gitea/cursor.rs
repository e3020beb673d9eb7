//! Where a reading stands, so that the next one goes on from there: one row per repository, with how far each of its lists is told. A list's place moves on only
//! when what is new in it was handed over to its end; what was handed over before is then told twice, and is the same events.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::connector::reopened::Closed;
use crate::event::time::Timestamp;

/// So many of the newest things of a list are remembered by name.
const REMEMBERED: usize = 200;

/// What is told of a repository already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// Up to which change requests are told.
    pub pulls: Option<Timestamp>,
    /// The newest run that is told.
    pub run: i64,
    /// Runs that had not ended.
    pub open: BTreeSet<i64>,
    /// The end of the default branch.
    pub tip: String,
    pub releases: Told,
    pub tags: Told,
    /// Up to which change issues are told.
    pub issues: Option<Timestamp>,
    /// Requests that were seen closed.
    #[serde(skip_serializing_if = "Closed::is_empty")]
    pub closed: Closed,
}

/// Names of things that are told, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told(Vec<String>);

impl Told {
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|one| one == name)
    }

    /// Adds what was told, given newest first; forgets the oldest.
    pub fn add(&mut self, names: Vec<String>) {
        self.0.extend(names.into_iter().rev());
        let over = self.0.len().saturating_sub(REMEMBERED);
        self.0.drain(..over);
    }
}

const REPOSITORY: &str = "repository ";

/// The key of the row of a repository.
#[must_use]
pub fn key(repository: &str) -> String {
    format!("{REPOSITORY}{repository}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered() {
        let mut told = Told::default();
        told.add((0..150).rev().map(|one| one.to_string()).collect());
        told.add((150..300).rev().map(|one| one.to_string()).collect());
        assert!(told.has("299") && told.has("100") && !told.has("99"));
        let text = serde_json::to_string(&Row {
            tags: told.clone(),
            ..Row::default()
        })
        .unwrap();
        assert_eq!(serde_json::from_str::<Row>(&text).unwrap().tags, told);
    }
}
