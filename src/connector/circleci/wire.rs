//! What CircleCI answers, as far as it is needed. Lenient on purpose: a word that is not known stays a word, a time that is empty is none; only what an
//! event cannot do without is demanded.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::event::time::Timestamp;

/// CircleCI writes an empty text for a time that it does not know.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| Timestamp::parse(&text)))
}

/// What is as good as absent when it is `null`.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    pub next_page_token: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Pipeline {
    pub id: String,
    #[serde(default)]
    pub number: Option<i64>,
    pub project_slug: String,
    #[serde(default, deserialize_with = "time")]
    pub created_at: Option<Timestamp>,
    #[serde(default)]
    pub state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub errors: Vec<Complaint>,
    #[serde(default, deserialize_with = "or_default")]
    pub trigger: Trigger,
    #[serde(default, deserialize_with = "or_default")]
    pub vcs: Vcs,
    #[serde(default)]
    pub trigger_parameters: Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Complaint {
    #[serde(default)]
    pub message: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Trigger {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(deserialize_with = "or_default")]
    pub actor: Actor,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Actor {
    #[serde(deserialize_with = "or_default")]
    pub login: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Vcs {
    pub target_repository_url: Option<String>,
    pub revision: Option<String>,
    pub branch: Option<String>,
    pub tag: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Workflow {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub pipeline_id: String,
    pub status: String,
    #[serde(default, deserialize_with = "time")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub stopped_at: Option<Timestamp>,
    #[serde(default)]
    pub started_by: Option<String>,
    #[serde(default)]
    pub canceled_by: Option<String>,
    #[serde(default)]
    pub pipeline_number: Option<i64>,
    #[serde(default)]
    pub project_slug: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Job {
    pub id: String,
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: String,
    pub status: String,
    #[serde(default)]
    pub job_number: Option<i64>,
    #[serde(default, deserialize_with = "time")]
    pub started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub stopped_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "or_default")]
    pub dependencies: Vec<String>,
    #[serde(default)]
    pub approved_by: Option<String>,
    #[serde(default)]
    pub canceled_by: Option<String>,
    #[serde(default)]
    pub approval_request_id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub login: String,
}

/// What is said of a deed that was taken.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Taken {
    pub message: Option<String>,
    pub workflow_id: Option<String>,
    pub number: Option<i64>,
}
