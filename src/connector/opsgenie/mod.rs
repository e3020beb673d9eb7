//! Opsgenie: its incidents, and the alerts that bear the tag `incident`: when they began and when they were over, by service. It is only read, and ends in
//! April 2027.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows.

pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod translate;
pub mod wire;

use secrecy::SecretString;

use self::client::Reach;
use self::config::TOOL;
use self::read::Reader;
use self::translate::Origin;
use super::descriptor::{Capability, Descriptor, Settings};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::pattern::Names;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "opsgenie",
    tool: "Opsgenie",
    takes: &[
        "secret",
        "url",
        "projects",
        "service",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("token", "{ env = \"OPSGENIE_TOKEN\" }")],
    local: false,
    capability: Capability {
        acts: &[],
        ways: &[],
    },
    pushes: &[Scheme::BEARER],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Opsgenie::new(settings)?))
}

/// A source of kind `opsgenie`.
pub struct Opsgenie {
    instance: Instance,
    services: Names,
    service: Option<String>,
    environment: Option<String>,
    since: Option<Span>,
}

impl Opsgenie {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let token = settings.token.clone();
        let login = Login::Header {
            name: "authorization",
            before: "GenieKey ",
            secret: token.unwrap_or_else(|| SecretString::from(String::new())),
        };
        Ok(Self {
            services: Names::read(&settings.name, &settings.projects, "services")?,
            instance: Instance::open(&settings, &TOOL, login)?,
            service: settings.service,
            environment: settings.environment,
            since: settings.since,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
        }
    }
}

impl Connector for Opsgenie {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                reach: &self.reach(),
                origin: Origin {
                    source: &self.instance.source,
                    service: self.service.as_deref(),
                    environment: self.environment.as_deref(),
                },
                services: &self.services,
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach(), &self.services).await })
    }
}
