//! Promotion by tag: the manifest that stands behind one digest is put, byte for byte, under another tag, so its digest stays what it is. What the tag points
//! to beforehand is kept with the request: that tells afterwards whether it was done, or whether somebody else moved the tag meanwhile. A registry takes no
//! key of ours and tells of nobody who moved a tag, so two who move it to the same digest at once cannot be told apart.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Registry;
use super::config::{Config, is_name, is_tag};
use super::fault::says;
use super::read::ask::{Found, Proved, Reach};
use super::wire::is_digest;
use crate::connector::error::ErrorKind;
use crate::connector::http::{Answer, Http, Stop};
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::event::cdevents::purl;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb, Version};

/// What acts in a registry.
pub struct Hand {
    pub config: Config,
    pub http: Http<Registry>,
    /// Who the registry takes us for, where the configuration says it.
    pub user: Option<String>,
}

/// What a request is asked after by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Probe {
    repository: String,
    tag: String,
    digest: String,
    /// What the tag pointed to; `None`: there was no such tag.
    before: Option<String>,
}

impl Actor for Hand {
    fn speaks_for(&self, source: &str) -> bool {
        let image = source.strip_prefix("oci:");
        let name = image.and_then(|image| self.config.base.below(image));
        name.is_some_and(|name| self.config.selection.wants(&name))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            if !matches!(order.verb, Verb::Promote | Verb::Rollback) {
                let text = format!("a registry cannot {}", order.verb.word());
                return Err(self.wrong(order, text, "name another source for it"));
            }
            let tag = self.tag(order)?;
            let name = self.repository(order)?;
            let reach = Reach::new(&self.http, &self.config, order.at);
            self.draft(&reach, order, &name, &tag).await
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let Some(probe) = self.probe(request) else {
                return Sent::Refused("not sent: it is no request of this source".to_owned());
            };
            let sent = self
                .http
                .carry_out(
                    request,
                    |_| self.receipt(&probe),
                    |answer| refusal(&probe, answer),
                )
                .await;
            match sent {
                Sent::Done(receipt) => self.checked(&probe, receipt).await,
                other => other,
            }
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move {
            let Some(probe) = self.probe(request) else {
                return Standing::Unknown("it is no request of this source".to_owned());
            };
            match self.points_to(&probe).await {
                Ok(now) => self.standing(&probe, now),
                Err(text) => Standing::Unknown(text),
            }
        })
    }
}

impl Hand {
    /// What a request is asked after by, where it is one for this registry.
    fn probe(&self, request: &Request) -> Option<Probe> {
        let probe: Probe = serde_json::from_value(request.probe.clone()).ok()?;
        let url = self.receipt(&probe).url;
        (url.as_deref() == Some(request.url.as_str())).then_some(probe)
    }

    async fn draft(
        &self,
        reach: &Reach<'_>,
        order: &Order,
        name: &str,
        tag: &str,
    ) -> Result<Prepared, ConnectorError> {
        let mut prepared = Prepared {
            user: self.user.clone(),
            undone_by: vec![format!(
                "the next push of the tag {tag}: a pipeline that pushes it itself moves it again"
            )],
            ..Prepared::default()
        };
        let to = order.to.as_ref();
        let image = format!("{}/{name}", self.config.base.host);
        let found = self.wanted(reach, order, name, &mut prepared.notes).await?;
        let before = match reach.manifest(name, tag, None).await.map_err(unasked)? {
            Found::Manifest(found) => Some(found.digest),
            Found::Nothing | Found::Unchanged => None,
        };
        if before.as_deref() == Some(found.digest.as_str()) {
            let text = format!("{image}:{tag} is {} already", found.digest);
            prepared.objections.push((text, None));
            return Ok(prepared);
        }
        let from = order.from.as_ref().and_then(digest);
        if let (Some(from), Some(before)) = (&from, &before)
            && from != before
        {
            prepared.notes.push(format!(
                "the tag {tag} points to {before}, and what is live is {from}: they differ already"
            ));
        }
        let version = to.and_then(|to| to.version.as_deref());
        let version = version.map_or_else(String::new, |version| format!(" ({version})"));
        let instead = if let Some(before) = &before {
            format!("instead of {before}")
        } else {
            let text = format!("the tag {tag} does not exist yet: it is made");
            prepared.notes.push(text);
            "which is new".to_owned()
        };
        prepared.requests.push(Request {
            connector: self.config.name.clone(),
            what: format!("tag {image}@{}{version} as {tag}, {instead}", found.digest),
            method: "PUT".to_owned(),
            url: reach.url(name, &format!("manifests/{tag}")),
            headers: content_type(&found),
            probe: serde_json::to_value(Probe {
                repository: name.to_owned(),
                tag: tag.to_owned(),
                digest: found.digest,
                before,
            })
            .unwrap_or(Value::Null),
            body: Some(found.body),
        });
        Ok(prepared)
    }

