//! The Jenkins connector, against a Jenkins of our own and recorded answers.

mod acting;
mod doubt;
mod failures;
mod payloads;
mod reading;
pub mod subject;
pub mod world;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::jenkins::Jenkins;
use leadtime::connector::{Actor, Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb, Version};
use secrecy::SecretString;

use crate::support::kept::Kept;
use world::Server;

/// A token that must never be seen anywhere but in the header of a request, where it is encoded.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

/// Some time after everything in the world happened, and when it is asked to act.
pub fn now() -> Timestamp {
    Timestamp::from_micros(world::NOW * 1000)
}

pub fn settings(url: &str) -> Settings {
    Settings {
        name: "ci".to_owned(),
        url: Some(url.to_owned()),
        user: Some("leadtime".to_owned()),
        token: Some(SecretString::from(CANARY)),
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

/// One for each server: reading the system's certificates takes its time.
pub fn connector(server: &Server) -> Rc<Jenkins> {
    thread_local!(static KNOWN: RefCell<Option<(String, Rc<Jenkins>)>> = const { RefCell::new(None) });
    let url = server.url();
    KNOWN.with_borrow_mut(|known| match known {
        Some((of, known)) if *of == url => Rc::clone(known),
        _ => {
            let made = Rc::new(Jenkins::new(settings(&url)).unwrap());
            *known = Some((url, Rc::clone(&made)));
            made
        }
    })
}

pub async fn read(server: &Server, kept: &mut Kept) -> Result<(), ConnectorError> {
    connector(server).read(kept.reading(now()), kept).await
}

/// An order about a build, a stage or an input.
pub fn order(server: &Server, verb: Verb, id: &str) -> Order {
    let host = server.url().replace("http://", "jenkins:");
    let job = id.split('#').next().unwrap();
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: format!("{host}/{job}"),
            id: id.to_owned(),
            url: None,
        }),
        to: None,
        from: None,
        way: None,
        comment: Some("it is fine".to_owned()),
        key: "k-1".to_owned(),
        at: now(),
    }
}

/// An order to bring a version somewhere by a job.
pub fn promotion(server: &Server, way: serde_json::Value) -> Order {
    Order {
        target: None,
        to: Some(Version {
            version: Some("1.2.0".to_owned()),
            ..Version::default()
        }),
        way: way.as_object().cloned(),
        ..order(server, Verb::Promote, "none#1")
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
