//! What a step's `promote` or `rollback` says of GitHub, filled in; and what to write there when it says nothing that helps.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::tool::{Tool, repository_in};
use crate::connector::ConnectorError;
use crate::connector::github::config::is_repository;
use crate::connector::wish::{key, wrong};
use crate::plan::request::Order;

/// The keys, as they may be given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Keys {
    repository: Option<String>,
    workflow: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    inputs: BTreeMap<String, String>,
    deployment: Option<bool>,
    merge: Option<String>,
}

/// How it is done.
#[derive(Debug, PartialEq, Eq)]
pub enum How {
    Dispatch {
        workflow: String,
        reference: Option<String>,
        inputs: BTreeMap<String, String>,
    },
    Deployment {
        reference: Option<String>,
    },
    Merge {
        branch: String,
    },
    /// Nothing is said.
    Unsaid,
}

/// How, and in which repository.
#[derive(Debug, PartialEq, Eq)]
pub struct Way {
    pub repository: String,
    pub how: How,
}

impl Way {
    /// Reads what the order says.
    pub fn of(tool: &Tool<'_>, order: &Order) -> Result<Self, ConnectorError> {
        let given = order.way.clone().unwrap_or_default();
        let keys: Keys = serde_json::from_value(Value::Object(given))
            .map_err(|error| wrong(order, format!("cannot be read: {error}")))?;
        let how = match (keys.workflow, keys.deployment == Some(true), keys.merge) {
            (Some(workflow), false, None) => How::Dispatch {
                workflow,
                reference: keys.reference,
                inputs: keys.inputs,
            },
            (None, true, None) => How::Deployment {
                reference: keys.reference,
            },
            (None, false, Some(branch)) => How::Merge { branch },
            (None, false, None) => How::Unsaid,
            _ => {
                return Err(wrong(
                    order,
                    "says more than one of `workflow`, `deployment` and `merge`",
                ));
            }
        };
        let repository = repository(tool, order, keys.repository)?;
        Ok(Self { repository, how })
    }
}

/// The one that is named, else the one that the environment's deployments come from, else the workload's only one.
fn repository(
    tool: &Tool<'_>,
    order: &Order,
    named: Option<String>,
) -> Result<String, ConnectorError> {
    if let Some(named) = named {
        return if is_repository(&named) {
            Ok(named)
        } else {
            Err(wrong(
                order,
                format!("names {named:?}, which is no owner/name"),
            ))
        };
    }
    let of_target = order.target.as_ref();
    let of_target = of_target.and_then(|target| repository_in(&tool.base.host, &target.source));
    if let Some(repository) = of_target {
        return Ok(repository.to_owned());
    }
    let fits = order.repositories.iter().filter(|name| is_repository(name));
    match fits.collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(wrong(
            order,
            "names no repository, and the workload has none of GitHub's",
        )
        .hinted("add `repository = \"owner/name\"` to it")),
        many => {
            let known: Vec<&str> = many.iter().map(|name| name.as_str()).collect();
            let text = format!("does not say in which of {}", known.join(", "));
            Err(wrong(order, &text).hinted("add `repository = \"owner/name\"` to it"))
        }
    }
}

/// Nothing is configured: what to write.
#[must_use]
pub fn unsaid(order: &Order, detail: &str) -> ConnectorError {
    let key = key(order);
    wrong(order, detail).hinted(format!(
        "write there {key} = {{ workflow = \"deploy.yml\", inputs = {{ version = \"{{version}}\" }} }}, or {key} = {{ deployment = true }}, or {key} = {{ merge = \"promote/*\" }}"
    ))
}
