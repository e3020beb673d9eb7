//! The one list of connectors. A new one is its folder and a line here.

use std::sync::LazyLock;

use secrecy::SecretString;

use crate::config::{Kind, SecretRef, Source};
use crate::connector::descriptor::{Descriptor, Open, Settings, Waiting};
use crate::connector::error::ErrorKind;
use crate::connector::signature::Lock;
use crate::connector::{
    Connector, ConnectorError, alertmanager, argocd, backstage, bitbucket, buildkite, cdevents,
    circleci, command, git, gitea, github, gitlab, harbor, heroku, jenkins, jira, kargo,
    kubernetes, netlify, oci, opsgenie, pagerduty, probe, scans, servicenow, unopened::Unopened,
};

/// Every connector: what it is, and how a source of its kind is opened.
pub const CONNECTORS: &[(&Descriptor, Open)] = &[
    (&alertmanager::DESCRIPTOR, alertmanager::open),
    (&argocd::DESCRIPTOR, argocd::open),
    (&backstage::DESCRIPTOR, backstage::open),
    (&bitbucket::DESCRIPTOR, bitbucket::open),
    (&buildkite::DESCRIPTOR, buildkite::open),
    (&cdevents::DESCRIPTOR, cdevents::open),
    (&circleci::DESCRIPTOR, circleci::open),
    (&command::DESCRIPTOR, command::open),
    (&git::DESCRIPTOR, git::open),
    (&gitea::DESCRIPTOR, gitea::open),
    (&github::DESCRIPTOR, github::open),
    (&gitlab::DESCRIPTOR, gitlab::open),
    (&harbor::DESCRIPTOR, harbor::open),
    (&heroku::DESCRIPTOR, heroku::open),
    (&jenkins::DESCRIPTOR, jenkins::open),
    (&jira::DESCRIPTOR, jira::open),
    (&kargo::DESCRIPTOR, kargo::open),
    (&kubernetes::DESCRIPTOR, kubernetes::open),
    (&netlify::DESCRIPTOR, netlify::open),
    (&oci::DESCRIPTOR, oci::open),
    (&opsgenie::DESCRIPTOR, opsgenie::open),
    (&pagerduty::DESCRIPTOR, pagerduty::open),
    (&probe::DESCRIPTOR, probe::open),
    (&scans::DESCRIPTOR, scans::open),
    (&servicenow::DESCRIPTOR, servicenow::open),
];

/// The kinds of source, as the configuration is checked against them.
pub static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kinds = CONNECTORS.iter().map(|(descriptor, _)| Kind {
        name: descriptor.kind,
        takes: descriptor.takes,
        needs: descriptor.needs,
        ways: descriptor.capability.ways,
    });
    kinds.collect()
});

/// What the connector of a source says of itself. `None`: there is no such kind, which a configuration that was read cannot have.
#[must_use]
pub fn descriptor(source: &Source) -> Option<&'static Descriptor> {
    find(source).map(|(descriptor, _)| *descriptor)
}

/// Whether a source reads what is at hand.
#[must_use]
pub fn is_local(source: &Source) -> bool {
    descriptor(source).is_some_and(|descriptor| descriptor.local)
}

/// What the pushes of a source are known by; `None` where it takes none.
pub fn lock(source: &Source) -> Result<Option<Lock>, ConnectorError> {
    let schemes = descriptor(source).map_or(&[][..], |descriptor| descriptor.pushes);
    if schemes.is_empty() {
        return Ok(None);
    }
    let secret = found(&source.name, "secret", source.secret.as_ref())?;
    Ok(Some(Lock { schemes, secret }))
}

fn found(
    source: &str,
    what: &str,
    secret: Option<&SecretRef>,
) -> Result<Option<SecretString>, ConnectorError> {
    let secret = secret.map(SecretRef::resolve);
    secret.transpose().map_err(|error| {
        let place = format!("the {what} of {source}");
        ConnectorError::new(ErrorKind::Configuration, place, error.to_string())
    })
}

fn find(source: &Source) -> Option<&'static (&'static Descriptor, Open)> {
    CONNECTORS
        .iter()
        .find(|(descriptor, _)| descriptor.kind == source.kind.name())
}

/// The connector of a configured source. `parts`: some workload is a part of a repository, so the paths that commits touch are needed.
pub fn connector(source: &Source, parts: bool) -> Result<Box<dyn Connector>, ConnectorError> {
    let Some((_, open)) = find(source) else {
        let kind = source.kind.name();
        return Err(ConnectorError::new(
            ErrorKind::Configuration,
            source.name.clone(),
            format!("there is no connector of kind {kind:?}"),
        ));
    };
    open(settings(source, parts)?)
}

/// The same; one that cannot be set up says why whenever it is asked, so that it fails alone.
#[must_use]
pub fn connector_or_why(source: &Source, parts: bool) -> Box<dyn Connector> {
    let kind = descriptor(source).map_or("unknown", |descriptor| descriptor.kind);
    connector(source, parts).unwrap_or_else(|error| Box::new(Unopened { kind, error }))
}

fn settings(source: &Source, parts: bool) -> Result<Settings, ConnectorError> {
    // What is at hand is read without a login; only who acts there needs one.
    let is_local = is_local(source);
    let mut lacks = None;
    let mut found = |what, secret| match found(&source.name, what, secret) {
        Err(error) if is_local => {
            lacks = Some(error);
            Ok(None)
        }
        found => found,
    };
    let token = found("token", source.token.as_ref())?;
    let secret = found("secret", source.secret.as_ref())?;
    let texts =
        |choices: &[crate::config::Choice]| choices.iter().map(ToString::to_string).collect();
    Ok(Settings {
        name: source.name.clone(),
        url: source.url.as_ref().map(|url| url.url().to_string()),
        user: source.user.clone(),
        token,
        secret,
        lacks,
        repositories: texts(&source.repositories),
        projects: texts(&source.projects),
        path: source.path.clone(),
        repository: source.repository.clone(),
        artifact: source.artifact.clone(),
        command: source.command.clone(),
        asks: source.asks,
        format: source.format.clone(),
        environment: source.environment.clone(),
        service: source.service.clone(),
        version: source.version.clone(),
        incident_after: source.incident_after,
        gates: source.gates.iter().map(waiting).collect(),
        ca_file: source.ca_file.clone(),
        client_certificate: source.client_certificate.clone(),
        kubeconfig: source.kubeconfig.clone(),
        context: source.context.clone(),
        patience: None,
        since: source.since,
        parts,
    })
}

fn waiting(gate: &crate::config::Waiting) -> Waiting {
    Waiting {
        status: gate.status.clone(),
        approve: gate.approve.clone(),
        reject: gate.reject.clone(),
        name: gate.name.clone(),
    }
}
