//! What is configured: where lines of events lie, and where events are sent to. One of both must be told.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::error::ErrorKind;
use crate::connector::spoken::Spoken;

#[derive(Clone, Debug)]
pub struct Config {
    pub name: String,
    /// A file of lines, or a folder of such files.
    pub path: Option<PathBuf>,
    /// Where events are sent to.
    pub sink: Option<String>,
    /// By which what is sent is signed.
    pub secret: Option<SecretString>,
    /// Why a token or a secret is not there, without which nothing is sent.
    pub lacks: Option<ConnectorError>,
    pub spoken: Spoken,
}

impl Config {
    pub fn of(settings: &Settings) -> Result<Self, ConnectorError> {
        if settings.path.is_none() && settings.url.is_none() {
            let context = format!("source {:?}", settings.name);
            let detail = "it has neither a `path` to read nor a `url` to send to";
            return Err(
                ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(
                    "add path = \"events.jsonl\", or url = \"https://events.example.com/in\"",
                ),
            );
        }
        let own = format!("cdevents:{}", settings.name);
        Ok(Self {
            name: settings.name.clone(),
            path: settings.path.clone(),
            sink: settings.url.clone(),
            secret: settings.secret.clone(),
            lacks: settings.lacks.clone(),
            spoken: Spoken::new(own, &settings.projects)?,
        })
    }
}
