//! The GitHub connector, against a GitHub of our own and against recorded answers.

pub mod acting;
mod failures;
mod gates;
mod payloads;
mod prism;
mod reading;
mod samples;
pub mod subject;

use leadtime::connector::github::{Config, GitHub};
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::support::github::GitHubMock;
use crate::support::kept::Kept;

/// A token that must never be seen anywhere but in the header of a request.
pub const CANARY: &str = "ghp_CanaryThatMustNeverBeSeen0123456789";

pub fn now() -> Timestamp {
    leadtime::clock::now()
}

pub fn connector(url: &str, repositories: &[&str]) -> GitHub {
    GitHub::new(Config {
        name: "gh".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: repositories.iter().map(|&name| name.to_owned()).collect(),
        ..Config::default()
    })
    .unwrap()
}

/// One reading into what is kept already.
pub async fn read(
    mock: &GitHubMock,
    repositories: &[&str],
    kept: &mut Kept,
) -> Result<(), ConnectorError> {
    let source = connector(&mock.url(), repositories);
    source.read(kept.reading(now()), kept).await
}
