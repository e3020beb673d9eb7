//! ServiceNow: change requests as gates: when their approval was asked for, who decided it and how, and the wait for their planned start. An approval that is
//! asked of the account of leadtime is given or refused.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes gates of them, purely → [`read`] hands them over with [`cursor`] rows.
//! [`act`] decides.

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod translate;
pub mod wire;

use self::client::Reach;
use self::config::{TOOL, Told};
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::pattern::Names;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "servicenow",
    tool: "ServiceNow",
    takes: &[
        "secret",
        "user",
        "projects",
        "service",
        "version",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("url", "\"https://acme.service-now.com\""),
        ("token", "{ env = \"SERVICENOW_TOKEN\" }"),
    ],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: &[],
    },
    pushes: &[Scheme::BEARER],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(ServiceNow::new(settings)?))
}

/// A source of kind `servicenow`.
pub struct ServiceNow {
    instance: Instance,
    told: Told,
    services: Names,
    user: Option<String>,
    since: Option<Span>,
}

impl ServiceNow {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let services = Names::read(&settings.name, &settings.projects, "services")?;
        let login = match (settings.user.clone(), settings.token.clone()) {
            (Some(user), Some(password)) => Login::Basic { user, password },
            (None, Some(token)) => Login::Bearer(token),
            (_, None) => Login::None,
        };
        Ok(Self {
            instance: Instance::open(&settings, &TOOL, login)?,
            told: Told::read(&settings),
            services,
            user: settings.user,
            since: settings.since,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
            told: &self.told,
            user: self.user.as_deref(),
        }
    }
}

impl Connector for ServiceNow {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                reach: &self.reach(),
                services: &self.services,
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach(), &self.services, now).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
