//! Where events come from. A connector reads one kind of tool and turns what it says into events; it knows nothing of the log, of other
//! connectors or of workloads. The written contract:
//!
//! - It MUST give the same identity `(source, id)` for the same fact, however often and by whatever way it is read.
//! - It MUST resume from its cursors: what a batch's cursors say is read is never needed again; what they do not say is read again.
//! - It MUST hand over batches as it goes, newest facts first, and each batch MUST be complete in itself.
//! - It MUST page every list to its end, bounded by what is new.
//! - It MUST NOT sleep, retry, count limits or cache: that is done once, around all connectors, in [`http`].
//! - It MUST send each request at most once; what has no sure answer is [`Sent::Doubtful`], and is asked after.
//! - It MUST NOT send anything but in [`Actor::send`]; [`Actor::prepare`] and [`Actor::ask`] only read.
//! - It MAY say at once that there is something new ([`Connector::listen`]); what that is, a reading tells as ever.
//! - It MUST NOT log a secret, and MUST NOT stop for a value that it does not know: the fact is kept, the value is reported as a [`Finding`].
//!
//! What connectors share stands beside their folders, to be looked through before anything is written again: `rows` (cursors), `facts` (events and unknown
//! words), `piece` (readings with several requests under way), `series` (how far a list is read, and where a reading that was stopped goes on), `telling` (what a reading hands over), `naming`
//! (repositories that have another name now), `origin`, `message` and `written` (repositories and their commits), `reopened` (requests), `gone` (gates of what was deleted), `tag`, `image` and `referrer` (of registries), `environment` (what runs where), `lenient` (answers with holes), `told` (parameters), `template`, `pattern`, `selection`, `issue`, `mention`,
//! `health`, `signature` (what pushes are known by), `acting` (requests, comments, probes), `opening` (requests for what was pushed), `spoken` and `once`; in
//! [`scanner`] what scanners write; in [`http`] the instance of a tool, parts of addresses, pages and answers that cannot be read.

mod acting;
pub mod alertmanager;
pub mod argocd;
pub mod backstage;
pub mod bitbucket;
pub mod buildkite;
pub mod cdevents;
pub mod circleci;
pub mod command;
pub mod descriptor;
pub mod environment;
pub mod error;
pub mod facts;
pub mod git;
pub mod gitea;
pub mod github;
pub mod gitlab;
mod gone;
pub mod harbor;
mod health;
pub mod heroku;
pub mod http;
pub mod image;
mod issue;
pub mod jenkins;
pub mod jira;
pub mod kargo;
pub mod kubernetes;
mod lenient;
pub mod mention;
pub mod message;
mod naming;
pub mod netlify;
pub mod oci;
mod once;
pub mod opening;
pub mod opsgenie;
pub mod origin;
pub mod pagerduty;
mod pattern;
mod piece;
pub mod probe;
mod referrer;
pub mod reopened;
mod rows;
pub mod scanner;
pub mod scans;
mod selection;
mod series;
pub mod servicenow;
pub mod signature;
mod spoken;
pub mod tag;
mod telling;
pub mod template;
pub mod told;
pub mod unopened;
mod wish;
pub mod written;

use std::future::Future;
use std::pin::Pin;

use crate::event::Event;
use crate::event::cdevents::{Document, read};
use crate::event::kind::MapText;
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Prepared, Request, Sent, Standing};

pub use error::ConnectorError;
pub use health::Health;

/// What a connector hands over: events and where it now stands, to be kept together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub events: Vec<Event<String>>,
    /// Cursor keys of this source and their new values; `None` forgets one.
    pub cursors: Vec<(String, Option<String>)>,
}

/// What a reading is asked for.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The cursors as kept from earlier readings: key and value, in the order of their keys.
    pub cursors: Vec<(String, String)>,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
    pub now: Timestamp,
}

