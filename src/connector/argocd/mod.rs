//! Argo CD: the applications, what was synced to them and how that went, what waits to be synced by a person; and syncing, rolling back, holding. What is
//! read, what can be done and what cannot stands in `docs/connectors/argocd.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows, on its round and
//! whenever [`stream`] says that something is new; [`act`] makes requests of what is ordered, and asks after them.

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod stream;
pub mod translate;
pub mod wire;

use self::client::Reach;
use self::config::{Selection, TOOL};
use self::read::Reader;
use self::translate::Origin;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Ear, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::Verb;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "argocd",
    tool: "Argo CD",
    takes: &[
        "secret",
        "token",
        "projects",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("url", "\"https://argocd.example.com\"")],
    local: false,
    capability: Capability {
        acts: &[
            Verb::Approve,
            Verb::Promote,
            Verb::Rollback,
            Verb::Retry,
            Verb::Cancel,
            Verb::Resume,
            Verb::Hold,
            Verb::Release,
        ],
        ways: &["application", "ref"],
    },
    pushes: &[Scheme::Token {
        header: "authorization",
        before: "Bearer ",
    }],
    signs: Some(Signs {
        files: &["argocd", ".argocd", "argo-cd"],
        objects: &[
            "argoproj.io/Application",
            "argoproj.io/ApplicationSet",
            "argoproj.io/AppProject",
        ],
        host: None,
        builds: false,
        ready: false,
        source: &[
            "url = \"https://argocd.example.com\"",
            "token = { env = \"ARGOCD_TOKEN\" }",
        ],
        elsewhere: None,
    }),
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(ArgoCd::new(settings)?))
}

/// A source of kind `argocd`.
pub struct ArgoCd {
    instance: Instance,
    selection: Selection,
    environment: Option<String>,
    since: Option<Span>,
}

impl ArgoCd {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let selection = Selection::read(&settings.name, &settings.projects)?;
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        Ok(Self {
            instance: Instance::open(&settings, &TOOL, login)?,
            selection,
            environment: settings.environment,
            since: settings.since,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
        }
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            instance: &self.instance,
            environment: self.environment.as_deref(),
        }
    }
}

impl Connector for ArgoCd {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                reach: &self.reach(),
                origin: self.origin(),
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(&self.selection, sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach(), &self.origin(), &self.selection).await })
    }

    fn listen<'a>(&'a self, ear: &'a dyn Ear) -> Option<Pending<'a, ()>> {
        Some(Box::pin(async move {
            stream::listen(&self.reach(), &self.selection, ear).await
        }))
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
