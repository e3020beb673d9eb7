//! Grype's own JSON (`grype -o json`): its matches, and those that it ignored with the reason.

use serde::Deserialize;

use crate::event::time::Timestamp;

use super::severity::Severity;
use super::subject::{self, Subject};
use super::{Content, Found, Scan, Unreadable, said, tool};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Report {
    matches: Option<Vec<Match>>,
    ignored_matches: Option<Vec<Match>>,
    source: Option<Source>,
    descriptor: Option<Descriptor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Match {
    vulnerability: Option<Vulnerability>,
    related_vulnerabilities: Option<Vec<Vulnerability>>,
    artifact: Option<Artifact>,
    applied_ignore_rules: Option<Vec<Rule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Vulnerability {
    id: Option<String>,
    severity: Option<String>,
    cvss: Option<Vec<Cvss>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cvss {
    metrics: Option<Metrics>,
    vector: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metrics {
    base_score: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Artifact {
    name: Option<String>,
    version: Option<String>,
    purl: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Rule {
    reason: Option<String>,
    vex_status: Option<String>,
    vex_justification: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Source {
    /// An object for an image, a text for a folder.
    target: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Descriptor {
    name: Option<String>,
    timestamp: Option<String>,
}

#[expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "every form is read in the same way"
)]
pub(super) fn read(report: Report) -> Result<Content, Unreadable> {
    let about = report.descriptor.as_ref();
    let matches = report.matches.iter().flatten().map(|one| one.found(false));
    let ignored = report.ignored_matches.iter().flatten();
    let scan = Scan {
        tool: tool(about.and_then(|about| about.name.as_deref()), "grype"),
        at: about.and_then(|about| Timestamp::parse(about.timestamp.as_deref()?)),
        of: report.source.as_ref().map(Source::of).unwrap_or_default(),
        found: matches.chain(ignored.map(|one| one.found(true))).collect(),
        broke_off: false,
    };
    Ok(Content {
        scans: vec![scan],
        ..Content::default()
    })
}

impl Source {
    fn of(&self) -> Subject {
        let text = |key: &str| self.target.get(key)?.as_str();
        let texts = |key: &str| self.target.get(key).and_then(|list| list.as_array());
        let label = |key: &str| self.target.get("labels")?.get(key)?.as_str();
        let listed = |key| {
            texts(key)
                .into_iter()
                .flatten()
                .filter_map(|one| one.as_str())
        };
        let asked = Subject::named(text("userInput").unwrap_or_default());
        let mut digests: Vec<Subject> = listed("repoDigests").map(Subject::named).collect();
        digests.sort_by_key(|one| one.image != asked.image);
        // What it pulled: one platform's manifest of an index, which is not what was asked for by a digest.
        let pulled = Subject {
            digest: text("manifestDigest").and_then(subject::digest),
            ..Subject::default()
        };
        let mut of = digests.into_iter().next().unwrap_or_default().or(&asked);
        for tag in listed("tags") {
            of = of.or(&Subject::named(tag));
        }
        of = of.or(&pulled);
        if of.digest.is_none() {
            of = of.or(&Subject::labelled(
                label("org.opencontainers.image.revision"),
                label("org.opencontainers.image.source"),
            ));
        }
        of
    }
}

impl Match {
    fn found(&self, ignored: bool) -> Found {
        let own = self.vulnerability.iter();
        let all = || {
            own.clone()
                .chain(self.related_vulnerabilities.iter().flatten())
        };
        let package = self.artifact.as_ref();
        let purl = package.and_then(|package| said(package.purl.as_ref()));
        let named = || {
            let package = package?;
            let version = package.version.as_deref().unwrap_or_default();
            Some(format!("{}@{version}", said(package.name.as_ref())?))
        };
        Found {
            ids: all().filter_map(|one| said(one.id.as_ref())).collect(),
            package: purl.or_else(named),
            severity: all().find_map(Vulnerability::severity).unwrap_or_default(),
            aside: ignored.then(|| self.why_ignored()),
        }
    }

    fn why_ignored(&self) -> String {
        let rules = || self.applied_ignore_rules.iter().flatten();
        let said = |of: fn(&Rule) -> Option<&String>| rules().find_map(|rule| said(of(rule)));
        let status = said(|rule| rule.vex_status.as_ref());
        let status = status.unwrap_or_else(|| "ignored".to_owned());
        let why = said(|rule| rule.vex_justification.as_ref());
        match why.or_else(|| said(|rule| rule.reason.as_ref())) {
            Some(why) => format!("{status}, {why}"),
            None => status,
        }
    }
}

impl Vulnerability {
    fn severity(&self) -> Option<Severity> {
        let word = self.severity.as_deref().and_then(Severity::of_word);
        let scores = || {
            let scores = self.cvss.iter().flatten();
            scores.filter_map(|one| {
                let score = one.metrics.as_ref().and_then(|one| one.base_score);
                score
                    .and_then(Severity::of_score)
                    .or_else(|| Severity::of_text(one.vector.as_deref()?))
            })
        };
        word.or_else(|| scores().max())
    }
}
