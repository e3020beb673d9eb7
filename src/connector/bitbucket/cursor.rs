//! How far a source is read: for each repository a series of its requests, by when they were last changed, one of its pipelines and one of its deployments, each with a
//! row for what has not ended ([`crate::connector::series`]).

/// So many things that have not ended are looked at one by one in a reading, in turns: pipelines that nobody lets go on stay forever.
pub const OPEN: usize = 50;

pub const PULLS: &str = "pulls";
pub const PIPELINES: &str = "pipelines";
pub const DEPLOYMENTS: &str = "deployments";

/// The name of a series.
#[must_use]
pub fn series(repository: &str, part: &str) -> String {
    format!("{repository} {part}")
}
