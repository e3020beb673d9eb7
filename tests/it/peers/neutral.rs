//! The neutral form of a delivery history (one fact a line), turned into lines of CDEvents in the project's profile, and the configuration that goes
//! with a case.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};

/// The named fields of a fact that it has, under their names in the profile.
fn pick(fact: &Value, names: &[(&str, &str)]) -> Map<String, Value> {
    names
        .iter()
        .filter(|(_, old)| !fact[*old].is_null())
        .map(|(new, old)| ((*new).to_owned(), fact[*old].clone()))
        .collect()
}

/// One fact as a line of CDEvents; `number` makes its identity.
#[expect(clippy::too_many_lines, reason = "one arm for each type of fact")]
pub fn convert(number: usize, fact: &Value) -> String {
    let repository = fact["repo"].as_str().or(fact["service"].as_str());
    let mut content = Map::new();
    if let Some(id) = repository {
        content.insert("repository".to_owned(), json!({"id": id}));
    }
    let mut custom = Map::new();
    let own = |name: &str| format!("dev.cdeventsx.leadtime-{name}.0.1.0");
    let text = |key: &str| fact[key].as_str().unwrap_or_default().to_owned();
    let (kind, subject) = match fact["type"].as_str().unwrap() {
        "commit" => {
            content.extend(pick(
                fact,
                &[
                    ("parents", "parents"),
                    ("change", "change"),
                    ("author", "author"),
                ],
            ));
            (own("commit.created"), text("sha"))
        }
        "change_opened" => {
            let names = [
                ("author", "author"),
                ("reviewers", "reviewers"),
                ("labels", "labels"),
                ("branch", "branch"),
                ("headSha", "head"),
            ];
            custom = pick(fact, &names);
            (
                "dev.cdevents.change.created.0.4.0".to_owned(),
                text("change"),
            )
        }
        "change_reviewed" => {
            let names = [("reviewer", "reviewer"), ("state", "state"), ("bot", "bot")];
            custom = pick(fact, &names);
            (
                "dev.cdevents.change.reviewed.0.3.0".to_owned(),
                text("change"),
            )
        }
        "change_merged" => {
            custom = pick(fact, &[("sha", "sha")]);
            (
                "dev.cdevents.change.merged.0.3.0".to_owned(),
                text("change"),
            )
        }
        "pipeline_finished" => {
            content = pick(
                fact,
                &[("pipelineName", "pipeline"), ("outcome", "outcome")],
            );
            custom = pick(
                fact,
                &[
                    ("sha", "sha"),
                    ("environment", "environment"),
                    ("branch", "ref"),
                ],
            );
            custom.extend(repository.map(|id| ("repository".to_owned(), id.into())));
            (
                "dev.cdevents.pipelinerun.finished.0.3.0".to_owned(),
                text("pipeline"),
            )
        }
        "deployment_finished" => {
            let same = [
                "deployment",
                "service",
                "environment",
                "sha",
                "outcome",
                "pipeline",
                "unplanned",
                "started",
            ];
            content = pick(fact, &same.map(|name| (name, name)));
            content.extend(pick(
                fact,
                &[
                    ("repository", "repo"),
                    ("artifactId", "image"),
                    ("commits", "shas"),
                ],
            ));
            let record = match &fact["record"] {
                Value::Null => format!("{}/{}/{}", text("deployment"), text("repo"), text("time")),
                record => record.as_str().map_or(record.to_string(), str::to_owned),
            };
            (own("deployment.finished"), record)
        }
        incident @ ("incident_opened" | "incident_resolved") => {
            let what = if incident == "incident_opened" {
                "detected"
            } else {
                "resolved"
            };
            let environment = fact["environment"].as_str().unwrap_or("production");
            content = Map::from_iter([
                ("service".to_owned(), json!({"id": fact["service"]})),
                ("environment".to_owned(), json!({"id": environment})),
            ]);
            custom = pick(fact, &[("deployment", "deployment"), ("sha", "root_cause")]);
            (
                format!("dev.cdevents.incident.{what}.0.3.0"),
                text("incident"),
            )
        }
        other => panic!("a fact of an unknown type: {other}"),
    };
    json!({
        "context": {"specversion": "0.5.1", "id": number.to_string(), "source": "/peer", "type": kind, "timestamp": fact["time"]},
        "subject": {"id": subject, "source": "/peer", "content": content},
        "customData": custom,
        "customDataContentType": "application/json",
    })
    .to_string()
}

/// A case: its events as lines, and its workloads, one for each service.
pub struct Case {
    pub lines: Vec<String>,
    services: BTreeMap<String, BTreeSet<String>>,
}

impl Case {
    pub fn of(facts: &[Value]) -> Self {
        let mut services: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for fact in facts {
            let Some(service) = fact["service"].as_str() else {
                continue;
            };
            let repositories = services.entry(service.to_owned()).or_default();
            if fact["type"] == "deployment_finished" {
                repositories.extend(fact["repo"].as_str().map(str::to_owned));
            }
        }
        let lines = facts.iter().enumerate();
        Self {
            lines: lines.map(|(number, fact)| convert(number, fact)).collect(),
            services,
        }
    }

    /// The configuration: the workloads, after what the case sets under `[metrics]`.
    pub fn configuration(&self, metrics: &str) -> String {
        let mut text = format!("[metrics]\n{metrics}\n");
        for (name, repositories) in &self.services {
            let alone = BTreeSet::from([name.clone()]);
            let of = if repositories.is_empty() {
                &alone
            } else {
                repositories
            };
            write!(
                text,
                "[[workloads]]\nname = {name:?}\nservices = [{name:?}]\nrepositories = {of:?}\n"
            )
            .unwrap();
        }
        // A set is written as a list is, but for its braces.
        text.replace("= {", "= [").replace("}\n", "]\n")
    }
}
