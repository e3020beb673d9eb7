//! What repositories are called, as configured and as their tool calls them now: one that has another name is read under that, and told of.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

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

/// The repositories that need no question, by their present names; and the configured names that have to be asked for. `Known` is what their rows hold.
#[must_use]
pub fn known<Known: DeserializeOwned>(
    rows: &Rows,
    named: &BTreeSet<String>,
) -> (Vec<String>, Vec<String>) {
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for name in named {
        let present = rows.get::<String>(&moved_key(name));
        let present = present.unwrap_or_else(|| name.clone());
        if rows.get::<Known>(&known_key(&present)).is_some() {
            known.push(present);
        } else {
            unknown.push(name.clone());
        }
    }
    (known, unknown)
}

/// Keeps what a repository is called now. A name that only is spelt otherwise is nothing to tell.
pub fn keep(done: &mut Done, source: &str, name: &str, present: &str) {
    if present != name {
        put(&mut done.batch, moved_key(name), &present);
    }
    if !present.eq_ignore_ascii_case(name) {
        done.warn(
            name,
            &format!(
                "is now called {present}, and its facts are told under that name: write {present} in `repositories` of source {source:?}, and in the workloads that own it"
            ),
        );
    }
}
