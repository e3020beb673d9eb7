//! The GitLab connector, against a GitLab of our own and against recorded answers.

mod acting;
mod failures;
mod payloads;
mod reading;
pub mod subject;
mod waiting;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::gitlab::GitLab;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::support::gitlab::Mock;
use crate::support::kept::Kept;

/// A token that must never be seen anywhere but in the header of a request.
pub const CANARY: &str = "glpat-CanaryThatMustNeverBeSeen01";

pub fn now() -> Timestamp {
    leadtime::clock::now()
}

pub fn settings(url: &str, projects: &[&str]) -> Settings {
    Settings {
        name: "gl".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: projects.iter().map(|&name| name.to_owned()).collect(),
        ..Settings::default()
    }
}

pub fn connector(url: &str, projects: &[&str]) -> GitLab {
    GitLab::new(&settings(url, projects)).unwrap()
}

/// One reading into what is kept already.
pub async fn read(mock: &Mock, projects: &[&str], kept: &mut Kept) -> Result<(), ConnectorError> {
    let source = connector(&mock.url(), projects);
    source.read(kept.reading(now()), kept).await
}

/// What was asked for since `from` requests were, without the address of the API.
pub fn asked(mock: &Mock, from: usize) -> Vec<String> {
    let asked = mock.asked().split_off(from);
    let path = |target: &String| target.trim_start_matches("/api/v4").to_owned();
    asked.iter().map(|one| path(&one.target)).collect()
}
