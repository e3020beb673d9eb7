//! Bringing a version to an environment, or an earlier one back. GitHub has no such deed of its own: which of its deeds stands for it is configured. An
//! earlier version can also be brought back by running again what deployed it.

use super::run::{Aim, Deed, prepare_for};
use super::tool::{Tool, short};
use super::way::{How, Way, unsaid};
use super::{answer, deployment, dispatch, merge, open};
use crate::connector::ConnectorError;
use crate::connector::github::read::parse;
use crate::connector::github::wire::DeploymentStatus;
use crate::connector::opening::Opening;
use crate::plan::request::{Order, Prepared, Verb};

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    if let Some(opening) = Opening::of(order)? {
        return open::prepare(tool, order, &opening).await;
    }
    let way = Way::of(tool, order)?;
    let repository = way.repository;
    match way.how {
        How::Dispatch {
            workflow,
            reference,
            inputs,
        } => {
            let wanted = dispatch::Wanted {
                repository,
                workflow,
                reference,
                inputs,
            };
            dispatch::prepare(tool, order, wanted).await
        }
        How::Deployment { reference } => {
            deployment::prepare(tool, order, &repository, reference).await
        }
        How::Merge { branch } => merge::prepare(tool, order, &repository, &branch).await,
        How::Unsaid if order.verb == Verb::Rollback => again(tool, order, &repository).await,
        How::Unsaid => Err(unsaid(order, "does not say how")),
    }
}

/// Runs again what deployed the version that is wanted.
async fn again(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
) -> Result<Prepared, ConnectorError> {
    let unknown = || {
        let text = "does not say how, and the run that deployed the version is not known";
        unsaid(order, text)
    };
    let to = order.to.as_ref().ok_or_else(unknown)?;
    let id = to
        .deployment
        .as_deref()
        .and_then(|id| id.parse::<i64>().ok());
    let id = id.ok_or_else(unknown)?;
    let what = format!("{repository}: deployment {id}");
    let path = format!("/repos/{repository}/deployments/{id}");
    let found: Option<answer::Deployment> = tool.find(&what, &path).await?;
    let found = found.ok_or_else(unknown)?;
    if to.sha.as_ref().is_some_and(|sha| *sha != found.sha) {
        return Err(unknown());
    }
    let answer = tool.get(&format!("{path}/statuses?per_page=100")).await?;
    let statuses: Vec<DeploymentStatus> = match parse::list(&answer.body, None) {
        Ok(parsed) if answer.is_success() => parsed.items,
        _ => return Err(unknown()),
    };
    let logs = statuses
        .iter()
        .flat_map(|status| [status.log_url.as_deref(), status.target_url.as_deref()]);
    let aim = logs.flatten().find_map(Aim::in_log).ok_or_else(unknown)?;
    let mut prepared = prepare_for(tool, order, Deed::Retry, (repository, aim)).await?;
    prepared.notes.push(format!(
        "what deployed {} runs again as it was then, at commit {}",
        to.name(),
        short(&found.sha)
    ));
    Ok(prepared)
}
