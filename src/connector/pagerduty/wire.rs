//! What `PagerDuty`'s REST API answers, as far as leadtime reads it.

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Incident {
    pub id: String,
    pub title: Option<String>,
    pub summary: Option<String>,
    /// `triggered`, `acknowledged`, `resolved`.
    pub status: String,
    pub created_at: Option<String>,
    pub resolved_at: Option<String>,
    pub last_status_change_at: Option<String>,
    pub urgency: Option<String>,
    pub priority: Option<Named>,
    pub service: Option<Named>,
    pub html_url: Option<String>,
}

/// Something by its name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    pub id: String,
    pub summary: Option<String>,
    /// Of a service that is listed.
    pub name: Option<String>,
}

impl Named {
    #[must_use]
    pub fn told(&self) -> Option<String> {
        self.name.clone().or_else(|| self.summary.clone())
    }
}

/// One incident, alone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct One {
    pub incident: Incident,
}

/// What every list has beside its items.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Page {
    pub more: bool,
}
