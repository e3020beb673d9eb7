//! What Buildkite's REST API v2 answers, as far as leadtime reads it.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Build {
    pub id: String,
    pub number: u64,
    pub web_url: Option<String>,
    /// `scheduled`, `running`, `passed`, `failing`, `failed`, `canceling`, `canceled`, `skipped`, `not_run`; one that is blocked keeps the state that it had.
    pub state: String,
    pub blocked: bool,
    pub commit: Option<String>,
    pub branch: Option<String>,
    pub env: Option<Map<String, Value>>,
    pub meta_data: Option<Map<String, Value>>,
    pub creator: Option<User>,
    pub jobs: Vec<Job>,
    pub created_at: Option<Timestamp>,
    pub scheduled_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub rebuilt_from: Option<Other>,
    pub pipeline: Option<Pipeline>,
}

/// Another build.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Other {
    pub id: String,
    pub number: u64,
    pub web_url: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pipeline {
    pub slug: String,
    pub repository: Option<String>,
    pub default_branch: Option<String>,
    pub archived_at: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: String,
    pub name: String,
}

/// What a token says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Token {
    pub scopes: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Job {
    pub id: String,
    /// `script`, `manual` (a block step), `trigger`, `waiter`.
    #[serde(rename = "type")]
    pub kind: String,
    pub name: Option<String>,
    /// What a block step is called.
    pub label: Option<String>,
    pub step_key: Option<String>,
    pub state: String,
    pub web_url: Option<String>,
    pub soft_failed: bool,
    pub created_at: Option<Timestamp>,
    pub scheduled_at: Option<Timestamp>,
    pub runnable_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub retried: bool,
    pub retried_by: Option<User>,
    pub retries_count: Option<u32>,
    pub triggered_build: Option<Other>,
    pub unblocked_by: Option<User>,
    pub unblocked_at: Option<Timestamp>,
    pub unblockable: Option<bool>,
    pub unblock_url: Option<String>,
}
