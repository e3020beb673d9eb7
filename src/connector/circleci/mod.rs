//! CircleCI: pipelines with their workflows and jobs, the approvals that they wait for, and who gave them. What is read, what cannot be, and what can be
//! done stands in `docs/connectors/circleci.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows.
//! [`act`] does what was confirmed.

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod translate;
pub mod wire;

use self::client::Reach;
use self::config::{Selection, TOOL};
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "circleci",
    tool: "CircleCI",
    takes: &["secret", "url", "token", "ca_file", "client_certificate"],
    needs: &[("projects", "[\"gh/acme/*\"]")],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[Scheme::Hex {
        header: "circleci-signature",
        before: "v1=",
    }],
    signs: Some(Signs {
        files: &[".circleci/config.yml"],
        objects: &[],
        host: None,
        builds: true,
        ready: false,
        source: &[
            "token = { env = \"CIRCLECI_TOKEN\" }",
            "projects = [\"gh/acme/*\"]",
        ],
        elsewhere: None,
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(CircleCi::new(&settings)?))
}

/// How far back a first reading goes where nothing is said.
const SINCE: Span = Span::from_seconds(90 * 24 * 3600);

/// A source of kind `circleci`.
pub struct CircleCi {
    instance: Instance,
    since: Option<Span>,
    selection: Selection,
}

impl CircleCi {
    /// Looks through the configuration; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        let token = settings.token.clone();
        let login = token.map_or(Login::None, |secret| Login::Header {
            name: "circle-token",
            before: "",
            secret,
        });
        Ok(Self {
            instance: Instance::open(settings, &TOOL, login)?,
            since: settings.since,
            selection: Selection::read(&settings.name, &settings.projects)?,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            instance: &self.instance,
        }
    }
}

impl Connector for CircleCi {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reach = self.reach();
            let since = reading.now - self.since.unwrap_or(SINCE);
            let since = reading.since.unwrap_or(since);
            let rows = Rows::new(reading.cursors);
            let reader = Reader::new(&reach, sink, rows, (reading.now, since));
            reader.read(&self.selection).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.reach(), &self.selection).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
