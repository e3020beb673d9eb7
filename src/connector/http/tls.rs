//! Certificates: those that a source trusts beside the system's, the one by which it shows who it is, and what is said when either side does not take the
//! other's. Every file is read through when its source is opened, so that what is wrong with it is told with its name, and nothing of a key is repeated.

use std::error::Error;
use std::fs;
use std::path::Path;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{AlertDescription, CertificateError, RootCertStore};
use secrecy::{ExposeSecret, SecretString};

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// What goes wrong between two that would speak TLS, and what to do about it.
const TROUBLES: [(&str, &str); 8] = [
    (UNTRUSTED, "name the certificates of its CA with `ca_file`"),
    (
        MISNAMED,
        "is the host of `url` the one that the certificate is for?",
    ),
    (
        EXPIRED,
        "it has to be renewed there, or the clock of this machine goes wrong",
    ),
    (
        EARLY,
        "the clock of this machine goes wrong, or that of who signed it",
    ),
    (
        UNSHOWN,
        "name a file with a certificate and its key with `client_certificate`",
    ),
    (
        UNTAKEN,
        "is the certificate in `client_certificate` expired, or of another CA than it asks for?",
    ),
    (
        PLAIN,
        "is it reached by http:// rather than https://, or by another port?",
    ),
    (
        OTHERWISE,
        "its certificate or its TLS is not one that can be used; `openssl s_client -connect HOST:PORT` shows it",
    ),
];
const UNTRUSTED: &str = "its certificate is signed by nobody whom this machine trusts";
const MISNAMED: &str = "its certificate is for another name";
const EXPIRED: &str = "its certificate has expired";
const EARLY: &str = "its certificate is not valid yet";
const UNSHOWN: &str = "it asks for a client certificate";
const UNTAKEN: &str = "it does not take the client certificate";
const PLAIN: &str = "it does not answer in TLS";
const OTHERWISE: &str = "no TLS with it";

/// What to do about an error in whose words a trouble of TLS stands.
#[must_use]
pub fn advice(text: &str) -> Option<&'static str> {
    let mut troubles = TROUBLES.iter();
    let found = troubles.find(|(trouble, _)| text.contains(trouble));
    found.map(|(_, advice)| *advice)
}

/// What TLS says of an error, where it is one of its own: it comes wrapped in others.
#[must_use]
pub fn words(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(said(found));
    }
    let inner = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    words(inner)
}

fn said(error: &rustls::Error) -> String {
    use CertificateError as Bad;
    let known = match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::UnknownIssuer => UNTRUSTED,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => MISNAMED,
            Bad::Expired | Bad::ExpiredContext { .. } => EXPIRED,
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => EARLY,
            _ => return format!("{OTHERWISE}: {error}"),
        },
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired => UNSHOWN,
            AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate => UNTAKEN,
            _ => return format!("{OTHERWISE}: {error}"),
        },
        rustls::Error::InvalidMessage(_) => PLAIN,
        _ => return format!("{OTHERWISE}: {error}"),
    };
    known.to_owned()
}

fn wrong(key: &str, path: &Path, detail: impl Into<String>, hint: &str) -> ConnectorError {
    let place = format!("{key} {}", path.display());
    ConnectorError::new(ErrorKind::Configuration, place, detail).hinted(hint)
}

fn read(key: &str, path: &Path, hint: &str) -> Result<Vec<u8>, ConnectorError> {
    fs::read(path).map_err(|error| wrong(key, path, format!("cannot be read: {error}"), hint))
}

/// The certificates that a file names to be trusted.
pub fn trusted(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectorError> {
    const KEY: &str = "ca_file";
    const HINT: &str = "name a file with certificates as PEM";
    let bytes = read(KEY, path, HINT)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|_| wrong(KEY, path, "is no whole PEM", HINT))?;
    if found.is_empty() {
        return Err(wrong(KEY, path, "holds no certificate", HINT));
    }
    let mut store = RootCertStore::empty();
    for (number, one) in (1..).zip(&found) {
        if store.add(one.clone()).is_err() {
            let detail = format!("its certificate {number} cannot be read");
            return Err(wrong(KEY, path, detail, HINT));
        }
    }
    Ok(found)
}

/// A certificate with those that lead to its CA, and its key: by which a source shows who it is.
pub struct Identity(SecretString);

impl Identity {
    /// Reads the file of a `client_certificate`.
    pub fn read(path: &Path) -> Result<Self, ConnectorError> {
        const KEY: &str = "client_certificate";
        const HINT: &str = "name a file with a certificate and its key as PEM";
        let bytes = read(KEY, path, HINT)?;
        let no = |detail: &str| wrong(KEY, path, detail, HINT);
        let text = String::from_utf8(bytes).map_err(|_| no("is no PEM"))?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        let chain = chain.map_err(|_| no("is no whole PEM"))?;
        if chain.is_empty() {
            return Err(no("holds no certificate"));
        }
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
            if text.contains("ENCRYPTED") {
                let hint = "nobody is asked for its passphrase: `openssl pkey` writes it without one, for a file that only you may read";
                return wrong(KEY, path, "its key is encrypted", hint);
            }
            no("holds a certificate, and no key")
        })?;
        let provider = aws_lc_rs::default_provider();
        match CertifiedKey::from_der(chain, key, &provider) {
            Ok(_) => Ok(Self(SecretString::from(text))),
            Err(rustls::Error::InconsistentKeys(_)) => {
                Err(no("its key is not the one of its certificate"))
            }
            Err(_) => Err(no("its certificate or its key cannot be read")),
        }
    }

    /// For the client under most connectors.
    pub fn of_client(&self) -> reqwest::Result<reqwest::Identity> {
        reqwest::Identity::from_pem(self.0.expose_secret().as_bytes())
    }

    /// The certificate and those that lead to its CA, as PEM; and the key, as PEM.
    #[must_use]
    pub fn parts(&self) -> (String, SecretString) {
        let (mut chain, mut key) = (String::new(), String::new());
        let mut is_certificate = false;
        for line in self.0.expose_secret().lines() {
            if line.contains("-----BEGIN ") {
                is_certificate = line.contains("BEGIN CERTIFICATE");
            }
            let part = if is_certificate { &mut chain } else { &mut key };
            part.push_str(line);
            part.push('\n');
        }
        (chain, SecretString::from(key))
    }
}
