//! Where a reading stands, so that the next one goes on from there: one row per application. A row that cannot be read is as good as none: what it stood
//! for is read again, and is the same events.

use serde::{Deserialize, Serialize};

use super::wire::Application;
use crate::connector::rows::Rows;
use crate::event::time::Timestamp;

/// What is told of an application already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// What the list said of it: as long as it says the same, there is nothing to look at.
    pub seen: String,
    /// The newest entry of its history that is told: when it was deployed, and its id. Ids begin anew when an application is made anew.
    pub deployed: Option<Timestamp>,
    pub last: i64,
    /// When the newest operation that is told finished.
    pub finished: Option<Timestamp>,
    /// A deployment that is told to have begun and not to have finished: when it began.
    pub open: Option<Timestamp>,
    /// A sync that waits for a person.
    pub gate: Option<OpenGate>,
    /// When the gate before it is told to have opened.
    pub waited: Option<Timestamp>,
    /// The project that it was of when it was looked at.
    pub project: String,
}

/// A gate that is told to be open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenGate {
    /// What waits to be synced.
    pub revision: String,
    pub opened: Timestamp,
}

impl Row {
    /// Whether the application must be looked at whatever the list says of it: something is under way, or waits.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.open.is_some() || self.gate.is_some()
    }
}

/// What the list says of an application, as far as it tells that something happened.
#[must_use]
pub fn mark(application: &Application) -> String {
    let status = &application.status;
    let operation = status.operation_state.as_ref();
    let time = |time: Option<Timestamp>| time.map_or_else(String::new, |time| time.to_string());
    [
        status.sync.status.clone(),
        status.health.status.clone(),
        operation.map_or_else(String::new, |state| state.phase.clone()),
        time(operation.and_then(|state| state.started_at)),
        time(operation.and_then(|state| state.finished_at)),
        if application.auto_sync().is_some() {
            "auto".to_owned()
        } else {
            String::new()
        },
    ]
    .join(" ")
}

const APPLICATION: &str = "application ";

/// The name of the row of an application.
#[must_use]
pub fn key(application: &str) -> String {
    format!("{APPLICATION}{application}")
}

#[must_use]
pub fn row(rows: &Rows, application: &str) -> Option<Row> {
    rows.get(&key(application))
}

/// The applications that have a row.
pub fn applications(rows: &Rows) -> impl Iterator<Item = &str> {
    rows.names(APPLICATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Batch;
    use crate::connector::rows::put;

    #[test]
    fn a_row_is_read_as_it_was_kept_and_nonsense_is_none() {
        let kept = Row {
            seen: "Synced Healthy".to_owned(),
            deployed: Timestamp::parse("2026-01-02T03:04:05Z"),
            last: 7,
            gate: Some(OpenGate::default()),
            ..Row::default()
        };
        let mut batch = Batch::default();
        put(&mut batch, key("argocd/shop"), &kept);
        let nonsense = (key("argocd/x"), Some("{".to_owned()));
        batch.cursors.push(nonsense);
        let mut rows = Rows::default();
        rows.apply(&batch.cursors);
        assert_eq!(row(&rows, "argocd/shop"), Some(kept));
        assert_eq!(row(&rows, "argocd/x"), None);
        let all: Vec<&str> = applications(&rows).collect();
        assert_eq!(all, ["argocd/shop", "argocd/x"]);
    }
}
