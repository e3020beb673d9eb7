//! Asks the one address.

use super::config::Told;
use super::find::{Live, find};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse;

/// What it is called in errors.
const WHAT: &str = "the running version";

/// Who asks, and what.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
    pub told: &'a Told,
}

impl Reach<'_> {
    /// What runs now.
    pub async fn live(&self) -> Result<Live, ConnectorError> {
        let answer = self.instance.answer(&self.told.url, WHAT).await?;
        find(&self.told.place, &answer.body).map_err(|why| {
            parse::unreadable(WHAT, &why).hinted(format!(
                "say where it stands with `version` of source {:?}: \"/build/version\", \"app_build_info{{version}}\", \"version: (\\\\S+)\"",
                self.instance.name
            ))
        })
    }
}

/// Whether an error means that the service is down: it does not answer, or says that it cannot.
#[must_use]
pub fn is_down(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::Network | ErrorKind::Unavailable)
}
