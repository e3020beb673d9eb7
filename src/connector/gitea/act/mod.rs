//! Acting in Gitea and Forgejo: an order becomes one request, made in the file of its family ([`run`]: again; [`dispatch`]: a workflow; [`merge`]: a promotion
//! request), with what is needed to ask after it later.

mod dispatch;
mod merge;
mod open;
mod run;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Gitea;
use super::client::Reach;
use super::wire::Dispatched;
use crate::connector::acting::{Draft, ELSEWHERE, nothing_to, probe, standing};
use crate::connector::http::{Answer, parse};
use crate::connector::opening::{Opened, Opening};
use crate::connector::selection::{Selection, is_repository};
use crate::connector::wish;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

/// What is needed to ask after a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Probe {
    Again(run::Again),
    Dispatch(dispatch::Dispatch),
    Merge(merge::Merge),
    Open(Opened),
}

/// What every deed needs.
pub struct Tool<'a> {
    pub reach: Reach<'a>,
    pub selection: &'a Selection,
}

/// The keys of a way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    repository: Option<String>,
    workflow: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    inputs: BTreeMap<String, String>,
    merge: Option<String>,
}

impl Tool<'_> {
    /// A request that does something, below the base.
    #[must_use]
    pub fn request(&self, what: String, path: &str, body: Option<Value>, probe: &Probe) -> Request {
        self.reach.instance.request(Draft {
            what,
            method: "POST",
            url: self.reach.instance.at(path),
            body,
            probe,
        })
    }
}

/// What is configured does not work.
fn wrong(order: &Order, detail: &str) -> ConnectorError {
    let key = wish::key(order);
    wish::wrong(order, detail).hinted(format!(
        "write there {key} = {{ workflow = \"deploy.yml\", inputs = {{ version = \"{{version}}\" }} }}, or {key} = {{ merge = \"promote/*\" }}"
    ))
}

/// The one repository of the workload that this source has.
fn only<'o>(tool: &Tool<'_>, order: &'o Order) -> Result<&'o str, ConnectorError> {
    let all = order.repositories.iter();
    let own: Vec<&String> = all.filter(|name| tool.selection.has(name)).collect();
    match own.as_slice() {
        [one] => Ok(one.as_str()),
        [] => {
            let detail = "names no `repository`, and the workload has none of this source's";
            Err(wrong(order, detail))
        }
        _ => Err(wrong(
            order,
            "does not say in which `repository` of the workload",
        )),
    }
}

async fn promote(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    if let Some(opening) = Opening::of(order)? {
        return open::prepare(tool, order, &opening).await;
    }
    let given = Value::Object(order.way.clone().unwrap_or_default());
    let way: Way = serde_json::from_value(given)
        .map_err(|error| wrong(order, &format!("cannot be read: {error}")))?;
    let repository = match way.repository {
        Some(named) => named,
        None => only(tool, order)?.to_owned(),
    };
    if !is_repository(&repository) {
        return Err(wrong(
            order,
            &format!("has {repository:?} for `repository`, which is no owner/name"),
        ));
    }
    match (way.workflow, way.merge) {
        (Some(file), None) => {
            dispatch::prepare(
                tool,
                order,
                (&repository, &file),
                (way.reference, way.inputs),
            )
            .await
        }
        (None, Some(branch)) => merge::prepare(tool, order, &repository, &branch).await,
        (Some(_), Some(_)) => Err(wrong(order, "says both `workflow` and `merge`")),
        (None, None) => Err(wrong(order, "says neither `workflow` nor `merge`")),
    }
}

impl Gitea {
    fn tool(&self) -> Tool<'_> {
        Tool {
            reach: self.reach(),
            selection: &self.selection,
        }
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let tool = self.tool();
        match probe(request)? {
            Probe::Again(deed) => run::ask(&tool, &deed).await,
            Probe::Dispatch(deed) => dispatch::ask(&tool, &deed).await,
            Probe::Merge(deed) => merge::ask(&tool, &deed).await,
            Probe::Open(kept) => open::ask(&tool, &kept).await,
        }
    }
}

impl Actor for Gitea {
    fn speaks_for(&self, source: &str) -> bool {
        let repository = self.instance.within(source);
        repository.is_some_and(|repository| self.selection.has(repository))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let tool = self.tool();
            match order.verb {
                Verb::Promote | Verb::Rollback => promote(&tool, order).await,
                Verb::Retry | Verb::RetryFailed => run::prepare(&tool, order).await,
                _ => Err(nothing_to(order, "Gitea", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            if !request.url.starts_with(&self.instance.at("/repos/")) {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let page = request.probe.get("page").and_then(Value::as_str);
            let receipt = |answer: &Answer| {
                let made: Dispatched = parse::one(&answer.body).unwrap_or_default();
                let said = Some(made.html_url).filter(|url| !url.is_empty());
                Receipt {
                    text: format!("Gitea took it ({}): {}", answer.status, request.what),
                    url: said.or_else(|| page.map(str::to_owned)),
                }
            };
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}
