//! The Buildkite connector, against a Buildkite of our own and recorded answers.

mod acting;
mod payloads;
mod reading;
pub mod subject;
mod world;

use leadtime::connector::Connector;
use leadtime::connector::buildkite::Buildkite;
use leadtime::connector::descriptor::Settings;
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::conformance::subject::HASTE;
use crate::support::deeds::CANARY;
use world::Server;

/// Some time after everything in the world happened.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

pub fn settings(url: &str, projects: &[&str]) -> Settings {
    Settings {
        name: "bk".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        projects: projects.iter().map(|&text| text.to_owned()).collect(),
        patience: HASTE,
        ..Settings::default()
    }
}

pub fn connector(server: &Server) -> Box<dyn Connector> {
    Box::new(Buildkite::new(&settings(&server.url(), &["acme/*"])).unwrap())
}
