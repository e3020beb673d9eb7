//! What OSV-Scanner writes with `--format json`, and what OSV's API answers to a query. Of one vulnerability there may be several records (a CVE, a GHSA, one
//! of the distribution); a group of them is one finding.

use serde::Deserialize;
use serde_json::Value;

use super::severity::Severity;
use super::{Content, Found, Scan, Unreadable, said};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    results: Option<Vec<Outcome>>,
    /// Of a query.
    vulns: Option<Vec<Record>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Outcome {
    packages: Option<Vec<Packaged>>,
    vulns: Option<Vec<Record>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Packaged {
    package: Option<Package>,
    vulnerabilities: Option<Vec<Record>>,
    groups: Option<Vec<Group>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Package {
    name: Option<String>,
    version: Option<String>,
    ecosystem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    ids: Option<Vec<String>>,
    aliases: Option<Vec<String>>,
    max_severity: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    id: Option<String>,
    aliases: Option<Vec<String>>,
    severity: Option<Vec<Score>>,
    database_specific: Option<Value>,
    withdrawn: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Score {
    score: Option<String>,
}

#[expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "every form is read in the same way"
)]
pub(super) fn read(report: Report) -> Result<Content, Unreadable> {
    let mut scan = Scan {
        tool: "osv-scanner".to_owned(),
        ..Scan::default()
    };
    let results = || report.results.iter().flatten();
    for package in results().flat_map(|one| one.packages.iter().flatten()) {
        package.tell(&mut scan);
    }
    let queried = results().flat_map(|one| one.vulns.iter().flatten());
    for record in report.vulns.iter().flatten().chain(queried) {
        scan.found.extend(record.found(None));
    }
    Ok(Content {
        scans: vec![scan],
        ..Content::default()
    })
}

impl Packaged {
    fn tell(&self, scan: &mut Scan) {
        let records = self.vulnerabilities.as_deref().unwrap_or_default();
        let package = self.package.as_ref().and_then(Package::told);
        let groups = self.groups.as_deref().unwrap_or_default();
        if groups.is_empty() {
            let found = records.iter().filter_map(|one| one.found(package.as_ref()));
            scan.found.extend(found);
            return;
        }
        for group in groups {
            let listed = group.ids.iter().chain(&group.aliases).flatten();
            let ids: Vec<String> = listed.cloned().collect();
            let of = records
                .iter()
                .filter(|one| one.id.as_ref().is_some_and(|id| ids.contains(id)));
            let worst = of.filter_map(Record::severity).max();
            let own = group.max_severity.as_deref().and_then(Severity::of_text);
            scan.found.push(Found {
                ids,
                package: package.clone(),
                severity: own.or(worst).unwrap_or_default(),
                aside: None,
            });
        }
    }
}

impl Package {
    /// As a package URL, where the name of the ecosystem has its own.
    fn told(&self) -> Option<String> {
        let name = said(self.name.as_ref())?;
        let version = self.version.as_deref().unwrap_or_default();
        let kind = match self.ecosystem.as_deref().unwrap_or_default() {
            "npm" => "npm",
            "PyPI" => "pypi",
            "Go" => "golang",
            rust if rust.starts_with("crates") => "cargo",
            "RubyGems" => "gem",
            "NuGet" => "nuget",
            "Packagist" => "composer",
            "Maven" => {
                let name = name.replacen(':', "/", 1);
                return Some(format!("pkg:maven/{name}@{version}"));
            }
            _ => return Some(format!("{name}@{version}")),
        };
        Some(format!("pkg:{kind}/{name}@{version}"))
    }
}

impl Record {
    /// `None`: it was taken back.
    fn found(&self, package: Option<&String>) -> Option<Found> {
        if self.withdrawn.is_some() {
            return None;
        }
        let others = self.aliases.iter().flatten();
        Some(Found {
            ids: self.id.iter().chain(others).cloned().collect(),
            package: package.cloned(),
            severity: self.severity().unwrap_or_default(),
            aside: None,
        })
    }

    fn severity(&self) -> Option<Severity> {
        let word = self.database_specific.as_ref().and_then(|all| {
            let word = all.get("severity")?.as_str()?;
            Severity::of_word(word)
        });
        word.or_else(|| {
            let scores = self.severity.iter().flatten();
            let scores = scores.filter_map(|one| Severity::of_text(one.score.as_deref()?));
            scores.max()
        })
    }
}
