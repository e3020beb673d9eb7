//! What `PagerDuty`'s REST API answers, as far as leadtime reads it.

use serde::Deserialize;

use crate::connector::lenient::nullable;
use crate::event::time::Timestamp;

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
    pub last_status_change_by: Option<Named>,
    /// Empty where nobody is at it: it was not acknowledged, that is over, or it is resolved.
    #[serde(deserialize_with = "nullable")]
    pub acknowledgements: Vec<Held>,
    #[serde(deserialize_with = "nullable")]
    pub assignments: Vec<Held>,
    pub urgency: Option<String>,
    pub priority: Option<Named>,
    pub service: Option<Named>,
    pub html_url: Option<String>,
}

impl Incident {
    /// When its status last changed.
    #[must_use]
    pub fn changed(&self) -> Option<Timestamp> {
        Timestamp::parse(self.last_status_change_at.as_deref()?)
    }
}

/// Whose an incident is: of those that it is assigned to, or that acknowledged it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Held {
    pub at: Option<String>,
    #[serde(alias = "assignee")]
    pub acknowledger: Option<Named>,
}

impl Held {
    #[must_use]
    pub fn told(&self) -> Option<String> {
        self.acknowledger.as_ref()?.told()
    }

    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.at.as_deref()?)
    }
}

/// What happened to an incident.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogEntry {
    /// `acknowledge_log_entry`, `resolve_log_entry`, and others.
    #[serde(rename = "type")]
    pub kind: String,
    pub created_at: Option<String>,
    /// Who did it: a user, a service, an integration.
    pub agent: Option<Named>,
}

impl LogEntry {
    /// Whether it brought about that the incident is of this status.
    #[must_use]
    pub fn says(&self, status: &str) -> bool {
        let word = match self.kind.as_str() {
            "acknowledge_log_entry" => "acknowledged",
            "resolve_log_entry" => "resolved",
            _ => "",
        };
        word == status
    }

    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.created_at.as_deref()?)
    }
}

/// What somebody said of an incident.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    pub content: String,
}

/// Somebody who has an account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
}

impl User {
    #[must_use]
    pub fn told(&self) -> String {
        let name = self.name.clone().or_else(|| self.email.clone());
        name.unwrap_or_else(|| self.id.clone())
    }
}

/// Whose the key is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Me {
    pub user: User,
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
