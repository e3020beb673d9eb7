//! Harbor's API, as far as it is asked. Lists are paged by `Link`, which names the next page without its host; a slash in the name of a repository is encoded twice.

use http::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use super::wire::{Artifact, Index, Manifest, Repository, User};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::http::address::encoded;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::{Page, linked};
use crate::connector::http::parse::{self, Parsed};
use crate::connector::referrer::Descriptor;
use crate::connector::scanner::beside::{self, LARGEST, Report};

/// How a registry writes a list of what refers to something.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

const WITH: [(&str, &str); 3] = [
    ("with_tag", "true"),
    ("with_scan_overview", "true"),
    ("with_accessory", "true"),
];

/// The address of the artifacts of a repository, or below it.
#[must_use]
pub fn artifacts_url(
    instance: &Instance,
    repository: &str,
    rest: &[&str],
    query: &[(&str, &str)],
) -> String {
    let (project, name) = repository.split_once('/').unwrap_or((repository, ""));
    // Each piece is encoded once more where it is put into the address.
    let name = encoded(name);
    let mut pieces = vec![
        "api",
        "v2.0",
        "projects",
        project,
        "repositories",
        &name,
        "artifacts",
    ];
    pieces.extend(rest);
    instance.address(&pieces, query)
}

/// Where the next page is: told as a path of this instance's.
fn next(instance: &Instance) -> impl Fn(&Answer) -> Option<String> + '_ {
    |answer: &Answer| {
        let link = linked(answer)?;
        let base = Url::parse(&instance.address(&[""], &[])).ok()?;
        Some(base.join(&link).ok()?.into())
    }
}

/// The first page of the artifacts of a repository, the newest first.
#[must_use]
pub fn newest_url(instance: &Instance, repository: &str) -> String {
    let mut query = vec![("sort", "-push_time"), ("page_size", "50")];
    query.extend(WITH);
    artifacts_url(instance, repository, &[], &query)
}

pub async fn artifacts(
    instance: &Instance,
    url: &str,
    what: &str,
) -> Result<Page<Artifact>, ConnectorError> {
    instance.page(url, None, what, next(instance)).await
}

/// One, by its digest or a tag. `None`: there is none.
pub async fn artifact(
    instance: &Instance,
    repository: &str,
    reference: &str,
) -> Result<Option<Artifact>, ConnectorError> {
    let url = artifacts_url(instance, repository, &[reference], &WITH);
    match instance
        .one(&url, &format!("{repository}:{reference}"))
        .await
    {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What refers to an artifact, as Harbor's own registry lists it: Harbor's API tells that something does, and not what it is.
pub async fn referrers(
    instance: &Instance,
    repository: &str,
    digest: &str,
) -> Result<Vec<Descriptor>, ConnectorError> {
    let what = format!("what refers to {repository}@{digest}");
    let place = (repository, "referrers", digest);
    let body = registered(instance, place, INDEX, &what).await?;
    let index: Index = parse::one(&body).map_err(|why| instance.unreadable(&what, &why))?;
    Ok(index.manifests.unwrap_or_default())
}

/// A scanner's report that refers to an artifact: the only layer of what it is in. `None`: it is too large, of several layers, or of no known form.
pub async fn report(
    instance: &Instance,
    repository: &str,
    digest: &str,
) -> Result<Option<Report>, ConnectorError> {
    let what = format!("a scanner's report, {repository}@{digest}");
    let place = (repository, "manifests", digest);
    let body = registered(instance, place, MANIFEST, &what).await?;
    let manifest: Manifest = parse::one(&body).map_err(|why| instance.unreadable(&what, &why))?;
    let layers = manifest.layers.unwrap_or_default();
    let [layer] = layers.as_slice() else {
        return Ok(None);
    };
    if !(0..=LARGEST).contains(&layer.size) {
        return Ok(None);
    }
    let place = (repository, "blobs", layer.digest.as_str());
    let body = registered(instance, place, "*/*", &what).await?;
    Ok(beside::read(&body))
}

/// What Harbor's registry has of a repository.
async fn registered(
    instance: &Instance,
    (repository, list, digest): (&str, &str, &str),
    kind: &'static str,
    what: &str,
) -> Result<String, ConnectorError> {
    let mut pieces = vec!["v2"];
    pieces.extend(repository.split('/'));
    pieces.extend([list, digest]);
    let url = instance.address(&pieces, &[]);
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(kind))]);
    let answer = instance.answer_with(&url, what, &headers).await?;
    Ok(answer.body)
}

/// The repositories of a project.
pub async fn repositories(
    instance: &Instance,
    project: &str,
) -> Result<Parsed<Repository>, ConnectorError> {
    let pieces = ["api", "v2.0", "projects", project, "repositories"];
    let url = instance.address(&pieces, &[("page_size", "100")]);
    instance.all(&url, None, project, next(instance)).await
}

/// Who Harbor takes us for. `None`: a robot, or nobody.
pub async fn me(instance: &Instance) -> Result<Option<String>, ConnectorError> {
    let url = instance.address(&["api", "v2.0", "users", "current"], &[]);
    let user: Result<User, _> = instance.one(&url, "whose token it is").await;
    match user {
        Ok(user) => Ok(Some(user.username).filter(|name| !name.is_empty())),
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::Unauthorized
                    | ErrorKind::Forbidden
                    | ErrorKind::NotFound
                    | ErrorKind::Malformed
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