impl Reading {
    /// The oldest fact wanted on a first reading: as it is asked, else as far back as the source says.
    #[must_use]
    pub fn back_to(&self, told: Option<Span>) -> Option<Timestamp> {
        self.since.or_else(|| told.map(|span| self.now - span))
    }
}

/// Something worth telling that is no event: shown by `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: a repository, a resource.
    pub subject: String,
    pub severity: Severity,
    /// What was found, and what to do about it.
    pub text: String,
}

impl Finding {
    /// Something that wants to be put right.
    pub fn warning(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            severity: Severity::Warning,
            text: text.into(),
        }
    }

    /// What could not be found is of use to who acts alone.
    #[must_use]
    pub fn lacks(error: &ConnectorError) -> Self {
        let text = format!(
            "{}; it is read without, and nothing is done in it",
            error.detail
        );
        Self::warning(error.context.as_str(), text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// How far a reading is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being read, in words.
    pub what: String,
    pub done: u64,
    /// `None` while not known.
    pub total: Option<u64>,
}

/// Where a connector hands over what it read. `batch` returns once the batch is kept; an error means that it is not, and the reading must stop.
pub trait Sink: Send {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError>;
    /// Hands over what is in the log's own form already: where it can, it is kept word for word, with all that leadtime does not know.
    fn documents(
        &mut self,
        documents: Vec<Document>,
        cursors: Vec<(String, Option<String>)>,
    ) -> Result<(), ConnectorError> {
        let events = documents.iter().filter_map(|one| read(&one.body).ok());
        let events = events.map(|event| event.map_text(&mut |text| text.clone().into_owned()));
        self.batch(Batch {
            events: events.collect(),
            cursors,
        })
    }
    fn progress(&mut self, progress: Progress);
    fn finding(&mut self, finding: Finding);
}

pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, ConnectorError>> + Send + 'a>>;

/// What was pushed, where that holds the facts themselves.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub documents: Vec<Document>,
    /// What of it is no fact: where, and why.
    pub left_out: Vec<String>,
}

/// A configured source.
pub trait Connector: Send + Sync {
    /// The kind, as in the configuration (`github`).
    fn kind(&self) -> &'static str;

    /// Reads what is new into the sink.
    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()>;

    /// Looks whether the source can be read, and what stands in the way.
    fn check(&self, now: Timestamp) -> Pending<'_, Health>;

    /// What was pushed here, where that holds the facts themselves. `None`: it says that there is something new to read.
    fn heard(&self, _body: &str, _now: Timestamp) -> Result<Option<Heard>, ConnectorError> {
        Ok(None)
    }

    /// Listens for as long as its tool goes on saying by itself that something happens. `None`: it has no way to say so. It tells [`Ear::heard`] once it
    /// listens, for what happened before, and again whenever something happens: so that what is listened to and what is read on a round is one fact. Who
    /// listens again when it ended, and when, is not its business.
    fn listen<'a>(&'a self, _ear: &'a dyn Ear) -> Option<Pending<'a, ()>> {
        None
    }

    /// How it acts, where it can.
    fn actor(&self) -> Option<&dyn Actor> {
        None
    }
}

/// Who is told what a source says by itself.
pub trait Ear: Send + Sync {
    /// Something happened, or may have: a reading would bring it.
    fn heard(&self);
    /// A part of the source that cannot be listened to; it is read as often as ever.
    fn finding(&self, finding: Finding);
}

pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source in which leadtime can act. Every deed is prepared, seen by a person, journalled, sent once, and asked after.
pub trait Actor: Send + Sync {
    /// Whether an event with this `context.source` came from the tool that this source speaks with.
    fn speaks_for(&self, source: &str) -> bool;

    /// The exact requests for an order. It may look in the tool, and does nothing there.
    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared>;

    /// Sends one request, once: no retry, whatever comes back. Before it, [`Self::ask`] has said [`Standing::Open`].
    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent>;

    /// Looks how a request stands in the tool, by what it would do or has done there.
    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing>;
}
