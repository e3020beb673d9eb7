//! A program of one's own as a source, and as the one that acts: what no connector speaks with is a few lines of script away. It is run with arguments,
//! never by a shell; what it prints are CDEvents, one a line; what it is asked stands on its standard input and in variables.
//!
//! - `client` runs it, `translate` reads what it printed, `cursor` tells it how far it was read.
//! - `act` is the protocol by which it promotes, rolls back, decides, tries again and answers incidents.

mod act;
mod check;
mod client;
mod config;
mod cursor;
mod translate;

use super::descriptor::{Capability, Descriptor, Settings};
use super::error::ErrorKind;
use super::{Actor, Connector, ConnectorError, Finding, Health, Pending, Reading, Severity, Sink};
use crate::event::time::Timestamp;
use crate::plan::request::Verb;

use act::Act;
use client::Ended;
use config::Config;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "command",
    tool: "a program",
    takes: &["token", "projects", "asks"],
    needs: &[("command", "[\"./events.sh\"]")],
    local: false,
    capability: Capability {
        acts: &[
            Verb::Approve,
            Verb::Reject,
            Verb::Promote,
            Verb::Rollback,
            Verb::Retry,
            Verb::Acknowledge,
            Verb::Resolve,
        ],
        ways: &["arguments"],
    },
    pushes: &[],
    signs: None,
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    let config = Config::of(settings)?;
    Ok(Box::new(Command {
        act: Act::new(config.clone()),
        config,
    }))
}

/// A program that is run.
struct Command {
    config: Config,
    act: Act,
}

impl Command {
    async fn read_into(&self, reading: Reading, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let ended = client::read(&self.config, cursor::since(&reading)).await?;
        let (documents, problems) = translate::documents(&ended.out, reading.now);
        for problem in problems {
            sink.finding(self.finding(Severity::Warning, problem));
        }
        let words = ended.words();
        if ended.is_good() {
            if !words.is_empty() {
                sink.finding(self.finding(Severity::Note, format!("it says: {words}")));
            }
            return sink.documents(documents, vec![cursor::read(reading.now)]);
        }
        // What it printed is so; that there is no more is not.
        sink.documents(documents, Vec::new())?;
        Err(self.failed(&ended))
    }

    fn failed(&self, ended: &Ended) -> ConnectorError {
        let words = ended.words();
        let said = if words.is_empty() {
            String::new()
        } else {
            format!(": {words}")
        };
        ConnectorError::new(
            ErrorKind::Unavailable,
            format!("source {:?}, {}", self.config.name, self.config.program()),
            format!("{}{said}", ended.how()),
        )
    }

    fn finding(&self, severity: Severity, text: String) -> Finding {
        Finding {
            subject: self.config.program().to_owned(),
            severity,
            text,
        }
    }
}

impl Connector for Command {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(self.read_into(reading, sink))
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.config) })
    }

    fn actor(&self) -> Option<&dyn Actor> {
        Some(&self.act)
    }
}
