//! How far a source is read: a series of deploys for each site, with a row for each that is under way ([`crate::connector::series`]), and a row of what is published.

use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;

/// What was published at the last reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Published {
    pub deploy: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was published, as told.
    pub at: Option<Timestamp>,
}

/// The name of the series of a site; sites may be renamed, so by its id.
#[must_use]
pub fn series(site: &str) -> String {
    format!("site {site}")
}

#[must_use]
pub fn published(site: &str) -> String {
    format!("site {site} published")
}
