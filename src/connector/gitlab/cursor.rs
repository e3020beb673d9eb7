//! Where a reading stands, so that the next one, or the one after a kill, goes on from there: one row per list of a project, one per thing whose details are
//! still to be read or that is still moving. A row that cannot be read is as good as none: what it stood for is read again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::{Deployment, Pipeline, Project, Request};
use crate::connector::reopened::Closed;
use crate::connector::rows::Rows;
use crate::event::time::Timestamp;

/// A list that a project has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    Requests,
    Protected,
    Pipelines,
    Environments,
    Commits,
    Releases,
    Tags,
    Issues,
    Deployments,
}

impl List {
    /// In the order in which they are read.
    pub const ALL: [Self; 9] = [
        Self::Requests,
        Self::Protected,
        Self::Pipelines,
        Self::Environments,
        Self::Commits,
        Self::Releases,
        Self::Tags,
        Self::Issues,
        Self::Deployments,
    ];

    /// The word for it, in cursors and for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Requests => "merge requests",
            Self::Protected => "protected environments",
            Self::Pipelines => "pipelines",
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
    /// Of the first page, as long as its address stays the same.
    pub etag: Option<String>,
    /// What is asked for: what changed since.
    pub after: Option<Timestamp>,
    /// The newest change that was seen; asked for from there once older pages are through.
    pub newest: Option<Timestamp>,
    /// Items that are known already: those of the newest instant, or those of the first page, where the list cannot be asked for news alone.
    pub seen: Vec<String>,
    /// The branch that it is of, where it is of one.
    pub branch: Option<String>,
    /// The query of the next older page that is still to be read.
    pub walk: Option<Walk>,
    /// Who may approve or deploy, by the name or pattern of an environment.
    pub approvers: BTreeMap<String, Vec<String>>,
    /// Requests that were seen closed.
    #[serde(skip_serializing_if = "Closed::is_empty")]
    pub closed: Closed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Walk {
    /// As GitLab gave it: with a page number, or the key that it goes on from.
    pub query: String,
    /// The item at which it ends, where the list is not ordered by change.
    pub until: Option<String>,
}

/// Something whose details are to be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Todo {
    Request(Box<Request>),
    Pipeline(Box<OpenPipeline>),
    Deployment(Box<OpenDeployment>),
}

/// A pipeline whose jobs are to be read, or that has not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenPipeline {
    pub id: i64,
    /// When it last changed, as far as is known.
    pub changed: Timestamp,
    pub etag: Option<String>,
    pub jobs_etag: Option<String>,
    pub bridges_etag: Option<String>,
    /// As it was last read.
    #[serde(default)]
    pub pipeline: Option<Box<Pipeline>>,
    /// Manual jobs that nobody has started yet.
    #[serde(default)]
    pub gates: Vec<i64>,
    /// Nothing is asked until a list says that it changed.
    #[serde(default)]
    pub idle: bool,
}

impl OpenPipeline {
    #[must_use]
    pub fn new(id: i64, changed: Timestamp) -> Self {
        Self {
            id,
            changed,
            etag: None,
            jobs_etag: None,
            bridges_etag: None,
            pipeline: None,
            gates: Vec::new(),
            idle: false,
        }
    }
}

/// A deployment that waits for a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenDeployment {
    pub deployment: Deployment,
    pub etag: Option<String>,
    /// Its gate was told of, and is to be closed.
    #[serde(default)]
    pub gate: bool,
    /// It waits for its job to be started, which the list will tell.
    #[serde(default)]
    pub idle: bool,
}

impl Todo {
    /// When it last changed: what is newest is read first.
    #[must_use]
    pub fn changed(&self) -> Timestamp {
        match self {
            Self::Request(request) => request.updated_at,
            Self::Pipeline(open) => open.changed,
            Self::Deployment(open) => {
                let deployment = &open.deployment;
                let told = deployment.updated_at.or(deployment.created_at);
                told.unwrap_or(Timestamp::MIN)
            }
        }
    }

    /// Whether it is only kept, and not asked for.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        match self {
            Self::Request(_) => false,
            Self::Pipeline(open) => open.idle,
            Self::Deployment(open) => open.idle,
        }
    }

    /// Its key within a project.
    #[must_use]
    pub fn key(&self, project: &str) -> String {
        match self {
            Self::Request(request) => format!("{project} todo request {}", request.iid),
            Self::Pipeline(open) => pipeline_key(project, open.id),
            Self::Deployment(open) => deployment_key(project, open.deployment.id),
        }
    }
}

#[must_use]
pub fn pipeline_key(project: &str, id: i64) -> String {
    format!("{project} todo pipeline {id}")
}

#[must_use]
pub fn deployment_key(project: &str, id: i64) -> String {
    format!("{project} todo deployment {id}")
}

/// One page of a group's projects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Listed {
    /// `groups` or `users`: which of the two the owner is.
    pub by: String,
    pub etag: Option<String>,
    pub projects: Vec<Project>,
    /// The query of the next page.
    pub next: Option<String>,
}

/// What is known of a project that is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub id: i64,
    /// Its default branch.
    pub branch: Option<String>,
    /// Where it is asked for itself.
    pub etag: Option<String>,
}

#[must_use]
pub fn place_key(project: &str, list: List) -> String {
    format!("{project} list {}", list.word())
}

#[must_use]
pub fn group_key(group: &str, page: usize) -> String {
    format!("{group}/ listed {page}")
}

/// How far a list was read.
#[must_use]
pub fn place(rows: &Rows, project: &str, list: List) -> Place {
    rows.get(&place_key(project, list)).unwrap_or_default()
}

/// What is still to be read of a project, or watched, with its keys.
#[must_use]
pub fn todos(rows: &Rows, project: &str) -> Vec<(String, Todo)> {
    let start = format!("{project} todo ");
    let todos = rows.below(&start);
    todos
        .map(|(name, todo)| (format!("{start}{name}"), todo))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Batch;
    use crate::connector::rows::put;

    #[test]
    fn rows_of_one_project_are_not_those_of_its_namesake() {
        let mut batch = Batch::default();
        for project in ["a/b", "a/b-c", "a/b/c"] {
            put(
                &mut batch,
                place_key(project, List::Requests),
                &Place::default(),
            );
        }
        let mut rows = Rows::default();
        rows.apply(&batch.cursors);
        assert_eq!(rows.keys("a/b"), [place_key("a/b", List::Requests)]);
        let rows = Rows::new(vec![(place_key("a/b", List::Tags), "{broken".to_owned())]);
        assert_eq!(place(&rows, "a/b", List::Tags), Place::default());
    }
}
