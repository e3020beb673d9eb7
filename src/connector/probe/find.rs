//! From an answer to the version that it tells: pure.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::Place;

/// What runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Live {
    pub version: Option<String>,
    pub sha: Option<String>,
}

/// Where a version usually stands in JSON, and where a commit does.
const VERSIONS: [&str; 5] = [
    "/version",
    "/build/version",
    "/app/version",
    "/info/version",
    "/appVersion",
];
const COMMITS: [&str; 9] = [
    "/git/commit/id/full",
    "/git/commit/id",
    "/git/sha",
    "/commit",
    "/sha",
    "/revision",
    "/build/commit",
    "/gitCommit",
    "/commitHash",
];

/// The most that a version may be, in characters.
const LONGEST: usize = 200;

static METRIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^([A-Za-z_:][A-Za-z0-9_:]*)\{(.*)\}\s+\S").ok());

static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)""#).ok());

/// Finds the version in an answer.
pub fn find(place: &Place, body: &str) -> Result<Live, String> {
    match place {
        Place::Usual => usual(body),
        Place::Pointer(pointer) => {
            let body: Value =
                serde_json::from_str(body).map_err(|error| format!("it is no JSON: {error}"))?;
            let found = body.pointer(pointer).and_then(text);
            found
                .ok_or_else(|| format!("there is nothing at {pointer}"))
                .and_then(|text| live(&text))
        }
        Place::Metric { name, label } => {
            let found = metrics(body).find(|(of, _)| of == name);
            let (_, labels) = found.ok_or_else(|| format!("there is no metric {name}"))?;
            let found = value(labels, label);
            found
                .ok_or_else(|| format!("the metric {name} has no label {label}"))
                .and_then(|text| live(&text))
        }
        Place::Pattern(pattern) => {
            let found = pattern.captures(body);
            let found = found.as_ref().and_then(|hit| hit.get(1).or(hit.get(0)));
            found
                .ok_or_else(|| format!("nothing in it fits {pattern}"))
                .and_then(|text| live(text.as_str()))
        }
    }
}

/// Looks where a version usually stands: fields of JSON, labels of a metric of builds, a text of one line.
fn usual(body: &str) -> Result<Live, String> {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let (version, commit) = match parsed.filter(Value::is_object) {
        Some(body) => {
            let first =
                |places: &[&str]| places.iter().find_map(|at| body.pointer(at).and_then(text));
            (first(&VERSIONS), first(&COMMITS))
        }
        None => match metrics(body).find(|(name, _)| name.ends_with("build_info")) {
            Some((_, labels)) => {
                let commit = value(labels, "revision").or_else(|| value(labels, "commit"));
                (value(labels, "version"), commit)
            }
            // A page, or JSON that is cut off or has no fields.
            None if body.contains('<') || body.trim_start().starts_with(['{', '[']) => (None, None),
            None => (Some(body.to_owned()), None),
        },
    };
    let told = version.as_deref().map(live).transpose()?;
    let commit = commit.as_deref().map(live).transpose()?;
    match (told, commit) {
        (Some(told), Some(commit)) => Ok(Live {
            version: told.version.or(commit.version),
            sha: commit.sha.or(told.sha),
        }),
        (Some(one), None) | (None, Some(one)) => Ok(one),
        (None, None) => Err("nothing in it looks like a version".to_owned()),
    }
}

/// A text that is a version, or a whole commit.
fn live(text: &str) -> Result<Live, String> {
    let text = text.trim().trim_matches('"');
    let is_one =
        !text.is_empty() && !text.contains(char::is_control) && text.chars().count() <= LONGEST;
    if !is_one {
        return Err("what stands there is no version".to_owned());
    }
    let is_sha = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(if is_sha {
        Live {
            version: None,
            sha: Some(text.to_ascii_lowercase()),
        }
    } else {
        Live {
            version: Some(text.to_owned()),
            sha: None,
        }
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The metrics with labels of a text in the form of `OpenMetrics`.
fn metrics(body: &str) -> impl Iterator<Item = (&str, &str)> {
    let hits = METRIC.as_ref().into_iter();
    let hits = hits.flat_map(move |pattern| pattern.captures_iter(body));
    hits.filter_map(|hit| Some((hit.get(1)?.as_str(), hit.get(2)?.as_str())))
}

fn value(labels: &str, name: &str) -> Option<String> {
    let mut hits = LABEL.as_ref()?.captures_iter(labels);
    let found = hits.find(|hit| &hit[1] == name)?;
    let text = found[2].replace("\\\"", "\"").replace("\\\\", "\\");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";

    #[test]
    fn a_version_is_found_where_it_usually_stands() {
        let metrics = format!(
            "# TYPE go_gc_duration_seconds summary\ngo_gc_duration_seconds{{quantile=\"0\"}} 1e-05\n# HELP shop_build_info x\nshop_build_info{{branch=\"a, \\\"b\\\"\",revision=\"{SHA}\",version=\"2.4.0\"}} 1\n# EOF\n"
        );
        for (body, version, sha) in [
            (r#"{"version":"2.4.0"}"#.to_owned(), Some("2.4.0"), None),
            (r#"{"build":{"version":17}}"#.to_owned(), Some("17"), None),
            (
                format!(r#"{{"version":"2","git":{{"commit":{{"id":{{"full":"{SHA}"}}}}}}}}"#),
                Some("2"),
                Some(SHA),
            ),
            (
                format!(r#"{{"commit":"{}"}}"#, SHA.to_uppercase()),
                None,
                Some(SHA),
            ),
            (r#"{"commit":"7fd1a60"}"#.to_owned(), Some("7fd1a60"), None),
            (metrics, Some("2.4.0"), Some(SHA)),
            ("  v2.4.0\n".to_owned(), Some("v2.4.0"), None),
            (format!("\"{SHA}\""), None, Some(SHA)),
        ] {
            let found = usual(&body).unwrap();
            let found = (found.version.as_deref(), found.sha.as_deref());
            assert_eq!(found, (version, sha), "{body}");
        }
        for none in [
            "",
            "<html>",
            "{}",
            r#"{"version":""}"#,
            "a\nb",
            "up{x=\"1\"} 1\n# EOF",
        ] {
            assert!(usual(none).is_err(), "{none}");
        }
    }

    #[test]
    fn a_version_is_found_where_it_is_said_to_stand() {
        let pattern = Regex::new(r"release (\S+)").unwrap();
        let metric = |label: &str| Place::Metric {
            name: "app_info".to_owned(),
            label: label.to_owned(),
        };
        let body = "<p>release 9.1</p> ";
        assert_eq!(
            find(&Place::Pattern(Box::new(pattern.clone())), body)
                .unwrap()
                .version
                .as_deref(),
            Some("9.1</p>")
        );
        assert!(find(&Place::Pattern(Box::new(pattern)), "x").is_err());
        let pointer = Place::Pointer("/a/0".to_owned());
        assert_eq!(
            find(&pointer, r#"{"a":["7"]}"#).unwrap().version.as_deref(),
            Some("7")
        );
        assert!(find(&pointer, r#"{"a":[{}]}"#).is_err() && find(&pointer, "7").is_err());
        let body = "app_info{tag=\"x\"} 1";
        assert_eq!(
            find(&metric("tag"), body).unwrap().version.as_deref(),
            Some("x")
        );
        assert!(find(&metric("no"), body).is_err() && find(&metric("tag"), "other 1").is_err());
    }
}
