//! Harbor: the artifacts of its repositories with their tags, signatures and scans, and environments that are tags; and promoting by tag, scanning again. What is read, what
//! can be done and what cannot stands in `docs/connectors/harbor.md`.
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
use self::translate::Origin;
use super::descriptor::{Capability, Descriptor, Settings};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::selection::Selection;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "harbor",
    tool: "Harbor",
    takes: &[
        "secret",
        "user",
        "token",
        "environment",
        "service",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("url", "\"https://harbor.example.com\""),
        ("repositories", "[\"acme/*\"]"),
    ],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[Scheme::Token {
        header: "authorization",
        before: "",
    }],
    signs: None,
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Harbor::new(&settings)?))
}

/// A source of kind `harbor`.
pub struct Harbor {
    instance: Instance,
    selection: Selection,
    /// Tags that are environments.
    environments: Vec<String>,
    service: Option<String>,
    since: Option<Span>,
    user: Option<String>,
}

impl Harbor {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let login = match (settings.user.clone(), settings.token.clone()) {
            (Some(user), Some(password)) => Login::Basic { user, password },
            (None, Some(token)) => Login::Bearer(token),
            (_, None) => Login::None,
        };
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            selection: Selection::read(&settings.name, &settings.repositories)?,
            environments: config::environments(settings)?,
            service: settings.service.clone(),
            since: settings.since,
            user: settings.user.clone(),
        })
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            instance: &self.instance.source,
            service: self.service.as_deref(),
        }
    }
}

impl Connector for Harbor {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                instance: &self.instance,
                selection: &self.selection,
                environments: &self.environments,
                origin: self.origin(),
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.instance, &self.selection).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
