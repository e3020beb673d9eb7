//! Trivy's own JSON (`trivy image --format json`): vulnerabilities, misconfigurations that failed, secrets and licences, as its exit code counts them.

use serde::Deserialize;

use crate::event::time::Timestamp;

use super::severity::Severity;
use super::subject::{self, Subject};
use super::{Content, Found, Scan, Unreadable, said};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Report {
    created_at: Option<String>,
    artifact_name: Option<String>,
    artifact_type: Option<String>,
    metadata: Option<Metadata>,
    results: Option<Vec<Result>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Metadata {
    repo_digests: Option<Vec<String>>,
    repo_tags: Option<Vec<String>>,
    reference: Option<String>,
    #[serde(rename = "RepoURL")]
    repo_url: Option<String>,
    commit: Option<String>,
    image_config: Option<ImageConfig>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ImageConfig {
    config: Option<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Container {
    labels: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Result {
    vulnerabilities: Option<Vec<Finding>>,
    misconfigurations: Option<Vec<Finding>>,
    secrets: Option<Vec<Finding>>,
    licenses: Option<Vec<Finding>>,
    experimental_modified_findings: Option<Vec<Modified>>,
}

/// What was found, of whatever class: each has some of these.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Finding {
    #[serde(rename = "VulnerabilityID")]
    vulnerability: Option<String>,
    #[serde(rename = "VendorIDs")]
    vendor: Option<Vec<String>>,
    #[serde(rename = "ID")]
    check: Option<String>,
    #[serde(rename = "RuleID")]
    rule: Option<String>,
    /// Of a licence.
    name: Option<String>,
    severity: Option<String>,
    /// Of a misconfiguration: PASS, FAIL, EXCEPTION. Of a vulnerability: whether there is a fix.
    status: Option<String>,
    pkg_name: Option<String>,
    installed_version: Option<String>,
    pkg_identifier: Option<Identifier>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Identifier {
    #[serde(rename = "PURL")]
    purl: Option<String>,
}

/// What Trivy itself put aside, by VEX or by an ignore file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Modified {
    status: Option<String>,
    statement: Option<String>,
    finding: Option<Finding>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every form is read in the same way"
)]
pub(super) fn read(report: &Report) -> std::result::Result<Content, Unreadable> {
    let mut scan = Scan {
        tool: "trivy".to_owned(),
        at: report.created_at.as_deref().and_then(Timestamp::parse),
        of: of(report),
        ..Scan::default()
    };
    for result in report.results.iter().flatten() {
        let all = [
            &result.vulnerabilities,
            &result.misconfigurations,
            &result.secrets,
            &result.licenses,
        ];
        let passed = |one: &Finding| matches!(one.status.as_deref(), Some("PASS" | "EXCEPTION"));
        let failed = all
            .into_iter()
            .flatten()
            .flatten()
            .filter(|one| !passed(one));
        scan.found.extend(failed.map(Finding::found));
        for modified in result.experimental_modified_findings.iter().flatten() {
            scan.found.extend(modified.found());
        }
    }
    Ok(Content {
        scans: vec![scan],
        ..Content::default()
    })
}

fn of(report: &Report) -> Subject {
    let name = report.artifact_name.as_deref().unwrap_or_default();
    let Some(about) = &report.metadata else {
        return repository(report, name, None);
    };
    let names = [&about.reference, &report.artifact_name];
    let wanted = names
        .into_iter()
        .flatten()
        .find_map(|name| Subject::named(name).image);
    let digests = about.repo_digests.iter().flatten();
    let mut digests: Vec<Subject> = digests.map(|text| Subject::named(text)).collect();
    // Of several names of one image, the one that was asked for.
    digests.sort_by_key(|one| wanted.is_none() || one.image != wanted);
    let tags = about
        .reference
        .iter()
        .chain(about.repo_tags.iter().flatten());
    let mut of = digests.into_iter().next().unwrap_or_default();
    for tag in tags {
        of = of.or(&Subject::named(tag));
    }
    if of.digest.is_none() {
        let config = about.image_config.as_ref();
        let labels = config.and_then(|config| config.config.as_ref()?.labels.as_ref());
        let label = |key: &str| labels?.get(key)?.as_str();
        of = of.or(&Subject::labelled(
            label("org.opencontainers.image.revision"),
            label("org.opencontainers.image.source"),
        ));
    }
    of.or(&repository(report, name, Some(about)))
}

/// What a scan of a repository says: its address, and the commit.
fn repository(report: &Report, name: &str, about: Option<&Metadata>) -> Subject {
    if report.artifact_type.as_deref() != Some("repository") {
        return Subject::default();
    }
    let address = about.and_then(|about| about.repo_url.as_deref());
    let address = address.or(name.contains("://").then_some(name));
    Subject {
        repository: address.and_then(subject::repository),
        sha: about.and_then(|about| subject::sha(about.commit.as_deref()?)),
        ..Subject::default()
    }
}

impl Finding {
    fn found(&self) -> Found {
        let own = [&self.vulnerability, &self.check, &self.rule, &self.name];
        let ids = own
            .into_iter()
            .flatten()
            .chain(self.vendor.iter().flatten());
        let purl = self
            .pkg_identifier
            .as_ref()
            .and_then(|one| said(one.purl.as_ref()));
        Found {
            ids: ids.cloned().collect(),
            package: purl.or_else(|| {
                let name = said(self.pkg_name.as_ref())?;
                let version = self.installed_version.as_deref().unwrap_or_default();
                Some(format!("{name}@{version}"))
            }),
            severity: self
                .severity
                .as_deref()
                .and_then(Severity::of_word)
                .unwrap_or_default(),
            aside: None,
        }
    }
}

impl Modified {
    fn found(&self) -> Option<Found> {
        let status = said(self.status.as_ref()).unwrap_or_else(|| "ignored".to_owned());
        let why = said(self.statement.as_ref());
        Some(Found {
            aside: Some(why.map_or(status.clone(), |why| format!("{status}, {why}"))),
            ..self.finding.as_ref()?.found()
        })
    }
}
