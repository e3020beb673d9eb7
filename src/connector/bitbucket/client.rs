//! Bitbucket's API 2.0, as far as it is asked. A list names the address of its next page in itself.

use serde::de::DeserializeOwned;

use super::wire::{Activity, Commit, Deployment, Next, Pipeline, Pull, Repository, Step};
use crate::connector::ConnectorError;
use crate::connector::http::Answer;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::Page;
use crate::connector::http::parse::{self, Parsed};
use crate::event::time::Timestamp;

const PAGE: (&str, &str) = ("pagelen", "50");

/// An address of a repository, or below it.
fn of(instance: &Instance, repository: &str, rest: &[&str], query: &[(&str, &str)]) -> String {
    let (workspace, name) = repository.split_once('/').unwrap_or((repository, ""));
    let mut pieces = vec!["2.0", "repositories", workspace, name];
    pieces.extend(rest);
    instance.address(&pieces, query)
}

fn next(answer: &Answer) -> Option<String> {
    let next: Next = parse::one(&answer.body).ok()?;
    next.next
}

/// A page of a list.
pub async fn page<T: DeserializeOwned>(
    instance: &Instance,
    url: &str,
    what: &str,
) -> Result<Page<T>, ConnectorError> {
    instance.page(url, Some("values"), what, next).await
}

async fn all<T: DeserializeOwned>(
    instance: &Instance,
    url: &str,
    what: &str,
) -> Result<Parsed<T>, ConnectorError> {
    instance.all(url, Some("values"), what, next).await
}

/// The first page of the requests that were changed since, the newest first.
#[must_use]
pub fn pulls_url(instance: &Instance, repository: &str, from: Timestamp) -> String {
    let since = format!("updated_on>=\"{from}\"");
    let query = [
        ("state", "OPEN"),
        ("state", "MERGED"),
        ("state", "DECLINED"),
        ("state", "SUPERSEDED"),
        ("sort", "-updated_on"),
        ("q", since.as_str()),
        PAGE,
    ];
    of(instance, repository, &["pullrequests"], &query)
}

#[must_use]
pub fn pipelines_url(instance: &Instance, repository: &str) -> String {
    let query = [("sort", "-created_on"), PAGE];
    of(instance, repository, &["pipelines", ""], &query)
}

#[must_use]
pub fn deployments_url(instance: &Instance, repository: &str) -> String {
    let query = [("sort", "-state.started_on"), PAGE];
    of(instance, repository, &["deployments", ""], &query)
}

/// What happened to a request, and its commits; what of it cannot be read is told.
pub async fn detail(
    instance: &Instance,
    repository: &str,
    pull: &Pull,
) -> Result<(Parsed<Activity>, Parsed<Commit>), ConnectorError> {
    let number = pull.id.to_string();
    let what = format!("{repository}#{number}");
    let url = |rest| {
        of(
            instance,
            repository,
            &["pullrequests", &number, rest],
            &[PAGE],
        )
    };
    let activity = all(instance, &url("activity"), &what).await?;
    let commits = all(instance, &url("commits"), &what).await?;
    Ok((activity, commits))
}

/// A commit by a part of its name.
pub async fn commit(
    instance: &Instance,
    repository: &str,
    hash: &str,
) -> Result<Commit, ConnectorError> {
    let url = of(instance, repository, &["commit", hash], &[]);
    instance
        .one(&url, &format!("{repository}: commit {hash}"))
        .await
}

pub async fn pipeline(
    instance: &Instance,
    repository: &str,
    uuid: &str,
) -> Result<Pipeline, ConnectorError> {
    let url = of(instance, repository, &["pipelines", &braced(uuid)], &[]);
    instance
        .one(&url, &format!("{repository}: pipeline {uuid}"))
        .await
}

pub async fn steps(
    instance: &Instance,
    repository: &str,
    uuid: &str,
) -> Result<Parsed<Step>, ConnectorError> {
    let url = of(
        instance,
        repository,
        &["pipelines", &braced(uuid), "steps", ""],
        &[PAGE],
    );
    all(
        instance,
        &url,
        &format!("{repository}: the steps of pipeline {uuid}"),
    )
    .await
}

pub async fn deployment(
    instance: &Instance,
    repository: &str,
    uuid: &str,
) -> Result<Deployment, ConnectorError> {
    let url = of(instance, repository, &["deployments", &braced(uuid)], &[]);
    instance
        .one(&url, &format!("{repository}: deployment {uuid}"))
        .await
}

/// The repositories of a workspace.
pub async fn repositories(
    instance: &Instance,
    workspace: &str,
) -> Result<Parsed<Repository>, ConnectorError> {
    let query = [("sort", "-updated_on"), ("pagelen", "100")];
    let url = instance.address(&["2.0", "repositories", workspace], &query);
    all(instance, &url, workspace).await
}

pub async fn repository(instance: &Instance, name: &str) -> Result<Repository, ConnectorError> {
    instance.one(&of(instance, name, &[], &[]), name).await
}

/// As the API wants it.
fn braced(uuid: &str) -> String {
    format!("{{{}}}", bare(uuid))
}

/// As it stands in names of things.
#[must_use]
pub fn bare(uuid: &str) -> &str {
    uuid.trim_matches(['{', '}'])
}
