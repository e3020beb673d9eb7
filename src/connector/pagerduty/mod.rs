//! `PagerDuty`: its incidents, when they were triggered, acknowledged and resolved, by service; in it they are acknowledged and resolved.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows.
//! [`act`] answers incidents.

pub mod act;
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
use super::http::plain::{Login, Plain};
use super::pattern::Names;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "pagerduty",
    tool: "PagerDuty",
    takes: &[
        "secret",
        "url",
        "user",
        "projects",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("token", "{ env = \"PAGERDUTY_TOKEN\" }")],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: &[],
    },
    pushes: &[Scheme::Hex {
        header: "x-pagerduty-signature",
        before: "v1=",
    }],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(PagerDuty::new(settings)?))
}

/// A source of kind `pagerduty`.
pub struct PagerDuty {
    instance: Instance,
    services: Names,
    environment: Option<String>,
    /// The address of whoever acts.
    user: Option<String>,
    since: Option<Span>,
}

impl PagerDuty {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let services = Names::read(&settings.name, &settings.projects, "services")?;
        let token = settings.token.clone();
        let login = Login::Header {
            name: "authorization",
            before: "Token token=",
            secret: token.unwrap_or_else(|| SecretString::from(String::new())),
        };
        let plain = Plain::new(&settings, login)?;
        let plain = plain.accepting("application/vnd.pagerduty+json;version=2");
        Ok(Self {
            instance: Instance::over(&settings, &TOOL, plain)?,
            services,
            environment: settings.environment,
            user: settings.user,
            since: settings.since,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
        }
    }
}

impl Connector for PagerDuty {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                reach: &self.reach(),
                origin: Origin {
                    source: &self.instance.source,
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

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
