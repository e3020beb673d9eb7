//! What is configured: where the files lie, of which form they are, and what they are of where they do not say so.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::scanner::form::Form;
use crate::connector::scanner::subject::Subject;

#[derive(Clone, Debug)]
pub struct Config {
    /// A file, a folder, or a pattern of files.
    pub path: PathBuf,
    /// `None`: told from what each file holds.
    pub form: Option<Form>,
    pub of: Subject,
}

impl Config {
    pub fn of(settings: &Settings) -> Result<Self, ConnectorError> {
        let wrong = |key: &str, detail: String, hint: &str| {
            ConnectorError::configuration(&settings.name, key, detail).hinted(hint)
        };
        let path = settings.path.clone().ok_or_else(|| {
            let hint =
                "add path = \"scans\": a folder, a file, or a pattern as \"scans/**/*.json\"";
            wrong("path", "is missing".to_owned(), hint)
        })?;
        let form = settings.format.as_deref().map(|name| {
            let detail = format!("there is no form {name:?}");
            let hint = format!(
                "known are {}; leave `format` out to have it told from each file",
                Form::names()
            );
            Form::named(name).ok_or_else(|| wrong("format", detail, &hint))
        });
        let artifact = settings.artifact.as_deref().map(|text| {
            let of = Subject::named(text);
            let names = of.image.is_some() || of.purl.is_some();
            let detail = format!("{text:?} names no artifact");
            let hint =
                "write an image as one pulls it (\"ghcr.io/acme/checkout\"), or a package URL";
            names
                .then_some(of)
                .ok_or_else(|| wrong("artifact", detail, hint))
        });
        let repository = Subject {
            repository: settings.repository.clone(),
            ..Subject::default()
        };
        Ok(Self {
            path,
            form: form.transpose()?,
            of: artifact.transpose()?.unwrap_or_default().or(&repository),
        })
    }

    /// What decides, beside a file itself, what is made of it: when this changes, all is read again.
    #[must_use]
    pub fn mark(&self) -> String {
        let text = format!("1 {:?} {:?}", self.form, self.of);
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        digest[..16].to_owned()
    }
}
