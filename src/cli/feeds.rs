//! The sources of a command, as feeds that can be read: those that are configured, and the repository that one stands in.

use std::sync::Arc;

use super::session::Session;
use crate::app::{registry, sync};
use crate::config::Source;
use crate::connector::{Connector, git};
use crate::error::Failure;
use crate::event::time::Timestamp;

/// The name of the source that nobody configured: the repository that one stands in.
const HERE: &str = "here";

impl Session {
    /// The sources that are wanted, as configured, or the repository that one stands in; and those that cannot even be set up, with the reason. A first reading
    /// goes back to `since`, else as far as is configured.
    pub fn feeds(
        &self,
        since: Option<Timestamp>,
        wanted: impl Fn(&str) -> bool,
    ) -> (Vec<sync::Feed>, Vec<(String, Failure)>) {
        let mut feeds = Vec::new();
        let mut refused = Vec::new();
        for source in self.config.sources.iter().filter(|one| wanted(&one.name)) {
            match self.feed(source, since) {
                Ok(feed) => feeds.push(feed),
                Err(failure) => refused.push((source.name.clone(), failure)),
            }
        }
        feeds.extend(self.here_feed().filter(|feed| wanted(&feed.name)));
        (feeds, refused)
    }

    /// The names of all sources.
    #[must_use]
    pub fn source_names(&self) -> Vec<&str> {
        let configured = self.config.sources.iter().map(|one| one.name.as_str());
        configured
            .chain(self.here_path.is_some().then_some(HERE))
            .collect()
    }

    /// The repository that one stands in, as a source that nobody configured.
    #[must_use]
    pub fn here_feed(&self) -> Option<sync::Feed> {
        let config = git::Config {
            name: HERE.to_owned(),
            path: self.here_path.clone()?,
            repository: None,
            touched_paths: false,
        };
        Some(sync::Feed {
            name: HERE.to_owned(),
            connector: Arc::new(git::Git::new(config)),
            since: None,
        })
    }

    /// A configured source.
    pub fn feed(&self, source: &Source, since: Option<Timestamp>) -> Result<sync::Feed, Failure> {
        let connector = registry::connector(source, self.has_parts())?;
        Ok(self.feed_of(source, connector, since))
    }

    /// The same, for who goes on reading: one that cannot be set up says why whenever it is read.
    #[must_use]
    pub fn feed_or_why(&self, source: &Source) -> sync::Feed {
        let connector = registry::connector_or_why(source, self.has_parts());
        self.feed_of(source, connector, None)
    }

    fn feed_of(
        &self,
        source: &Source,
        connector: Box<dyn Connector>,
        since: Option<Timestamp>,
    ) -> sync::Feed {
        sync::Feed {
            name: source.name.clone(),
            connector: connector.into(),
            since: since.or(source.since.map(|span| self.now - span)),
        }
    }

    fn has_parts(&self) -> bool {
        let mut workloads = self.config.workloads.iter();
        workloads.any(|workload| !workload.paths.is_empty())
    }

    /// The repositories on this machine.
    pub(super) fn local_feeds(&self) -> Vec<sync::Feed> {
        let sources = self.config.sources.iter();
        let mut feeds = Vec::new();
        for source in sources.filter(|source| registry::is_local(source)) {
            match self.feed(source, None) {
                Ok(feed) => feeds.push(feed),
                Err(failure) => self.complain(&format!("{}: {}", source.name, failure.text)),
            }
        }
        feeds.extend(self.here_feed());
        feeds
    }
}
