//! What can be said of a program without running it: running it may cost, and `doctor` only looks.

use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, Health};

use super::client;
use super::config::Config;

pub fn check(config: &Config) -> Result<Health, ConnectorError> {
    let program = config.program();
    let Some(found) = client::find(program) else {
        let context = format!("source {:?}", config.name);
        let detail = format!("there is no program {program:?}");
        return Err(
            ConnectorError::new(ErrorKind::Configuration, context, detail)
                .hinted("give its whole path in `command`, and let it be executable"),
        );
    };
    let asked = if config.asks {
        "it can be asked after what it did"
    } else {
        "it cannot be asked after what it did (`asks = true` where it can)"
    };
    Ok(Health {
        facts: vec![format!("program {}; {asked}", found.display())],
        findings: Vec::new(),
    })
}
