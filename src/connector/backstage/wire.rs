//! The entities of a catalogue, in JSON and in YAML alike, as far as leadtime reads them.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entity {
    pub kind: String,
    pub metadata: Metadata,
    pub spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub name: String,
    pub namespace: Option<String>,
    pub title: Option<String>,
    pub annotations: BTreeMap<String, Option<String>>,
    pub links: Vec<Link>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Link {
    pub url: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Spec {
    pub owner: Option<String>,
    pub system: Option<String>,
    pub lifecycle: Option<String>,
}

/// What stands beside a page of entities.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Page {
    pub page_info: PageInfo,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PageInfo {
    pub next_cursor: Option<String>,
}

impl Entity {
    #[must_use]
    pub fn is_component(&self) -> bool {
        self.kind.eq_ignore_ascii_case("component") && !self.metadata.name.is_empty()
    }

    /// `default/checkout`.
    #[must_use]
    pub fn reference(&self) -> String {
        let namespace = self.metadata.namespace.as_deref().unwrap_or("default");
        format!("{namespace}/{}", self.metadata.name)
    }

    /// What an annotation says.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let text = self.metadata.annotations.get(name)?.as_deref()?.trim();
        (!text.is_empty()).then_some(text)
    }
}
