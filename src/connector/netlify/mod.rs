//! Netlify: deploys of sites, as deployments once they are published; and publishing an earlier one, holding what is published, letting it go. What is read, what can be
//! done and what cannot stands in `docs/connectors/netlify.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows;
//! [`act`] makes requests of what is ordered, and asks after them.

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod translate;
pub mod wire;

use self::config::TOOL;
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::pattern::Names;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "netlify",
    tool: "Netlify",
    takes: &["secret", "url", "projects", "ca_file", "client_certificate"],
    needs: &[("token", "{ env = \"NETLIFY_AUTH_TOKEN\" }")],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[Scheme::Jws {
        header: "x-webhook-signature",
        issuer: "netlify",
    }],
    signs: Some(Signs {
        files: &["netlify.toml"],
        objects: &[],
        host: None,
        builds: false,
        ready: false,
        source: &["token = { env = \"NETLIFY_AUTH_TOKEN\" }"],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Netlify::new(&settings)?))
}

/// A source of kind `netlify`.
pub struct Netlify {
    instance: Instance,
    names: Names,
    since: Option<Span>,
}

impl Netlify {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            names: Names::read(&settings.name, &settings.projects, "sites")?,
            since: settings.since,
        })
    }
}

impl Connector for Netlify {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                instance: &self.instance,
                names: &self.names,
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.instance, &self.names).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
