//! The client under every connector: time-outs, proxies from the environment, certificates of one's own, and no redirect followed unseen.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Certificate;
use reqwest::redirect::Policy as Redirects;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

const CONNECT: Duration = Duration::from_secs(10);
/// Between two pieces of an answer, and for the whole of it.
const READ: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_mins(2);

/// A file with a certificate and its key, as PEM, by which leadtime shows who it is.
pub struct Identity(pub PathBuf);

/// What a client is built with.
#[derive(Default)]
pub struct Dial<'a> {
    /// Certificates, as PEM, that are trusted beside those of the system.
    pub ca_file: Option<&'a Path>,
    pub identity: Option<&'a Identity>,
    /// How long a whole answer may take, where that is not the usual.
    pub patience: Option<Duration>,
}

/// Builds the client. `ca_file` holds certificates, as PEM, that are trusted beside those of the system.
pub fn dial(ca_file: Option<&Path>) -> Result<reqwest::Client, ConnectorError> {
    dial_as(&Dial {
        ca_file,
        ..Dial::default()
    })
}

/// Builds the client, with all that can be said about it.
pub fn dial_as(dial: &Dial<'_>) -> Result<reqwest::Client, ConnectorError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .timeout(dial.patience.unwrap_or(WHOLE))
        .redirect(Redirects::none())
        .gzip(true);
    if let Some(path) = dial.ca_file {
        builder = builder.tls_certs_merge(certificates(path)?);
    }
    if let Some(Identity(path)) = dial.identity {
        builder = builder.identity(shown(path)?);
    }
    builder.build().map_err(|error| {
        ConnectorError::new(
            ErrorKind::Configuration,
            "the HTTP client",
            format!("cannot be made: {}", causes(&error)),
        )
        .hinted("where the system has no certificates, name some with `ca_file`")
    })
}

/// Nothing of the file is repeated: it holds a key.
fn shown(path: &Path) -> Result<reqwest::Identity, ConnectorError> {
    let wrong = |detail: String| {
        ConnectorError::new(
            ErrorKind::Configuration,
            format!("client_certificate {}", path.display()),
            detail,
        )
        .hinted("name a file with a certificate and its key as PEM")
    };
    let bytes = fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    reqwest::Identity::from_pem(&bytes)
        .map_err(|_| wrong("holds no certificate with its key".to_owned()))
}

/// The certificates of a file.
pub fn certificates(path: &Path) -> Result<Vec<Certificate>, ConnectorError> {
    let wrong = |detail: String| {
        ConnectorError::new(
            ErrorKind::Configuration,
            format!("ca_file {}", path.display()),
            detail,
        )
        .hinted("name a file with certificates as PEM")
    };
    let bytes = fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let found = Certificate::from_pem_bundle(&bytes)
        .map_err(|error| wrong(format!("is no PEM: {}", causes(&error))))?;
    if found.is_empty() {
        return Err(wrong("holds no certificate".to_owned()));
    }
    Ok(found)
}

/// The causes of an error, from the outside in, without those that name an address: a proxy's may hold a password.
#[must_use]
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
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
