//! How a version is brought to an environment: by the way that the step's `promote` or `rollback` says, else by what GitLab itself offers: the manual job behind
//! which a deployment of the version waits, or, to go back, the job of the deployment that made it live.

use std::collections::BTreeMap;

use serde_json::json;

use super::tool::{Tool, at};
use super::way::{self, Way, unsaid};
use super::{gate, merge, open, rollback, run, start};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::translate::{deployment, pipeline};
use crate::connector::gitlab::wire::{Job, Pipeline};
use crate::connector::opening::Opening;
use crate::connector::wish::{wish, wrong};
use crate::plan::request::{Order, Prepared, Verb};

/// So many of the newest pipelines of a commit are looked through for a job.
const PIPELINES: usize = 5;

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    if let Some(opening) = Opening::of(order)? {
        return open::prepare(tool, order, &opening).await;
    }
    let way = Way::of(order)?;
    let project = way::project(tool, order, way.repository)?;
    match (way.merge, way.workflow) {
        (Some(_), Some(_)) => Err(wrong(order, "says both `workflow` and `merge`")),
        (Some(branch), None) => merge::prepare(tool, order, &project, &branch).await,
        (None, Some(name)) => {
            let place = (project.as_str(), way.reference.as_deref());
            by_name(tool, order, place, (&name, &way.inputs)).await
        }
        (None, None) if way.says => {
            start::prepare(tool, order, &project, (way.reference, &way.inputs)).await
        }
        (None, None) if order.verb == Verb::Rollback => {
            rollback::prepare(tool, order, &project).await
        }
        (None, None) => offered(tool, order, &project).await,
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
