//! The connector of image registries: against one of our own that can behave badly, against recorded exchanges, and against a real one where it is installed.

mod acting;
mod beside;
mod docker;
mod failures;
mod reading;
mod real;
mod recorded;
pub mod subject;
pub mod world;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::oci::Oci;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::kind::Kind;
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::support::kept::Kept;
use world::{Registry, World};

/// A password that must never be seen anywhere but in the header of a request.
const CANARY: &str = "dckr_pat_CanaryThatMustNeverBeSeen";
const SHA: &str = "8c1f0a7b5e2d4c6f9a0b1c2d3e4f5061728394a5";
const OTHER: &str = "0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5041322314";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn now() -> Timestamp {
    at("2026-02-01T00:00:00Z")
}

fn settings(url: &str, repositories: &[&str]) -> Settings {
    Settings {
        name: "images".to_owned(),
        url: Some(url.to_owned()),
        user: Some("jane".to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: repositories.iter().map(|&name| name.to_owned()).collect(),
        environment: Some("{staging,production}".to_owned()),
        patience: Some(std::time::Duration::from_secs(5)),
        ..Settings::default()
    }
}

fn connector(registry: &Registry) -> Oci {
    Oci::new(&settings(&registry.url(), &["acme/*"])).unwrap()
}

async fn read(registry: &Registry, kept: &mut Kept) -> Result<(), ConnectorError> {
    read_at(registry, kept, now()).await
}

async fn read_at(
    registry: &Registry,
    kept: &mut Kept,
    now: Timestamp,
) -> Result<(), ConnectorError> {
    connector(registry).read(kept.reading(now), kept).await
}

/// A world with one repository, filled.
fn world(fill: impl FnOnce(&mut world::Repository)) -> World {
    let mut world = World::default();
    fill(
        world
            .repositories
            .entry("acme/shop".to_owned())
            .or_default(),
    );
    world
}

/// Image and version of every artifact that was told of.
fn versions(kept: &Kept) -> Vec<(&str, Option<&str>)> {
    let events = kept.events.values().filter_map(|event| match &event.kind {
        Kind::Artifact(fact) => Some((event.id.as_str(), fact.version.as_deref())),
        _ => None,
    });
    events.collect()
}
