//! What an Argo CD source is told: where it is, and which applications it reads.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use crate::connector::ConnectorError;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::{Instance, Tool};
use crate::connector::http::refusal::Refusal;
use crate::connector::pattern;

pub static TOOL: Tool = Tool {
    kind: "argocd",
    name: "Argo CD",
    public: None,
    suffix: "/api/v1",
    hint: Hint {
        example: "url = \"https://argocd.example.com\", as it is opened in a browser",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/error"],
        token: "is it expired, or another Argo CD's? `argocd account generate-token` makes one",
        rights: "`applications, get` on it in Argo CD's RBAC (argocd-rbac-cm, or a role of the project); to act also what `argocd account can-i` says no to, and no sync window that forbids it",
        missing: "it is gone, or in another project or namespace",
    },
};

/// An address of the API.
#[must_use]
pub fn api(instance: &Instance, pieces: &[&str], query: &[(&str, &str)]) -> String {
    let all: Vec<&str> = ["api", "v1"].iter().chain(pieces).copied().collect();
    instance.address(&all, query)
}

/// Where people look at an application.
#[must_use]
pub fn page(instance: &Instance, namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        instance.address(&["applications", name], &[])
    } else {
        instance.address(&["applications", namespace, name], &[])
    }
}

/// Which applications are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    wanted: Vec<Wanted>,
    excluded: Vec<Wanted>,
}

#[derive(Clone, Debug)]
struct Wanted {
    text: String,
    matcher: GlobMatcher,
}

impl Wanted {
    fn read(text: &str) -> Option<Self> {
        (!text.is_empty() && text.matches('/').count() < 2).then_some(())?;
        Some(Self {
            text: text.to_owned(),
            matcher: pattern::path(text)?,
        })
    }

    fn takes(&self, project: &str, name: &str) -> bool {
        if self.text.contains('/') {
            self.matcher.is_match(format!("{project}/{name}"))
        } else {
            self.matcher.is_match(name)
        }
    }

    /// The one project that it can be of.
    fn project(&self) -> Option<&str> {
        let (project, _) = self.text.split_once('/')?;
        (!project.contains(['*', '?', '[', '{', '\\'])).then_some(project)
    }
}

impl Selection {
    /// Reads the patterns; none means all.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
        let mut selection = Self::default();
        for pattern in patterns {
            let (excludes, text) = pattern::leaves_out(pattern);
            let wanted = Wanted::read(text).ok_or_else(|| {
                let detail = format!("{pattern:?} is no pattern for applications");
                ConnectorError::configuration(source, "projects", &detail).hinted(
                    "an application's name or project/application, `*` stands for anything; a leading ! leaves out",
                )
            })?;
            if excludes {
                selection.excluded.push(wanted);
            } else {
                selection.wanted.push(wanted);
            }
        }
        Ok(selection)
    }

    #[must_use]
    pub fn wants(&self, project: &str, name: &str) -> bool {
        let takes = |list: &[Wanted]| list.iter().any(|one| one.takes(project, name));
        (self.wanted.is_empty() || takes(&self.wanted)) && !takes(&self.excluded)
    }

    /// The projects to ask for, where all that is wanted is of named ones; else none, which means all.
    #[must_use]
    pub fn projects(&self) -> BTreeSet<&str> {
        let named: Option<BTreeSet<&str>> = self.wanted.iter().map(Wanted::project).collect();
        named.unwrap_or_default()
    }

    /// Whether applications of a project are asked for at all.
    #[must_use]
    pub fn asks_for(&self, project: &str) -> bool {
        let projects = self.projects();
        projects.is_empty() || projects.contains(project)
    }

    /// The patterns that took none of these: `(project, name)`.
    #[must_use]
    pub fn idle(&self, seen: &[(String, String)]) -> Vec<&str> {
        let idle = |one: &&Wanted| !seen.iter().any(|(project, name)| one.takes(project, name));
        let found = self.wanted.iter().filter(idle);
        found.map(|one| one.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(patterns: &[&str]) -> Selection {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::read("argo", &patterns).unwrap()
    }

    #[test]
    fn names_and_projects_are_taken_and_left_out() {
        let all = select(&[]);
        assert!(all.wants("acme", "checkout"));
        let some = select(&["checkout-*", "tools/*", "!tools/old-*"]);
        assert!(some.wants("acme", "checkout-staging"));
        assert!(some.wants("tools", "grafana"));
        assert!(!some.wants("tools", "old-grafana"));
        assert!(!some.wants("acme", "grafana"));
        assert!(some.projects().is_empty(), "checkout-* may be of any");
        let named = select(&["acme/*", "tools/grafana"]);
        assert_eq!(named.projects(), BTreeSet::from(["acme", "tools"]));
        assert!(named.asks_for("tools") && !named.asks_for("shop"));
        assert!(some.asks_for("shop"), "checkout-* may be of any");
        let seen = [("acme".to_owned(), "a".to_owned())];
        assert_eq!(named.idle(&seen), ["tools/grafana"]);
        for wrong in ["", "a/b/c", "a/[b", "!"] {
            let error = Selection::read("argo", &[wrong.to_owned()]).unwrap_err();
            assert!(error.to_string().contains("\"argo\", projects"), "{error}");
        }
    }
}
