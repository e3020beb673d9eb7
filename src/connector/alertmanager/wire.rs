//! What Alertmanager's API v2 answers, as far as leadtime reads it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Alerts that are told of together.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group {
    /// The labels that they have in common, by which they were put together.
    pub labels: BTreeMap<String, String>,
    pub receiver: Receiver,
    pub alerts: Vec<Alert>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Receiver {
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Alert {
    pub fingerprint: String,
    pub starts_at: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// `active`, `suppressed`, `unprocessed`.
    pub state: String,
    pub silenced_by: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Silence {
    pub id: String,
    pub comment: String,
    pub created_by: String,
    pub ends_at: String,
    pub status: Status,
}

/// Of the whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct About {
    pub version_info: Version,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Version {
    pub version: String,
}
