//! What GitLab answers, as far as it is needed. Lenient on purpose: a word that is not known stays a word, what may be missing may be missing; only what an
//! event cannot do without is demanded. Also written, since what still has to be read is kept between readings.

use serde::{Deserialize, Deserializer, Serialize};

use crate::event::time::Timestamp;

/// A list that may be `null`.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// What is as good as absent when it cannot be read.
fn lenient<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    from: D,
) -> Result<Option<T>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(from)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct User {
    #[serde(default)]
    pub id: Option<i64>,
    pub username: Option<String>,
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<bool>,
    /// Told of oneself, to who is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_admin: Option<bool>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Project {
    pub id: i64,
    pub path_with_namespace: String,
    #[serde(default)]
    pub archived: bool,
    pub default_branch: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Request {
    pub iid: i64,
    pub title: Option<String>,
    pub description: Option<String>,
    pub web_url: Option<String>,
    pub author: Option<User>,
    pub state: String,
    #[serde(default)]
    pub draft: Option<bool>,
    #[serde(default)]
    pub work_in_progress: Option<bool>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub merged_at: Option<Timestamp>,
    #[serde(default)]
    pub merge_user: Option<User>,
    /// The same, in older versions.
    #[serde(default)]
    pub merged_by: Option<User>,
    pub merge_commit_sha: Option<String>,
    pub squash_commit_sha: Option<String>,
    pub sha: Option<String>,
    pub source_branch: Option<String>,
    pub target_branch: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub labels: Option<Vec<String>>,
    #[serde(default, deserialize_with = "list")]
    pub reviewers: Vec<User>,
    /// Why it can or cannot be merged, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detailed_merge_status: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Note {
    pub id: i64,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub body: Option<String>,
    pub author: Option<User>,
    pub created_at: Timestamp,
    #[serde(default)]
    pub system: bool,
}

/// The approvals of a request.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Approvals {
    #[serde(default, deserialize_with = "list")]
    pub approved_by: Vec<ApprovedBy>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ApprovedBy {
    pub user: Option<User>,
    #[serde(default)]
    pub approved_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Commit {
    pub id: String,
    pub message: Option<String>,
    pub title: Option<String>,
    pub author_name: Option<String>,
    pub authored_date: Option<Timestamp>,
    pub committed_date: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
    /// Absent in short forms.
    pub parent_ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Pipeline {
    pub id: i64,
    pub sha: String,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    pub status: String,
    pub source: Option<String>,
    pub web_url: Option<String>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    #[serde(default)]
    pub finished_at: Option<Timestamp>,
    #[serde(default)]
    pub user: Option<User>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Job {
    pub id: i64,
    pub status: String,
    pub stage: Option<String>,
    pub name: Option<String>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub allow_failure: bool,
    pub created_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Seconds.
    #[serde(default)]
    pub queued_duration: Option<f64>,
    pub web_url: Option<String>,
    /// Who started it, or will have.
    pub user: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    pub commit: Option<Id>,
    #[serde(default, deserialize_with = "lenient")]
    pub pipeline: Option<PipelineOf>,
    /// Of a job that starts a pipeline.
    #[serde(default, deserialize_with = "lenient")]
    pub downstream_pipeline: Option<PipelineOf>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Id {
    pub id: String,
}

/// A pipeline as its jobs name it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PipelineOf {
    pub id: i64,
    #[serde(default)]
    pub project_id: Option<i64>,
    pub sha: Option<String>,
    pub status: Option<String>,
    pub web_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Deployment {
    pub id: i64,
    pub sha: String,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub status: String,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub user: Option<User>,
    pub environment: Environment,
    pub deployable: Option<Job>,
    /// These three where approvals are asked for (Premium).
    #[serde(default)]
    pub pending_approval_count: Option<i64>,
    #[serde(default, deserialize_with = "list")]
    pub approvals: Vec<Approval>,
    #[serde(default)]
    pub approval_summary: Option<Summary>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Approval {
    pub user: Option<User>,
    pub status: String,
    pub created_at: Timestamp,
    pub comment: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Summary {
    #[serde(default, deserialize_with = "list")]
    pub rules: Vec<Rule>,
}

/// Who may approve, or deploy: a user, a group, or all from a role up.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Rule {
    #[serde(default)]
    pub user_id: Option<i64>,
    #[serde(default)]
    pub group_id: Option<i64>,
    #[serde(default)]
    pub access_level: Option<i64>,
    pub access_level_description: Option<String>,
    #[serde(default)]
    pub required_approvals: Option<i64>,
    #[serde(default, deserialize_with = "list")]
    pub deployment_approvals: Vec<Approval>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Environment {
    #[serde(default)]
    pub id: Option<i64>,
    pub name: String,
    #[serde(default)]
    pub external_url: Option<String>,
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Protected {
    pub name: String,
    #[serde(default, deserialize_with = "list")]
    pub deploy_access_levels: Vec<Rule>,
    #[serde(default, deserialize_with = "list")]
    pub approval_rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Release {
    pub tag_name: String,
    pub created_at: Option<Timestamp>,
    pub released_at: Option<Timestamp>,
    #[serde(default)]
    pub upcoming_release: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub commit: Option<Id>,
    #[serde(rename = "_links", default)]
    pub links: Option<Links>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Links {
    #[serde(rename = "self", default)]
    pub itself: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tag {
    pub name: String,
    /// When an annotated tag was put; newer versions tell.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    pub commit: Commit,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Issue {
    pub iid: i64,
    pub title: Option<String>,
    pub state: String,
    #[serde(default)]
    pub issue_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub labels: Option<Vec<String>>,
    #[serde(default)]
    pub severity: Option<String>,
    pub web_url: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// What is answered to a deed, as far as it is worth telling.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<i64>,
    #[serde(default, alias = "state", deserialize_with = "lenient")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub web_url: Option<String>,
}

/// A variable of a pipeline.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Variable {
    pub key: String,
    #[serde(default, deserialize_with = "lenient")]
    pub value: Option<String>,
}

/// How a project lets pipelines and deployments be run.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Rules {
    pub default_branch: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub ci_pipeline_variables_minimum_override_role: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub ci_forward_deployment_enabled: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub ci_forward_deployment_rollback_allowed: Option<bool>,
}

/// A member of a project or a group.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Member {
    #[serde(default)]
    pub access_level: i64,
}
