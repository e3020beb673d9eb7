//! Which repositories a source reads, or what else is named `owner/name` in its tool: by name, or by a pattern of an owner's.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use super::{ConnectorError, pattern};

/// Which repositories are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Named in full.
    pub named: BTreeSet<String>,
    /// Owners whose repositories have to be listed, and what is wanted of them.
    pub listed: Vec<(String, GlobMatcher)>,
    excluded: Vec<GlobMatcher>,
}

/// What is selected, in the words of a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// The key that names them.
    pub key: &'static str,
    pub one: &'static str,
    pub many: &'static str,
    pub example: &'static str,
}

const REPOSITORIES: Wording = Wording {
    key: "repositories",
    one: "repository",
    many: "repositories",
    example: "repositories = [\"acme/checkout\"], or [\"acme/*\", \"!acme/attic-*\"]",
};

impl Selection {
    /// Reads the patterns of repositories.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
        Self::read_as(&REPOSITORIES, source, patterns)
    }

    /// Reads patterns of what else a tool names so.
    pub fn read_as(
        words: &Wording,
        source: &str,
        patterns: &[String],
    ) -> Result<Self, ConnectorError> {
        let wrong_pattern = |source: &str, pattern: &str| {
            let detail = format!("{pattern:?} is no pattern for {}", words.many);
            ConnectorError::configuration(source, words.key, detail).hinted(
                "owner/name or owner/*; the owner itself has no wildcard; a leading ! leaves out",
            )
        };
        let mut selection = Self::default();
        for pattern in patterns {
            let (excludes, pattern) = pattern::leaves_out(pattern);
            let matcher =
                pattern::path_in_any_case(pattern).ok_or_else(|| wrong_pattern(source, pattern))?;
            let (owner, name) = pattern
                .split_once('/')
                .filter(|(owner, name)| !owner.is_empty() && !name.is_empty())
                .ok_or_else(|| wrong_pattern(source, pattern))?;
            let is_plain = |text: &str| {
                text.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            };
            if excludes {
                selection.excluded.push(matcher);
            } else if !is_plain(owner) {
                return Err(wrong_pattern(source, pattern));
            } else if is_plain(name) {
                selection.named.insert(pattern.to_owned());
            } else {
                selection.listed.push((owner.to_owned(), matcher));
            }
        }
        if selection.named.is_empty() && selection.listed.is_empty() {
            return Err(ConnectorError::configuration(
                source,
                words.key,
                format!("names no {} to read", words.one),
            )
            .hinted(words.example));
        }
        let excluded = selection.excluded.clone();
        selection
            .named
            .retain(|name| !excluded.iter().any(|out| out.is_match(name)));
        Ok(selection)
    }

    /// The owners to list, each once.
    #[must_use]
    pub fn owners(&self) -> BTreeSet<&str> {
        self.listed
            .iter()
            .map(|(owner, _)| owner.as_str())
            .collect()
    }

    /// Whether a repository is read, named or listed.
    #[must_use]
    pub fn has(&self, full_name: &str) -> bool {
        let mut named = self.named.iter();
        named.any(|name| name.eq_ignore_ascii_case(full_name)) || self.wants(full_name)
    }

    /// Whether a listed repository is wanted.
    #[must_use]
    pub fn wants(&self, full_name: &str) -> bool {
        self.listed.iter().any(|(_, want)| want.is_match(full_name))
            && !self.excluded.iter().any(|out| out.is_match(full_name))
    }
}

/// Whether a text is `owner/name`, and so may stand in an address as it is.
#[must_use]
pub fn is_repository(text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    text.split_once('/')
        .is_some_and(|(owner, name)| is_plain(owner) && is_plain(name))
}
