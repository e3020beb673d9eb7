//! How every connector speaks HTTP: one wrapper around whatever sends the request. It waits, retries, counts limits, follows a move, asks
//! conditionally, keeps time-outs, proxies and certificates, masks what it logs, and keeps credentials out of what comes back ([`hidden`]), so that no connector does
//! any of it. [`dial`] makes the client under all of them, [`proxy`] knows the way to an address, [`tls`] the certificates.
//!
//! What does something is sent once and never again ([`deed`]). What goes on saying what happens is cut into [`lines`].
//!
//! A connector brings a [`Transport`] (its client with its credentials) and asks [`Http::get`] for an address; it gets an [`Answer`] for every
//! status that means something to it, and a [`Stop`] for everything that ends the request.

pub mod address;
pub mod client;
pub mod deed;
pub mod dial;
pub mod hidden;
pub mod instance;
pub mod limit;
pub mod lines;
pub mod mask;
pub mod page;
pub mod parse;
pub mod plain;
pub mod proxy;
pub mod refusal;
pub mod tls;

use std::future::Future;
use std::pin::Pin;

use futures::stream::BoxStream;
use http::HeaderMap;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::event::time::Timestamp;

use hidden::Hidden;

pub use client::{Http, Memory, Policy, Unopened};

/// What came back, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// The address has moved for good, and this is the answer of the new one.
    pub moved: bool,
}

impl Answer {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    #[must_use]
    pub fn etag(&self) -> Option<String> {
        self.header("etag").map(str::to_owned)
    }

    /// Nothing has changed since the entity tag that was sent.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.status == 304
    }

    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The connection could not be made, or broke; in words without addresses or secrets.
#[derive(Clone, Debug)]
pub struct Broken(pub String);

pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answer, Broken>> + Send + 'a>>;

/// An answer that goes on: its body comes piece by piece, as things happen.
pub struct Flow {
    pub status: u16,
    pub headers: HeaderMap,
    pub pieces: BoxStream<'static, Result<Vec<u8>, Broken>>,
}

pub type Flowing<'a> = Pin<Box<dyn Future<Output = Result<Flow, Broken>> + Send + 'a>>;

/// What sends one request, once, with the credentials of its source.
pub trait Transport: Send + Sync {
    fn get<'a>(&'a self, url: &'a str, headers: HeaderMap) -> Sending<'a>;

    /// Asks for what goes on. A transport that only asks and is answered says so.
    fn flow<'a>(&'a self, _url: &'a str, _headers: HeaderMap) -> Flowing<'a> {
        let text = "nothing goes on by the way that this source is asked";
        Box::pin(async move { Err(Broken(text.to_owned())) })
    }

    /// Sends what does something. A transport that only reads says so.
    fn send<'a>(&'a self, outgoing: Outgoing<'a>) -> Posting<'a> {
        let text = format!(
            "{} is not sent by a source that only reads",
            outgoing.method
        );
        Box::pin(async move { Err(Lost::Unsent(text)) })
    }

    /// The credentials that it sends, where it has any of its own.
    fn hidden(&self) -> Option<&Hidden> {
        None
    }
}

/// A request that does something.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub headers: HeaderMap,
    pub body: Option<&'a [u8]>,
}

/// Why what was sent has no answer.
#[derive(Clone, Debug)]
pub enum Lost {
    /// It never left.
    Unsent(String),
    /// It may have arrived.
    Unknown(String),
}

pub type Posting<'a> = Pin<Box<dyn Future<Output = Result<Answer, Lost>> + Send + 'a>>;

/// Why a request has no answer.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The source's own allowance is used up but for the reserve: nothing is wrong, and reading goes on after `until`.
    Budget {
        until: Timestamp,
        limit: Option<u64>,
    },
    Failed(ConnectorError),
}

impl Stop {
    /// The error of who cannot go on later, and only wants to know what is there now.
    #[must_use]
    pub fn into_error(self, context: &str) -> ConnectorError {
        match self {
            Self::Failed(error) => error,
            Self::Budget { until, .. } => ConnectorError::new(
                ErrorKind::RateLimited,
                context,
                format!("the allowance is used up until {until}"),
            ),
        }
    }
}

impl From<ConnectorError> for Stop {
    fn from(error: ConnectorError) -> Self {
        Self::Failed(error)
    }
}
