//! What is asked of a registry: lists to their end, manifests and blobs that are what their digests say.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::de::DeserializeOwned;
use url::Url;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::page::Links;
use crate::connector::http::{Answer, Http, Stop};
use crate::connector::oci::config::{Config, Selection, is_name, is_tag};
use crate::connector::oci::fault::refused;
use crate::connector::oci::wire::{Catalog, Manifest, Tags, digest_like, is_digest};
use crate::connector::referrer::Descriptor;
use crate::event::time::Timestamp;

use super::super::client::Registry;

/// A page of a list.
const PAGE: usize = 1000;
/// No list is longer, unless it goes in circles.
const PAGES: usize = 1000;
/// Nothing that is read as JSON is larger; what says so is not fetched.
const LARGEST: i64 = 4 * 1024 * 1024;

/// What a reading needs to ask.
pub struct Reach<'a> {
    pub http: &'a Http<Registry>,
    pub config: &'a Config,
    pub now: Timestamp,
    pub since: Option<Timestamp>,
    /// The registry keeps no lists of referrers: it has said so.
    pub listless: AtomicBool,
}

/// A manifest as it was sent, and proved to be what its digest says.
pub struct Proved {
    pub digest: String,
    pub etag: Option<String>,
    pub media_type: Option<String>,
    pub body: String,
    pub manifest: Manifest,
}

impl<'a> Reach<'a> {
    #[must_use]
    pub fn new(http: &'a Http<Registry>, config: &'a Config, now: Timestamp) -> Self {
        Self {
            http,
            config,
            now,
            since: None,
            listless: AtomicBool::new(false),
        }
    }

    /// The address of something of a repository.
    #[must_use]
    pub fn url(&self, name: &str, rest: &str) -> String {
        format!("{}/v2/{name}/{rest}", self.config.base.url)
    }

    async fn read<T: DeserializeOwned>(&self, what: &str, url: &str) -> Result<(T, Answer), Stop> {
        let answer = self.http.get(url, None).await?;
        if !answer.is_success() {
            return Err(refused(&self.config.name, what, &answer).into());
        }
        let read = serde_json::from_str(&answer.body)
            .map_err(|error| malformed(what, format!("the answer cannot be read: {error}")))?;
        Ok((read, answer))
    }

    /// What a tag or a digest points to. `None`: not there; or, with an entity tag, unchanged.
    pub async fn manifest(
        &self,
        name: &str,
        reference: &str,
        etag: Option<&str>,
    ) -> Result<Found, Stop> {
        let url = self.url(name, &format!("manifests/{reference}"));
        let answer = self.http.get(&url, etag).await?;
        match answer.status {
            304 => Ok(Found::Unchanged),
            404 => Ok(Found::Nothing),
            200..=299 => {
                let what = format!("{}/{name}:{reference}", self.config.base.host);
                Ok(Found::Manifest(Box::new(proved(&what, reference, answer)?)))
            }
            _ => {
                let what = format!("{}/{name}:{reference}", self.config.base.host);
                Err(refused(&self.config.name, &what, &answer).into())
            }
        }
    }

    /// A small blob as text, proved by its digest. `None`: it is too large, or named by no digest.
    pub async fn blob(
        &self,
        name: &str,
        blob: &Descriptor,
        largest: i64,
    ) -> Result<Option<String>, Stop> {
        if blob.size > largest || blob.size < 0 || !is_digest(&blob.digest) {
            return Ok(None);
        }
        let what = format!("{}/{name}@{}", self.config.base.host, blob.digest);
        let url = self.url(name, &format!("blobs/{}", blob.digest));
        let answer = self.http.get(&url, None).await?;
        if !answer.is_success() {
            return Err(refused(&self.config.name, &what, &answer).into());
        }
        if digest_like(&blob.digest, answer.body.as_bytes()) != blob.digest {
            return Err(
                malformed(&what, "what came is not what its digest says".to_owned()).into(),
            );
        }
        Ok(Some(answer.body))
    }

    /// A blob that is JSON.
    pub async fn json<T: DeserializeOwned>(
        &self,
        name: &str,
        blob: &Descriptor,
    ) -> Result<Option<T>, Stop> {
        let body = self.blob(name, blob, LARGEST).await?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }
}

/// What is behind a reference.
pub enum Found {
    Manifest(Box<Proved>),
    Unchanged,
    Nothing,
}

/// Holds what came against its digest: the one that was asked for, or that the registry says, or its own.
fn proved(what: &str, reference: &str, answer: Answer) -> Result<Proved, Stop> {
    let told = answer.header("docker-content-digest").map(str::to_owned);
    let asked = is_digest(reference).then(|| reference.to_owned());
    let told = told.filter(|digest| is_digest(digest));
    let own = digest_like(
        asked.as_deref().or(told.as_deref()).unwrap_or_default(),
        answer.body.as_bytes(),
    );
    for digest in [&asked, &told].into_iter().flatten() {
        // Two algorithms cannot be held against each other; what was asked for counts.
        let same_kind = digest.split(':').next() == own.split(':').next();
        if same_kind && *digest != own {
            return Err(malformed(
                what,
                format!("the registry says {digest}, and what it sends is {own}"),
            )
            .into());
        }
    }
    let manifest: Manifest = serde_json::from_str(&answer.body)
        .map_err(|error| malformed(what, format!("the manifest cannot be read: {error}")))?;
    let header = answer.header("content-type").map(|text| {
        let end = text.find(';').unwrap_or(text.len());
        text[..end].trim().to_owned()
    });
    Ok(Proved {
        digest: own,
        etag: answer.etag(),
        media_type: header.or_else(|| manifest.media_type.clone()),
        manifest,
        body: answer.body,
    })
}

