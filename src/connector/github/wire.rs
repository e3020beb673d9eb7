//! What GitHub answers, as far as it is needed. Lenient on purpose: a word that is not known stays a word, what may be missing may be missing;
//! only what an event cannot do without is demanded. Also written, since what still has to be read is kept between readings.

use serde::{Deserialize, Deserializer, Serialize};

use crate::event::time::Timestamp;

/// A list that may be `null`.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize, Serialize)]
pub struct User {
    pub login: Option<String>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Team {
    pub slug: Option<String>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Repository {
    pub full_name: String,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub disabled: bool,
    pub default_branch: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Pull {
    pub number: i64,
    pub title: Option<String>,
    pub body: Option<String>,
    pub html_url: Option<String>,
    pub user: Option<User>,
    pub state: String,
    #[serde(default)]
    pub draft: Option<bool>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub merged_at: Option<Timestamp>,
    pub merge_commit_sha: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub labels: Vec<Label>,
    #[serde(default, deserialize_with = "list")]
    pub requested_reviewers: Vec<User>,
    #[serde(default, deserialize_with = "list")]
    pub requested_teams: Vec<Team>,
    pub head: Head,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Label {
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Issue {
    pub number: i64,
    pub title: Option<String>,
    pub html_url: Option<String>,
    pub state: String,
    #[serde(default)]
    pub labels: Vec<Label>,
    /// The type that an organization has for it.
    #[serde(rename = "type")]
    pub kind: Option<Label>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// It is a pull request.
    pub pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Head {
    #[serde(rename = "ref")]
    pub branch: String,
    pub sha: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Review {
    pub id: i64,
    pub user: Option<User>,
    pub state: String,
    /// Absent while the review is being written.
    pub submitted_at: Option<Timestamp>,
    pub commit_id: Option<String>,
    pub html_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Commit {
    pub sha: String,
    pub commit: CommitBody,
    pub author: Option<User>,
    /// Absent in short forms.
    pub parents: Option<Vec<Parent>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CommitBody {
    pub message: Option<String>,
    pub author: Option<Signature>,
    pub committer: Option<Signature>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Signature {
    pub name: Option<String>,
    pub date: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Parent {
    pub sha: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Runs {
    #[serde(default)]
    pub workflow_runs: Vec<Run>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Run {
    pub id: i64,
    pub name: Option<String>,
    pub head_branch: Option<String>,
    pub head_sha: String,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub conclusion: Option<String>,
    pub html_url: Option<String>,
    pub event: Option<String>,
    pub run_attempt: Option<u32>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub run_started_at: Option<Timestamp>,
    #[serde(default)]
    pub actor: Option<User>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Job {
    pub id: i64,
    pub run_id: i64,
    pub run_attempt: Option<u32>,
    pub name: Option<String>,
    pub workflow_name: Option<String>,
    pub head_branch: Option<String>,
    pub head_sha: String,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub conclusion: Option<String>,
    pub html_url: Option<String>,
    pub created_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Deployment {
    pub id: i64,
    pub sha: String,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub task: Option<String>,
    pub environment: String,
    pub creator: Option<User>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DeploymentStatus {
    pub id: i64,
    pub state: String,
    pub environment: Option<String>,
    pub environment_url: Option<String>,
    pub log_url: Option<String>,
    pub target_url: Option<String>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Environment {
    pub name: String,
    #[serde(default, deserialize_with = "list")]
    pub protection_rules: Vec<ProtectionRule>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProtectionRule {
    #[serde(rename = "type")]
    pub kind: String,
    pub wait_timer: Option<i64>,
    #[serde(default, deserialize_with = "list")]
    pub reviewers: Vec<Reviewer>,
}

/// Who may decide: a user or a team; which one, the fields tell.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Reviewer {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub reviewer: Option<Approver>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Approver {
    pub login: Option<String>,
    pub slug: Option<String>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct EnvironmentName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PendingDeployment {
    pub environment: EnvironmentName,
    pub wait_timer: Option<i64>,
    pub wait_timer_started_at: Option<Timestamp>,
    pub current_user_can_approve: Option<bool>,
    #[serde(default, deserialize_with = "list")]
    pub reviewers: Vec<Reviewer>,
}

/// A decision on a run's gates.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Approval {
    pub state: String,
    pub comment: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub environments: Vec<EnvironmentName>,
    pub user: Option<User>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Release {
    pub id: i64,
    pub tag_name: String,
    pub target_commitish: Option<String>,
    pub html_url: Option<String>,
    #[serde(default)]
    pub draft: bool,
    #[serde(default)]
    pub prerelease: bool,
    pub created_at: Timestamp,
    pub published_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tag {
    pub name: String,
    pub commit: Parent,
}

impl Tag {
    /// What it is known by: one that is moved is another.
    #[must_use]
    pub fn known_by(&self) -> String {
        format!("{}@{:.12}", self.name, self.commit.sha)
    }
}

/// What an error answer says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Problem {
    pub message: Option<String>,
    /// Texts, or tables with a `message`, or with a `field` and a `code`.
    #[serde(default, deserialize_with = "list")]
    pub errors: Vec<serde_json::Value>,
}
