//! What can be said of the files without reading them.

use crate::connector::{ConnectorError, Health};

use super::config::Config;
use super::files;

pub fn check(config: &Config) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let found = files::find(&config.path)?;
    let shown = config.path.display();
    health.facts.push(match found.len() {
        1 => format!("1 file at {shown}"),
        many => format!("{many} files at {shown}"),
    });
    if found.is_empty() {
        health.findings.push(files::nothing_yet(&config.path));
    }
    Ok(health)
}
