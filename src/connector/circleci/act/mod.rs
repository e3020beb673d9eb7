//! Acting in CircleCI. Each family of deeds has its file: it finds out what stands in the way and makes the one request, and asks after it by what it would
//! leave behind ([`Probe`]): [`gate`] approves, [`stop`] cancels, which is also how an approval is refused, [`again`] runs again, [`start`] runs a pipeline
//! with parameters, which is how a version is promoted or rolled back.
//!
//! CircleCI takes no key along, so a deed is known for ours by who did it and when.

pub mod again;
pub mod gate;
pub mod start;
pub mod stop;
pub mod tool;

use serde::{Deserialize, Serialize};

use self::tool::Tool;
use super::CircleCi;
use super::translate::before;
use super::wire::Taken;
use crate::connector::acting::{ELSEWHERE, nothing_to, probe, standing};
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

pub const WAYS: &[&str] = &["repository", "pipeline", "ref", "parameters"];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
pub enum Probe {
    Approval(gate::Approval),
    Stop(stop::Stop),
    Again(again::Again),
    Start(start::Start),
}

impl Actor for CircleCi {
    fn speaks_for(&self, source: &str) -> bool {
        source
            .strip_prefix(&before(&self.instance.host))
            .is_some_and(|slug| self.selection.has(slug))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let tool = self.tool();
            match order.verb {
                Verb::Approve => gate::prepare(&tool, order).await,
                Verb::Reject => stop::reject(&tool, order).await,
                Verb::Promote | Verb::Rollback => start::prepare(&tool, order).await,
                Verb::Retry | Verb::RetryFailed => again::prepare(&tool, order).await,
                Verb::Cancel => stop::cancel(&tool, order).await,
                _ => Err(nothing_to(order, "CircleCI", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let below = |path| request.url.starts_with(&self.instance.at(path));
            if !below("/workflow/") && !below("/project/") {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let receipt = |answer: &Answer| receipt(request, answer);
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl CircleCi {
    fn tool(&self) -> Tool<'_> {
        Tool {
            reach: self.reach(),
            selection: &self.selection,
        }
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let tool = self.tool();
        match probe(request)? {
            Probe::Approval(probe) => gate::ask(&tool, &probe).await,
            Probe::Stop(probe) => stop::ask(&tool, &probe).await,
            Probe::Again(probe) => again::ask(&tool, &probe).await,
            Probe::Start(probe) => start::ask(&tool, &probe).await,
        }
    }
}

/// What CircleCI says of a deed that it took.
fn receipt(request: &Request, answer: &Answer) -> Receipt {
    let said: Taken = parse::one(&answer.body).unwrap_or_default();
    let page = request.probe["page"].as_str().map(str::to_owned);
    let text = match (&said.workflow_id, said.number, said.message) {
        (Some(id), _, _) => format!("CircleCI took it: it runs again as workflow {id}"),
        (_, Some(number), _) => format!("CircleCI took it: pipeline {number}"),
        (_, _, Some(message)) => {
            let clean = message.chars().filter(|c| !c.is_control()).take(240);
            format!("CircleCI took it: {}", clean.collect::<String>())
        }
        _ => format!("CircleCI took it ({})", answer.status),
    };
    Receipt { text, url: page }
}
