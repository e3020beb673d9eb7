//! The Argo CD connector, against an Argo CD of our own, its own API description, and recorded applications.

mod acting;
mod commands;
mod doubt;
mod failures;
mod keyboard;
mod payloads;
mod prism;
mod reading;
mod streaming;
pub mod subject;
mod waiting;
pub mod world;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leadtime::connector::argocd::ArgoCd;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Actor, Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Target, Verb, Version};
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
        name: "argo".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

/// One for each server: reading the system's certificates takes its time.
pub fn connector(server: &Server) -> Rc<ArgoCd> {
    thread_local!(static KNOWN: RefCell<Option<(String, Rc<ArgoCd>)>> = const { RefCell::new(None) });
    let url = server.url();
    KNOWN.with_borrow_mut(|known| match known {
        Some((of, known)) if *of == url => Rc::clone(known),
        _ => {
            let made = Rc::new(ArgoCd::new(settings(&url)).unwrap());
            *known = Some((url, Rc::clone(&made)));
            made
        }
    })
}

pub async fn read(server: &Server, kept: &mut Kept) -> Result<(), ConnectorError> {
    connector(server).read(kept.reading(now()), kept).await
}

/// An order for the application `shop`, of which a deployment is known.
pub fn order(server: &Server, verb: Verb) -> Order {
    let host = server.url().replace("http://", "argocd:");
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: host,
            id: format!("argocd/shop@{}", world::at(180)),
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

pub fn to_sha(number: u32) -> Option<Version> {
    Some(Version {
        sha: Some(world::sha(number)),
        ..Version::default()
    })
}

pub async fn prepare(server: &Server, order: &Order) -> Prepared {
    let prepared = connector(server).prepare(order).await;
    prepared.unwrap_or_else(|error| panic!("{error}"))
}

pub async fn send(server: &Server, request: &Request) -> Sent {
    connector(server).send(request).await
}

/// How a request that was kept in a journal stands.
pub async fn ask(server: &Server, request: &Request) -> leadtime::plan::request::Standing {
    let journal = serde_json::to_string(request).unwrap();
    let request: Request = serde_json::from_str(&journal).unwrap();
    connector(server).ask(&request).await
}
