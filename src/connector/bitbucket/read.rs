//! One reading: of each repository the requests that were changed since the last, its pipelines and its deployments, the newest first, and those that had not ended,
//! one by one.

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use serde::de::DeserializeOwned;

use super::client::{self, bare};
use super::cursor::{DEPLOYMENTS, OPEN, PIPELINES, PULLS, series};
use super::translate::{change, deployment, pipeline};
use super::wire::{Activity, Commit, Deployment, Pipeline, Pull, Step};
use crate::connector::error::ErrorKind;
use crate::connector::gone;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::Page;
use crate::connector::http::parse::Parsed;
use crate::connector::origin::Origin;
use crate::connector::rows::Rows;
use crate::connector::selection::Selection;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::Timestamp;

/// Requests under way at once.
const AT_ONCE: usize = 4;

/// One reading, under way.
pub struct Reader<'a> {
    pub instance: &'a Instance,
    pub selection: &'a Selection,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

/// A request with all that is asked of it.
struct Whole {
    activity: Parsed<Activity>,
    commits: Parsed<Commit>,
    merge: Option<Commit>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let mut telling = Telling::new(sink, "Bitbucket");
        let mut names: BTreeSet<String> = self.selection.named.clone();
        for owner in self.selection.owners() {
            let listed = client::repositories(self.instance, owner).await;
            let listed = listed.map(|found| {
                telling.complain(owner, found.complaints);
                let found = found.items.into_iter().map(|one| one.full_name);
                names.extend(found.filter(|name| self.selection.wants(name)));
            });
            telling.part(owner, listed)?;
        }
        for (done, name) in names.iter().enumerate() {
            let origin = Origin::new(&self.instance.source, name, self.now);
            let read = self.pulls(&origin, &mut telling).await;
            telling.part(&series(name, PULLS), read)?;
            let read = self.pipelines(&origin, &mut telling).await;
            telling.part(&series(name, PIPELINES), read)?;
            let read = self.deployments(&origin, &mut telling).await;
            telling.part(&series(name, DEPLOYMENTS), read)?;
            telling.progress("repositories", done + 1, names.len());
        }
        telling.clock(self.instance);
        Ok(())
    }

    fn series(&self, origin: &Origin, part: &str) -> Series<'_> {
        let name = series(&origin.repository, part);
        Series::new(&self.rows, &name, self.now, self.since)
    }

    async fn page<T: DeserializeOwned>(
        &self,
        origin: &Origin,
        series: &Series<'_>,
        url: &str,
        telling: &mut Telling<'_>,
    ) -> Result<Page<T>, ConnectorError> {
        let read = client::page::<T>(self.instance, url, &origin.repository).await;
        telling.page(series, url, read)
    }

    async fn pulls(
        &self,
        origin: &Origin,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let repository = &origin.repository;
        let series = self.series(origin, PULLS);
        let first = client::pulls_url(self.instance, repository, series.from());
        let mut next = Some(series.start(self.instance, first));
        while let Some(url) = next.take() {
            let page = self.page::<Pull>(origin, &series, &url, telling).await?;
            telling.complain(repository, page.complaints);
            let mut asked: Vec<BoxFuture<'_, Result<Whole, ConnectorError>>> = Vec::new();
            for pull in &page.items {
                asked.push(self.whole(repository, pull).boxed());
            }
            let details: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
            let mut batch = Batch::default();
            for (pull, whole) in page.items.iter().zip(details) {
                let whole = whole?;
                let subject = format!("{repository}#{}", pull.id);
                telling.complain(&subject, whole.activity.complaints);
                telling.complain(&subject, whole.commits.complaints);
                let seen = change::Seen {
                    pull,
                    activity: &whole.activity.items,
                    commits: &whole.commits.items,
                    merge: whole.merge.as_ref(),
                };
                telling.take(&mut batch, change::pull(origin, &seen));
            }
            next = page.next;
            series.go_on(&mut batch, next.as_ref());
            telling.batch(batch)?;
        }
        let mut batch = Batch::default();
        series.done(&mut batch, self.instance.http.skew());
        telling.batch(batch)
    }

    async fn whole(&self, repository: &str, pull: &Pull) -> Result<Whole, ConnectorError> {
        let (activity, commits) = client::detail(self.instance, repository, pull).await?;
        let merge = match pull
            .merge_commit
            .as_ref()
            .filter(|one| !one.hash.is_empty())
        {
            // The list names only a part of it.
            Some(short) => match client::commit(self.instance, repository, &short.hash).await {
                Ok(commit) => Some(commit),
                Err(error) if error.kind == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        Ok(Whole {
            activity,
            commits,
            merge,
        })
    }

    async fn pipelines(
        &self,
        origin: &Origin,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let repository = &origin.repository;
        let series = self.series(origin, PIPELINES);
        let from = series.from();
        let mut seen = BTreeSet::new();
        let first = client::pipelines_url(self.instance, repository);
        let mut next = Some(series.start(self.instance, first));
        while let Some(url) = next.take() {
            let page = self
                .page::<Pipeline>(origin, &series, &url, telling)
                .await?;
            telling.complain(repository, page.complaints);
            let is_new = |one: &Pipeline| one.created_on.is_some_and(|at| at >= from);
            let total = page.items.len();
            let items: Vec<Pipeline> = page.items.into_iter().filter(is_new).collect();
            next = page.next.filter(|_| items.len() == total);
            seen.extend(items.iter().map(|one| bare(&one.uuid).to_owned()));
            let mut batch = self.told(origin, &series, &items, telling).await?;
            series.go_on(&mut batch, next.as_ref());
            telling.batch(batch)?;
        }
        let mut done = Batch::default();
        let mut again = Vec::new();
        for uuid in &series.turn(&seen, OPEN, &mut done) {
            match client::pipeline(self.instance, repository, uuid).await {
                Ok(one) => again.push(one),
                Err(error) if error.kind == ErrorKind::NotFound => {
                    forget(&series, (origin, uuid), telling)?;
                }
                Err(error) => return Err(error),
            }
        }
        let batch = self.told(origin, &series, &again, telling).await?;
        telling.batch(batch)?;
        series.done(&mut done, self.instance.http.skew());
        telling.batch(done)
    }

    /// Hands over pipelines with their steps.
    async fn told(
        &self,
        origin: &Origin,
        series: &Series<'_>,
        items: &[Pipeline],
        telling: &mut Telling<'_>,
    ) -> Result<Batch, ConnectorError> {
        let repository = &origin.repository;
        let mut asked: Vec<BoxFuture<'_, Result<Parsed<Step>, ConnectorError>>> = Vec::new();
        for one in items {
            asked.push(client::steps(self.instance, repository, &one.uuid).boxed());
        }
        let steps: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        let mut batch = Batch::default();
        for (one, steps) in items.iter().zip(steps) {
            let steps = steps?;
            telling.complain(repository, steps.complaints);
            let facts = pipeline::all(origin, one, &steps.items);
            series.hold(&mut batch, bare(&one.uuid), &gone::waiting(&facts));
            telling.take(&mut batch, facts);
            series.keep(&mut batch, bare(&one.uuid), !pipeline::has_ended(one));
        }
        Ok(batch)
    }

    async fn deployments(
        &self,
        origin: &Origin,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let repository = &origin.repository;
        let series = self.series(origin, DEPLOYMENTS);
        let from = series.from();
        let mut seen = BTreeSet::new();
        let first = client::deployments_url(self.instance, repository);
        let mut next = Some(series.start(self.instance, first));
        while let Some(url) = next.take() {
            let page = self
                .page::<Deployment>(origin, &series, &url, telling)
                .await?;
            telling.complain(repository, page.complaints);
            let mut batch = Batch::default();
            let began = |one: &Deployment| one.state.started_on;
            let is_old = |one: &Deployment| began(one).is_some_and(|at| at < from);
            next = page.next.filter(|_| !page.items.iter().any(is_old));
            for one in page.items.iter().filter(|one| !is_old(one)) {
                seen.insert(bare(&one.uuid).to_owned());
                telling.take(&mut batch, deployment::all(origin, one));
                series.keep(&mut batch, bare(&one.uuid), deployment::is_open(one));
            }
            series.go_on(&mut batch, next.as_ref());
            telling.batch(batch)?;
        }
        let mut done = Batch::default();
        for uuid in &series.turn(&seen, OPEN, &mut done) {
            match client::deployment(self.instance, repository, uuid).await {
                Ok(one) => {
                    let mut batch = Batch::default();
                    telling.take(&mut batch, deployment::all(origin, &one));
                    series.keep(&mut batch, uuid, deployment::is_open(&one));
                    telling.batch(batch)?;
                }
                Err(error) if error.kind == ErrorKind::NotFound => {
                    forget(&series, (origin, uuid), telling)?;
                }
                Err(error) => return Err(error),
            }
        }
        series.done(&mut done, self.instance.http.skew());
        telling.batch(done)
    }
}

/// What had not ended is gone.
fn forget(
    series: &Series<'_>,
    (origin, id): (&Origin, &str),
    telling: &mut Telling<'_>,
) -> Result<(), ConnectorError> {
    let text = format!("{id} is gone before it was seen to end");
    telling.warn(&origin.repository, text);
    let mut batch = Batch::default();
    series.forget(&mut batch, &origin.source, id);
    telling.batch(batch)
}
