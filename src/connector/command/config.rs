//! What is configured of a program: how it is run, how long it may take, and whether it can be asked after what it did.

use std::time::Duration;

use secrecy::SecretString;

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::error::ErrorKind;
use crate::connector::spoken::Spoken;

/// A program as a source.
#[derive(Clone, Debug)]
pub struct Config {
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    pub token: Option<SecretString>,
    /// It understands `LEADTIME_ASK`.
    pub asks: bool,
    pub spoken: Spoken,
    pub patience: Patience,
}

/// How long a program may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub read: Duration,
    pub act: Duration,
    pub ask: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            read: Duration::from_mins(5),
            act: Duration::from_mins(15),
            ask: Duration::from_mins(1),
        }
    }
}

impl Config {
    pub fn of(settings: Settings) -> Result<Self, ConnectorError> {
        let spoken = Spoken::new(format!("command:{}", settings.name), &settings.projects)?;
        let named = settings
            .command
            .first()
            .is_some_and(|program| !program.is_empty());
        let has_nul = settings.command.iter().any(|part| part.contains('\0'));
        if !named || has_nul {
            let context = format!("source {:?}", settings.name);
            let detail = "`command` names no program";
            return Err(
                ConnectorError::new(ErrorKind::Configuration, context, detail)
                    .hinted("write it as command = [\"./events.sh\", \"--all\"]"),
            );
        }
        Ok(Self {
            name: settings.name,
            command: settings.command,
            token: settings.token,
            asks: settings.asks,
            spoken,
            patience: Patience::default(),
        })
    }

    pub fn program(&self) -> &str {
        self.command.first().map_or("", String::as_str)
    }
}
