//! SARIF 2.1.0, which any scanner writes. How grave a result is says `security-severity`, else its level, else that of its rule; real scanners leave out any
//! of these. One scan for each tool that ran.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::event::time::Timestamp;

use super::severity::Severity;
use super::subject::{self, Subject};
use super::{Content, Found, Scan, Unreadable, said, tool};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    runs: Option<Vec<Run>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Run {
    tool: Option<Tool>,
    results: Option<Vec<Outcome>>,
    invocations: Option<Vec<Invocation>>,
    version_control_provenance: Option<Vec<Provenance>>,
    properties: Option<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tool {
    driver: Option<Component>,
    extensions: Option<Vec<Component>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Component {
    name: Option<String>,
    rules: Option<Vec<Rule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    id: Option<String>,
    properties: Option<Map<String, Value>>,
    default_configuration: Option<Configuration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    level: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Outcome {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<RuleReference>,
    level: Option<String>,
    kind: Option<String>,
    baseline_state: Option<String>,
    suppressions: Option<Vec<Suppression>>,
    properties: Option<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RuleReference {
    id: Option<String>,
    index: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Suppression {
    kind: Option<String>,
    status: Option<String>,
    justification: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
    start_time_utc: Option<String>,
    end_time_utc: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Provenance {
    repository_uri: Option<String>,
    revision_id: Option<String>,
}

pub(super) fn read(report: &Report) -> Result<Content, Unreadable> {
    let mut scans: Vec<Scan> = Vec::new();
    for run in report.runs.iter().flatten() {
        let one = run.scan();
        match scans.iter_mut().find(|scan| scan.tool == one.tool) {
            Some(scan) => {
                scan.found.extend(one.found);
                scan.at = scan.at.max(one.at);
                scan.of = std::mem::take(&mut scan.of).or(&one.of);
                scan.broke_off |= one.broke_off;
            }
            None => scans.push(one),
        }
    }
    if scans.is_empty() {
        return Err(Unreadable::new(
            "it holds no run of a scanner",
            "see whether the scanner ran to its end",
        ));
    }
    Ok(Content {
        scans,
        ..Content::default()
    })
}

/// The rules of a run, by their names and by their places in the driver.
struct Rules<'r> {
    named: FxHashMap<&'r str, &'r Rule>,
    placed: &'r [Rule],
}

impl Run {
    fn scan(&self) -> Scan {
        let driver = self.tool.as_ref().and_then(|tool| tool.driver.as_ref());
        let rules = self.rules();
        let invocations = || self.invocations.iter().flatten();
        let times = invocations().filter_map(|one| {
            let text = one.end_time_utc.as_ref().or(one.start_time_utc.as_ref());
            Timestamp::parse(text?)
        });
        let here = |one: &&Outcome| {
            one.baseline_state.as_deref() != Some("absent")
                && matches!(one.kind.as_deref(), None | Some("fail" | ""))
        };
        let results = self.results.iter().flatten().filter(here);
        Scan {
            tool: tool(driver.and_then(|driver| driver.name.as_deref()), "sarif"),
            at: times.max(),
            of: self.of(),
            found: results.map(|one| one.found(&rules)).collect(),
            broke_off: invocations().any(|one| one.execution_successful == Some(false)),
        }
    }

    fn rules(&self) -> Rules<'_> {
        let own = self.tool.as_ref().and_then(|tool| tool.driver.as_ref());
        let more = self.tool.as_ref().and_then(|tool| tool.extensions.as_ref());
        let mut named = FxHashMap::default();
        let all = own.into_iter().chain(more.into_iter().flatten());
        for rule in all.flat_map(|component| component.rules.iter().flatten()) {
            if let Some(id) = rule.id.as_deref() {
                named.entry(id).or_insert(rule);
            }
        }
        let placed = own.and_then(|own| own.rules.as_deref());
        Rules {
            named,
            placed: placed.unwrap_or_default(),
        }
    }

    /// What was scanned: the commit that was checked out, or the image, as Trivy notes it.
    fn of(&self) -> Subject {
        let mut of = Subject::default();
        for place in self.version_control_provenance.iter().flatten() {
            let address = place.repository_uri.as_deref();
            of = of.or(&Subject {
                repository: address.and_then(subject::repository),
                sha: place.revision_id.as_deref().and_then(subject::sha),
                ..Subject::default()
            });
        }
        let properties = self.properties.as_ref();
        let listed = |key: &str| properties.and_then(|all| all.get(key)?.as_array());
        for key in ["repoDigests", "repoTags"] {
            for text in listed(key).into_iter().flatten().filter_map(Value::as_str) {
                of = of.or(&Subject::named(text));
            }
        }
        of
    }
}

impl<'r> Rules<'r> {
    fn of(&self, result: &Outcome) -> Option<&'r Rule> {
        let reference = result.rule.as_ref();
        let id = result.rule_id.as_deref();
        let id = id.or_else(|| reference?.id.as_deref());
        let named = |id: &str| self.named.get(id).copied();
        // `CA1000/1` is a kind of `CA1000`.
        let by_name = id.and_then(|id| named(id).or_else(|| named(id.rsplit_once('/')?.0)));
        by_name.or_else(|| {
            let place = result.rule_index.or_else(|| reference?.index)?;
            self.placed.get(usize::try_from(place).ok()?)
        })
    }
}

impl Outcome {
    fn found(&self, rules: &Rules<'_>) -> Found {
        let rule = rules.of(self);
        let reference = || self.rule.as_ref().and_then(|rule| rule.id.clone());
        let named = || rule.and_then(|rule| rule.id.clone());
        let id = self.rule_id.clone().or_else(reference).or_else(named);
        Found {
            ids: id.into_iter().collect(),
            package: None,
            severity: self.severity(rule),
            aside: self.aside(),
        }
    }

    fn severity(&self, rule: Option<&Rule>) -> Severity {
        let score = |all: Option<&Map<String, Value>>| match all?.get("security-severity")? {
            Value::String(text) => Severity::of_text(text),
            Value::Number(number) => Severity::of_score(number.as_f64()?),
            _ => None,
        };
        let own = score(self.properties.as_ref());
        if let Some(severity) = own.or_else(|| score(rule?.properties.as_ref())) {
            return severity;
        }
        let usual = || rule?.default_configuration.as_ref()?.level.as_deref();
        match self.level.as_deref().or_else(usual) {
            Some("error") => Severity::High,
            Some("note") => Severity::Low,
            Some("none") => Severity::Below,
            _ => Severity::Medium,
        }
    }

    /// Why it was put aside. A suppression that is asked for or refused is none.
    fn aside(&self) -> Option<String> {
        let holds = |one: &Suppression| matches!(one.status.as_deref(), None | Some("accepted"));
        let all = self.suppressions.as_deref().unwrap_or_default();
        // One that is under review, or was rejected, keeps the others from counting.
        let one = all.first().filter(|_| all.iter().all(holds))?;
        let how = match one.kind.as_deref() {
            Some("inSource") => "suppressed in the source",
            _ => "suppressed",
        };
        let why = said(one.justification.as_ref());
        Some(why.map_or(how.to_owned(), |why| format!("{how}, {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_suppressed_where_no_suppression_is_under_review_or_rejected() {
        let aside = |suppressions: Value| {
            let result = serde_json::json!({"suppressions": suppressions});
            let result: Outcome = serde_json::from_value(result).unwrap();
            result.aside()
        };
        let of = |statuses: &[&str]| {
            let all = statuses.iter();
            all.map(|status| serde_json::json!({"kind": "external", "status": status}))
                .collect()
        };
        let suppressed = Some("suppressed".to_owned());
        assert_eq!(aside(serde_json::json!([{"kind": "external"}])), suppressed);
        assert_eq!(aside(of(&["accepted", "accepted"])), suppressed);
        for refused in [&["underReview"], &["rejected"]] {
            assert_eq!(aside(of(refused)), None, "{refused:?}");
            assert_eq!(aside(of(&["accepted", refused[0]])), None, "{refused:?}");
        }
        assert_eq!(aside(of(&[])), None);
        assert_eq!(aside(Value::Null), None);
    }
}
