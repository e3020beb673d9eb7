//! What a GitHub source is told: where it is, whose token it uses, and which repositories it reads.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use globset::GlobMatcher;
use secrecy::SecretString;

use crate::connector::ConnectorError;
use crate::connector::http::address::{Address, Hint};
use crate::connector::pattern;
use crate::event::time::Span;

/// The API of the public GitHub.
pub const PUBLIC: &str = "https://api.github.com";

const HINT: Hint = Hint {
    example: "url = \"https://github.example.com/api/v3\", or leave it out for github.com",
    login: "name it with `token`",
};

/// A source of kind `github`.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The name of the source in the configuration.
    pub name: String,
    /// The base of the API; `https://HOST/api/v3` for an Enterprise Server.
    pub url: Option<String>,
    pub token: Option<SecretString>,
    /// `owner/name`, `owner/*`, and with a leading `!` what is left out.
    pub repositories: Vec<String>,
    /// Certificates to trust beside the system's, as PEM.
    pub ca_file: Option<PathBuf>,
    /// How far back the first reading goes.
    pub since: Option<Span>,
    /// How long an answer may take. `None`: as long as is usual.
    pub patience: Option<Duration>,
}

/// Where the API is.
#[derive(Clone, Debug)]
pub struct Base {
    /// Without a slash at the end.
    pub url: String,
    /// The host as it stands in the source of events.
    pub host: String,
    pub is_public: bool,
}

/// Which repositories are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Named in full.
    pub named: BTreeSet<String>,
    /// Owners whose repositories have to be listed, and what is wanted of them.
    pub listed: Vec<(String, GlobMatcher)>,
    excluded: Vec<GlobMatcher>,
}

impl Selection {
    /// Reads the patterns.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
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
                "repositories",
                "names no repository to read",
            )
            .hinted("repositories = [\"acme/checkout\"], or [\"acme/*\", \"!acme/attic-*\"]"));
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

fn wrong_pattern(source: &str, pattern: &str) -> ConnectorError {
    ConnectorError::configuration(
        source,
        "repositories",
        format!("{pattern:?} is no pattern for repositories"),
    )
    .hinted("owner/name or owner/*; the owner itself has no wildcard; a leading ! leaves out")
}

impl Base {
    /// Reads the address of the API.
    pub fn read(source: &str, address: Option<&str>) -> Result<Self, ConnectorError> {
        let address = Address::read(source, address.unwrap_or(PUBLIC), HINT)?;
        let is_public = address.host == "api.github.com";
        Ok(Self {
            url: address.at(address.path()),
            // data residency: api.acme.ghe.com is the API of acme.ghe.com
            host: match address.host.strip_prefix("api.") {
                Some(rest) if is_public || rest.ends_with(".ghe.com") => rest.to_owned(),
                _ => address.host,
            },
            is_public,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(patterns: &[&str]) -> Result<Selection, ConnectorError> {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::read("gh", &patterns)
    }

    #[test]
    fn patterns_take_and_leave_out() {
        let selection =
            select(&["!acme/attic-*", "acme/*", "Other/One", "acme/attic-named"]).unwrap();
        assert_eq!(
            selection.named.iter().collect::<Vec<_>>(),
            ["Other/One"],
            "left out wins over named"
        );
        assert_eq!(selection.owners().into_iter().collect::<Vec<_>>(), ["acme"]);
        assert!(selection.wants("Acme/checkout"));
        assert!(!selection.wants("acme/attic-old"));
        assert!(!selection.wants("other/checkout"));
        assert!(selection.has("other/one") && selection.has("acme/checkout"));
        assert!(!selection.has("acme/attic-named") && !selection.has("other/two"));
    }

    #[test]
    fn only_a_repository_stands_in_an_address() {
        assert!(is_repository("acme/check-out_2.0"));
        for wrong in [
            "acme", "acme/", "a/b/c", "../x", "acme/..", "a/b?c", "a/b%2f",
        ] {
            assert!(!is_repository(wrong), "{wrong}");
        }
    }

    #[test]
    fn wrong_patterns_are_named() {
        for wrong in ["checkout", "*/checkout", "/x", "acme/", "acme/[a"] {
            let error = select(&[wrong]).unwrap_err().to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
            assert!(error.contains("\"gh\""), "{error}");
        }
        assert!(select(&["!acme/*"]).is_err(), "nothing is left to read");
    }

    #[test]
    fn the_host_of_events_is_the_host_that_people_know() {
        let host = |url| Base::read("gh", url).unwrap().host;
        assert_eq!(host(None), "github.com");
        assert_eq!(host(Some("https://api.github.com/")), "github.com");
        assert_eq!(
            host(Some("https://Github.Example.com/api/v3/")),
            "github.example.com"
        );
        assert_eq!(host(Some("https://api.acme.ghe.com")), "acme.ghe.com");
        assert_eq!(
            Base::read("gh", Some("https://x.example/api/v3/"))
                .unwrap()
                .url,
            "https://x.example/api/v3"
        );
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = Base::read("gh", Some("https://jane:hunter2@x.example")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(Base::read("gh", Some("ftp://x.example")).is_err());
        assert!(Base::read("gh", Some("github")).is_err());
    }
}
