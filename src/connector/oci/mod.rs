//! A registry of images by the OCI distribution specification: what was published and from which commit, its bill of materials, its signatures and its
//! scans, and where a tag is an environment, what was brought there; and promotion by tag: the same manifest under another tag.
//!
//! [`config`] → [`client`] asks, let in by [`auth`] and [`credential`] → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`]
//! hands them over with [`cursor`] rows; [`act`] moves tags. What is read and what cannot be stands in `docs/connectors/oci.md`.

pub mod act;
pub mod auth;
pub mod check;
pub mod client;
pub mod config;
pub mod credential;
pub mod cursor;
pub mod fault;
pub mod read;
pub mod translate;
pub mod wire;

use self::act::Hand;
use self::config::Config;
use self::read::Reader;
use self::read::ask::Reach;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::Http;
use super::http::plain::sendable;
use super::rows::Rows;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::Verb;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "oci",
    tool: "an OCI registry",
    takes: &[
        "url",
        "user",
        "token",
        "environment",
        "service",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("repositories", "[\"ghcr.io/acme/checkout\"]")],
    local: false,
    capability: Capability {
        acts: &[Verb::Promote, Verb::Rollback],
        ways: &["image", "tag"],
    },
    pushes: &[],
    signs: Some(Signs {
        files: &["Dockerfile", "Containerfile"],
        objects: &[],
        host: None,
        builds: false,
        ready: false,
        source: &[
            "url = \"https://registry.example.com\"",
            "repositories = [{repository}]",
        ],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened alike"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Oci::new(&settings)?))
}

/// A source of kind `oci`.
pub struct Oci {
    hand: Hand,
    since: Option<Span>,
    has_credential: bool,
}

impl Oci {
    /// Looks through the configuration; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let config = Config::read(settings)?;
        if let Some(token) = &settings.token {
            sendable(&settings.name, token)?;
        }
        let http = client::open(settings, &config.base)?;
        let user = settings.user.clone().filter(|_| settings.token.is_some());
        Ok(Self {
            hand: Hand { config, http, user },
            since: settings.since,
            has_credential: settings.token.is_some(),
        })
    }

    fn http(&self) -> &Http<client::Registry> {
        &self.hand.http
    }

    fn config(&self) -> &Config {
        &self.hand.config
    }
}

impl Connector for Oci {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reach = Reach {
                since: reading.back_to(self.since),
                ..Reach::new(self.http(), self.config(), reading.now)
            };
            let rows = Rows::new(reading.cursors);
            let reader = Reader::new(&reach, sink, rows);
            reader.read(&self.config().selection).await
        })
    }

    fn check(&self, now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move {
            let reach = Reach::new(self.http(), self.config(), now);
            check::check(&reach, self.has_credential).await
        })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(&self.hand)
    }
}
