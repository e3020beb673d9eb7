//! Acting in Buildkite. Each family of deeds has its file: it finds out what stands in the way and makes the one request, and asks after it by what it would
//! leave behind ([`Probe`]): [`gate`] unblocks, [`stop`] cancels, which is also the only way to refuse, [`again`] retries and rebuilds, [`start`] builds with an
//! environment of its own, which is how a version is promoted or rolled back, and takes the key of its action along.

mod again;
mod gate;
mod start;
mod stop;

use serde::{Deserialize, Serialize};

use super::Buildkite;
use super::client;
use super::translate::{Part, Thing, read_id};
use super::wire::{Build, Job, User};
use crate::connector::acting::{foreign, nothing_to, probe, standing, target};
use crate::connector::error::ErrorKind;
use crate::connector::http::{Answer, parse};
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[
    Verb::Approve,
    Verb::Reject,
    Verb::Promote,
    Verb::Rollback,
    Verb::Retry,
    Verb::RetryFailed,
    Verb::Cancel,
];

pub const WAYS: &[&str] = &["pipeline", "ref", "parameters", "inputs"];

const NAME: &str = "Buildkite";

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
enum Probe {
    Unblock(gate::Unblock),
    Stop(stop::Stop),
    Jobs(again::Jobs),
    Rebuild(again::Rebuild),
    Start(start::Start),
}

impl Actor for Buildkite {
    fn speaks_for(&self, source: &str) -> bool {
        let slug = self.instance.within(source);
        slug.is_some_and(|slug| self.selection.has(slug))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Approve => gate::prepare(self, order).await,
                Verb::Reject => stop::reject(self, order).await,
                Verb::Promote | Verb::Rollback => start::prepare(self, order).await,
                Verb::Retry => again::retry(self, order).await,
                Verb::RetryFailed => again::failed(self, order).await,
                Verb::Cancel => stop::cancel(self, order).await,
                _ => Err(nothing_to(order, NAME, &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let receipt = |answer: &Answer| receipt(request, answer);
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl Buildkite {
    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        match probe(request)? {
            Probe::Unblock(probe) => gate::ask(self, &probe).await,
            Probe::Stop(probe) => stop::ask(self, &probe).await,
            Probe::Jobs(probe) => again::ask_jobs(self, &probe).await,
            Probe::Rebuild(probe) => again::ask_rebuild(self, &probe).await,
            Probe::Start(probe) => start::ask(self, &probe).await,
        }
    }

    /// The build that an order is about, or the part of one.
    fn thing(&self, order: &Order) -> Result<Thing, ConnectorError> {
        let target = target(order, NAME)?;
        let slug = self.instance.within(&target.source);
        read_id(&target.id)
            .filter(|thing| slug == Some(thing.slug.as_str()))
            .ok_or_else(|| foreign(order, NAME))
    }

    async fn me(&self) -> Result<Option<User>, ConnectorError> {
        client::me(&self.instance).await
    }
}

/// A build's job, or block step.
fn part<'b>(build: &'b Build, thing: &Thing, wanted: Part) -> Result<&'b Job, ConnectorError> {
    let id = match &thing.part {
        Some((part, id)) if *part == wanted => id,
        _ => {
            let detail = match wanted {
                Part::Block => {
                    "it is no block step, and nothing else in Buildkite waits for a person"
                }
                Part::Job => "it is no job",
            };
            return Err(ConnectorError::new(
                ErrorKind::NotFound,
                thing.build(),
                detail,
            ));
        }
    };
    build.jobs.iter().find(|job| job.id == *id).ok_or_else(|| {
        let detail = format!("has no job {id} any more");
        ConnectorError::new(ErrorKind::NotFound, thing.build(), detail)
    })
}

/// Somebody, by id and name.
fn by(user: Option<&User>) -> Option<(&str, &str)> {
    user.map(|user| (user.id.as_str(), user.name.as_str()))
}

/// What Buildkite says of a deed that it took.
fn receipt(request: &Request, answer: &Answer) -> Receipt {
    let said: Build = parse::one(&answer.body).unwrap_or_default();
    let page = request.probe["page"].as_str().map(str::to_owned);
    let made = matches!(request.probe["family"].as_str(), Some("start" | "rebuild"));
    if made && said.number > 0 {
        Receipt {
            text: format!("Buildkite took it: build {}", said.number),
            url: said.web_url.or(page),
        }
    } else {
        Receipt {
            text: format!("Buildkite took it ({}): {}", answer.status, request.what),
            url: page,
        }
    }
}
