//! Gitea and Forgejo: requests with reviews and commits, runs of Actions and their jobs, what other tools say of commits, releases and tags, incidents; and
//! running again, dispatching a workflow, merging a promotion request. What is read, what can be done and what cannot stands in `docs/connectors/gitea.md`.
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

use self::client::Reach;
use self::config::TOOL;
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::selection::Selection;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::Verb;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "gitea",
    tool: "Gitea or Forgejo",
    takes: &[
        "secret",
        "token",
        "repositories",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("url", "\"https://gitea.example.com\""),
        ("repositories", "[\"owner/*\"]"),
    ],
    local: false,
    capability: Capability {
        acts: &[
            Verb::Promote,
            Verb::Rollback,
            Verb::Retry,
            Verb::RetryFailed,
        ],
        ways: &["repository", "workflow", "ref", "inputs", "merge"],
    },
    pushes: &[
        Scheme::Hex {
            header: "x-gitea-signature",
            before: "",
        },
        Scheme::Hex {
            header: "x-forgejo-signature",
            before: "",
        },
    ],
    signs: Some(Signs {
        files: &[".gitea", ".forgejo"],
        objects: &[],
        host: Some("gitea"),
        builds: true,
        ready: false,
        source: &[
            "url = \"{web}\"",
            "token = { env = \"GITEA_TOKEN\" }",
            "repositories = [{repository}]",
        ],
        elsewhere: None,
    }),
};

/// How far back a first reading goes where nothing is said.
const SINCE: Span = Span::from_seconds(90 * 24 * 3600);

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Gitea::new(&settings)?))
}

/// A source of kind `gitea`.
pub struct Gitea {
    instance: Instance,
    selection: Selection,
    since: Option<Span>,
}

impl Gitea {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let login = settings.token.clone();
        let login = login.map_or(Login::None, |secret| Login::Header {
            name: "authorization",
            before: "token ",
            secret,
        });
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            selection: Selection::read(&settings.name, &settings.repositories)?,
            since: settings.since,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
        }
    }
}

impl Connector for Gitea {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let since = reading.now - self.since.unwrap_or(SINCE);
            let reader = Reader {
                reach: &self.reach(),
                rows: Rows::new(reading.cursors),
                now: reading.now,
                since: reading.since.unwrap_or(since),
            };
            reader.read(&self.selection, sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach(), &self.selection).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
