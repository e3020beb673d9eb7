//! How many findings of which severity a report holds: Trivy's own JSON, or SARIF of any scanner. What is neither says nothing.

use serde::Deserialize;

use crate::event::kind::Severities;
use crate::event::time::Timestamp;

/// A report is only fetched up to this size.
pub const LARGEST: i64 = 8 * 1024 * 1024;

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub tool: Option<String>,
    pub at: Option<Timestamp>,
    pub counts: Severities,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Trivy {
    results: Option<Vec<TrivyResult>>,
    #[serde(default)]
    created_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TrivyResult {
    #[serde(default)]
    vulnerabilities: Option<Vec<Vulnerability>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vulnerability {
    #[serde(default)]
    severity: Option<String>,
}

#[derive(Deserialize)]
struct Sarif {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Option<Vec<Found>>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: Option<String>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: Option<String>,
    #[serde(default)]
    properties: Option<Properties>,
    #[serde(default)]
    default_configuration: Option<Configuration>,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "security-severity", default)]
    severity: Option<String>,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    level: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    #[serde(default)]
    rule_id: Option<String>,
    #[serde(default)]
    rule_index: Option<i64>,
    #[serde(default)]
    level: Option<String>,
    /// Looked at, and put aside.
    #[serde(default)]
    suppressions: Option<Vec<serde::de::IgnoredAny>>,
}

/// Reads a report. `None`: it is of no form that is known.
#[must_use]
pub fn read(body: &str) -> Option<Report> {
    sarif(body).or_else(|| trivy(body))
}

fn trivy(body: &str) -> Option<Report> {
    let report: Trivy = serde_json::from_str(body).ok()?;
    let results = report.results.or_else(|| {
        // A report of a clean image has no results at all.
        body.contains("\"SchemaVersion\"").then(Vec::new)
    })?;
    let mut counts = Severities::default();
    let found = results
        .iter()
        .filter_map(|one| one.vulnerabilities.as_ref());
    for severity in found.flatten().filter_map(|one| one.severity.as_deref()) {
        count(&mut counts, severity);
    }
    Some(Report {
        tool: Some("trivy".to_owned()),
        at: report.created_at.and_then(|text| Timestamp::parse(&text)),
        counts,
    })
}

fn sarif(body: &str) -> Option<Report> {
    let report: Sarif = serde_json::from_str(body).ok()?;
    let mut counts = Severities::default();
    for run in &report.runs {
        let driver = &run.tool.driver;
        let found = run.results.iter().flatten();
        for result in found.filter(|one| one.suppressions.as_ref().is_none_or(Vec::is_empty)) {
            count(&mut counts, severity(driver, result));
        }
    }
    let first = report.runs.into_iter().next()?;
    Some(Report {
        tool: first.tool.driver.name.map(|name| name.to_lowercase()),
        at: None,
        counts,
    })
}

/// By the score of its rule, else by its level.
fn severity(driver: &Driver, result: &Found) -> &'static str {
    let place = result
        .rule_index
        .and_then(|place| usize::try_from(place).ok());
    let rule = place.and_then(|place| driver.rules.get(place)).or_else(|| {
        let mut rules = driver.rules.iter();
        rules.find(|rule| rule.id.is_some() && rule.id == result.rule_id)
    });
    let score = rule
        .and_then(|rule| rule.properties.as_ref()?.severity.as_deref())
        .and_then(|score| score.parse::<f64>().ok());
    match score {
        Some(score) if score >= 9.0 => return "critical",
        Some(score) if score >= 7.0 => return "high",
        Some(score) if score >= 4.0 => return "medium",
        Some(score) if score > 0.0 => return "low",
        _ => {}
    }
    let level = result.level.as_deref().or_else(|| {
        let usual = rule?.default_configuration.as_ref()?;
        usual.level.as_deref()
    });
    match level {
        Some("error") => "high",
        Some("note") => "low",
        Some("none") => "none",
        _ => "medium",
    }
}

fn count(counts: &mut Severities, severity: &str) {
    match severity.to_ascii_lowercase().as_str() {
        "critical" => counts.critical += 1,
        "high" => counts.high += 1,
        "medium" => counts.medium += 1,
        "low" => counts.low += 1,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(body: &str) -> Option<[u32; 4]> {
        let counts = read(body)?.counts;
        Some([counts.critical, counts.high, counts.medium, counts.low])
    }

    #[test]
    fn findings_are_counted_in_both_forms() {
        let trivy = r#"{"SchemaVersion":2,"CreatedAt":"2026-01-02T03:04:05Z","Results":[
            {"Vulnerabilities":[{"Severity":"CRITICAL"},{"Severity":"LOW"},{"Severity":"UNKNOWN"}]},{"Class":"secret"}]}"#;
        assert_eq!(counted(trivy), Some([1, 0, 0, 1]));
        assert!(read(trivy).unwrap().at.is_some());
        assert_eq!(counted(r#"{"SchemaVersion":2}"#), Some([0; 4]));
        let sarif = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy","rules":[
            {"id":"A","properties":{"security-severity":"9.8"}},{"id":"B","defaultConfiguration":{"level":"note"}}]}},
            "results":[{"ruleId":"A","ruleIndex":0,"level":"error"},{"ruleId":"B"},{"level":"error"},{},
            {"ruleId":"A","suppressions":[{"kind":"external"}]}]}]}"#;
        assert_eq!(counted(sarif), Some([1, 1, 1, 1]));
        assert_eq!(read(sarif).unwrap().tool.as_deref(), Some("trivy"));
        assert_eq!(counted("{}"), None);
        assert_eq!(counted("no JSON"), None);
    }
}
