//! Acting in GitHub. Each family of deeds has its file: it finds out what stands in the way and makes the one request ([`gate`], [`run`], and by the way
//! that a step is configured, [`promote`]: [`dispatch`], [`deployment`], [`merge`]), and asks after it by what it would leave behind ([`Probe`]).
//!
//! A deed is known for ours by what GitHub tells: the key of the action where it can be written (comments, payloads, inputs), else who did it and when.

pub mod answer;
pub mod deployment;
pub mod dispatch;
pub mod gate;
pub mod merge;
pub mod open;
pub mod promote;
pub mod run;
pub mod tool;
pub mod way;
pub mod workflow;

use serde::{Deserialize, Serialize};

use self::run::Deed;
use self::tool::{Tool, repository_in};
use super::GitHub;
use super::fault::declined;
use super::read::parse;
use crate::connector::acting::{ELSEWHERE, nothing_to, probe, standing};
use crate::connector::http::Answer;
use crate::connector::opening::Opened;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const VERBS: &[Verb] = &[
    Verb::Approve,
    Verb::Reject,
    Verb::Promote,
    Verb::Rollback,
    Verb::Retry,
    Verb::RetryFailed,
    Verb::Cancel,
];

pub const WAYS: &[&str] = &[
    "repository",
    "workflow",
    "ref",
    "inputs",
    "deployment",
    "merge",
];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
pub enum Probe {
    Gate(gate::Probe),
    Run(run::Probe),
    Dispatch(dispatch::Probe),
    Deployment(deployment::Probe),
    Merge(merge::Probe),
    Open(Opened),
}

impl Actor for GitHub {
    fn speaks_for(&self, source: &str) -> bool {
        repository_in(&self.base.host, source)
            .is_some_and(|repository| self.selection.has(repository))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let tool = self.tool()?;
            match order.verb {
                Verb::Approve => gate::prepare(&tool, order, gate::State::Approved).await,
                Verb::Reject => gate::prepare(&tool, order, gate::State::Rejected).await,
                Verb::Promote | Verb::Rollback => promote::prepare(&tool, order).await,
                Verb::Retry => run::prepare(&tool, order, Deed::Retry).await,
                Verb::RetryFailed => run::prepare(&tool, order, Deed::RetryFailed).await,
                Verb::Cancel => run::prepare(&tool, order, Deed::Cancel).await,
                _ => Err(nothing_to(order, "GitHub", &self.config.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let http = match self.http() {
                Ok(http) => http,
                Err(error) => return Sent::Refused(format!("not sent: {error}")),
            };
            if !self.is_below_base(&request.url) {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let source = &self.config.name;
            http.carry_out(
                request,
                |answer| receipt(request, answer),
                |answer| declined(source, answer),
            )
            .await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl GitHub {
    fn tool(&self) -> Result<Tool<'_>, ConnectorError> {
        Ok(Tool {
            http: self.http()?,
            base: &self.base,
            source: &self.config.name,
        })
    }

    /// The credentials go along, so a request that was kept goes nowhere else.
    fn is_below_base(&self, url: &str) -> bool {
        url.strip_prefix(&self.base.url)
            .is_some_and(|rest| rest.starts_with("/repos/"))
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let tool = self.tool()?;
        match probe(request)? {
            Probe::Gate(probe) => gate::ask(&tool, &probe).await,
            Probe::Run(probe) => run::ask(&tool, &probe).await,
            Probe::Dispatch(probe) => dispatch::ask(&tool, &probe).await,
            Probe::Deployment(probe) => deployment::ask(&tool, &probe).await,
            Probe::Merge(probe) => merge::ask(&tool, &probe).await,
            Probe::Open(kept) => open::ask(&tool, &kept).await,
        }
    }
}

/// What GitHub says of a deed that it took.
fn receipt(request: &Request, answer: &Answer) -> Receipt {
    let said: answer::Taken = parse::one(&answer.body).unwrap_or_default();
    let text = match (said.workflow_run_id, said.id, &said.sha) {
        (Some(run), ..) => format!("run {run} was started"),
        _ if said.number.is_some_and(|number| number > 0) => {
            format!("#{} was opened", said.number.unwrap_or_default())
        }
        (_, Some(deployment), _) => format!("deployment {deployment} was created"),
        (.., Some(sha)) => format!("merged as {}", tool::short(sha)),
        _ => format!("GitHub took it ({})", answer.status),
    };
    let run_url = || {
        let url = request.probe.get("page")?.as_str()?;
        Some(url.to_owned())
    };
    Receipt {
        text,
        url: said.html_url.or_else(run_url),
    }
}