fn malformed(what: &str, detail: String) -> ConnectorError {
    ConnectorError::new(ErrorKind::Malformed, what, detail)
        .hinted("if it stays so, look at the registry, and at what stands between it and here")
}

/// All tags of a repository.
pub async fn tags(reach: &Reach<'_>, name: &str) -> Result<BTreeSet<String>, Stop> {
    let what = format!("{}/{name}: tags", reach.config.base.host);
    let mut all = BTreeSet::new();
    let mut next = Some(reach.url(name, &format!("tags/list?n={PAGE}")));
    for _ in 0..PAGES {
        let Some(url) = next.take() else { break };
        let (page, answer): (Tags, Answer) = reach.read(&what, &url).await?;
        let page = page.tags.unwrap_or_default();
        let (last, many, before) = (page.last().cloned(), page.len(), all.len());
        all.extend(page.into_iter().filter(|tag| is_tag(tag)));
        if all.len() > before {
            next = following(&url, &answer, many, last.as_deref());
        }
    }
    Ok(all)
}

/// The repositories of the catalogue that are wanted; nothing is asked where all are named in full.
pub async fn listed(reach: &Reach<'_>, selection: &Selection) -> Result<Vec<String>, Stop> {
    let mut all = BTreeSet::new();
    if selection.listed.is_empty() {
        return Ok(Vec::new());
    }
    let what = format!("{}: the catalogue", reach.config.base.host);
    let base = &reach.config.base.url;
    let mut next = Some(format!("{base}/v2/_catalog?n={PAGE}"));
    for _ in 0..PAGES {
        let Some(url) = next.take() else { break };
        let read = reach.read::<Catalog>(&what, &url).await;
        let (page, answer) = read.map_err(|stop| match stop {
            Stop::Failed(error) => {
                let hint =
                    "many registries show their catalogue to nobody: name the repositories in full";
                let hint = match &error.hint {
                    Some(own) => format!("{own}; or else, {hint}"),
                    None => hint.to_owned(),
                };
                Stop::Failed(error.hinted(hint))
            }
            stop @ Stop::Budget { .. } => stop,
        })?;
        let page = page.repositories.unwrap_or_default();
        let (last, many, before) = (page.last().cloned(), page.len(), all.len());
        all.extend(page.into_iter().filter(|name| is_name(name)));
        if all.len() > before {
            next = following(&url, &answer, many, last.as_deref());
        }
    }
    Ok(all
        .into_iter()
        .filter(|name| selection.wants(name))
        .collect())
}

/// What refers to an image, as the registry lists it. `None`: it keeps no such list.
pub async fn referrers(
    reach: &Reach<'_>,
    name: &str,
    digest: &str,
    etag: Option<&str>,
) -> Result<Option<(Vec<Descriptor>, Option<String>)>, Stop> {
    let (mut all, mut first) = (Vec::new(), None);
    if reach.listless.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let mut next = Some(reach.url(name, &format!("referrers/{digest}")));
    for page in 0..PAGES {
        let Some(url) = next.take() else { break };
        let answer = reach.http.get(&url, etag.filter(|_| page == 0)).await?;
        match answer.status {
            304 => return Ok(Some((Vec::new(), etag.map(str::to_owned)))),
            200..=299 => {}
            status => {
                // Where there is such a list, it is empty rather than missing.
                reach.listless.store(status == 404, Ordering::Relaxed);
                return Ok(None);
            }
        }
        // Some answer everything with a page for people.
        let Ok(index) = serde_json::from_str::<Manifest>(&answer.body) else {
            return Ok(None);
        };
        first = first.or_else(|| answer.etag());
        all.extend(index.manifests.unwrap_or_default());
        next = linked(&url, &answer);
    }
    Ok(Some((all, first)))
}

/// The next page: where the registry points, else after the last of a page that is full.
fn following(url: &str, answer: &Answer, many: usize, last: Option<&str>) -> Option<String> {
    if let Some(next) = linked(url, answer) {
        return Some(next);
    }
    let last = last.filter(|_| many >= PAGE)?;
    let mut url = Url::parse(url).ok()?;
    url.query_pairs_mut()
        .clear()
        .append_pair("n", &PAGE.to_string())
        .append_pair("last", last);
    Some(url.into())
}

/// Where `Link` points, when that is of the same registry.
fn linked(url: &str, answer: &Answer) -> Option<String> {
    let next = Links::read(answer.header("link")).next?;
    let from = Url::parse(url).ok()?;
    let to = from.join(&next).ok()?;
    (to.origin() == from.origin()).then(|| to.into())
}
