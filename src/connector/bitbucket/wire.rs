//! What Bitbucket's API 2.0 answers, as far as leadtime reads it.

use serde::Deserialize;

use crate::event::time::Timestamp;

/// What every list has beside its items.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Repository {
    pub full_name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub display_name: Option<String>,
    pub nickname: Option<String>,
    /// `user`; a program is an `app_user`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl User {
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let name = self.nickname.as_ref().or(self.display_name.as_ref());
        name.filter(|name| !name.is_empty()).cloned()
    }

    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.kind
            .as_deref()
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("app"))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pull {
    pub id: i64,
    pub title: String,
    pub description: Option<String>,
    /// `OPEN`, `MERGED`, `DECLINED`, `SUPERSEDED`.
    pub state: String,
    pub draft: Option<bool>,
    pub author: Option<User>,
    pub created_on: Option<Timestamp>,
    pub updated_on: Option<Timestamp>,
    pub source: End,
    pub merge_commit: Option<Hash>,
    pub reviewers: Vec<User>,
    pub links: Links,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct End {
    pub branch: Option<Named>,
    pub commit: Option<Hash>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    pub name: String,
}

/// A commit, by a part of its name or by all of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hash {
    pub hash: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Links {
    pub html: Option<Link>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Link {
    pub href: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Commit {
    pub hash: String,
    pub date: Option<Timestamp>,
    pub message: String,
    pub author: Author,
    pub parents: Option<Vec<Hash>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Author {
    /// `Jane <jane@example.com>`.
    pub raw: String,
    pub user: Option<User>,
}

/// Something that happened to a request: one of these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Activity {
    pub approval: Option<Said>,
    pub changes_requested: Option<Said>,
    pub comment: Option<Comment>,
    pub update: Option<Update>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    pub date: Option<Timestamp>,
    pub user: Option<User>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Comment {
    pub id: i64,
    pub created_on: Option<Timestamp>,
    pub user: Option<User>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Update {
    pub date: Option<Timestamp>,
    pub state: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pipeline {
    pub uuid: String,
    pub build_number: Option<u64>,
    pub state: State,
    pub creator: Option<User>,
    pub target: Target,
    pub created_on: Option<Timestamp>,
    pub completed_on: Option<Timestamp>,
}

/// Of a pipeline, a step or a deployment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct State {
    /// `PENDING`, `IN_PROGRESS`, `COMPLETED`, …
    pub name: String,
    pub result: Option<Named>,
    /// Of a pipeline in progress: `RUNNING`, `PAUSED` (at a manual step), `HALTED`.
    pub stage: Option<Named>,
    /// Of a deployment that is done.
    pub status: Option<Named>,
    pub url: Option<String>,
    pub started_on: Option<Timestamp>,
    pub completed_on: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Target {
    pub ref_name: Option<String>,
    pub commit: Option<Hash>,
    pub selector: Option<Selector>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Selector {
    pub pattern: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Step {
    pub uuid: String,
    pub name: Option<String>,
    pub trigger: Option<Trigger>,
    pub state: State,
    pub started_on: Option<Timestamp>,
    pub completed_on: Option<Timestamp>,
    pub run_number: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Trigger {
    /// `pipeline_step_trigger_manual`, `pipeline_step_trigger_automatic`.
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Deployment {
    pub uuid: String,
    pub environment: Option<Named>,
    pub release: Release,
    pub state: State,
    pub last_update_time: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Release {
    pub pipeline: Option<Other>,
    pub commit: Option<Hash>,
    pub created_on: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Other {
    pub uuid: String,
}
