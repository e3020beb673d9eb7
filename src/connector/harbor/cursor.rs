//! How far a source is read: a series of artifacts for each repository, with a row for each whose scan is under way ([`crate::connector::series`]), and a row for each
//! environment of it: the deployment that is told last; and one for each artifact that others refer to: those that are told.

/// The row of an environment.
#[must_use]
pub fn environment(repository: &str, tag: &str) -> String {
    format!("{repository} environment {tag}")
}

/// The row of what refers to an artifact.
#[must_use]
pub fn referrers(repository: &str, digest: &str) -> String {
    format!("{repository} referrers {digest}")
}
