//! Alertmanager: groups of alerts that fire become incidents, from when the first of them began until none of them is there any more. What is silenced or
//! inhibited from its beginning is none. It is only read.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes incidents of them, purely → [`read`] compares them with the [`cursor`]
//! rows of those that were open, and tells what is new and what is over.

pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod translate;
pub mod wire;

use self::client::Reach;
use self::config::{Labels, TOOL};
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::pattern::Names;
use super::signature::Scheme;
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::Timestamp;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "alertmanager",
    tool: "Alertmanager",
    takes: &[
        "secret",
        "token",
        "user",
        "projects",
        "service",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("url", "\"https://alertmanager.example.com\"")],
    local: false,
    capability: Capability {
        acts: &[],
        ways: &[],
    },
    pushes: &[Scheme::BEARER],
    signs: Some(Signs {
        files: &["alertmanager.yml", "alertmanager.yaml"],
        objects: &["monitoring.coreos.com"],
        host: None,
        builds: false,
        ready: false,
        source: &["url = \"https://alertmanager.example.com\""],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Alertmanager::new(&settings)?))
}

/// A source of kind `alertmanager`.
pub struct Alertmanager {
    instance: Instance,
    receivers: Names,
    labels: Labels,
}

impl Alertmanager {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let receivers = Names::read(&settings.name, &settings.projects, "receivers")?;
        let labels = Labels::read(settings);
        let login = match (settings.user.clone(), settings.token.clone()) {
            (Some(user), Some(password)) => Login::Basic { user, password },
            (_, Some(token)) => Login::Bearer(token),
            (_, None) => Login::None,
        };
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            receivers,
            labels,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
        }
    }
}

impl Connector for Alertmanager {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reach = self.reach();
            read::read(&reach, &self.receivers, &self.labels, reading, sink).await
        })
    }

    fn check(&self, now: Timestamp) -> Pending<'_, Health> {
        Box::pin(
            async move { check::check(&self.reach(), &self.receivers, &self.labels, now).await },
        )
    }
}
