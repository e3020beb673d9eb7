//! The client under every connector: time-outs, proxies from the environment, certificates of one's own, and no redirect followed unseen.

use std::path::Path;
use std::time::Duration;

use reqwest::Certificate;
use reqwest::redirect::Policy as Redirects;

use super::tls::{self, Identity, trusted};
use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::error::ErrorKind;

const CONNECT: Duration = Duration::from_secs(10);
/// Between two pieces of an answer, and for the whole of it.
const READ: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_mins(2);

/// What a client is built with.
#[derive(Default)]
pub struct Dial<'a> {
    /// Certificates, as PEM, that are trusted beside those of the system.
    pub ca_file: Option<&'a Path>,
    /// A certificate and its key, as PEM, by which leadtime shows who it is.
    pub identity: Option<&'a Path>,
    /// How long a whole answer may take, where that is not the usual.
    pub patience: Option<Duration>,
}

impl<'a> Dial<'a> {
    /// As a source is told.
    #[must_use]
    pub fn of(settings: &'a Settings) -> Self {
        Self {
            ca_file: settings.ca_file.as_deref(),
            identity: settings.client_certificate.as_deref(),
            patience: settings.patience,
        }
    }
}

/// Builds the client, with all that can be said about it.
pub fn dial_as(dial: &Dial<'_>) -> Result<reqwest::Client, ConnectorError> {
    let failed = |error: &reqwest::Error| {
        ConnectorError::new(
            ErrorKind::Configuration,
            "the HTTP client",
            format!("cannot be made: {}", causes(error)),
        )
        .hinted("where the system has no certificates, name some with `ca_file`")
    };
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .timeout(dial.patience.unwrap_or(WHOLE))
        .redirect(Redirects::none())
        .gzip(true);
    if let Some(path) = dial.ca_file {
        let found = trusted(path)?;
        let found: Result<Vec<_>, _> = found.iter().map(|one| Certificate::from_der(one)).collect();
        builder = builder.tls_certs_merge(found.map_err(|error| failed(&error))?);
    }
    if let Some(path) = dial.identity {
        let identity = Identity::read(path)?.of_client();
        builder = builder.identity(identity.map_err(|error| failed(&error))?);
    }
    builder.build().map_err(|error| failed(&error))
}

/// The causes of an error, from the outside in, without those that name an address: a proxy's may hold a password. What TLS says stands for all of them.
#[must_use]
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(words) = tls::words(cause) {
            return words;
        }
        let text = cause.to_string();
        let repeats = texts
            .last()
            .is_some_and(|last| last.ends_with(text.as_str()));
        if !text.contains("://") && !repeats {
            texts.push(text);
        }
        next = cause.source();
    }
    if texts.is_empty() {
        "no reason given".to_owned()
    } else {
        texts.join(": ")
    }
}
