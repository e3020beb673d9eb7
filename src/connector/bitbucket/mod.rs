//! Bitbucket Cloud: pull requests with their reviews and commits, pipelines with their steps, the manual steps at which they wait for a person, and deployments. It is
//! only read: what starts a manual step Bitbucket has in no API of its own that is public. What is read stands in `docs/connectors/bitbucket.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows.

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
use super::rows::Rows;
use super::selection::Selection;
use super::signature::Scheme;
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "bitbucket",
    tool: "Bitbucket Cloud",
    takes: &["secret", "url", "user", "ca_file", "client_certificate"],
    needs: &[
        ("token", "{ env = \"BITBUCKET_TOKEN\" }"),
        ("repositories", "[\"acme/*\"]"),
    ],
    local: false,
    capability: Capability {
        acts: &[],
        ways: &[],
    },
    pushes: &[Scheme::Hex {
        header: "x-hub-signature",
        before: "sha256=",
    }],
    signs: Some(Signs {
        files: &["bitbucket-pipelines.yml"],
        objects: &[],
        host: Some("bitbucket.org"),
        builds: true,
        ready: false,
        source: &[
            "token = { env = \"BITBUCKET_TOKEN\" }",
            "repositories = [{repository}]",
        ],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Bitbucket::new(&settings)?))
}

/// A source of kind `bitbucket`.
pub struct Bitbucket {
    instance: Instance,
    selection: Selection,
    since: Option<Span>,
}

impl Bitbucket {
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
            since: settings.since,
        })
    }
}

impl Connector for Bitbucket {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                instance: &self.instance,
                selection: &self.selection,
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
}
