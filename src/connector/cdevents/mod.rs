//! CDEvents as they are, for what speaks them already: a file of JSON lines, or a folder of such, followed as it grows; and a sink that is told what was
//! decided, as a signed `CloudEvent` over HTTP.
//!
//! - `client` follows files, `cursor` is the place in each, `translate` cuts lines into documents.
//! - `act` makes the event that is sent, `sign` the marks by which its receiver knows it.

mod act;
mod check;
mod client;
mod config;
mod cursor;
mod sign;
mod translate;

use super::descriptor::{Capability, Descriptor, Settings};
use super::signature::Scheme;
use super::{Actor, Connector, ConnectorError, Health, Heard, Pending, Reading, Sink};
use crate::event::time::Timestamp;
use crate::plan::request::Verb;

use act::Act;
use config::Config;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "cdevents",
    tool: "CDEvents",
    takes: &[
        "path",
        "url",
        "token",
        "secret",
        "projects",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("path/url/secret", "path = \"events.jsonl\"")],
    local: true,
    capability: Capability {
        acts: &[Verb::Approve, Verb::Reject, Verb::Promote, Verb::Rollback],
        ways: &["event"],
    },
    pushes: &[
        Scheme::Standard,
        Scheme::Hex {
            header: "x-hub-signature-256",
            before: "sha256=",
        },
        Scheme::BEARER,
    ],
    signs: None,
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "every connector is opened in the same way"
)]
pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    let config = Config::of(&settings)?;
    let act = config
        .sink
        .is_some()
        .then(|| Act::new(&config, &settings))
        .transpose()?;
    Ok(Box::new(CdEvents { config, act }))
}

/// Files that are followed, a sink, both, or nothing but what is pushed.
struct CdEvents {
    config: Config,
    act: Option<Act>,
}

impl Connector for CdEvents {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            match &self.config.path {
                Some(path) => client::read(path, &reading, sink),
                None => Ok(()),
            }
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move { check::check(&self.config) })
    }

    fn heard(&self, body: &str, now: Timestamp) -> Result<Option<Heard>, ConnectorError> {
        translate::pushed(body, now).map(Some)
    }

    fn actor(&self) -> Option<&dyn Actor> {
        self.act.as_ref().map(|act| act as &dyn Actor)
    }
}
