//! One reading: which app is in which stage of which pipeline; then of each the releases since the last, the newest first, and those that were pending, one by one. What
//! commit a slug is of is asked once.

use std::collections::{BTreeMap, BTreeSet};

use super::client;
use super::cursor::series;
use super::translate::{self, Place, deed};
use super::wire::Release;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse::Parsed;
use crate::connector::pattern::Names;
use crate::connector::rows::Rows;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::Timestamp;

/// The commits of slugs, by their ids.
type Commits = BTreeMap<String, Option<String>>;

/// One reading, under way.
pub struct Reader<'a> {
    pub instance: &'a Instance,
    pub names: &'a Names,
    pub environment: Option<&'a str>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

/// The apps that are wanted, each with its stage.
pub async fn places(
    instance: &Instance,
    names: &Names,
    environment: Option<&str>,
) -> Result<Parsed<Place>, ConnectorError> {
    let apps = client::apps(instance).await?;
    let couplings = client::couplings(instance).await?;
    let pipelines = client::pipelines(instance).await?;
    let mut complaints = apps.complaints;
    complaints.extend(couplings.complaints);
    complaints.extend(pipelines.complaints);
    let called: BTreeMap<&str, &str> = pipelines
        .items
        .iter()
        .map(|one| (one.id.as_str(), one.name.as_str()))
        .collect();
    let mut items = Vec::new();
    for app in apps.items.iter().filter(|app| names.want(&app.name)) {
        let coupled = couplings.items.iter().find(|one| one.app.id == app.id);
        let stage = coupled.map(|one| one.stage.clone());
        let Some(environment) = stage.or_else(|| environment.map(str::to_owned)) else {
            continue;
        };
        let pipeline = coupled.map(|one| one.pipeline.id.clone());
        let service = pipeline.as_deref().and_then(|id| called.get(id).copied());
        items.push(Place {
            app: app.id.clone(),
            name: app.name.clone(),
            environment,
            service: service.unwrap_or(&app.name).to_owned(),
            pipeline,
        });
    }
    Ok(Parsed { items, complaints })
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let mut telling = Telling::new(sink, "Heroku");
        let places = places(self.instance, self.names, self.environment).await?;
        telling.complain(&self.instance.source, places.complaints);
        for (done, place) in places.items.iter().enumerate() {
            let read = self.app(place, &mut telling).await;
            telling.part(&place.name, read)?;
            telling.progress("apps", done + 1, places.items.len());
        }
        telling.clock(self.instance);
        Ok(())
    }

    async fn app(&self, place: &Place, telling: &mut Telling<'_>) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, &series(&place.app), self.now, self.since);
        let from = series.from();
        let url = client::releases_url(self.instance, &place.name);
        let (mut seen, mut commits) = (BTreeSet::new(), Commits::new());
        let stopped = series.next();
        let mut range = Some(stopped.unwrap_or_else(|| client::NEWEST.to_owned()));
        while let Some(now) = range.take() {
            let read = client::part::<Release>(self.instance, &url, &place.name, Some(&now)).await;
            let page = telling.page(&series, &now, read)?;
            telling.complain(&place.name, page.complaints);
            let is_new = |one: &Release| one.created_at.is_some_and(|at| at >= from);
            let total = page.items.len();
            let items: Vec<Release> = page.items.into_iter().filter(is_new).collect();
            range = page.next.filter(|_| items.len() == total);
            let mut batch = Batch::default();
            for one in &items {
                seen.insert(one.id.clone());
                let more = self
                    .take((place, &series), one, &mut commits, telling)
                    .await?;
                batch.events.extend(more.events);
                batch.cursors.extend(more.cursors);
            }
            series.go_on(&mut batch, range.as_ref());
            telling.batch(batch)?;
        }
        for id in series.open().iter().filter(|id| !seen.contains(*id)) {
            let mut batch = Batch::default();
            match client::release(self.instance, &place.name, id).await {
                Ok(one) => {
                    batch = self
                        .take((place, &series), &one, &mut commits, telling)
                        .await?;
                }
                Err(error) if error.kind == ErrorKind::NotFound => {
                    let text = format!("release {id} is gone before it was seen to end");
                    telling.warn(&place.name, text);
                    series.keep(&mut batch, id, false);
                }
                Err(error) => return Err(error),
            }
            telling.batch(batch)?;
        }
        let mut batch = Batch::default();
        series.done(&mut batch, self.instance.http.skew());
        telling.batch(batch)
    }

    /// What brings code, with the commit of its slug.
    async fn take(
        &self,
        (place, series): (&Place, &Series<'_>),
        one: &Release,
        commits: &mut Commits,
        telling: &mut Telling<'_>,
    ) -> Result<Batch, ConnectorError> {
        let mut batch = Batch::default();
        if deed(one).is_none() {
            return Ok(batch);
        }
        let commit = match &one.slug {
            Some(slug) => self.commit(place, &slug.id, commits).await?,
            None => None,
        };
        let facts = translate::release(&self.instance.source, place, one, commit.as_deref());
        telling.take(&mut batch, facts);
        series.keep(&mut batch, &one.id, translate::is_open(one));
        Ok(batch)
    }

    async fn commit(
        &self,
        place: &Place,
        slug: &str,
        commits: &mut Commits,
    ) -> Result<Option<String>, ConnectorError> {
        if let Some(known) = commits.get(slug) {
            return Ok(known.clone());
        }
        let commit = match client::slug(self.instance, &place.name, slug).await {
            Ok(found) => found.commit,
            // Old slugs are thrown away.
            Err(error) if error.kind == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        commits.insert(slug.to_owned(), commit.clone());
        Ok(commit)
    }
}
