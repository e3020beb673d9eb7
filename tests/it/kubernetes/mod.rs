//! The connector for Kubernetes, against a cluster of our own, a real API server where one is at hand, and recorded objects.

mod acting;
mod commands;
mod doubt;
mod failures;
mod families;
mod live;
mod payloads;
mod reading;
mod rights;
mod runs;
mod schemas;
mod steady;
pub mod subject;
mod tools;
mod watched;
mod watching;
mod world;

use std::time::Duration;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::connector::{Actor, Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb};
use secrecy::SecretString;

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

pub fn settings(url: &str) -> Settings {
    Settings {
        name: "cluster".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

pub fn connector(server: &Server) -> Kubernetes {
    Kubernetes::new(settings(&server.url())).unwrap()
}

pub async fn read(server: &Server, kept: &mut Kept) -> Result<(), ConnectorError> {
    connector(server).read(kept.reading(now()), kept).await
}

/// An order about something that the cluster reported.
pub fn order(server: &Server, verb: Verb, id: &str) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: server.url().replace("http://", "kubernetes:"),
            id: id.to_owned(),
            url: None,
        }),
        to: None,
        from: None,
        way: None,
        comment: Some("it burns".to_owned()),
        key: "k-1".to_owned(),
        at: now(),
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
