//! A local git repository as a source: its commits, its tags, and the requests that its merges name. Reading fetches nothing and writes nothing;
//! the git program is not needed. What a clone holds is what is known, and where it ends a finding says so. Acting changes a file in the repository
//! that the clone came from, or in one that is only named.
//!
//! - `client` reads objects, `refs` the branches and tags, `graph` walks, `paths` compares trees.
//! - `request` and `message` know what people and hosts write into messages; `translate` makes events of it all.
//! - `reading` is the order in which this happens, `cursor` where it left off; `emission` hands over what was found, and `relay` lets it be kept on
//!   another thread meanwhile.

mod act;
mod check;
mod client;
mod config;
mod cursor;
mod emission;
mod finding;
mod graph;
mod holders;
mod identity;
pub mod message;
mod paths;
mod reading;
mod refs;
mod relay;
mod request;
mod translate;
mod walk;

use crate::event::time::Timestamp;

use super::descriptor::{Capability, Descriptor, Settings};
use super::error::ErrorKind;
use super::{Actor, Connector, ConnectorError, Finding, Health, Pending, Reading, Sink};
use crate::plan::request::Verb;

use act::{Access, Act};

pub use act::edit;

pub use config::Config;
pub use holders::branches;
pub use identity::{Identity, discover, identify, resolve};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "git",
    tool: "git",
    takes: &["path", "repository", "url", "user", "token"],
    needs: &[("path/url", "path = \".\"")],
    local: true,
    capability: Capability {
        acts: &[Verb::Promote, Verb::Rollback],
        ways: &["file", "key", "value", "branch", "ref", "request"],
    },
    pushes: &[],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    let wrong = |detail: &str, hint: &str| {
        let context = format!("source {:?}", settings.name);
        ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(hint)
    };
    match (&settings.path, &settings.url) {
        (None, None) => {
            return Err(wrong(
                "it names no repository",
                "add `path`, the folder of a clone; or `url`, where it is only written to",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(wrong(
                "it has a `path` and a `url`",
                "take `url` out: what is pushed goes to where the clone came from",
            ));
        }
        _ => {}
    }
    let access = Access {
        url: settings.url,
        user: settings.user,
        token: settings.token,
        lacks: settings.lacks,
    };
    let config = Config {
        name: settings.name,
        path: settings.path.unwrap_or_default(),
        repository: settings.repository,
        touched_paths: settings.parts,
    };
    Ok(Box::new(Git::new(config).with(access)))
}

/// One repository: a local clone, or a remote that is only written to.
#[derive(Clone, Debug)]
pub struct Git {
    config: Config,
    /// There is no clone: nothing is read.
    remote_only: bool,
    act: Act,
}

impl Git {
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            act: Act::new(config.clone(), Access::default()),
            remote_only: false,
            config,
        }
    }

    fn with(self, access: Access) -> Self {
        Self {
            remote_only: access.url.is_some(),
            act: Act::new(self.config.clone(), access),
            config: self.config,
        }
    }
}

impl Connector for Git {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            if self.remote_only {
                return Ok(());
            }
            relay::relay(sink, |sink| reading::read(&self.config, &reading, sink))
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move {
            if self.remote_only {
                return self.act.check().await;
            }
            let mut health = check::check(&self.config)?;
            health.findings.extend(self.act.lacks().map(Finding::lacks));
            Ok(health)
        })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(&self.act)
    }
}
