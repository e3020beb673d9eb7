//! Kargo, by its API: promotions of freight to stages as deployments, verifications, and freight that waits for a person to promote it; and promoting it, approving it where it
//! was not verified, aborting a promotion, verifying again. What is read, what can be done and what cannot stands in `docs/connectors/kargo.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the objects → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows;
//! [`act`] makes requests of what is ordered, and asks after them.

pub mod act;
pub mod available;
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
    kind: "kargo",
    tool: "Kargo",
    takes: &[
        "secret",
        "projects",
        "service",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("url", "\"https://kargo.example.com\""),
        ("token", "{ env = \"KARGO_TOKEN\" }"),
    ],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[Scheme::BEARER],
    signs: Some(Signs {
        files: &[],
        objects: &["kargo.akuity.io"],
        host: None,
        builds: false,
        ready: false,
        source: &[
            "url = \"https://kargo.example.com\"",
            "token = { env = \"KARGO_TOKEN\" }",
        ],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Kargo::new(&settings)?))
}

/// A source of kind `kargo`.
pub struct Kargo {
    instance: Instance,
    names: Names,
    service: Option<String>,
    since: Option<Span>,
}

impl Kargo {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            names: Names::read(&settings.name, &settings.projects, "projects")?,
            service: settings.service.clone(),
            since: settings.since,
        })
    }
}

impl Connector for Kargo {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                instance: &self.instance,
                names: &self.names,
                service: self.service.as_deref(),
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
