//! What a CircleCI source is told: where it is, and which projects it reads, by CircleCI's own names for them: `gh/acme/checkout`, `bb/acme/checkout`,
//! `circleci/<organization>/<project>`.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use crate::connector::ConnectorError;
use crate::connector::http::address::{Address, Hint};
use crate::connector::pattern;

/// The API of the public CircleCI.
pub const PUBLIC: &str = "https://circleci.com/api/v2";

const HINT: Hint = Hint {
    example: "url = \"https://circleci.example.com/api/v2\", or leave it out for circleci.com",
    login: "name it with `token`",
};

/// Where the API is, and the pages for people.
#[derive(Clone, Debug)]
pub struct Base {
    /// With `/api/v2`, without a slash at the end.
    pub url: String,
    /// The host as it stands in the source of events.
    pub host: String,
    /// Where pages are, without a slash at the end.
    pub pages: String,
}

impl Base {
    /// Reads the address: of the API, or of the CircleCI that it belongs to.
    pub fn read(source: &str, address: Option<&str>) -> Result<Self, ConnectorError> {
        let address = Address::read(source, address.unwrap_or(PUBLIC), HINT)?;
        let path = address.path();
        let path = path.strip_suffix("/api/v2").unwrap_or(path);
        let pages = match address.host.as_str() {
            "circleci.com" => "https://app.circleci.com".to_owned(),
            _ => address.at(path),
        };
        Ok(Self {
            url: address.at(&format!("{path}/api/v2")),
            host: address.host,
            pages,
        })
    }
}

/// A list of pipelines: of a project, or of all projects of an organization that the token's owner follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    Project(String),
    Organization(String),
}

impl List {
    /// As it is named in rows and findings.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Project(slug) | Self::Organization(slug) => slug,
        }
    }
}

/// Which projects are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    named: BTreeSet<String>,
    listed: Vec<(String, GlobMatcher)>,
    excluded: Vec<GlobMatcher>,
}

impl Selection {
    /// Reads the patterns.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
        let mut selection = Self::default();
        for written in patterns {
            let (excludes, pattern) = pattern::leaves_out(written);
            let pattern = short(pattern);
            let wrong = || wrong_pattern(source, written);
            let matcher = pattern::path_in_any_case(&pattern).ok_or_else(wrong)?;
            let parts: Vec<&str> = pattern.split('/').collect();
            let &[provider, organization, project] = parts.as_slice() else {
                return Err(wrong());
            };
            if excludes {
                selection.excluded.push(matcher);
                continue;
            }
            if !is_plain(provider) || !is_plain(organization) || project.is_empty() {
                return Err(wrong());
            }
            if is_plain(project) {
                selection.named.insert(pattern);
            } else {
                let organization = format!("{provider}/{organization}");
                selection.listed.push((organization, matcher));
            }
        }
        if selection.named.is_empty() && selection.listed.is_empty() {
            return Err(ConnectorError::configuration(
                source,
                "projects",
                "names no project to read",
            )
            .hinted(
                "projects = [\"gh/acme/checkout\"], or [\"gh/acme/*\", \"!gh/acme/attic-*\"]",
            ));
        }
        Ok(selection)
    }

    /// The lists that are read: of organizations, and of the projects that are in none of these.
    #[must_use]
    pub fn lists(&self) -> Vec<List> {
        let organizations = self.listed.iter().map(|(name, _)| name.clone());
        let organizations: BTreeSet<String> = organizations.collect();
        let is_listed = |slug: &&String| self.listed.iter().any(|(_, fits)| fits.is_match(slug));
        let named = self.named.iter().filter(|slug| !is_listed(slug));
        let named = named.filter(|slug| self.has(slug)).cloned();
        let named: Vec<List> = named.map(List::Project).collect();
        let organizations = organizations.into_iter().map(List::Organization);
        organizations.chain(named).collect()
    }

    /// Whether a project is one that is read here.
    #[must_use]
    pub fn has(&self, slug: &str) -> bool {
        let slug = short(slug);
        let named = self
            .named
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&slug));
        (named || self.listed.iter().any(|(_, fits)| fits.is_match(&slug)))
            && !self.excluded.iter().any(|out| out.is_match(&slug))
    }
}

/// `gh` and `bb`: as the API names them.
#[must_use]
pub fn short(slug: &str) -> String {
    match slug.split_once('/') {
        Some(("github", rest)) => format!("gh/{rest}"),
        Some(("bitbucket", rest)) => format!("bb/{rest}"),
        _ => slug.to_owned(),
    }
}

/// `github` and `bitbucket`: as addresses of pages have them.
#[must_use]
pub fn long(slug: &str) -> String {
    match slug.split_once('/') {
        Some(("gh", rest)) => format!("github/{rest}"),
        Some(("bb", rest)) => format!("bitbucket/{rest}"),
        _ => slug.to_owned(),
    }
}

fn is_plain(text: &str) -> bool {
    let mut all = text.chars();
    !text.is_empty() && all.all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

fn wrong_pattern(source: &str, pattern: &str) -> ConnectorError {
    ConnectorError::configuration(
        source,
        "projects",
        format!("{pattern:?} is no pattern for projects"),
    )
    .hinted("gh/acme/checkout or gh/acme/*, as the address of the project's page has it; circleci/… for projects of GitLab and the GitHub App; a leading ! leaves out")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(patterns: &[&str]) -> Result<Selection, ConnectorError> {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::read("circle", &patterns)
    }

    #[test]
    fn projects_are_named_or_listed_by_their_organization_and_left_out() {
        let selection = select(&[
            "github/acme/*",
            "gh/acme/checkout",
            "bb/other/till",
            "!gh/acme/attic-*",
        ])
        .unwrap();
        assert_eq!(
            selection.lists(),
            [
                List::Organization("gh/acme".to_owned()),
                List::Project("bb/other/till".to_owned())
            ]
        );
        assert!(selection.has("github/Acme/shop") && selection.has("bb/other/till"));
        assert!(!selection.has("gh/acme/attic-1") && !selection.has("gh/else/x"));
        for wrong in ["acme/shop", "gh/*/shop", "gh/acme/", "gh/acme/[", "!x"] {
            let error = select(&["gh/a/b", wrong]).unwrap_err().to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
        }
        assert!(select(&["!gh/acme/x"]).is_err(), "nothing is left to read");
    }

    #[test]
    fn the_api_is_found_below_any_address() {
        let base = |text| Base::read("circle", text).unwrap();
        assert_eq!(base(None).url, PUBLIC);
        assert_eq!(base(None).pages, "https://app.circleci.com");
        let own = base(Some("http://127.0.0.1:8080/ci/api/v2/"));
        assert_eq!(own.url, "http://127.0.0.1:8080/ci/api/v2");
        assert_eq!(own.pages, "http://127.0.0.1:8080/ci");
        let error = Base::read("circle", Some("https://jane:hunter2@x.example")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
