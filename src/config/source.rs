//! Where events come from, and where what is decided goes: one table for each tool. Which kinds there are, and which keys mean something to each, is told
//! by whoever knows the tools ([`Kind`]); here they are only words.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern::Choice;
use super::secret::SecretRef;
use super::value::{Address, TextSchema, optional_text, text};
use crate::event::time::Span;

/// A kind of source, as the configuration needs to know it.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// As it is written in a file.
    pub name: &'static str,
    /// The keys that mean something to it, besides those that every source has.
    pub takes: &'static [&'static str],
    /// The keys that it cannot do without: each with what it would say. `path/url`: one of both, with the whole line.
    pub needs: &'static [(&'static str, &'static str)],
    /// What a step's `promote` and `rollback` may tell it; empty where it cannot do either.
    pub ways: &'static [&'static str],
}

/// A tool that is read, and in which leadtime may act.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Your name for it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The connector that reads it.
    pub kind: SourceKind,
    /// The address of its API. Default: the public one, where there is one.
    pub url: Option<Address>,
    /// Where the token, or the password of `user`, is to be found. Never the secret itself.
    pub token: Option<SecretRef>,
    /// The user that the token belongs to, where the tool asks for both; pagerduty: the e-mail address in whose name leadtime acts.
    #[schemars(length(min = 1))]
    pub user: Option<String>,
    /// The repositories to read; a leading `!` leaves out.
    #[serde(default)]
    pub repositories: Vec<Choice>,
    /// The projects, jobs, pipelines, applications or namespaces to read, as the tool names them; a leading `!` leaves out. Default: all, where the tool can list them.
    #[serde(default)]
    pub projects: Vec<Choice>,
    /// The folder of the clone, or the file or folder that is read; for reports of scanners also a pattern (`scans/**/*.json`).
    #[schemars(with = "Option<String>", length(min = 1))]
    pub path: Option<PathBuf>,
    /// The id of its repository in events. Default: told from its remote, or from what is read.
    #[schemars(length(min = 1))]
    pub repository: Option<String>,
    /// What it speaks of, where it does not say so itself: an image as one pulls it (`ghcr.io/acme/checkout`), or a package URL.
    #[schemars(length(min = 1))]
    pub artifact: Option<String>,
    /// The program that is run, and its arguments, each as it is: no shell reads them.
    #[serde(default)]
    #[schemars(inner(length(min = 1)))]
    pub command: Vec<String>,
    /// Whether the program can be asked after what it did (`LEADTIME_ASK`).
    #[serde(default)]
    pub asks: bool,
    /// The form of what is read (`cdevents`, `trivy`, …). Default: told from what it holds.
    #[schemars(length(min = 1))]
    pub format: Option<String>,
    /// Where the secret is to be found that signs what is sent, or proves what is received.
    pub secret: Option<SecretRef>,
    /// The environment that it speaks of, where it does not say so itself.
    #[schemars(length(min = 1))]
    pub environment: Option<String>,
    /// The service that it speaks of, where it does not say so itself.
    #[schemars(length(min = 1))]
    pub service: Option<String>,
    /// Where the version stands of what it speaks of: fields in braces (`{u_release}`); of a probe a JSON pointer, a label of a metric, an expression.
    #[schemars(length(min = 1))]
    pub version: Option<String>,
    /// The statuses in which a ticket waits for a decision.
    #[serde(default)]
    pub gates: Vec<Waiting>,
    /// After how long an outage is an incident. Default: never.
    #[serde(default, with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub incident_after: Option<Span>,
    /// A file of certificates (PEM) to trust besides the usual ones.
    #[schemars(with = "Option<String>", length(min = 1))]
    pub ca_file: Option<PathBuf>,
    /// A file with the certificate and key (PEM) that leadtime shows.
    #[schemars(with = "Option<String>", length(min = 1))]
    pub client_certificate: Option<PathBuf>,
    /// kubernetes: the file that says where clusters are and how one logs in. Default: `$KUBECONFIG`, `~/.kube/config`, else the cluster around us.
    #[schemars(with = "Option<String>", length(min = 1))]
    pub kubeconfig: Option<PathBuf>,
    /// kubernetes: the context of the kubeconfig. Default: its current one.
    #[schemars(length(min = 1))]
    pub context: Option<String>,
    /// How often it is read.
    #[serde(default = "every", with = "text")]
    #[schemars(with = "TextSchema<Span>")]
    pub every: Span,
    /// How far back the first reading goes. Default: 90 days, or as the page of the kind says.
    #[serde(default, with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub since: Option<Span>,
    /// Whether nothing may ever be done there, only read.
    #[serde(default)]
    pub read_only: bool,
}

/// A status in which a ticket waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// As the workflow calls it.
    #[schemars(length(min = 1))]
    pub status: String,
    /// The status that it goes to when it is approved. Default: the tool's own approvals decide.
    #[schemars(length(min = 1))]
    pub approve: Option<String>,
    /// The status that it goes to when it is rejected.
    #[schemars(length(min = 1))]
    pub reject: Option<String>,
    /// The step of the path that it is. Default: the one that is called as the status.
    #[schemars(length(min = 1))]
    pub name: Option<String>,
}

fn every() -> Span {
    Span::from_seconds(30)
}

impl Source {
    /// The keys that only some kinds take, and whether they are given.
    pub(super) fn special(&self) -> [(&'static str, bool); 21] {
        [
            ("url", self.url.is_some()),
            ("token", self.token.is_some()),
            ("user", self.user.is_some()),
            ("repositories", !self.repositories.is_empty()),
            ("projects", !self.projects.is_empty()),
            ("path", self.path.is_some()),
            ("repository", self.repository.is_some()),
            ("artifact", self.artifact.is_some()),
            ("command", !self.command.is_empty()),
            ("asks", self.asks),
            ("format", self.format.is_some()),
            ("secret", self.secret.is_some()),
            ("environment", self.environment.is_some()),
            ("service", self.service.is_some()),
            ("version", self.version.is_some()),
            ("gates", !self.gates.is_empty()),
            ("incident_after", self.incident_after.is_some()),
            ("ca_file", self.ca_file.is_some()),
            ("client_certificate", self.client_certificate.is_some()),
            ("kubeconfig", self.kubeconfig.is_some()),
            ("context", self.context.is_some()),
        ]
    }
}

/// The name of a connector.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct SourceKind(#[schemars(extend("format" = "source-kind"))] String);

impl SourceKind {
    /// As it is written in a file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}
