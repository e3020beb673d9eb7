//! How far a source is read: a series of releases for each app, with a row for each that is pending ([`crate::connector::series`]).

/// The name of the series of an app; apps may be renamed, so by its id.
#[must_use]
pub fn series(app: &str) -> String {
    format!("app {app}")
}
