//! Heroku: the releases of apps as deployments, the stages of pipelines as environments; and rolling back to an earlier release, promoting what is live in one stage to
//! the next. What is read, what can be done and what cannot stands in `docs/connectors/heroku.md`.
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
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::{Login, Plain};
use super::pattern::Names;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "heroku",
    tool: "Heroku",
    takes: &[
        "secret",
        "url",
        "projects",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("token", "{ env = \"HEROKU_API_KEY\" }")],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[Scheme::Base64 {
        header: "heroku-webhook-hmac-sha256",
    }],
    signs: Some(Signs {
        files: &["Procfile", "app.json"],
        objects: &[],
        host: None,
        builds: false,
        ready: false,
        source: &["token = { env = \"HEROKU_API_KEY\" }"],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Heroku::new(&settings)?))
}

/// A source of kind `heroku`.
pub struct Heroku {
    instance: Instance,
    names: Names,
    /// Of apps that are in no pipeline; without it they are not read.
    environment: Option<String>,
    since: Option<Span>,
}

impl Heroku {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        let plain = Plain::new(settings, login)?.accepting(config::ACCEPT);
        Ok(Self {
            instance: Instance::over(settings, &TOOL, plain)?,
            names: Names::read(&settings.name, &settings.projects, "apps")?,
            environment: settings.environment.clone(),
            since: settings.since,
        })
    }
}

impl Connector for Heroku {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                instance: &self.instance,
                names: &self.names,
                environment: self.environment.as_deref(),
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(self).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
