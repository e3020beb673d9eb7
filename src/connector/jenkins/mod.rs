//! Jenkins: the builds of jobs, their stages, the inputs at which they wait for a person, and, where a source says so, deployments; and deciding inputs, building
//! a job with parameters, building again, stopping. What is read, what can be done and what cannot stands in `docs/connectors/jenkins.md`.
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
use self::config::{Selection, TOOL};
use self::read::Reader;
use self::translate::Origin;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::Verb;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "jenkins",
    tool: "Jenkins",
    takes: &[
        "user",
        "token",
        "projects",
        "environment",
        "service",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("url", "\"https://jenkins.example.com\"")],
    local: false,
    capability: Capability {
        acts: &[
            Verb::Approve,
            Verb::Reject,
            Verb::Promote,
            Verb::Rollback,
            Verb::Retry,
            Verb::Cancel,
        ],
        ways: &["job", "parameters"],
    },
    pushes: &[],
    signs: Some(Signs {
        files: &["Jenkinsfile"],
        objects: &[],
        host: None,
        builds: true,
        ready: false,
        source: &[
            "url = \"https://jenkins.example.com\"",
            "user = \"leadtime\"",
            "token = { env = \"JENKINS_TOKEN\" }",
        ],
        elsewhere: None,
    }),
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Jenkins::new(settings)?))
}

/// A source of kind `jenkins`.
pub struct Jenkins {
    instance: Instance,
    selection: Selection,
    environment: Option<String>,
    service: Option<String>,
    since: Option<Span>,
}

impl Jenkins {
    /// Looks through the settings; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let selection = Selection::read(&settings.name, &settings.projects)?;
        let login = match (settings.user.clone(), settings.token.clone()) {
            (Some(user), Some(password)) => Login::Basic { user, password },
            (None, None) => Login::None,
            (None, Some(_)) => {
                return Err(
                    ConnectorError::configuration(&settings.name, "user", "is missing")
                        .hinted("user = \"jane\": Jenkins wants to know whose token it is"),
                );
            }
            (Some(_), None) => {
                return Err(ConnectorError::configuration(
                    &settings.name,
                    "token",
                    "is missing",
                )
                    .hinted("token = { env = \"JENKINS_TOKEN\" }: made on the user's page, Security > API Token"));
            }
        };
        Ok(Self {
            instance: Instance::open(&settings, &TOOL, login)?,
            selection,
            environment: settings.environment,
            service: settings.service,
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
            service: self.service.as_deref(),
        }
    }
}

impl Connector for Jenkins {
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
        Box::pin(async move { check::check(&self.reach(), &self.selection).await })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
