//! Kubernetes: what a cluster runs, and what the tools that live in it do. One source is one cluster; which families of objects it has is found out by asking
//! it, and a family that it has not is not read. What is read, what can be done and what cannot stands in `docs/connectors/kubernetes.md`.
//!
//! [`config`] says where the cluster is → [`dial`] sends, with the logins that a kubeconfig knows → [`client`] asks → [`wire`] holds the answers →
//! [`translate`] makes events of them, purely → [`read`] hands them over with [`cursor`] rows, on its round and whenever [`watch`] sees a change; [`act`] makes requests of what is ordered, and asks after them.
//! What there is to a [`family`] of objects (Deployments, Rollouts, …) stands in a file each in `wire`, `translate` and `act`; all of them stand in one list, [`families`].

pub mod act;
pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod dial;
pub mod families;
pub mod family;
pub mod read;
pub mod rights;
pub mod translate;
pub mod watch;
pub mod wire;

use self::client::Cluster;
use self::config::{Namespaces, TOOL};
use self::dial::Kube;
use self::family::Origin;
use self::read::Reader;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::rows::Rows;
use super::{Actor, Connector, ConnectorError, Ear, Health, Pending, Reading, Sink};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::Verb;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "kubernetes",
    tool: "Kubernetes",
    takes: &[
        "url",
        "token",
        "user",
        "kubeconfig",
        "context",
        "projects",
        "environment",
        "ca_file",
        "client_certificate",
    ],
    needs: &[],
    local: false,
    capability: Capability {
        acts: &[
            Verb::Approve,
            Verb::Reject,
            Verb::Promote,
            Verb::Rollback,
            Verb::Retry,
            Verb::Cancel,
            Verb::Resume,
            Verb::Hold,
            Verb::Release,
        ],
        ways: &["application"],
    },
    pushes: &[],
    signs: Some(Signs {
        files: &[
            "k8s",
            "kubernetes",
            "kustomization.yaml",
            "skaffold.yaml",
            "Chart.yaml",
            ".tekton",
        ],
        objects: &[
            "apps/Deployment",
            "argoproj.io/Rollout",
            "carto.run",
            "kpack.io",
            "serving.knative.dev",
            "tekton.dev",
            "toolkit.fluxcd.io",
        ],
        host: None,
        builds: false,
        ready: false,
        source: &["context = \"production\"", "projects = [\"shop\"]"],
        elsewhere: None,
    }),
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Kubernetes::new(settings)?))
}

/// A source of kind `kubernetes`.
pub struct Kubernetes {
    instance: Instance<Kube>,
    namespaces: Namespaces,
    environment: Option<String>,
    user: Option<String>,
    since: Option<Span>,
}

impl Kubernetes {
    /// Looks through the settings and the kubeconfig; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let namespaces = Namespaces::read(&settings.name, &settings.projects)?;
        let place = config::place(&settings)?;
        let told = Settings {
            url: Some(place.url.clone()),
            ..settings.clone()
        };
        let user = settings.user.clone().or_else(|| place.user.clone());
        let own = place.source(&settings.name);
        let kube = Kube::new(place, &settings);
        let mut instance = Instance::over(&told, &TOOL, kube)?;
        if let Some(own) = own {
            instance.source = own;
        }
        Ok(Self {
            instance,
            namespaces,
            environment: settings.environment,
            user,
            since: settings.since,
        })
    }

    fn cluster(&self) -> Cluster<'_> {
        Cluster {
            instance: &self.instance,
            namespaces: &self.namespaces,
        }
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            source: &self.instance.source,
            environment: self.environment.as_deref(),
        }
    }
}

impl Connector for Kubernetes {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let reader = Reader {
                cluster: &self.cluster(),
                origin: self.origin(),
                since: reading.back_to(self.since),
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(sink).await
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.cluster()).await })
    }

    fn listen<'a>(&'a self, ear: &'a dyn Ear) -> Option<Pending<'a, ()>> {
        Some(Box::pin(
            async move { watch::watch(&self.cluster(), ear).await },
        ))
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(self)
    }
}