    /// The tag that is moved.
    fn tag(&self, order: &Order) -> Result<String, ConnectorError> {
        let key = order.verb.word();
        let example = format!(
            "{key} = {{ from = {:?}, tag = \"{}\" }}",
            self.config.name,
            order.environment.as_deref().unwrap_or("production")
        );
        match told(order, "tag") {
            Some(tag) if is_tag(&tag) => Ok(tag),
            Some(tag) => Err(self.wrong(order, format!("{tag:?} is no tag"), &example)),
            None => {
                let text = format!("`{key}` does not say which tag is moved");
                Err(self.wrong(order, text, &example))
            }
        }
    }

    /// The repository that the tag is in: as the step says, else the one of the artifact.
    fn repository(&self, order: &Order) -> Result<String, ConnectorError> {
        let artifacts = [&order.to, &order.from].into_iter().flatten();
        let mut artifacts = artifacts.filter_map(|version| version.artifact.as_deref());
        let hint = format!(
            "{} = {{ from = {:?}, image = \"{}/acme/checkout\", tag = … }}",
            order.verb.word(),
            self.config.name,
            self.config.base.host
        );
        let image = told(order, "image").or_else(|| artifacts.find_map(image_of));
        let Some(image) = image else {
            let text = "neither the step nor the artifact says which image is meant".to_owned();
            return Err(self.wrong(order, text, &hint));
        };
        let name = self.config.base.below(&image).filter(|name| is_name(name));
        match name {
            Some(name) if self.config.selection.wants(&name) => Ok(name),
            Some(_) => {
                let text = format!("{image:?} is not among the `repositories` of the source");
                Err(self.wrong(order, text, "add it there, or name another `image`"))
            }
            None => {
                let text = format!("{image:?} is no image of {}", self.config.base.host);
                Err(self.wrong(order, text, &hint))
            }
        }
    }

    /// The manifest that is wanted: by its digest, else by the tag that the version is.
    async fn wanted(
        &self,
        reach: &Reach<'_>,
        order: &Order,
        name: &str,
        notes: &mut Vec<String>,
    ) -> Result<Proved, ConnectorError> {
        let to = order.to.as_ref();
        let version = to
            .and_then(|to| to.version.as_deref())
            .filter(|version| is_tag(version));
        let digest = to.and_then(digest);
        let Some(reference) = digest.as_deref().or(version) else {
            let text =
                "the version to bring there has no digest, and no name that is a tag".to_owned();
            return Err(self.wrong(order, text, "name a version that was published"));
        };
        let image = format!("{}/{name}", self.config.base.host);
        let found = reach
            .manifest(name, reference, None)
            .await
            .map_err(unasked)?;
        let Found::Manifest(found) = found else {
            return Err(ConnectorError::new(
                ErrorKind::NotFound,
                format!("source {:?}, {image}", self.config.name),
                format!("{reference} is not there"),
            )
            .hinted("it may have been cleaned up, or was published elsewhere: name its `image`"));
        };
        if let (Some(digest), Some(version)) = (&digest, version)
            && let Found::Manifest(tagged) =
                reach.manifest(name, version, None).await.map_err(unasked)?
            && tagged.digest != *digest
        {
            notes.push(format!(
                "the tag {version} now points to {}, not to {digest}: the digest counts",
                tagged.digest
            ));
        }
        Ok(*found)
    }

    /// What the tag points to now; in words, why that cannot be told.
    async fn points_to(&self, probe: &Probe) -> Result<Option<String>, String> {
        let reach = Reach::new(&self.http, &self.config, Timestamp::MIN);
        match reach.manifest(&probe.repository, &probe.tag, None).await {
            Ok(Found::Manifest(found)) => Ok(Some(found.digest)),
            Ok(Found::Nothing | Found::Unchanged) => Ok(None),
            Err(stop) => Err(unasked(stop).to_string()),
        }
    }

