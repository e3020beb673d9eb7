//! What a CircleCI source is told: where it is, and which projects it reads, by CircleCI's own names for them: `gh/acme/checkout`, `bb/acme/checkout`,
//! `circleci/<organization>/<project>`.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use crate::connector::ConnectorError;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::{Instance, Tool};
use crate::connector::http::refusal::Refusal;
use crate::connector::pattern;

pub static TOOL: Tool = Tool {
    kind: "circleci",
    name: "CircleCI",
    public: Some("https://circleci.com"),
    suffix: "/api/v2",
    hint: Hint {
        example: "url = \"https://circleci.example.com/api/v2\", or leave it out for circleci.com",
        login: "name it with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/error"],
        token: "it has to be a personal API token that is not revoked, since the API takes no project tokens",
        rights: "to be a member of the organization, and may need to follow the project; to act also to be able to push to the repository, and to be in the security groups of its contexts",
        missing: "it is gone, or the token may not see it: check the spelling in `projects` (gh/acme/checkout), and whether the owner of the token sees the project in CircleCI",
    },
};

/// Where pages for people are, without a slash at the end.
#[must_use]
pub fn pages(instance: &Instance) -> &str {
    match instance.host.as_str() {
        "circleci.com" => "https://app.circleci.com",
        _ => instance.root(),
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
    fn pages_are_where_the_api_is_but_for_the_public_one() {
        let own = Instance::example(&TOOL, "http://127.0.0.1:8080/ci/api/v2/");
        assert_eq!(own.at("/me"), "http://127.0.0.1:8080/ci/api/v2/me");
        assert_eq!(pages(&own), "http://127.0.0.1:8080/ci");
        let public = Instance::example(&TOOL, "https://circleci.com/api/v2");
        assert_eq!(public.at("/me"), "https://circleci.com/api/v2/me");
        assert_eq!(pages(&public), "https://app.circleci.com");
    }
}
