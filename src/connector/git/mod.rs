//! A local git repository as a source: its commits, its tags, and the requests that its merges name. Nothing is fetched and nothing is written;
//! the git program is not needed. What a clone holds is what is known, and where it ends a finding says so.
//!
//! - `client` reads objects, `refs` the branches and tags, `graph` walks, `paths` compares trees.
//! - `request` and `message` know what people and hosts write into messages; `translate` makes events of it all.
//! - `reading` is the order in which this happens, `cursor` where it left off.

mod check;
mod client;
mod config;
mod cursor;
mod emission;
mod finding;
mod graph;
mod identity;
mod message;
mod paths;
mod reading;
mod refs;
mod request;
mod translate;
mod walk;

use crate::event::time::Timestamp;

use super::descriptor::{Capability, Descriptor, Settings};
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};

pub use config::Config;
pub use identity::{Identity, discover, identify, resolve};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "git",
    tool: "git",
    takes: &["repository"],
    needs: &[("path", "\".\"")],
    local: true,
    capability: Capability {
        acts: &[],
        ways: &[],
        receives: false,
    },
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Git::new(Config {
        name: settings.name,
        path: settings.path.unwrap_or_default(),
        repository: settings.repository,
        touched_paths: settings.parts,
    })))
}

/// One local repository.
#[derive(Clone, Debug)]
pub struct Git {
    config: Config,
}

impl Git {
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }
}

impl Connector for Git {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move { reading::read(&self.config, &reading, sink) })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.config) })
    }
}
