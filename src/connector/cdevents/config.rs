//! What is configured: where lines of events lie, where events are sent to, by what those that are pushed are known. One of them must be told.

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
    /// By which what is sent is signed, and what is pushed is known.
    pub secret: Option<SecretString>,
    /// Why a token or a secret is not there, without which nothing is sent.
    pub lacks: Option<ConnectorError>,
    pub spoken: Spoken,
}

impl Config {
    pub fn of(settings: &Settings) -> Result<Self, ConnectorError> {
        // A secret that was not found was told, too.
        let is_pushed = settings.secret.is_some() || settings.lacks.is_some();
        if settings.path.is_none() && settings.url.is_none() && !is_pushed {
            let context = format!("source {:?}", settings.name);
            let detail = "it has neither a `path` to read nor a `url` to send to, nor a `secret` by which pushes are known";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_alone_is_enough_for_what_is_pushed() {
        let pushed = Settings {
            secret: Some("s".into()),
            ..Settings::default()
        };
        let config = Config::of(&pushed).unwrap();
        assert!(config.path.is_none() && config.sink.is_none());
        let error = Config::of(&Settings::default()).unwrap_err();
        assert!(error.to_string().contains("nor a `secret`"), "{error}");
    }
}
