//! What a connector says of itself, as data: its name, what it is told in the configuration, what it can do. The configuration, the documentation, plans and
//! tests read it; nothing else outside a connector's folder knows the name of a tool.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::signature::Scheme;
use super::{Connector, ConnectorError};
use crate::event::time::Span;
use crate::plan::request::Verb;

/// What a connector is.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// As in the configuration: `github`.
    pub kind: &'static str,
    /// Its tool, as people name it: `GitHub`.
    pub tool: &'static str,
    /// The keys of `[[sources]]` that mean something to it, besides those that every source has.
    pub takes: &'static [&'static str],
    /// The keys that it cannot do without, each with an example. `path/url`: one of both, each of which it also takes, with a whole line.
    pub needs: &'static [(&'static str, &'static str)],
    /// It reads what is at hand: cheap enough for every command.
    pub local: bool,
    pub capability: Capability,
    /// By what its pushes are known; any of these is enough. Empty: it pushes nothing.
    pub pushes: &'static [Scheme],
    /// How a repository shows that its changes go through this tool.
    pub signs: Option<Signs>,
}

/// How a repository shows that it uses a tool, and what a first configuration says of it.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// Files and folders at its root.
    pub files: &'static [&'static str],
    /// Groups of Kubernetes objects that its manifests are of, each perhaps with a kind: `tekton.dev`, `argoproj.io/Application`.
    pub objects: &'static [&'static str],
    /// A part of the name of the host that its remote is on: `github`.
    pub host: Option<&'static str>,
    /// Those files say how what is committed is built.
    pub builds: bool,
    /// Those keys are all right as they are: nothing is to be filled in.
    pub ready: bool,
    /// The keys of its source, a line each. Filled in are `{web}`, where the host is on the web (within quotes), and `{repository}`, quoted as a pattern.
    pub source: &'static [&'static str],
    /// The line for a host other than the tool's own, with that host.
    pub elsewhere: Option<(&'static str, &'static str)>,
}

/// What a connector can do beside reading.
#[derive(Clone, Copy, Debug, Default)]
pub struct Capability {
    /// What can be asked of it. Empty: it only reads.
    pub acts: &'static [Verb],
    /// What a step's `promote` and `rollback` may tell it.
    pub ways: &'static [&'static str],
}

/// A status of a ticket in which it waits for a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub status: String,
    /// The status that it goes to when it is approved. `None`: the tool has approvals of its own.
    pub approve: Option<String>,
    pub reject: Option<String>,
    /// The step that it is. `None`: called as the status.
    pub name: Option<String>,
}

/// What a source is told, whatever its kind: the configuration without its file, and with its secrets found.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The name of the source.
    pub name: String,
    pub url: Option<String>,
    pub user: Option<String>,
    pub token: Option<SecretString>,
    pub secret: Option<SecretString>,
    /// Why a token or a secret could not be found, of a source that reads what is at hand: it is read without, and nothing is done in it.
    pub lacks: Option<ConnectorError>,
    /// `owner/name`, `owner/*`, and with a leading `!` what is left out.
    pub repositories: Vec<String>,
    pub projects: Vec<String>,
    pub path: Option<PathBuf>,
    pub repository: Option<String>,
    pub artifact: Option<String>,
    pub command: Vec<String>,
    /// The program can be asked after what it did.
    pub asks: bool,
    pub format: Option<String>,
    pub environment: Option<String>,
    pub service: Option<String>,
    pub version: Option<String>,
    pub gates: Vec<Waiting>,
    /// After how long an outage is an incident. `None`: never.
    pub incident_after: Option<Span>,
    pub ca_file: Option<PathBuf>,
    pub client_certificate: Option<PathBuf>,
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    /// How long an answer may take. `None`: as long as is usual.
    pub patience: Option<Duration>,
    /// How far back the first reading goes.
    pub since: Option<Span>,
    /// Some workload is a part of a repository, so the paths that commits touch are needed.
    pub parts: bool,
}

/// Makes a connector of what its source is told; nothing is asked yet.
pub type Open = fn(Settings) -> Result<Box<dyn Connector>, ConnectorError>;
