//! Where a reading stands, so that the next one, or the one after a kill, goes on from there: one row per list of a repository, one per thing
//! whose details are still to be read or that is still moving. A row that cannot be read is as good as none: what it stood for is read again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::{Approval, Deployment, Pull, Repository, Run, Tag};
use crate::connector::reopened::Closed;
use crate::connector::rows::Rows;
use crate::event::time::Timestamp;

/// A list that a repository has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    Pulls,
    Runs,
    Deployments,
    Environments,
    Commits,
    Releases,
    Tags,
    Issues,
}

impl List {
    pub const ALL: [Self; 8] = [
        Self::Pulls,
        Self::Runs,
        Self::Deployments,
        Self::Environments,
        Self::Commits,
        Self::Releases,
        Self::Tags,
        Self::Issues,
    ];

    /// The word for it, in cursors and for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pulls => "pulls",
            Self::Runs => "runs",
            Self::Deployments => "deployments",
            Self::Environments => "environments",
            Self::Commits => "commits",
            Self::Releases => "releases",
            Self::Tags => "tags",
            Self::Issues => "issues",
        }
    }
}

/// How far a list was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Of the first page.
    pub etag: Option<String>,
    /// The newest change of any item, and the newest item by the order of the list.
    pub changed: Option<Timestamp>,
    pub newest: Option<Timestamp>,
    /// The first item, where the list is not ordered by time.
    pub top: Option<String>,
    /// The branch that it is of, where it is of one.
    pub branch: Option<String>,
    /// How far back the list is asked for, where its address says so; fixed, since the entity tag belongs to the address.
    pub since: Option<Timestamp>,
    /// Older pages that are still to be read.
    pub walk: Option<Walk>,
    /// How many pages there are, where that was told.
    pub pages: Option<u32>,
    /// The turn through older pages, for what changes there without the first page telling.
    pub sweep: Sweep,
    /// Tags that were seen: `name@sha`.
    pub seen: Vec<String>,
    /// Environments that ask for a decision, and who may decide.
    pub approvers: BTreeMap<String, Vec<String>>,
    /// Requests that were seen closed.
    #[serde(skip_serializing_if = "Closed::is_empty")]
    pub closed: Closed,
}

/// Pages still to be read: from `page` until something older than `until`, or the item `until_top`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Walk {
    pub page: u32,
    pub until: Option<Timestamp>,
    pub until_top: Option<String>,
    /// The last page, where it was told.
    pub last: Option<u32>,
}

/// A turn through the pages after the first, one at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sweep {
    /// The last page that was looked at.
    pub page: Option<u32>,
    /// When this turn began, and the one before.
    pub began: Option<Timestamp>,
    pub before: Option<Timestamp>,
    /// The last page had something new, so that the next one may have, too.
    pub found: bool,
}

impl Sweep {
    /// The page whose turn it is.
    #[must_use]
    pub fn next(&self) -> u32 {
        self.page.map_or(2, |page| page + 1)
    }
}

/// Something whose details are to be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Todo {
    Pull(Box<Pull>),
    Run(Box<OpenRun>),
    Deployment(Box<OpenDeployment>),
    Tag(Tag),
}

/// A run whose jobs are to be read, or that is not finished.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenRun {
    pub run: Run,
    /// Just seen in the list: need not be asked for itself.
    #[serde(default)]
    pub fresh: bool,
    pub run_etag: Option<String>,
    pub jobs_etag: Option<String>,
    pub pending_etag: Option<String>,
    /// When the run had last changed by then: the same environments may be pending anew.
    #[serde(default)]
    pub pending_of: Option<Timestamp>,
    /// Attempts below this were read.
    #[serde(default)]
    pub attempts: u32,
    /// The ids of gates that are open.
    #[serde(default)]
    pub gates: Vec<String>,
    /// The decisions, as they were last listed.
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

impl OpenRun {
    #[must_use]
    pub fn new(run: Run) -> Self {
        Self {
            run,
            fresh: true,
            run_etag: None,
            jobs_etag: None,
            pending_etag: None,
            pending_of: None,
            attempts: 1,
            gates: Vec::new(),
            approvals: Vec::new(),
        }
    }
}

/// A deployment whose statuses are to be read, or that has no final one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenDeployment {
    pub deployment: Deployment,
    pub etag: Option<String>,
}

impl Todo {
    /// When it last changed: what is newest is read first.
    #[must_use]
    pub fn changed(&self) -> Timestamp {
        match self {
            Self::Pull(pull) => pull.updated_at,
            Self::Run(open) => open.run.updated_at,
            Self::Deployment(open) => open.deployment.updated_at,
            Self::Tag(_) => Timestamp::MIN,
        }
    }

    /// Its key within a repository.
    #[must_use]
    pub fn key(&self, repository: &str) -> String {
        match self {
            Self::Pull(pull) => format!("{repository} todo pull {}", pull.number),
            Self::Run(open) => format!("{repository} todo run {}", open.run.id),
            Self::Deployment(open) => {
                format!("{repository} todo deployment {}", open.deployment.id)
            }
            Self::Tag(tag) => format!("{repository} todo tag {}", tag.name),
        }
    }
}

/// One page of an owner's repositories.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Listed {
    /// `orgs` or `users`: which of the two the owner is.
    pub by: String,
    pub etag: Option<String>,
    pub repositories: Vec<Repository>,
    pub more: bool,
}

/// What is known of a repository that is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its default branch.
    pub branch: Option<String>,
    /// Where it is asked for itself.
    pub etag: Option<String>,
}

#[must_use]
pub fn place_key(repository: &str, list: List) -> String {
    format!("{repository} list {}", list.word())
}

#[must_use]
pub fn owner_key(owner: &str, page: u32) -> String {
    format!("{owner}/ listed {page}")
}

/// How far a list was read.
#[must_use]
pub fn place(rows: &Rows, repository: &str, list: List) -> Place {
    rows.get(&place_key(repository, list)).unwrap_or_default()
}

/// What is still to be read of a repository, with its keys.
#[must_use]
pub fn todos(rows: &Rows, repository: &str) -> Vec<(String, Todo)> {
    let start = format!("{repository} todo ");
    let todos = rows.below(&start);
    todos
        .map(|(name, todo)| (format!("{start}{name}"), todo))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Batch;
    use crate::connector::naming::known_key;
    use crate::connector::rows::put;

    #[test]
    fn rows_of_one_repository_are_not_those_of_its_namesake() {
        let mut batch = Batch::default();
        put(&mut batch, place_key("a/b", List::Pulls), &Place::default());
        put(
            &mut batch,
            place_key("a/b-c", List::Pulls),
            &Place::default(),
        );
        put(&mut batch, known_key("a/b"), &Known::default());
        let mut rows = Rows::default();
        rows.apply(&batch.cursors);
        assert_eq!(rows.keys("a/b").len(), 2);
        rows.apply(&[(known_key("a/b"), None)]);
        assert_eq!(rows.keys("a/b"), [place_key("a/b", List::Pulls)]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_none() {
        let rows = Rows::new(vec![(place_key("a/b", List::Runs), "{broken".to_owned())]);
        assert_eq!(place(&rows, "a/b", List::Runs), Place::default());
    }
}
