//! What Harbor's API 2.0 answers, as far as leadtime reads it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::connector::referrer::Descriptor;
use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Repository {
    /// `project/name`.
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Artifact {
    pub digest: String,
    pub push_time: Option<Timestamp>,
    pub tags: Option<Vec<Tag>>,
    pub annotations: Option<Map<String, Value>>,
    pub extra_attrs: Option<Extra>,
    /// By the media type of the report.
    pub scan_overview: Option<BTreeMap<String, Report>>,
    pub accessories: Option<Vec<Accessory>>,
}

impl Artifact {
    /// When it was pushed, or last given a tag.
    #[must_use]
    pub fn touched(&self) -> Option<Timestamp> {
        let tags = self.tags.iter().flatten();
        let tags = tags.filter_map(|tag| tag.push_time);
        tags.chain(self.push_time).max()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tag {
    pub name: String,
    pub push_time: Option<Timestamp>,
    pub immutable: bool,
}

/// What the image itself says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Extra {
    pub config: Option<Config>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    #[serde(rename = "Labels")]
    pub labels: Option<Map<String, Value>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Report {
    pub report_id: String,
    /// `Pending`, `Scheduled`, `Running`, `Success`, `Error`, `Stopped`.
    pub scan_status: String,
    pub start_time: Option<Timestamp>,
    pub end_time: Option<Timestamp>,
    pub summary: Option<Summary>,
    pub scanner: Option<Named>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// How many there are, by the word of their severity.
    pub summary: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Accessory {
    pub digest: String,
    /// `signature.cosign`, `signature.notation`, `sbom.harbor`, …
    #[serde(rename = "type")]
    pub kind: String,
    pub creation_time: Option<Timestamp>,
}

/// What refers to an artifact.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Index {
    pub manifests: Option<Vec<Descriptor>>,
}

/// What a thing in the registry is made of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    pub layers: Option<Vec<Descriptor>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub username: String,
}
