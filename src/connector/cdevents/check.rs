//! What can be said of files and a sink without reading the one or writing to the other.

use crate::connector::http::mask::masked;
use crate::connector::{ConnectorError, Finding, Health, Severity};

use super::client;
use super::config::Config;

pub fn check(config: &Config) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    if let Some(path) = &config.path {
        let files = client::files(path)?;
        let shown = path.display();
        health.facts.push(match files.len() {
            1 => format!("1 file of events at {shown}"),
            many => format!("{many} files of events at {shown}"),
        });
        if files.is_empty() {
            health.findings.push(client::nothing_yet(path));
        }
    }
    health
        .findings
        .extend(config.lacks.as_ref().map(Finding::lacks));
    if config.path.is_none() && config.sink.is_none() {
        let fact = "nothing is read: its events are those that are pushed";
        health.facts.push(fact.to_owned());
    }
    if let Some(sink) = &config.sink {
        let signed = if config.secret.is_some() {
            "signed"
        } else {
            "not signed"
        };
        let shown = masked(sink);
        health
            .facts
            .push(format!("events are sent to {shown}, {signed}"));
        if config.secret.is_none() && sink.starts_with("http://") {
            health.findings.push(Finding {
                subject: shown,
                severity: Severity::Warning,
                text: "what is sent is neither signed nor encrypted: add `secret`, or use https"
                    .to_owned(),
            });
        }
    }
    Ok(health)
}
