//! What Heroku's Platform API 3 answers, as far as leadtime reads it.

use serde::Deserialize;

use crate::event::time::Timestamp;

/// A thing by its id, and by its name where it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Thing {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Coupling {
    pub app: Thing,
    pub pipeline: Thing,
    /// `test`, `review`, `development`, `staging`, `production`.
    pub stage: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: String,
    pub email: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Release {
    pub id: String,
    pub version: u64,
    pub description: String,
    /// `failed`, `pending`, `succeeded`, `expired`.
    pub status: String,
    pub slug: Option<Thing>,
    pub user: Option<User>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub current: bool,
    pub eligible_for_rollback: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Slug {
    pub id: String,
    pub commit: Option<String>,
}

/// A promotion that was begun.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Promotion {
    pub id: String,
    pub status: String,
}
