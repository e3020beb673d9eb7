//! What GitHub answers to those who act, as far as it is needed: more of some things than reading needs.

use serde::Deserialize;
use serde_json::Value;

use crate::connector::github::wire::{Head, User};
use crate::event::time::Timestamp;

/// A run as it is now.
#[derive(Clone, Debug, Deserialize)]
pub struct Run {
    pub id: i64,
    pub name: Option<String>,
    /// As its `run-name` makes it: may hold an input.
    pub display_title: Option<String>,
    pub status: Option<String>,
    pub conclusion: Option<String>,
    pub html_url: Option<String>,
    pub event: Option<String>,
    pub head_branch: Option<String>,
    pub run_attempt: Option<u32>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub actor: Option<User>,
    /// Who started the newest attempt.
    pub triggering_actor: Option<User>,
}

impl Run {
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.run_attempt.unwrap_or(1)
    }

    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.status.as_deref() == Some("completed") || self.conclusion.is_some()
    }

    /// How it ended, or where it is.
    #[must_use]
    pub fn word(&self) -> &str {
        let conclusion = self.conclusion.as_deref();
        conclusion
            .or(self.status.as_deref())
            .unwrap_or("in a state that GitHub does not name")
    }
}

#[derive(Debug, Deserialize)]
pub struct Runs {
    #[serde(default)]
    pub workflow_runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
pub struct Workflow {
    pub name: Option<String>,
    /// In the repository: `.github/workflows/deploy.yml`.
    pub path: Option<String>,
    pub state: Option<String>,
    pub html_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Workflows {
    #[serde(default)]
    pub workflows: Vec<Workflow>,
}

/// A file, in base64 broken into lines.
#[derive(Debug, Deserialize)]
pub struct Content {
    pub content: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Repository {
    pub default_branch: Option<String>,
    pub allow_merge_commit: Option<bool>,
    pub allow_squash_merge: Option<bool>,
    pub allow_rebase_merge: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub struct Commit {
    pub sha: String,
}

#[derive(Debug, Deserialize)]
pub struct Deployment {
    pub id: i64,
    pub sha: String,
    pub environment: String,
    /// A table, or a text, which may hold one.
    #[serde(default)]
    pub payload: Value,
    pub creator: Option<User>,
    pub created_at: Timestamp,
}

#[derive(Debug, Deserialize)]
pub struct Pull {
    pub number: i64,
    pub title: Option<String>,
    pub html_url: Option<String>,
    pub state: String,
    #[serde(default)]
    pub draft: Option<bool>,
    #[serde(default)]
    pub merged: Option<bool>,
    pub merged_by: Option<User>,
    pub merge_commit_sha: Option<String>,
    pub mergeable: Option<bool>,
    pub mergeable_state: Option<String>,
    pub head: Head,
    pub base: Head,
}

/// A request in a list: of whose repository its branch is.
#[derive(Debug, Deserialize)]
pub struct Listed {
    pub number: i64,
    pub head: Branch,
}

/// A request that was opened for a branch.
#[derive(Debug, Deserialize)]
pub struct Opened {
    pub number: i64,
    pub state: String,
    pub user: Option<User>,
    pub body: Option<String>,
    pub html_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Branch {
    #[serde(rename = "ref")]
    pub name: String,
    pub repo: Option<Owner>,
}

#[derive(Debug, Deserialize)]
pub struct Owner {
    pub full_name: Option<String>,
}

/// Rules that an app of somebody's decides.
#[derive(Debug, Default, Deserialize)]
pub struct CustomRules {
    #[serde(default)]
    pub custom_deployment_protection_rules: Vec<CustomRule>,
}

#[derive(Debug, Deserialize)]
pub struct CustomRule {
    #[serde(default)]
    pub enabled: bool,
    pub app: Option<App>,
}

#[derive(Debug, Deserialize)]
pub struct App {
    pub slug: Option<String>,
}

/// What is answered to a deed: of each family something else.
#[derive(Debug, Default, Deserialize)]
pub struct Taken {
    /// Of a request.
    pub number: Option<i64>,
    pub workflow_run_id: Option<i64>,
    pub id: Option<i64>,
    pub sha: Option<String>,
    pub html_url: Option<String>,
}
