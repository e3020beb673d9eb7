//! What each deployment to one environment ships, and when each change arrived there. Records become rows, rows that share a deployment's id are one
//! attempt ([`attempt`]), and what a row ships ([`content`]) is what its commit reaches and no successful row of the same pipeline and repository
//! before it did. Where the graph is not known, the tool's own list counts, else dates do, and that is said. What a rollback took out again ([`back`]) is
//! not there any more.

mod attempt;
mod back;
mod by_commit;
mod content;
mod copy;
mod kind;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::Workload;
use super::entity::{ChangeAt, CommitAt};
use super::name::Name;
use crate::event::time::Timestamp;
use back::Back;

/// Deployments to one environment.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub environment: String,
    /// In order of their finish.
    pub rows: Vec<Row>,
    /// In order of their time.
    pub attempts: Vec<Attempt>,
    /// For each change, at its place in `Workload::changes`.
    pub arrivals: Vec<Option<Arrival>>,
    /// For each commit, the row that first made it live.
    live: Vec<Option<u32>>,
    /// What rollbacks took out.
    back: Back,
    /// When the service was taken out of the environment, where nothing came there since.
    pub removed: Option<Timestamp>,
}

/// One finished record.
#[derive(Clone, Debug)]
pub struct Row {
    pub record: u32,
    pub at: Timestamp,
    pub success: bool,
    /// The row whose version it replaced: the last successful one of its pipeline and repository, of another attempt. For a rollback by a pipeline that
    /// brought nothing itself, the environment's.
    pub baseline: Option<u32>,
    pub kind: RowKind,
    /// What it ships is known by the graph or by the tool's list.
    pub known: bool,
    pub attempt: u32,
    /// The record's, or the workload's only one.
    pub repository: Option<Name>,
}

/// What a row did to its repository's version in the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Nothing was there that we know of.
    First,
    Change,
    /// Back to an ancestor.
    Rollback,
    /// The version that was there.
    Redeploy,
    Unsuccessful,
}

/// All rows with one deployment id.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub deployment: Name,
    pub rows: Vec<u32>,
    /// Its latest row's.
    pub at: Timestamp,
    pub outcome: AttemptOutcome,
    /// `FailedAttempt` for all that did not succeed.
    pub kind: Kind,
    /// Changes that it shipped first, in the order in which they arrived.
    pub changes: Vec<ChangeAt>,
    /// A change was told to be in it by date.
    pub inferred: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptOutcome {
    /// The last row of each repository did.
    Succeeded,
    /// The last row of some repository did.
    Failed,
    /// Skipped, cancelled, or a word that nobody knows: neither a deployment nor a failure.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    First,
    Change,
    Rollback,
    Redeploy,
    FailedAttempt,
}

impl Kind {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Change => "change",
            Self::Rollback => "rollback",
            Self::Redeploy => "redeploy",
            Self::FailedAttempt => "failed_attempt",
        }
    }
}

/// When and how a change came to the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub row: u32,
    pub attempt: u32,
    pub at: Timestamp,
    pub kind: ArrivalKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalKind {
    Shipped,
    /// By date (`~`).
    Inferred,
    /// In the first deployment known: live, but nobody knows since when; no lead time.
    WithFirst,
    /// A cherry-pick of a commit that had been shipped; not counted again.
    Copied,
}

impl Arrival {
    /// Whether the change has a lead time.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.kind, ArrivalKind::Shipped | ArrivalKind::Inferred)
    }
}

impl Delivery {
    #[must_use]
    pub fn row(&self, row: u32) -> Option<&Row> {
        self.rows.get(row as usize)
    }

    #[must_use]
    pub fn attempt(&self, attempt: u32) -> Option<&Attempt> {
        self.attempts.get(attempt as usize)
    }

    #[must_use]
    pub fn arrival(&self, change: ChangeAt) -> Option<&Arrival> {
        self.arrivals.get(change as usize)?.as_ref()
    }

    /// The rollback that took a change out again, where it is not there any more.
    #[must_use]
    pub fn taken_out(&self, change: ChangeAt) -> Option<&Row> {
        self.row(*self.back.away.get(&change)?)
    }

    /// The row that brought a change again after a rollback, where it is there.
    #[must_use]
    pub fn brought_again(&self, change: ChangeAt) -> Option<&Row> {
        self.row(*self.back.again.get(&change)?)
    }

    /// How a change arrived that is still there.
    #[must_use]
    pub fn holds(&self, change: ChangeAt) -> Option<&Arrival> {
        self.arrival(change)
            .filter(|_| self.removed.is_none() && !self.back.away.contains_key(&change))
    }

    /// The row that first made a commit live; for one that the first deployment brought, that deployment's.
    #[must_use]
    pub fn live(&self, commit: CommitAt) -> Option<u32> {
        *self.live.get(commit as usize)?
    }
}

/// What came to an environment, with which deployment, and when.
#[must_use]
pub fn deliver(workload: &Workload, environment: &str) -> Delivery {
    let mut delivery = attempt::gather(workload, environment);
    content::ship(workload, &mut delivery);
    attempt::classify(workload, &mut delivery);
    delivery
}
