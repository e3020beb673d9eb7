//! What a Buildkite source is told: where it is, and which pipelines it reads: `organization/pipeline`, as their addresses have them.

use std::collections::BTreeSet;

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;
use crate::connector::selection::{Selection, Wording};

pub static TOOL: Tool = Tool {
    kind: "buildkite",
    name: "Buildkite",
    public: Some("https://api.buildkite.com"),
    suffix: "/v2",
    hint: Hint {
        example: "leave `url` out for buildkite.com",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/errors"],
        token: "an API access token, made under Personal Settings, API Access Tokens",
        rights: "the scopes read_builds, read_pipelines and read_user, to act write_builds, and access to the organization and to the pipeline by its teams",
        missing: "it is gone, spelt otherwise, or the token has no access to its organization",
    },
};

const WORDING: Wording = Wording {
    key: "projects",
    one: "pipeline",
    many: "pipelines",
    example: "projects = [\"acme/checkout\"], or [\"acme/*\", \"!acme/attic-*\"]",
};

pub fn selection(settings: &Settings) -> Result<Selection, ConnectorError> {
    Selection::read_as(&WORDING, &settings.name, &settings.projects)
}

/// A list of builds: of a pipeline, or of all that an organization has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    Organization(String),
    Pipeline(String),
}

impl List {
    /// As it is named in rows and findings.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Organization(name) | Self::Pipeline(name) => name,
        }
    }

    #[must_use]
    pub fn organization(&self) -> &str {
        let name = self.name();
        name.split_once('/').map_or(name, |(owner, _)| owner)
    }
}

/// What is listed: organizations, and the pipelines that are in none of these.
#[must_use]
pub fn lists(selection: &Selection) -> Vec<List> {
    let owners: BTreeSet<&str> = selection.owners();
    let named = selection.named.iter();
    let named = named.filter(|name| !selection.wants(name));
    let owners = owners
        .iter()
        .map(|&name| List::Organization(name.to_owned()));
    owners.chain(named.cloned().map(List::Pipeline)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipelines_are_listed_by_organization_where_a_pattern_says_so() {
        let settings = |patterns: &[&str]| Settings {
            name: "bk".to_owned(),
            projects: patterns.iter().map(|&one| one.to_owned()).collect(),
            ..Settings::default()
        };
        let some = selection(&settings(&[
            "acme/*",
            "acme/shop",
            "other/till",
            "!acme/attic",
        ]));
        let some = some.unwrap();
        assert_eq!(
            lists(&some),
            [
                List::Organization("acme".to_owned()),
                List::Pipeline("other/till".to_owned())
            ]
        );
        assert!(some.has("acme/shop") && !some.has("acme/attic"));
        let error = selection(&settings(&[])).unwrap_err().to_string();
        assert!(
            error.contains("\"bk\", projects") && error.contains("no pipeline"),
            "{error}"
        );
        let error = selection(&settings(&["acme"])).unwrap_err().to_string();
        assert!(error.contains("no pattern for pipelines"), "{error}");
    }
}
