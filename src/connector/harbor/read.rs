//! One reading: of each repository the artifacts that were pushed since the last, the newest first; those whose scan was under way; and what each environment's tag points
//! to, with its newest scan.

use std::collections::BTreeSet;

use super::client;
use super::cursor;
use super::translate::{Origin, is_open};
use super::wire::Artifact;
use crate::connector::http::instance::Instance;
use crate::connector::rows::{Rows, put};
use crate::connector::selection::Selection;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::Timestamp;

/// One reading, under way.
pub struct Reader<'a> {
    pub instance: &'a Instance,
    pub selection: &'a Selection,
    pub environments: &'a [String],
    pub origin: Origin<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let mut telling = Telling::new(sink, "Harbor");
        let mut names: BTreeSet<String> = self.selection.named.clone();
        for project in self.selection.owners() {
            let listed = client::repositories(self.instance, project).await;
            let listed = listed.map(|found| {
                telling.complain(project, found.complaints);
                let found = found.items.into_iter().map(|one| one.name);
                names.extend(found.filter(|name| self.selection.wants(name)));
            });
            telling.part(project, listed)?;
        }
        for (done, name) in names.iter().enumerate() {
            let read = self.repository(name, &mut telling).await;
            telling.part(name, read)?;
            telling.progress("repositories", done + 1, names.len());
        }
        telling.clock(self.instance);
        Ok(())
    }

    async fn repository(
        &self,
        name: &str,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, name, self.now, self.since);
        let from = series.from();
        let mut seen = BTreeSet::new();
        let mut next = Some(client::newest_url(self.instance, name));
        while let Some(url) = next.take() {
            let page = client::artifacts(self.instance, &url, name).await?;
            telling.complain(name, page.complaints);
            let is_new = |one: &Artifact| one.push_time.is_some_and(|at| at >= from);
            let total = page.items.len();
            let items: Vec<Artifact> = page.items.into_iter().filter(is_new).collect();
            next = page.next.filter(|_| items.len() == total);
            let mut batch = Batch::default();
            for one in &items {
                seen.insert(one.digest.clone());
                telling.take(&mut batch, self.origin.artifact(name, one));
                series.keep(&mut batch, &one.digest, is_open(one));
            }
            telling.batch(batch)?;
        }
        for digest in series.open().iter().filter(|one| !seen.contains(*one)) {
            let mut batch = Batch::default();
            let found = client::artifact(self.instance, name, digest).await?;
            if let Some(one) = &found {
                telling.take(&mut batch, self.origin.artifact(name, one));
            }
            // One that is gone is scanned no more.
            series.keep(&mut batch, digest, found.as_ref().is_some_and(is_open));
            telling.batch(batch)?;
        }
        let mut batch = Batch::default();
        self.environments(name, &mut batch, telling).await?;
        series.done(&mut batch);
        telling.batch(batch)
    }

    async fn environments(
        &self,
        name: &str,
        batch: &mut Batch,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        for tag in self.environments {
            let Some(artifact) = client::artifact(self.instance, name, tag).await? else {
                continue;
            };
            let key = cursor::environment(name, tag);
            let before: Option<String> = self.rows.get(&key);
            let deployed = self.origin.deployed(name, tag, &artifact);
            if let Some(event) = deployed.filter(|event| before.as_ref() != Some(&event.id)) {
                put(batch, key, &event.id);
                batch.events.push(event);
            }
            // What is live is scanned again now and then.
            telling.take(batch, self.origin.artifact(name, &artifact));
        }
        Ok(())
    }
}
