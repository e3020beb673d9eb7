//! What each deployment ships, and when each change arrived.
use super::Workload;
use super::entity::ChangeAt;
use super::name::Name;
use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default)]
pub struct Delivery {
    pub environment: String,
    pub rows: Vec<Row>,
    pub attempts: Vec<Attempt>,
    pub arrivals: Vec<Option<Arrival>>,
}
#[derive(Clone, Debug)]
pub struct Row {
    pub record: u32,
    pub at: Timestamp,
    pub success: bool,
    pub baseline: Option<u32>,
    pub known: bool,
    pub attempt: u32,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    Succeeded,
    Failed,
    Other,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    First,
    Change,
    Rollback,
    Redeploy,
    FailedAttempt,
}
#[derive(Clone, Debug)]
pub struct Attempt {
    pub deployment: Name,
    pub rows: Vec<u32>,
    pub at: Timestamp,
    pub outcome: AttemptOutcome,
    pub kind: Kind,
    pub changes: Vec<ChangeAt>,
    pub inferred: bool,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalKind {
    Shipped,
    Inferred,
    WithFirst,
}
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub row: u32,
    pub attempt: u32,
    pub at: Timestamp,
    pub kind: ArrivalKind,
}
#[must_use]
pub fn deliver(_workload: &Workload, _environment: &str) -> Delivery {
    Delivery::default()
}
