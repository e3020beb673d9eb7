//! Kargo's objects (`kargo.akuity.io/v1alpha1`), as far as leadtime reads them, and the lists that its API makes of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Meta {
    pub name: String,
    pub creation_timestamp: Option<Timestamp>,
    pub annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Project {
    pub metadata: Meta,
}

/// What is promoted: images, charts and commits that belong together.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Freight {
    pub metadata: Meta,
    pub alias: Option<String>,
    pub origin: Origin,
    pub commits: Vec<Commit>,
    pub images: Vec<Image>,
    pub charts: Vec<Chart>,
    pub status: FreightStatus,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Origin {
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Commit {
    pub id: String,
    #[serde(rename = "repoURL")]
    pub repository: String,
    pub tag: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Image {
    #[serde(rename = "repoURL")]
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chart {
    pub version: String,
}

/// By the name of the stage.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FreightStatus {
    pub verified_in: BTreeMap<String, Since>,
    pub approved_for: BTreeMap<String, Since>,
    pub currently_in: BTreeMap<String, Since>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Since {
    pub verified_at: Option<Timestamp>,
    pub approved_at: Option<Timestamp>,
    /// Since when it runs there; the description does not say that it is an instant.
    pub since: Option<String>,
    /// For how long it ran there at most, before it was replaced.
    pub longest_soak: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Promotion {
    pub metadata: Meta,
    pub spec: PromotionSpec,
    pub status: PromotionStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PromotionSpec {
    pub stage: String,
    pub freight: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PromotionStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Errored`, `Aborted`.
    pub phase: String,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Stage {
    pub metadata: Meta,
    pub spec: StageSpec,
    pub status: StageStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StageSpec {
    pub requested_freight: Vec<Requested>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Requested {
    pub origin: Origin,
    pub sources: Sources,
}

/// From where a stage takes freight.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Sources {
    /// Straight from where it comes.
    pub direct: bool,
    /// Stages in which it has to be verified.
    pub stages: Vec<String>,
    /// `All`: it has to be verified in each of these stages; else in one of them.
    pub availability_strategy: Option<String>,
    /// For how long it has to have been there, as `1h30m`.
    pub required_soak_time: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StageStatus {
    pub auto_promotion_enabled: bool,
    /// The newest first.
    pub freight_history: Vec<Collection>,
}

/// Freight that was in a stage together.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Collection {
    pub items: BTreeMap<String, Reference>,
    pub verification_history: Vec<Verification>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reference {
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Verification {
    pub id: String,
    /// `Pending`, `Running`, `Successful`, `Failed`, `Error`, `Aborted`, `Inconclusive`.
    pub phase: String,
    pub start_time: Option<Timestamp>,
    pub finish_time: Option<Timestamp>,
}

/// Freight as it is listed: in groups, of which there is one where none are asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Groups {
    pub groups: BTreeMap<String, Items>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Items {
    pub items: Vec<serde_json::Value>,
}
