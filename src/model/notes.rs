//! What ships next: the changes that one environment of a workload has and the next one has not, as an advance shipping notice tells them.

use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;

/// `leadtime/notes/v1`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    pub workload: String,
    pub as_of: Timestamp,
    /// Where the changes are; none: merged to the target branch.
    pub from: Option<String>,
    pub to: String,
    /// The version in `from`.
    pub version: Option<String>,
    /// The version in `to`.
    pub current: Option<String>,
    /// By type, in the order feature, defect, risk, debt, unclassified.
    pub groups: Vec<NoteGroup>,
    /// A change among them carries a label that says `migration`: going back may not be possible.
    pub migration: bool,
    /// That a change is in `from` rests on its date alone (`~`).
    pub inferred: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteGroup {
    #[serde(rename = "type")]
    pub kind: String,
    /// Oldest first.
    pub changes: Vec<NoteChange>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteChange {
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub tickets: Vec<NoteTicket>,
    /// Since when it is in `from`.
    pub since: Timestamp,
    pub migration: bool,
    pub inferred: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteTicket {
    pub ticket: String,
    pub summary: Option<String>,
    pub url: Option<String>,
}
