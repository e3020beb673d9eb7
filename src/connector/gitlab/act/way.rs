//! What a step's `promote` or `rollback` says of GitLab; and what to write there when it says nothing that helps.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::tool::Tool;
use crate::connector::ConnectorError;
use crate::connector::gitlab::translate::before;
use crate::connector::wish::{key, wrong};
use crate::plan::request::Order;

/// The keys, as they may be given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Way {
    pub repository: Option<String>,
    pub workflow: Option<String>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub inputs: BTreeMap<String, String>,
    pub merge: Option<String>,
    /// Whether it says anything of how.
    #[serde(skip)]
    pub says: bool,
}

impl Way {
    pub fn of(order: &Order) -> Result<Self, ConnectorError> {
        let given = order.way.clone().unwrap_or_default();
        let says = given.keys().any(|key| key != "repository");
        let way: Self = serde_json::from_value(Value::Object(given))
            .map_err(|error| wrong(order, format!("cannot be read: {error}")))?;
        Ok(Self { says, ..way })
    }
}

/// The project that is named, else the one that the environment's deployments come from, else the workload's only one.
pub fn project(
    tool: &Tool<'_>,
    order: &Order,
    named: Option<String>,
) -> Result<String, ConnectorError> {
    if let Some(named) = named {
        return Ok(named);
    }
    let target = order.target.as_ref();
    let of_target =
        target.and_then(|target| target.source.strip_prefix(&before(&tool.instance.host)));
    if let Some(project) = of_target {
        return Ok(project.to_owned());
    }
    let fits = order
        .repositories
        .iter()
        .filter(|name| tool.selection.has(name));
    match fits.collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(wrong(
            order,
            "names no project, and the workload has none of this source's",
        )
        .hinted("add `repository = \"group/project\"` to it")),
        many => {
            let all: Vec<&str> = many.iter().map(|name| name.as_str()).collect();
            let text = format!("does not say in which of {}", all.join(", "));
            Err(wrong(order, &text).hinted("add `repository = \"group/project\"` to it"))
        }
    }
}

/// Nothing is configured: what to write.
#[must_use]
pub fn unsaid(order: &Order, detail: &str) -> ConnectorError {
    let key = key(order);
    wrong(order, detail).hinted(format!(
        "write there {key} = {{ workflow = \"the manual job\" }}, or {key} = {{ ref = \"main\", inputs = {{ VERSION = \"{{version}}\" }} }}, or {key} = {{ merge = \"promote/*\" }}"
    ))
}
