//! What everything that is seen is narrowed to.

use crate::model::overview::Summary;

/// What everything is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    #[default]
    All,
    Team(String),
    Path(String),
    Workload(String),
}

impl Scope {
    /// Whether a workload lies within.
    #[must_use]
    pub fn takes(&self, summary: &Summary) -> bool {
        match self {
            Self::All => true,
            Self::Team(team) => summary.team.as_ref() == Some(team),
            Self::Path(path) => summary.path == *path,
            Self::Workload(workload) => summary.workload == *workload,
        }
    }

    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::All => "all workloads".to_owned(),
            Self::Team(team) => format!("team {team}"),
            Self::Path(path) => format!("path {path}"),
            Self::Workload(workload) => workload.clone(),
        }
    }
}
