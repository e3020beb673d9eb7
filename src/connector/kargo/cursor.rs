//! How far a source is read: a series for each project ([`crate::connector::series`]), with a row for each gate that is told to wait. Objects are read whole; what
//! happened before is left out by its time, but for gates that began late.

/// The name of the series of a project.
#[must_use]
pub fn series(project: &str) -> String {
    format!("project {project}")
}
