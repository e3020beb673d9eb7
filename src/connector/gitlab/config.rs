//! What a GitLab source is told: where it is, whose token it uses, and which projects it reads. Groups lie in groups, so a pattern may be as deep as it likes.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use crate::connector::ConnectorError;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;
use crate::connector::pattern;

/// The host of the public GitLab.
pub const PUBLIC: &str = "gitlab.com";

/// What it allows in a minute with a token is 2000; some of it is left for people.
pub const PER_MINUTE: usize = 1500;

pub static TOOL: Tool = Tool {
    kind: "gitlab",
    name: "GitLab",
    public: Some("https://gitlab.com"),
    suffix: "/api/v4",
    hint: Hint {
        example: "url = \"https://gitlab.example.com/api/v4\", or leave it out for gitlab.com",
        login: "name it with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/error", "/error_description"],
        token: "is it expired, revoked, or another host's? To read it needs the scope read_api, to act the scope api",
        rights: "at least the role Reporter in the project, and for environments and to act the role Developer, named in the rules of what is protected; and its token the scope read_api, to act the scope api",
        missing: "it is gone, this edition of GitLab has no such thing, or the token may not see it: check the spelling in `repositories`, and whether the owner of the token is a member of the project",
    },
};

/// Which projects are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Named in full.
    pub named: BTreeSet<String>,
    listed: Vec<Listing>,
    excluded: Vec<GlobMatcher>,
}

/// The projects of a group that fit a pattern.
#[derive(Clone, Debug)]
struct Listing {
    group: String,
    /// Whether the groups within the group are looked into.
    deep: bool,
    wants: GlobMatcher,
}

impl Selection {
    /// Reads the patterns.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
        let mut selection = Self::default();
        for pattern in patterns {
            let (excludes, pattern) = pattern::leaves_out(pattern);
            let matcher =
                pattern::path_in_any_case(pattern).ok_or_else(|| wrong_pattern(source, pattern))?;
            let segments: Vec<&str> = pattern.split('/').collect();
            if segments.len() < 2 || segments.iter().any(|segment| segment.is_empty()) {
                return Err(wrong_pattern(source, pattern));
            }
            if excludes {
                selection.excluded.push(matcher);
                continue;
            }
            let plain = segments.iter().take_while(|text| is_plain(text)).count();
            if plain == segments.len() {
                selection.named.insert(pattern.to_owned());
            } else if plain == 0 {
                return Err(wrong_pattern(source, pattern));
            } else {
                selection.listed.push(Listing {
                    group: segments[..plain].join("/"),
                    deep: plain + 1 < segments.len() || pattern.contains("**"),
                    wants: matcher,
                });
            }
        }
        if selection.named.is_empty() && selection.listed.is_empty() {
            return Err(ConnectorError::configuration(
                source,
                "repositories",
                "names no project to read",
            )
            .hinted("repositories = [\"acme/checkout\"], or [\"acme/**\", \"!acme/attic/*\"]"));
        }
        let excluded = selection.excluded.clone();
        selection
            .named
            .retain(|name| !excluded.iter().any(|out| out.is_match(name)));
        Ok(selection)
    }

    /// The groups to list, each once, and whether with the groups in them.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<(String, bool)> {
        let all = self.listed.iter();
        let deep = |group: &str| {
            let mut all = self.listed.iter();
            all.any(|listing| listing.deep && listing.group == group)
        };
        all.map(|listing| (listing.group.clone(), deep(&listing.group)))
            .collect()
    }

    /// Whether a project is one that is read here: named or listed.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        let mut named = self.named.iter();
        named.any(|name| name.eq_ignore_ascii_case(path)) || self.wants(path)
    }

    /// Whether a listed project is wanted.
    #[must_use]
    pub fn wants(&self, path: &str) -> bool {
        self.listed
            .iter()
            .any(|listing| listing.wants.is_match(path))
            && !self.excluded.iter().any(|out| out.is_match(path))
    }
}

fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || "-_.+".contains(c))
}

fn wrong_pattern(source: &str, pattern: &str) -> ConnectorError {
    ConnectorError::configuration(
        source,
        "repositories",
        format!("{pattern:?} is no pattern for projects"),
    )
    .hinted("group/project, group/subgroup/*, or group/** for all that lies in the group; the first group has no wildcard; a leading ! leaves out")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(patterns: &[&str]) -> Result<Selection, ConnectorError> {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::read("gl", &patterns)
    }

    #[test]
    fn patterns_take_and_leave_out_at_any_depth() {
        let selection = select(&[
            "!acme/attic/*",
            "acme/*",
            "acme/pay/**",
            "Other/team/One",
            "acme/attic/named",
        ])
        .unwrap();
        let named: Vec<_> = selection.named.iter().collect();
        assert_eq!(named, ["Other/team/One"], "left out wins over named");
        let groups: Vec<_> = selection.groups().into_iter().collect();
        assert_eq!(
            groups,
            [("acme".to_owned(), false), ("acme/pay".to_owned(), true)]
        );
        assert!(selection.wants("Acme/checkout"));
        assert!(
            !selection.wants("acme/other/checkout"),
            "one star, one group"
        );
        assert!(selection.wants("acme/pay/ledger"));
        assert!(selection.wants("acme/pay/eu/ledger"));
        assert!(!selection.wants("acme/attic/old"));
        let between = select(&["acme/*/api", "acme/*"]).unwrap();
        assert_eq!(between.groups().len(), 1, "listed once, and deep");
        assert!(between.groups().contains(&("acme".to_owned(), true)));
    }

    #[test]
    fn wrong_patterns_are_named() {
        for wrong in ["checkout", "*/checkout", "/x", "acme/", "acme/[a", "a//b"] {
            let error = select(&[wrong]).unwrap_err().to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
            assert!(error.contains("\"gl\""), "{error}");
        }
        assert!(select(&["!acme/*"]).is_err(), "nothing is left to read");
    }
}
