//! What Opsgenie's API answers, as far as leadtime reads it. Incidents and alerts are read as one, since they say the same.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::event::time::{Span, Timestamp};

/// An incident, or an alert.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Trouble {
    pub id: String,
    pub tiny_id: Option<String>,
    pub message: Option<String>,
    /// `open`, `resolved`, `closed`.
    pub status: String,
    pub tags: Vec<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub impact_start_date: Option<String>,
    pub impact_end_date: Option<String>,
    pub priority: Option<String>,
    /// Of an incident, by their ids.
    pub impacted_services: Vec<String>,
    pub links: BTreeMap<String, String>,
    pub report: Report,
}

/// What is told of an alert that was closed.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Report {
    /// How long after its beginning, in milliseconds.
    pub close_time: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service {
    pub id: String,
    pub name: String,
}

/// One thing, alone.
#[derive(Clone, Debug, Deserialize)]
pub struct One<T> {
    pub data: T,
}

/// What a list has beside its items.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page {
    pub paging: Paging,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Paging {
    pub next: Option<String>,
}

impl Trouble {
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        Timestamp::parse(self.created_at.as_deref()?)
    }

    /// When it began to be felt.
    #[must_use]
    pub fn began(&self) -> Option<Timestamp> {
        let felt = self.impact_start_date.as_deref();
        felt.and_then(Timestamp::parse).or_else(|| self.created())
    }

    /// When it was over.
    #[must_use]
    pub fn over(&self) -> Option<Timestamp> {
        let time = |text: &Option<String>| Timestamp::parse(text.as_deref()?);
        let after = self.report.close_time;
        let after = after.map(|after| Span::from_seconds(after.div_euclid(1000)));
        time(&self.impact_end_date)
            .or_else(|| Some(self.created()? + after?))
            .or_else(|| time(&self.updated_at))
    }

    /// Whether it is over. A word that is not known is none that says so.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.status.as_str(), "resolved" | "closed")
    }

    /// What a tag says: `checkout` of `service:checkout`.
    #[must_use]
    pub fn tagged(&self, name: &str) -> Option<String> {
        self.tags.iter().find_map(|tag| {
            let (key, value) = tag.split_once([':', '='])?;
            let says = key.trim().eq_ignore_ascii_case(name) && !value.trim().is_empty();
            says.then(|| value.trim().to_owned())
        })
    }
}
