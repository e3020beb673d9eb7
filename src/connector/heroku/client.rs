//! Heroku's Platform API, as far as it is asked. Lists are paged by a range in a header, and an answer that is a part names the next (206, `Next-Range`).

use http::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;

use super::wire::{Coupling, Release, Slug, Thing, User};
use crate::connector::ConnectorError;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::Page;
use crate::connector::http::parse::{self, Parsed};

/// The newest releases first, as many as there may be at once.
pub const NEWEST: &str = "version ..; order=desc,max=200";

/// Short lists are read to here: so many parts.
const PARTS: usize = 50;

/// A part of a list; `next` is the range of the next.
pub async fn part<T: DeserializeOwned>(
    instance: &Instance,
    url: &str,
    what: &str,
    range: Option<&str>,
) -> Result<Page<T>, ConnectorError> {
    let mut headers = HeaderMap::new();
    if let Some(range) = range.and_then(|range| HeaderValue::from_str(range).ok()) {
        headers.insert("range", range);
    }
    let answer = instance.answer_with(url, what, &headers).await?;
    let parsed = parse::list(&answer.body, None);
    let parsed = parsed.map_err(|why| instance.unreadable(what, &why))?;
    let next = answer.header("next-range").filter(|_| answer.status == 206);
    Ok(Page {
        items: parsed.items,
        complaints: parsed.complaints,
        next: next.filter(|next| Some(*next) != range).map(str::to_owned),
    })
}

async fn all<T: DeserializeOwned>(
    instance: &Instance,
    pieces: &[&str],
    what: &str,
) -> Result<Parsed<T>, ConnectorError> {
    let url = instance.address(pieces, &[]);
    let mut all = Parsed {
        items: Vec::new(),
        complaints: Vec::new(),
    };
    let mut range: Option<String> = None;
    for _ in 0..PARTS {
        let page = part(instance, &url, what, range.as_deref()).await?;
        all.items.extend(page.items);
        all.complaints.extend(page.complaints);
        match page.next {
            Some(next) => range = Some(next),
            None => break,
        }
    }
    Ok(all)
}

pub async fn apps(instance: &Instance) -> Result<Parsed<Thing>, ConnectorError> {
    all(instance, &["apps"], "apps").await
}

pub async fn pipelines(instance: &Instance) -> Result<Parsed<Thing>, ConnectorError> {
    all(instance, &["pipelines"], "pipelines").await
}

pub async fn couplings(instance: &Instance) -> Result<Parsed<Coupling>, ConnectorError> {
    all(instance, &["pipeline-couplings"], "stages of pipelines").await
}

/// Where the releases of an app are.
#[must_use]
pub fn releases_url(instance: &Instance, app: &str) -> String {
    instance.address(&["apps", app, "releases"], &[])
}

/// The newest releases of an app, the newest first.
pub async fn newest(instance: &Instance, app: &str) -> Result<Vec<Release>, ConnectorError> {
    let url = releases_url(instance, app);
    let mut page: Page<Release> = part(instance, &url, app, Some(NEWEST)).await?;
    page.items.sort_by_key(|one| std::cmp::Reverse(one.version));
    Ok(page.items)
}

pub async fn release(instance: &Instance, app: &str, id: &str) -> Result<Release, ConnectorError> {
    let url = instance.address(&["apps", app, "releases", id], &[]);
    instance.one(&url, &format!("{app}: release {id}")).await
}

pub async fn slug(instance: &Instance, app: &str, id: &str) -> Result<Slug, ConnectorError> {
    let url = instance.address(&["apps", app, "slugs", id], &[]);
    instance.one(&url, &format!("{app}: slug {id}")).await
}

/// Who Heroku takes us for.
pub async fn me(instance: &Instance) -> Result<User, ConnectorError> {
    let url = instance.address(&["account"], &[]);
    instance.one(&url, "whose token it is").await
}