    fn standing(&self, probe: &Probe, now: Option<String>) -> Standing {
        let place = format!(
            "{}/{}:{}",
            self.config.base.host, probe.repository, probe.tag
        );
        if now.as_deref() == Some(probe.digest.as_str()) {
            return Standing::Done(self.receipt(probe));
        }
        if now == probe.before {
            return Standing::Open;
        }
        Standing::Moved(match now {
            Some(now) => {
                format!("{place} points to {now} by now; a registry does not tell who moved it")
            }
            None => format!("{place} is gone; a registry does not tell who removed it"),
        })
    }

    fn receipt(&self, probe: &Probe) -> Receipt {
        let Probe {
            repository,
            tag,
            digest,
            ..
        } = probe;
        let base = &self.config.base;
        Receipt {
            text: format!("{}/{repository}:{tag} is {digest}", base.host),
            url: Some(format!("{}/v2/{repository}/manifests/{tag}", base.url)),
        }
    }

    /// Looks whether what the registry took is there.
    async fn checked(&self, probe: &Probe, receipt: Receipt) -> Sent {
        match self.points_to(probe).await {
            Ok(Some(now)) if now == probe.digest => Sent::Done(receipt),
            Ok(now) => Sent::Doubtful(format!(
                "the registry took it, and the tag {} then points to {}",
                probe.tag,
                now.as_deref().unwrap_or("nothing")
            )),
            Err(text) => Sent::Done(Receipt {
                text: format!("the registry took it; looking again failed: {text}"),
                ..receipt
            }),
        }
    }

    fn wrong(&self, order: &Order, text: String, hint: &str) -> ConnectorError {
        let context = format!(
            "source {:?}, {} of {}",
            self.config.name,
            order.verb.word(),
            order.workload
        );
        ConnectorError::new(ErrorKind::Configuration, context, text).hinted(hint)
    }
}

fn content_type(found: &Proved) -> Vec<(String, String)> {
    let kind = found
        .manifest
        .media_type
        .clone()
        .or_else(|| found.media_type.clone());
    kind.map(|kind| ("Content-Type".to_owned(), kind))
        .into_iter()
        .collect()
}

/// A text that the step says.
fn told(order: &Order, key: &str) -> Option<String> {
    let text = order.way.as_ref()?.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The digest of a version, by whichever name tells it.
fn digest(version: &Version) -> Option<String> {
    let own = version.digest.clone();
    let named = || {
        let named = purl::named(version.artifact.as_deref()?);
        named.digest.map(std::borrow::Cow::into_owned)
    };
    own.or_else(named).filter(|digest| is_digest(digest))
}

/// `pkg:oci/shop@…?repository_url=ghcr.io/acme/shop` → `ghcr.io/acme/shop`.
fn image_of(artifact: &str) -> Option<String> {
    let (path, qualifiers) = artifact.strip_prefix("pkg:oci/")?.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(qualifiers.as_bytes());
    let (_, place) = pairs.find(|(key, _)| key == "repository_url")?;
    let name = path.split('@').next()?;
    let whole = place.rsplit('/').next() == Some(name);
    Some(if whole {
        place.into_owned()
    } else {
        format!("{place}/{name}")
    })
}

fn unasked(stop: Stop) -> ConnectorError {
    stop.into_error("the registry")
}

/// Why the registry did not take it, and what to do.
fn refusal(probe: &Probe, answer: &Answer) -> String {
    let said = match says(answer) {
        said if said.is_empty() => String::new(),
        said => format!(": {said}"),
    };
    let hint = match answer.status {
        401 | 403 => format!(
            "the account of the source may not push to {}: whoever runs the registry can grant it",
            probe.repository
        ),
        404 => format!(
            "the registry knows no repository {} to push to",
            probe.repository
        ),
        405 => "the registry, or what stands before it, only reads".to_owned(),
        300..=399 => {
            "it sends elsewhere; a deed is not sent after it: set `url` to where it is".to_owned()
        }
        _ => format!("the registry does not let the tag {} be moved", probe.tag),
    };
    format!("answers {}{said}; {hint}", answer.status)
}
