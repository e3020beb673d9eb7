//! The CircleCI connector, against a CircleCI of our own, its own API description, and recorded answers.

mod acting;
mod doubt;
mod failures;
mod payloads;
mod prism;
mod reading;
pub mod subject;
mod world;

use std::time::Duration;

use leadtime::connector::circleci::CircleCi;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Actor, Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb, Version};
use secrecy::SecretString;
use serde_json::json;

use crate::support::kept::Kept;
use world::Server;

/// A token that must never be seen anywhere but in the header of a request.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Some time after everything in the world happened.
pub fn now() -> Timestamp {
    time("2026-03-02T12:00:00Z")
}

pub fn settings(url: &str, projects: &[&str]) -> Settings {
    Settings {
        name: "circle".to_owned(),
        url: Some(format!("{url}/api/v2")),
        token: Some(SecretString::from(CANARY)),
        projects: projects.iter().map(|&text| text.to_owned()).collect(),
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

pub fn connector(server: &Server) -> CircleCi {
    CircleCi::new(&settings(&server.url(), &["gh/acme/*"])).unwrap()
}

pub async fn read(server: &Server, kept: &mut Kept) -> Result<(), ConnectorError> {
    read_at(server, kept, now()).await
}

pub async fn read_at(
    server: &Server,
    kept: &mut Kept,
    now: Timestamp,
) -> Result<(), ConnectorError> {
    connector(server).read(kept.reading(now), kept).await
}

/// An order about a thing of the project `gh/acme/shop`.
pub fn order(verb: Verb, id: &str) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: "circleci:127.0.0.1/gh/acme/shop".to_owned(),
            id: id.to_owned(),
            url: None,
        }),
        to: Some(Version {
            version: Some("v2".to_owned()),
            ..Version::default()
        }),
        from: None,
        way: json!({"parameters": {"version": "v2", "go": "true"}})
            .as_object()
            .cloned(),
        comment: Some("it burns".to_owned()),
        key: "k-1".to_owned(),
        at: world::clock(0),
    }
}

pub async fn prepare(server: &Server, order: &Order) -> Prepared {
    let prepared = connector(server).prepare(order).await;
    prepared.unwrap_or_else(|error| panic!("{error}"))
}

pub async fn send(server: &Server, request: &Request) -> Sent {
    connector(server).send(request).await
}

/// How a request that was kept in a journal stands.
pub async fn ask(server: &Server, request: &Request) -> Standing {
    let journal = serde_json::to_string(request).unwrap();
    let request: Request = serde_json::from_str(&journal).unwrap();
    connector(server).ask(&request).await
}
