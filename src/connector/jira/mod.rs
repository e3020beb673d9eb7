//! Jira, Cloud and Data Center: issues as tickets, those of type or label incident as incidents, and the places of a workflow where people decide as gates: a
//! status in which an issue waits, or an approval of Jira Service Management. A decision is made by the transition to a status, or by answering the approval.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows.
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
use self::config::Told;
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings};
use super::http::instance::Instance;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "jira",
    tool: "Jira",
    takes: &[
        "secret",
        "user",
        "projects",
        "service",
        "version",
        "environment",
        "gates",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("url", "\"https://acme.atlassian.net\""),
        ("token", "{ env = \"JIRA_TOKEN\" }"),
    ],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: &[],
    },
    pushes: &[Scheme::Hex {
        header: "x-hub-signature",
        before: "sha256=",
    }],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Jira::new(settings)?))
}

/// A source of kind `jira`.
pub struct Jira {
    instance: Instance,
    told: Told,
    since: Option<Span>,
}

impl Jira {
    /// Looks through the settings; nothing is asked yet.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "every connector is made of what it is told"
    )]
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let told = Told::read(&settings)?;
        Ok(Self {
            instance: config::instance(&settings)?,
            told,
            since: settings.since,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
            told: &self.told,
        }
    }
}

impl Connector for Jira {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                reach: &self.reach(),
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach()).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
