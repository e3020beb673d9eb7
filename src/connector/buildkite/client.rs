//! Buildkite's REST API, as far as it is asked. Lists are paged by `Link`; retried jobs are left out of builds unless they are asked for.

use super::config::List;
use super::translate::Thing;
use super::wire::{Build, Job, Pipeline, Token, User};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::{Page, linked};
use crate::event::time::Timestamp;

const PAGE: (&str, &str) = ("per_page", "50");
const RETRIED: (&str, &str) = ("include_retried_jobs", "true");

/// The address of a pipeline, or below it.
#[must_use]
pub fn pipeline_url(
    instance: &Instance,
    slug: &str,
    rest: &[&str],
    query: &[(&str, &str)],
) -> String {
    let (organization, pipeline) = slug.split_once('/').unwrap_or((slug, ""));
    let mut pieces = vec!["v2", "organizations", organization, "pipelines", pipeline];
    pieces.extend(rest);
    instance.address(&pieces, query)
}

/// The address of a build, or below it.
#[must_use]
pub fn build_url(instance: &Instance, thing: &Thing, rest: &[&str]) -> String {
    let number = thing.number.to_string();
    let mut pieces = vec!["builds", number.as_str()];
    pieces.extend(rest);
    pipeline_url(instance, &thing.slug, &pieces, &[])
}

/// The first page of a list of builds, those that were created or that finished (`key`) since.
#[must_use]
pub fn builds_url(instance: &Instance, list: &List, key: &str, from: Timestamp) -> String {
    let from = from.to_string();
    let query = [PAGE, RETRIED, (key, from.as_str())];
    match list {
        List::Organization(name) => {
            instance.address(&["v2", "organizations", name, "builds"], &query)
        }
        List::Pipeline(slug) => pipeline_url(instance, slug, &["builds"], &query),
    }
}

pub async fn builds(
    instance: &Instance,
    url: &str,
    what: &str,
) -> Result<Page<Build>, ConnectorError> {
    instance.page(url, None, what, linked).await
}

/// The builds of a pipeline that were created since, the newest first, with something else that is asked for.
pub async fn since(
    instance: &Instance,
    slug: &str,
    at: Timestamp,
    only: &[(&str, &str)],
) -> Result<Vec<Build>, ConnectorError> {
    let from = at.to_string();
    let mut query = vec![PAGE, ("created_from", from.as_str())];
    query.extend(only);
    let url = pipeline_url(instance, slug, &["builds"], &query);
    let all = instance.all(&url, None, slug, linked).await?;
    Ok(all.items)
}

pub async fn build(instance: &Instance, thing: &Thing) -> Result<Build, ConnectorError> {
    let number = thing.number.to_string();
    let url = pipeline_url(instance, &thing.slug, &["builds", &number], &[RETRIED]);
    instance.one(&url, &thing.build()).await
}

/// A job alone, which tells who retried it.
pub async fn job(instance: &Instance, thing: &Thing, id: &str) -> Result<Job, ConnectorError> {
    let url = build_url(instance, thing, &["jobs", id]);
    instance.one(&url, &thing.build()).await
}

pub async fn pipeline(instance: &Instance, slug: &str) -> Result<Pipeline, ConnectorError> {
    instance
        .one(&pipeline_url(instance, slug, &[], &[]), slug)
        .await
}

/// The pipelines of an organization.
pub async fn pipelines(
    instance: &Instance,
    organization: &str,
) -> Result<Vec<Pipeline>, ConnectorError> {
    let url = instance.address(&["v2", "organizations", organization, "pipelines"], &[PAGE]);
    let all = instance.all(&url, None, organization, linked).await?;
    Ok(all.items)
}

/// Who Buildkite takes us for. `None`: the token may not ask that.
pub async fn me(instance: &Instance) -> Result<Option<User>, ConnectorError> {
    let url = instance.address(&["v2", "user"], &[]);
    match instance.one(&url, "whose token it is").await {
        Ok(user) => Ok(Some(user)),
        Err(error) if error.kind == ErrorKind::Forbidden => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the token may. `None`: it is not told.
pub async fn token(instance: &Instance) -> Result<Option<Token>, ConnectorError> {
    let url = instance.address(&["v2", "access-token"], &[]);
    match instance.one(&url, "what the token may do").await {
        Ok(token) => Ok(Some(token)),
        Err(error) if error.kind == ErrorKind::Network => Err(error),
        Err(_) => Ok(None),
    }
}
