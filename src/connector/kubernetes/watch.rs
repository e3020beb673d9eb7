//! Watches of a cluster: one for each family in each namespace that is read. They say that something changed, and of what is said only the place and the
//! version are looked at: what happened a reading tells, so that what is watched and what is read on a round is one fact.
//!
//! A watch goes on from the version that it was told last, by bookmarks where nothing happens; where the cluster does not remember so far back, from a list
//! anew. A family that may not be watched is told, and the others go on.

use futures::stream::FuturesUnordered;
use futures::{StreamExt, TryStreamExt, stream};
use http::header::{ACCEPT, HeaderMap, HeaderValue};

use super::client::{Cluster, Resource, Served};
use super::families::FAMILIES;
use super::wire::Change;
use crate::connector::error::ErrorKind;
use crate::connector::http::lines::Lines;
use crate::connector::http::{Broken, Unopened, parse};
use crate::connector::{ConnectorError, Ear, Finding};

/// How long the cluster is asked to let a watch last, in seconds: less than what stands between may take for broken.
const LASTS: &str = "240";
/// Watches at once, each a connection.
const MOST: usize = 100;
/// Watches that are being opened at once.
const AT_ONCE: usize = 6;
/// Of an object no more than its metadata, where the cluster can say so little.
const METADATA: &str =
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";

/// Watches until one of the watches breaks for good.
pub async fn watch(cluster: &Cluster<'_>, ear: &dyn Ear) -> Result<(), ConnectorError> {
    let served = cluster.served().await?;
    let mut wanted = wanted(cluster, &served);
    if wanted.len() > MOST {
        let text = format!(
            "of {} lists the first {MOST} are watched, the others are read as often as ever",
            wanted.len()
        );
        ear.finding(Finding::warning("watching", text));
        wanted.truncate(MOST);
    }
    let opening = wanted.into_iter().map(|(resource, namespace)| {
        let watch = Watch {
            cluster,
            served: &served,
            ear,
            resource,
            namespace,
            place: Vec::new(),
            since: String::new(),
        };
        watch.open()
    });
    let opening = stream::iter(opening.collect::<Vec<_>>()).buffered(AT_ONCE);
    let opened: Vec<Option<(Watch<'_>, Lines)>> = opening.try_collect().await?;
    let following = opened.into_iter().flatten();
    let mut following: FuturesUnordered<_> = following
        .map(|(watch, lines)| watch.follow(lines))
        .collect();
    if following.is_empty() {
        let detail = "nothing of it can be watched";
        return Err(ConnectorError::new(
            ErrorKind::Forbidden,
            "watching",
            detail,
        ));
    }
    ear.heard();
    while let Some(ended) = following.next().await {
        ended?;
    }
    Ok(())
}

/// Every family that the cluster has, in every place that is read.
fn wanted(cluster: &Cluster<'_>, served: &Served) -> Vec<(Resource, String)> {
    let families = FAMILIES.iter().filter(|family| family.is_read());
    let resources = families.map(|family| family.resource());
    let resources: Vec<Resource> = resources.filter(|one| served.has(one.group)).collect();
    let places = cluster.places();
    let pairs = places.iter().flat_map(|place| {
        let resources = resources.iter();
        resources.map(move |resource| (*resource, place.clone()))
    });
    pairs.collect()
}

/// A list that is watched.
struct Watch<'a> {
    cluster: &'a Cluster<'a>,
    served: &'a Served,
    ear: &'a dyn Ear,
    resource: Resource,
    namespace: String,
    /// Where its list is; none where that was not asked yet.
    place: Vec<String>,
    /// The version up to which all is heard.
    since: String,
}

/// How one stretch of a watch ended.
struct Ended {
    /// The cluster does not remember so far back.
    gone: bool,
    /// So many lines were told.
    lines: usize,
}

impl Watch<'_> {
    /// Opens it at the end of its list. `None`: it cannot be watched, and the others can.
    async fn open(mut self) -> Result<Option<(Self, Lines)>, ConnectorError> {
        let newest = self
            .cluster
            .newest(self.served, self.resource, &self.namespace);
        match newest.await {
            Ok(Some((place, version))) => (self.place, self.since) = (place, version),
            Ok(None) => return Ok(None),
            // Each reading tells of what may not be listed.
            Err(error) if error.kind == ErrorKind::Forbidden => return Ok(None),
            Err(error) => return Err(error),
        }
        let opened = self.go_on().await;
        match opened {
            Ok(lines) => Ok(Some((self, lines))),
            Err(Unopened::Refused(answer)) => {
                let what = self.resource.name();
                let error = self.cluster.instance.refused(&what, &answer);
                match error.kind {
                    ErrorKind::Forbidden => {
                        let text = format!("may not be watched, only read on its round: {error}");
                        self.ear.finding(Finding::warning(what, text));
                        Ok(None)
                    }
                    ErrorKind::NotFound if answer.status != 410 => Ok(None),
                    _ => Err(error),
                }
            }
            Err(Unopened::Failed(error)) => Err(error),
        }
    }

    /// Watches on from the version that was told last.
    async fn go_on(&self) -> Result<Lines, Unopened> {
        let query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", LASTS),
            ("resourceVersion", self.since.as_str()),
        ];
        let url = self.cluster.address(&self.place, &query);
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(METADATA))]);
        self.cluster.instance.http.lines(&url, headers).await
    }

    /// Tells what it says, until it breaks for good: twice in a row it ended without a word.
    async fn follow(mut self, mut lines: Lines) -> Result<(), ConnectorError> {
        let what = format!("watching {}", self.resource.name());
        let mut silent = 0;
        loop {
            let ended = self.hear(&mut lines, &what).await?;
            silent = if ended.lines == 0 { silent + 1 } else { 0 };
            if silent == 2 {
                let detail = "it ends at once, again and again";
                return Err(ConnectorError::new(ErrorKind::Unavailable, what, detail));
            }
            if !ended.gone {
                match self.go_on().await {
                    Ok(on) => {
                        lines = on;
                        continue;
                    }
                    Err(Unopened::Refused(answer)) if answer.status == 410 => {}
                    Err(Unopened::Refused(answer)) => {
                        return Err(self.cluster.instance.refused(&what, &answer));
                    }
                    Err(Unopened::Failed(error)) => return Err(error),
                }
            }
            // What happened meanwhile nobody says any more.
            let ear = self.ear;
            let opened = self.open().await?;
            ear.heard();
            let Some(opened) = opened else {
                return Ok(());
            };
            (self, lines) = opened;
        }
    }

    /// Tells what one stretch of it says.
    async fn hear(&mut self, lines: &mut Lines, what: &str) -> Result<Ended, ConnectorError> {
        let mut ended = Ended {
            gone: false,
            lines: 0,
        };
        loop {
            let line = match lines.next().await {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(ended),
                Err(Broken(why)) => {
                    tracing::debug!(what, why, "it broke");
                    return Ok(ended);
                }
            };
            if line.is_empty() {
                continue;
            }
            let change: Change =
                parse::one(&line).map_err(|why| self.cluster.instance.unreadable(what, &why))?;
            let object = change.object;
            if change.name == "ERROR" {
                if object.code == 410 {
                    ended.gone = true;
                    return Ok(ended);
                }
                let says: String = object.message.chars().filter(|c| !c.is_control()).collect();
                return Err(ConnectorError::new(ErrorKind::Unavailable, what, says));
            }
            ended.lines += 1;
            self.since = object.metadata.resource_version;
            let is_read = self.cluster.namespaces.want(&object.metadata.namespace);
            if change.name != "BOOKMARK" && is_read {
                self.ear.heard();
            }
        }
    }
}
