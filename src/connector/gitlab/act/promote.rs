//! How a version is brought to an environment: by the way that the step's `promote` or `rollback` says, else by what GitLab itself offers: the manual job behind
//! which a deployment of the version waits, or, to go back, the job of the deployment that made it live.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::tool::{Tool, at};
use super::{gate, merge, open, rollback, run, start};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::translate::{before, deployment, pipeline};
use crate::connector::gitlab::wire::{Job, Pipeline};
use crate::connector::opening::Opening;
use crate::plan::request::{Order, Prepared, Verb};

/// So many of the newest pipelines of a commit are looked through for a job.
const PIPELINES: usize = 5;

/// The keys, as they may be given.
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

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    if let Some(opening) = Opening::of(order)? {
        return open::prepare(tool, order, &opening).await;
    }
    let given = order.way.clone().unwrap_or_default();
    let said = given.keys().any(|key| key != "repository");
    let way: Way = serde_json::from_value(Value::Object(given))
        .map_err(|error| wrong(order, &format!("cannot be read: {error}")))?;
    let project = project(tool, order, way.repository)?;
    match (way.merge, way.workflow) {
        (Some(_), Some(_)) => Err(wrong(order, "says both `workflow` and `merge`")),
        (Some(branch), None) => merge::prepare(tool, order, &project, &branch).await,
        (None, Some(name)) => {
            let place = (project.as_str(), way.reference.as_deref());
            by_name(tool, order, place, (&name, &way.inputs)).await
        }
        (None, None) if said => {
            start::prepare(tool, order, &project, (way.reference, &way.inputs)).await
        }
        (None, None) if order.verb == Verb::Rollback => {
            rollback::prepare(tool, order, &project).await
        }
        (None, None) => offered(tool, order, &project).await,
    }
}

/// The project that is named, else the one that the environment's deployments come from, else the workload's only one.
fn project(
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

fn commit(order: &Order) -> Result<&str, ConnectorError> {
    let sha = order.to.as_ref().and_then(|version| version.sha.as_deref());
    sha.ok_or_else(|| {
        let detail = "the commit of the version is not known, and jobs are found by it";
        ConnectorError::new(ErrorKind::NotFound, wish(order), detail)
    })
}

/// Plays the manual job of a name in the newest pipeline of the version that has it.
async fn by_name(
    tool: &Tool<'_>,
    order: &Order,
    (project, reference): (&str, Option<&str>),
    (name, inputs): (&str, &BTreeMap<String, String>),
) -> Result<Prepared, ConnectorError> {
    let sha = commit(order)?;
    let what = format!("{project}: pipelines of {sha}");
    let path = at(
        project,
        &format!("/pipelines?order_by=id&sha={sha}&sort=desc"),
    );
    let mut pipelines: Vec<Pipeline> = tool.list(&what, &path).await?;
    pipelines.retain(|one| {
        one.sha == sha && reference.is_none_or(|wanted| one.reference.as_deref() == Some(wanted))
    });
    let mut others = Vec::new();
    for one in pipelines.iter().take(PIPELINES) {
        let jobs = run::jobs(tool, project, one.id).await?;
        let is_meant = |job: &&Job| {
            job.name.as_deref() == Some(name) || pipeline::name(job).as_deref() == Some(name)
        };
        if let Some(job) = jobs.iter().filter(is_meant).max_by_key(|job| job.id) {
            let told = inputs
                .iter()
                .map(|(key, value)| json!({"key": key, "value": value}));
            let variables = (!inputs.is_empty()).then(|| told.collect());
            let environment = order.environment.as_deref();
            let mut prepared = gate::play(tool, (project, environment), job, variables).await?;
            for request in &mut prepared.requests {
                request.what = format!("{}: {}", wish(order), request.what);
            }
            return Ok(prepared);
        }
        let manual = jobs.iter().filter(|job| job.status == "manual");
        others.extend(manual.filter_map(|job| job.name.clone()));
    }
    others.sort();
    others.dedup();
    let text = format!("no pipeline of {sha} in {project} has a job {name:?}");
    let hint = if others.is_empty() {
        "none of them has a manual job that waits; is the name in `workflow` right?".to_owned()
    } else {
        format!("manual jobs that wait there: {}", others.join(", "))
    };
    Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text).hinted(hint))
}

/// Plays the manual job behind which a deployment of the version to the environment waits.
async fn offered(
    tool: &Tool<'_>,
    order: &Order,
    project: &str,
) -> Result<Prepared, ConnectorError> {
    let Some(environment) = order.environment.as_deref() else {
        return Err(unsaid(order, "nothing says to which environment"));
    };
    let sha = commit(order)?;
    let all = rollback::deployments(tool, project, environment, "created").await?;
    let found = all.into_iter().find(|one| {
        one.sha == sha && one.environment.name == environment && deployment::is_offered(one)
    });
    let job = found.and_then(|found| found.deployable);
    let Some(job) = job else {
        let text = format!(
            "nothing is configured, and no manual job of {sha} in {project} waits to deploy to {environment}"
        );
        return Err(unsaid(order, &text));
    };
    let mut prepared = gate::play(tool, (project, Some(environment)), &job, None).await?;
    for request in &mut prepared.requests {
        request.what = format!("{}: {}", wish(order), request.what);
    }
    Ok(prepared)
}

/// What is wished, in a few words.
#[must_use]
pub fn wish(order: &Order) -> String {
    let version = order.to.as_ref();
    let name = version.and_then(|to| to.version.as_deref().or(to.sha.as_deref()));
    let environment = order.environment.as_deref().unwrap_or("the environment");
    let name = name.unwrap_or("a version");
    match order.verb {
        Verb::Rollback => format!("bring {} in {environment} back to {name}", order.workload),
        _ => format!("bring {} {name} to {environment}", order.workload),
    }
}

/// The key of a step that an order is about.
fn key(order: &Order) -> &'static str {
    match order.verb {
        Verb::Rollback => "rollback",
        _ => "promote",
    }
}

/// What is configured does not work.
#[must_use]
pub fn wrong(order: &Order, detail: &str) -> ConnectorError {
    let environment = order.environment.as_deref().unwrap_or("the environment");
    let place = format!(
        "`{}` of the step that brings {} to {environment}",
        key(order),
        order.workload
    );
    ConnectorError::new(ErrorKind::Configuration, place, detail)
}

/// Nothing is configured: what to write.
#[must_use]
pub fn unsaid(order: &Order, detail: &str) -> ConnectorError {
    let key = key(order);
    wrong(order, detail).hinted(format!(
        "write there {key} = {{ workflow = \"the manual job\" }}, or {key} = {{ ref = \"main\", inputs = {{ VERSION = \"{{version}}\" }} }}, or {key} = {{ merge = \"promote/*\" }}"
    ))
}
