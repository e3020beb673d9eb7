//! What repositories are called, as configured and as their tool calls them now: one that has another name is read under that, and told of.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::http::Answer;
use super::piece::Done;
use super::rows::{Rows, put};

/// The row of what is known of a repository by its present name.
#[must_use]
pub fn known_key(repository: &str) -> String {
    format!("{repository} known")
}

fn moved_key(configured: &str) -> String {
    format!("{configured} moved")
}

/// A repository that was configured, and what is known of it by now. `Known` is what its row holds.
#[derive(Clone, Debug)]
pub struct Named<Known> {
    /// As it is configured.
    pub name: String,
    /// As it was called when it was last asked for.
    present: String,
    pub known: Option<Known>,
}

impl<Known> Named<Known> {
    /// One of which nothing is known.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            present: name.to_owned(),
            known: None,
        }
    }

    /// The name by which it is asked for: what nothing is known of may have been configured under another name than it had.
    #[must_use]
    pub fn address(&self) -> &str {
        match &self.known {
            Some(_) => &self.present,
            None => &self.name,
        }
    }
}

/// The repositories that are configured by name. Each is asked for at every reading, on condition: its name and its default branch may change.
#[must_use]
pub fn named<Known: DeserializeOwned>(rows: &Rows, named: &BTreeSet<String>) -> Vec<Named<Known>> {
    let known = |name: &String| {
        let present = rows.get::<String>(&moved_key(name));
        let present = present.unwrap_or_else(|| name.clone());
        Named {
            name: name.clone(),
            known: rows.get(&known_key(&present)),
            present,
        }
    };
    named.iter().map(known).collect()
}

/// What asking for a repository by its name comes to before its answer is read: it has moved, and is asked for anew, or is what it was. `None`: the answer is to
/// be read.
#[must_use]
pub fn settled<Known>(named: &Named<Known>, answer: &Answer) -> Option<Done> {
    let mut done = Done::default();
    if answer.moved && named.known.is_some() {
        done.moved = true;
        return Some(done);
    }
    answer.is_unchanged().then(|| {
        done.found.push(named.address().to_owned());
        done
    })
}

/// What to tell of a repository that is called otherwise than it is configured. `None`: it only is spelt otherwise, or not even that.
#[must_use]
pub fn renamed(source: &str, name: &str, present: &str) -> Option<String> {
    (!present.eq_ignore_ascii_case(name)).then(|| {
        format!(
            "is now called {present}, and its facts are told under that name: write {present} in `repositories` of source {source:?}, and in the workloads that own it"
        )
    })
}

/// Keeps what a repository is called now.
pub fn keep(done: &mut Done, source: &str, name: &str, present: &str) {
    if present != name {
        put(&mut done.batch, moved_key(name), &present);
    }
    if let Some(text) = renamed(source, name, present) {
        done.warn(name, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_is_spelt_otherwise_is_nothing_to_tell() {
        assert_eq!(renamed("gh", "acme/shop", "Acme/Shop"), None);
        let told = renamed("gh", "acme/shop", "acme/store").unwrap();
        assert!(
            told.contains("is now called acme/store") && told.contains("source \"gh\""),
            "{told}"
        );
    }
}
