//! The one list of connectors: from the kind of a source to what reads it.

use crate::config::{Source, SourceKind};
use crate::connector::error::ErrorKind;
use crate::connector::git::{self, Git};
use crate::connector::github::{self, GitHub};
use crate::connector::{Connector, ConnectorError};

/// The connector of a configured source. `parts`: some workload is a part of a repository, so the paths that commits touch are needed.
pub fn connector(source: &Source, parts: bool) -> Result<Box<dyn Connector>, ConnectorError> {
    match source.kind {
        SourceKind::Git => {
            let path = source.path.clone().ok_or_else(|| {
                ConnectorError::new(
                    ErrorKind::Configuration,
                    source.name.clone(),
                    "`path` is missing",
                )
            })?;
            Ok(Box::new(Git::new(git::Config {
                name: source.name.clone(),
                path,
                repository: source.repository.clone(),
                touched_paths: parts,
            })))
        }
        SourceKind::GitHub => {
            let token = source.token.as_ref().map(crate::config::SecretRef::resolve);
            let token = token.transpose().map_err(|error| {
                ConnectorError::new(
                    ErrorKind::Configuration,
                    format!("the token of {}", source.name),
                    error.to_string(),
                )
            })?;
            let repositories = source.repositories.iter().map(ToString::to_string);
            Ok(Box::new(GitHub::new(github::Config {
                name: source.name.clone(),
                url: source.url.as_ref().map(|url| url.url().to_string()),
                token,
                repositories: repositories.collect(),
                ca_file: source.ca_file.clone(),
                since: source.since,
            })?))
        }
    }
}
