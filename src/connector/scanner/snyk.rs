//! What the Snyk CLI writes with `--json` (test, container test, iac test): one project or a list of them. A vulnerability is listed once for every path that
//! leads to its package; here it counts once for a package.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::severity::Severity;
use super::subject::Subject;
use super::{Content, Found, Scan, Unreadable, said};

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Report {
    Many(Vec<Project>),
    One(Box<Project>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Project {
    error: Option<String>,
    vulnerabilities: Option<Vec<Issue>>,
    infrastructure_as_code_issues: Option<Vec<Issue>>,
    filtered: Option<Filtered>,
    /// The applications in an image.
    applications: Option<Vec<Project>>,
    docker: Option<serde::de::IgnoredAny>,
    /// The image, where it is one.
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Issue {
    id: Option<String>,
    identifiers: Option<Identifiers>,
    severity: Option<String>,
    cvss_score: Option<f64>,
    package_name: Option<String>,
    name: Option<String>,
    version: Option<String>,
    package_manager: Option<String>,
    is_ignored: Option<bool>,
    /// Of a misconfiguration.
    path: Option<serde_json::Value>,
    /// Of one that was put aside.
    filtered: Option<Reasons>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "UPPERCASE")]
struct Identifiers {
    cve: Option<Vec<String>>,
    ghsa: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filtered {
    ignore: Option<Vec<Issue>>,
    patch: Option<Vec<Issue>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reasons {
    ignored: Option<Vec<Ignored>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ignored {
    reason: Option<String>,
}

pub(super) fn read(report: Report) -> Result<Content, Unreadable> {
    let projects = match report {
        Report::Many(projects) => projects,
        Report::One(project) => vec![*project],
    };
    if projects.is_empty() {
        return Err(Unreadable::new(
            "it holds no project",
            "see whether Snyk found something to test",
        ));
    }
    let mut scan = Scan {
        tool: "snyk".to_owned(),
        ..Scan::default()
    };
    let mut seen = FxHashSet::default();
    for project in &projects {
        project.tell(&mut scan, &mut seen);
    }
    Ok(Content {
        scans: vec![scan],
        ..Content::default()
    })
}

/// A finding by its name and its package.
type Seen = FxHashSet<(Option<String>, Option<String>, bool)>;

impl Project {
    fn tell(&self, scan: &mut Scan, seen: &mut Seen) {
        scan.broke_off |= self.error.is_some();
        if self.docker.is_some() {
            let image = self.path.as_deref().unwrap_or_default();
            // The part after `|` is the file that the image was made by.
            let image = image.split('|').next().unwrap_or_default();
            scan.of = std::mem::take(&mut scan.of).or(&Subject::named(image));
        }
        let filtered = self.filtered.as_ref();
        let lists = [
            (self.vulnerabilities.as_ref(), None),
            (self.infrastructure_as_code_issues.as_ref(), None),
            (
                filtered.and_then(|all| all.ignore.as_ref()),
                Some("ignored"),
            ),
            (filtered.and_then(|all| all.patch.as_ref()), Some("patched")),
        ];
        for (list, how) in lists {
            for issue in list.into_iter().flatten() {
                let found = issue.found(how);
                let id = (issue.id.clone(), issue.place(), found.aside.is_some());
                if seen.insert(id) {
                    scan.found.push(found);
                }
            }
        }
        for inner in self.applications.iter().flatten() {
            inner.tell(scan, seen);
        }
    }
}

impl Issue {
    fn found(&self, how: Option<&str>) -> Found {
        let ignored = (self.is_ignored == Some(true)).then_some("ignored");
        let names = self.identifiers.as_ref();
        let others = names.map(|names| [&names.cve, &names.ghsa]);
        let others = others.into_iter().flatten().flatten().flatten();
        let score = self.cvss_score.and_then(Severity::of_score);
        let word = self.severity.as_deref().and_then(Severity::of_word);
        Found {
            ids: self.id.iter().chain(others).cloned().collect(),
            package: self.package(),
            severity: word.or(score).unwrap_or_default(),
            aside: how.or(ignored).map(|how| self.why(how)),
        }
    }

    fn why(&self, how: &str) -> String {
        let reasons = self.filtered.as_ref().and_then(|all| all.ignored.as_ref());
        let mut reasons = reasons.into_iter().flatten();
        let why = reasons.find_map(|one| said(one.reason.as_ref()));
        why.map_or(how.to_owned(), |why| format!("{how}, {why}"))
    }

    /// Its package, as a package URL where Snyk's name of the ecosystem is that of package URLs.
    fn package(&self) -> Option<String> {
        let name = said(self.package_name.as_ref()).or_else(|| said(self.name.as_ref()))?;
        let version = self.version.as_deref().unwrap_or_default();
        let kind = match self.package_manager.as_deref() {
            Some("npm" | "yarn" | "pnpm") => "npm",
            Some("pip" | "poetry" | "pipenv") => "pypi",
            Some("gomodules" | "golangdep") => "golang",
            Some("rubygems") => "gem",
            Some(same @ ("nuget" | "cargo" | "composer")) => same,
            _ => return Some(format!("{name}@{version}")),
        };
        Some(format!("pkg:{kind}/{name}@{version}"))
    }

    /// Where it is: a misconfiguration has no package, and one rule may be broken in many places.
    fn place(&self) -> Option<String> {
        self.package()
            .or_else(|| self.path.as_ref().map(ToString::to_string))
    }
}
