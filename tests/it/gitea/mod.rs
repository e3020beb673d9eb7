//! The Gitea connector, against a Gitea of our own, its own API description, and recorded payloads.

mod acting;
mod failures;
mod payloads;
mod prism;
mod reading;
pub mod subject;
mod world;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::gitea::Gitea;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use secrecy::SecretString;

use crate::support::kept::Kept;
use world::Server;

/// A token that must never be seen anywhere but in the header of a request.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

pub fn now() -> Timestamp {
    Timestamp::parse(world::NOW).unwrap()
}

pub fn settings(url: &str) -> Settings {
    Settings {
        name: "tea".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: vec!["acme/*".to_owned()],
        patience: Some(Duration::from_millis(400)),
        ..Settings::default()
    }
}

/// One for each server: reading the system's certificates takes its time.
pub fn connector(server: &Server) -> Rc<Gitea> {
    thread_local!(static KNOWN: RefCell<Option<(String, Rc<Gitea>)>> = const { RefCell::new(None) });
    let url = server.url();
    KNOWN.with_borrow_mut(|known| match known {
        Some((of, known)) if *of == url => Rc::clone(known),
        _ => {
            let made = Rc::new(Gitea::new(&settings(&url)).unwrap());
            *known = Some((url, Rc::clone(&made)));
            made
        }
    })
}

pub async fn read(server: &Server, kept: &mut Kept) -> Result<(), ConnectorError> {
    connector(server).read(kept.reading(now()), kept).await
}
