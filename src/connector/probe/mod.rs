//! A checkpoint: an address of a running service that tells which version runs. Asked regularly, it shows what is live where no tool tells of deployments; and,
//! where that is wanted, that nobody answers.
//!
//! [`config`] says where the version stands → [`client`] asks, and [`find`] finds it in the answer → [`read`] compares it with the [`cursor`] row
//! of what was live → [`translate`] makes events of it, purely.

pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod find;
pub mod read;
pub mod translate;

use self::client::Reach;
use self::config::{TOOL, Told};
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings};
use super::http::instance::Instance;
use super::http::plain::{Login, Plain};
use super::rows::Rows;
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::Timestamp;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "probe",
    tool: "an address that tells its version",
    takes: &[
        "token",
        "user",
        "service",
        "repository",
        "version",
        "incident_after",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("url", "\"https://shop.example.com/version\""),
        ("environment", "\"production\""),
        ("service/repository", "service = \"checkout\""),
    ],
    local: false,
    capability: Capability {
        acts: &[],
        ways: &[],
    },
    pushes: &[],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Probe::new(settings)?))
}

/// A source of kind `probe`.
pub struct Probe {
    instance: Instance,
    told: Told,
}

impl Probe {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let login = match (settings.user.clone(), settings.token.clone()) {
            (Some(user), Some(password)) => Login::Basic { user, password },
            (_, Some(token)) => Login::Bearer(token),
            (_, None) => Login::None,
        };
        let plain = Plain::new(&settings, login)?;
        let plain = plain.accepting("application/json, text/plain;q=0.9, */*;q=0.8");
        Ok(Self {
            instance: Instance::over(&settings, &TOOL, plain)?,
            told: Told::read(settings)?,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
            told: &self.told,
        }
    }
}

impl Connector for Probe {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                reach: &self.reach(),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach()).await })
    }
}
