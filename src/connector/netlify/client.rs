//! Netlify's API, as far as it is asked. Lists are paged by `Link`.

use super::wire::{Deploy, Site, User};
use crate::connector::ConnectorError;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::{Page, linked};
use crate::connector::http::parse::Parsed;

const PAGE: (&str, &str) = ("per_page", "100");

#[must_use]
pub fn url(instance: &Instance, rest: &[&str], query: &[(&str, &str)]) -> String {
    let mut pieces = vec!["api", "v1"];
    pieces.extend(rest);
    instance.address(&pieces, query)
}

pub async fn sites(instance: &Instance) -> Result<Parsed<Site>, ConnectorError> {
    let url = url(instance, &["sites"], &[("filter", "all"), PAGE]);
    instance.all(&url, None, "sites", linked).await
}

pub async fn site(instance: &Instance, id: &str) -> Result<Site, ConnectorError> {
    instance
        .one(&url(instance, &["sites", id], &[]), &format!("site {id}"))
        .await
}

/// The first page of the deploys of a site, the newest first.
#[must_use]
pub fn deploys_url(instance: &Instance, site: &str) -> String {
    url(instance, &["sites", site, "deploys"], &[PAGE])
}

pub async fn deploys(
    instance: &Instance,
    url: &str,
    what: &str,
) -> Result<Page<Deploy>, ConnectorError> {
    instance.page(url, None, what, linked).await
}

pub async fn deploy(instance: &Instance, site: &str, id: &str) -> Result<Deploy, ConnectorError> {
    let url = url(instance, &["sites", site, "deploys", id], &[]);
    instance.one(&url, &format!("deploy {id}")).await
}

/// Who Netlify takes us for.
pub async fn me(instance: &Instance) -> Result<User, ConnectorError> {
    instance
        .one(&url(instance, &["user"], &[]), "whose token it is")
        .await
}
