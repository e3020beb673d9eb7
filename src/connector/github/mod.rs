//! GitHub, github.com or an Enterprise Server: requests with their reviews and commits, commits of the default branch, runs and jobs of Actions,
//! deployments, gates, releases and tags. What is read and what cannot be stands in `docs/connectors/github.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with
//! [`cursor`] rows. [`act`] decides gates, runs, stops, promotes and brings back.

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod fault;
pub mod read;
pub mod translate;
pub mod wire;

pub use config::Config;

use self::config::{Base, Selection};
use self::read::{Reach, Reader};
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::Memory;
use super::http::dial::{Dial, dial_as};
use super::http::plain::sendable;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "github",
    tool: "GitHub",
    takes: &["secret", "url", "token", "ca_file", "client_certificate"],
    needs: &[("repositories", "[\"owner/*\"]")],
    local: false,
    capability: Capability {
        acts: act::VERBS,
        ways: act::WAYS,
    },
    pushes: &[Scheme::Hex {
        header: "x-hub-signature-256",
        before: "sha256=",
    }],
    signs: Some(Signs {
        files: &[".github/workflows"],
        objects: &[],
        host: Some("github"),
        builds: true,
        ready: false,
        source: &[
            "token = { env = \"GITHUB_TOKEN\" }",
            "repositories = [{repository}]",
        ],
        elsewhere: Some(("github.com", "url = \"{web}/api/v3\"")),
    }),
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(GitHub::new(Config {
        name: settings.name,
        url: settings.url,
        token: settings.token,
        repositories: settings.repositories,
        ca_file: settings.ca_file,
        client_certificate: settings.client_certificate,
        since: settings.since,
        patience: settings.patience,
    })?))
}

/// How far back a first reading goes where nothing is said.
const SINCE: Span = Span::from_seconds(90 * 24 * 3600);

/// A source of kind `github`.
pub struct GitHub {
    config: Config,
    base: Base,
    selection: Selection,
    dialled: reqwest::Client,
    memory: Memory,
}

impl GitHub {
    /// Looks through the configuration; nothing is asked yet.
    pub fn new(config: Config) -> Result<Self, ConnectorError> {
        let base = Base::read(&config.name, config.url.as_deref())?;
        let selection = Selection::read(&config.name, &config.repositories)?;
        if let Some(token) = &config.token {
            sendable(&config.name, token)?;
        }
        let dialled = dial_as(&Dial {
            ca_file: config.ca_file.as_deref(),
            identity: config.client_certificate.as_deref(),
            patience: config.patience,
        })?;
        Ok(Self {
            config,
            base,
            selection,
            dialled,
            memory: Memory::default(),
        })
    }

    fn since(&self, asked: Option<Timestamp>, now: Timestamp) -> Timestamp {
        asked.unwrap_or_else(|| now - self.config.since.unwrap_or(SINCE))
    }

    fn http(&self) -> Result<super::http::Http<client::Crab>, ConnectorError> {
        let token = self.config.token.as_ref();
        client::open(self.dialled.clone(), &self.base, token, &self.memory)
    }
}

impl Connector for GitHub {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let http = self.http()?;
            let reach = Reach {
                http: &http,
                base: &self.base,
                source: &self.config.name,
                now: reading.now,
                since: self.since(reading.since, reading.now),
            };
            let rows = Rows::new(reading.cursors);
            Reader::new(&reach, sink, rows).read(&self.selection).await
        })
    }

    fn check(&self, now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move {
            let http = self.http()?;
            let reach = Reach {
                http: &http,
                base: &self.base,
                source: &self.config.name,
                now,
                since: self.since(None, now),
            };
            let has_token = self.config.token.is_some();
            check::check(&reach, &self.selection, has_token).await
        })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
