//! GitLab, gitlab.com or one's own: merge requests with what was said about them and their commits, commits of the default branch, pipelines and jobs,
//! deployments and environments, gates, releases and tags, incidents and labelled issues. What is read, what cannot be, and what can be done stands in
//! `docs/connectors/gitlab.md`.
//!
//! [`config`] → [`client`] asks → [`wire`] holds the answers → [`translate`] makes events of them, purely → [`read`] hands them over with
//! [`cursor`] rows. [`act`] does what was confirmed.

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod read;
pub mod ticket;
pub mod translate;
pub mod wire;

use self::client::Reach;
use self::config::{PER_MINUTE, PUBLIC, Selection, TOOL};
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::rows::Rows;
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "gitlab",
    tool: "GitLab",
    takes: &["secret", "url", "token", "ca_file", "client_certificate"],
    needs: &[("repositories", "[\"group/*\"]")],
    local: false,
    capability: Capability {
        acts: act::ACTS,
        ways: act::WAYS,
    },
    pushes: &[
        Scheme::Token {
            header: "x-gitlab-token",
            before: "",
        },
        Scheme::Standard,
    ],
    signs: Some(Signs {
        files: &[".gitlab-ci.yml"],
        objects: &[],
        host: Some("gitlab"),
        builds: true,
        ready: false,
        source: &[
            "token = { env = \"GITLAB_TOKEN\" }",
            "repositories = [{repository}]",
        ],
        elsewhere: Some(("gitlab.com", "url = \"{web}\"")),
    }),
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened so"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(GitLab::new(&settings)?))
}

/// How far back a first reading goes where nothing is said.
const SINCE: Span = Span::from_seconds(90 * 24 * 3600);

/// A source of kind `gitlab`.
pub struct GitLab {
    instance: Instance,
    since: Option<Span>,
    selection: Selection,
    has_token: bool,
}

impl GitLab {
    /// Looks through the configuration; nothing is asked yet.
    pub fn new(settings: &Settings) -> Result<Self, ConnectorError> {
        // A bearer is what it takes personal, project and group access tokens and those of OAuth as.
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        let mut instance = Instance::open(settings, &TOOL, login)?;
        if instance.host == PUBLIC {
            instance.http.keep_to(PER_MINUTE);
        }
        Ok(Self {
            instance,
            since: settings.since,
            selection: Selection::read(&settings.name, &settings.repositories)?,
            has_token: settings.token.is_some(),
        })
    }

    fn reach(&self, since: Option<Timestamp>, now: Timestamp) -> Reach<'_> {
        Reach {
            instance: &self.instance,
            now,
            since: since.unwrap_or_else(|| now - self.since.unwrap_or(SINCE)),
        }
    }
}

impl Connector for GitLab {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reach = self.reach(reading.since, reading.now);
            let rows = Rows::new(reading.cursors);
            Reader::new(&reach, sink, rows).read(&self.selection).await
        })
    }

    fn check(&self, now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move {
            let reach = self.reach(None, now);
            check::check(&reach, &self.selection, self.has_token).await
        })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
