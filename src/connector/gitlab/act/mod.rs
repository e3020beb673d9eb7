//! Acting in GitLab. Each family of deeds has its file: it finds out what stands in the way and makes the one request, and asks after it by what it would leave
//! behind ([`Probe`]): [`gate`] decides, [`run`] runs again and stops, [`promote`] chooses the way of a version: [`start`] a pipeline, play a manual job
//! ([`gate::play`]), [`merge`] a request, or, to bring an earlier version back, run its deployment again ([`rollback`]).
//!
//! A deed is known for ours by what GitLab tells: the key of the action where it can be written (comments, variables), else who did it and what came of it.

pub mod gate;
pub mod may;
pub mod merge;
pub mod open;
pub mod promote;
pub mod rollback;
pub mod run;
pub mod start;
pub mod tool;
pub mod way;

use serde::{Deserialize, Serialize};

use self::tool::Tool;
use super::GitLab;
use super::translate::before;
use super::wire::Done;
use crate::connector::acting::{ELSEWHERE, nothing_to, probe, standing};
use crate::connector::http::{Answer, parse};
use crate::connector::opening::Opened;
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

pub const WAYS: &[&str] = &["repository", "workflow", "ref", "inputs", "merge"];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
pub enum Probe {
    Approval(gate::Approval),
    Play(gate::Play),
    Again(run::Again),
    Stop(run::Stop),
    Start(start::Start),
    Merge(merge::Merge),
    Open(Opened),
}

impl Actor for GitLab {
    fn speaks_for(&self, source: &str) -> bool {
        source
            .strip_prefix(&before(&self.instance.host))
            .is_some_and(|project| self.selection.has(project))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let tool = self.tool();
            match order.verb {
                Verb::Approve => gate::prepare(&tool, order, true).await,
                Verb::Reject => gate::prepare(&tool, order, false).await,
                Verb::Promote | Verb::Rollback => promote::prepare(&tool, order).await,
                Verb::Retry | Verb::RetryFailed => run::again(&tool, order).await,
                Verb::Cancel => run::stop(&tool, order).await,
                _ => Err(nothing_to(order, "GitLab", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            if !request.url.starts_with(&self.instance.at("/projects/")) {
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

impl GitLab {
    fn tool(&self) -> Tool<'_> {
        Tool {
            instance: &self.instance,
            selection: &self.selection,
        }
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let tool = self.tool();
        match probe(request)? {
            Probe::Approval(probe) => gate::ask(&tool, &probe).await,
            Probe::Play(probe) => gate::played(&tool, &probe).await,
            Probe::Again(probe) => run::ask(&tool, &probe).await,
            Probe::Stop(probe) => run::stopped(&tool, &probe).await,
            Probe::Start(probe) => start::ask(&tool, &probe).await,
            Probe::Merge(probe) => merge::ask(&tool, &probe).await,
            Probe::Open(kept) => open::ask(&tool, &kept).await,
        }
    }
}

/// What GitLab says of a deed that it took.
fn receipt(request: &Request, answer: &Answer) -> Receipt {
    let said: Done = parse::one(&answer.body).unwrap_or_default();
    let text = match (said.id, said.status.as_deref()) {
        (Some(id), Some(status)) => format!("GitLab took it: {id} is {status} now"),
        (_, Some(status)) => format!("GitLab took it: {status}"),
        _ => format!("GitLab took it ({})", answer.status),
    };
    let page = request.probe.get("page").and_then(|page| page.as_str());
    Receipt {
        text,
        url: said.web_url.or_else(|| page.map(str::to_owned)),
    }
}
