//! What Netlify's API answers, as far as leadtime reads it.

use serde::Deserialize;

use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Site {
    pub id: String,
    pub name: String,
    pub published_deploy: Option<Deploy>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Deploy {
    pub id: String,
    /// `new`, `enqueued`, `building`, `uploading`, `processing`, `ready`, `error`, …
    pub state: String,
    /// `production`, `deploy-preview`, `branch-deploy`, …
    pub context: String,
    pub branch: Option<String>,
    pub commit_ref: Option<String>,
    pub commit_url: Option<String>,
    pub title: Option<String>,
    pub error_message: Option<String>,
    pub skipped: Option<bool>,
    pub locked: Option<bool>,
    pub admin_url: Option<String>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub full_name: Option<String>,
    pub email: Option<String>,
}

impl User {
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        said(&self.email).or_else(|| said(&self.full_name))
    }
}
