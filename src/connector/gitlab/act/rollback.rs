//! Bringing an earlier version back where nothing else is configured: the job of its deployment is run again, as the button of GitLab's own does.

use super::run::job_again;
use super::tool::{Tool, at, short};
use super::way::unsaid;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::wire::{Deployment, Rules};
use crate::connector::http::address::encoded;
use crate::connector::wish::wish;
use crate::plan::request::{Order, Prepared, Version};

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    project: &str,
) -> Result<Prepared, ConnectorError> {
    let wanted = order.to.clone().unwrap_or_default();
    let Some(found) = earlier(tool, order, project, &wanted).await? else {
        let text = format!(
            "{project} has no successful deployment of {} to go back to",
            wanted
                .version
                .as_deref()
                .or(wanted.sha.as_deref())
                .unwrap_or("that version")
        );
        return Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text)
            .hinted("GitLab forgets old deployments; or write `rollback` for the step"));
    };
    let Some(job) = &found.deployable else {
        return Err(unsaid(
            order,
            &format!(
                "deployment {} was reported from outside: GitLab has no job of it to run again",
                found.id
            ),
        ));
    };
    let mut prepared = job_again(tool, project, job).await?;
    for request in &mut prepared.requests {
        request.what = format!(
            "{}: {} (deployment {} of {})",
            wish(order),
            request.what,
            found.id,
            short(&found.sha)
        );
    }
    let rules: Rules = tool.read(project, &at(project, "")).await?;
    let forward = rules.ci_forward_deployment_enabled == Some(true);
    if forward && rules.ci_forward_deployment_rollback_allowed == Some(false) {
        let text = format!("{project} runs no job of an earlier deployment again");
        let lifted =
            "Settings > CI/CD > General pipelines: allow job retries for rollback deployments";
        prepared.objections.push((text, Some(lifted.to_owned())));
    }
    let environment = found.environment.name.as_str();
    for one in under_way(tool, project, environment).await? {
        let text = format!(
            "deployment {} of {} to {environment} is under way, and would come after",
            one.id,
            short(&one.sha)
        );
        prepared.undone_by.push(text);
    }
    prepared.undone_by.push(format!(
        "the next pipeline of {project} that deploys to {environment}"
    ));
    Ok(prepared)
}

/// The deployment that made the version live: by its own number, else the newest successful one of its commit.
async fn earlier(
    tool: &Tool<'_>,
    order: &Order,
    project: &str,
    wanted: &Version,
) -> Result<Option<Deployment>, ConnectorError> {
    let number = wanted.deployment.as_deref();
    if let Some(id) = number.and_then(|id| id.parse::<i64>().ok()) {
        let what = format!("{project}: deployment {id}");
        return tool
            .seen(&what, &at(project, &format!("/deployments/{id}")))
            .await;
    }
    let (Some(sha), Some(environment)) = (&wanted.sha, &order.environment) else {
        return Ok(None);
    };
    let all = deployments(tool, project, environment, "success").await?;
    Ok(all.into_iter().find(|one| {
        one.sha == *sha && one.environment.name == *environment && one.status == "success"
    }))
}

/// The deployments of an environment that have a status, newest first.
pub async fn deployments(
    tool: &Tool<'_>,
    project: &str,
    environment: &str,
    status: &str,
) -> Result<Vec<Deployment>, ConnectorError> {
    let rest = format!(
        "/deployments?environment={}&order_by=id&sort=desc&status={status}",
        encoded(environment)
    );
    let what = format!("{project}: deployments to {environment}");
    tool.list(&what, &at(project, &rest)).await
}

async fn under_way(
    tool: &Tool<'_>,
    project: &str,
    environment: &str,
) -> Result<Vec<Deployment>, ConnectorError> {
    let mut all = deployments(tool, project, environment, "running").await?;
    all.retain(|one| one.status == "running" && one.environment.name == environment);
    Ok(all)
}
