//! Buildkite: builds of pipelines, their jobs, the block steps at which they wait for a person, and, where a source says so, deployments; and unblocking, running
//! again, cancelling, building with an environment of its own. What is read, what can be done and what cannot stands in `docs/connectors/buildkite.md`.
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
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::selection::Selection;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "buildkite",
    tool: "Buildkite",
    takes: &[
        "secret",
        "url",
        "environment",
        "service",
        "ca_file",
        "client_certificate",
    ],
    needs: &[
        ("token", "{ env = \"BUILDKITE_TOKEN\" }"),
        ("projects", "[\"acme/*\"]"),
    ],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[
        Scheme::Stamped {
            header: "x-buildkite-signature",
        },
        Scheme::Token {
            header: "x-buildkite-token",
            before: "",
        },
    ],
    signs: Some(Signs {
        files: &[".buildkite"],
        objects: &[],
        host: None,
        builds: true,
        ready: false,
        source: &[
            "token = { env = \"BUILDKITE_TOKEN\" }",
            "projects = [{repository}]   # organization/pipeline, as in the pipeline's address",
        ],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Buildkite::new(&settings)?))
}

/// A source of kind `buildkite`.
pub struct Buildkite {
    instance: Instance,
    selection: Selection,
    environment: Option<String>,
    service: Option<String>,
    since: Option<Span>,
}

impl Buildkite {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            selection: config::selection(settings)?,
            environment: settings.environment.clone(),
            service: settings.service.clone(),
            since: settings.since,
        })
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            instance: &self.instance.source,
            environment: self.environment.as_deref(),
            service: self.service.as_deref(),
        }
    }
}

impl Connector for Buildkite {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                instance: &self.instance,
                selection: &self.selection,
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
