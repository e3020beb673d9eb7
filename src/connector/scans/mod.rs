//! What scanners leave behind, as files: reports, bills of material, statements of what does not count (VEX). A file, a folder or a pattern is followed; what
//! is imported comes through the same [`translate`].
//!
//! - `files` finds them, `client` reads what changed, `cursor` is what is remembered of each.
//! - The forms themselves are in [`super::scanner`], which knows neither files nor events.

mod check;
mod client;
mod config;
mod cursor;
mod files;
pub mod translate;

use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::Timestamp;

use config::Config;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "scans",
    tool: "scanners and bills of material",
    takes: &["format", "artifact", "repository"],
    needs: &[("path", "\"scans\"")],
    local: true,
    capability: Capability {
        acts: &[],
        ways: &[],
    },
    pushes: &[],
    signs: Some(Signs {
        files: &[
            "trivy.yaml",
            ".trivyignore",
            ".grype.yaml",
            ".snyk",
            "osv-scanner.toml",
            ".vex",
        ],
        objects: &[],
        host: None,
        builds: false,
        ready: false,
        source: &["path = \"reports\""],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened in the same way"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    let config = Config::of(&settings)?;
    Ok(Box::new(Scans { config }))
}

/// Files that are followed.
struct Scans {
    config: Config,
}

impl Connector for Scans {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move { client::read(&self.config, &reading, sink) })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.config) })
    }
}
