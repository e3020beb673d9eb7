//! One reading: of each repository the artifacts that were pushed since the last, the newest first; those whose scan was under way; and what each environment's tag points
//! to, with its newest scan.

use std::collections::BTreeSet;

use super::client;
use super::cursor;
use super::translate::{Origin, is_open};
use super::wire::Artifact;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::referrer::{self, Descriptor, Referrer};
use crate::connector::rows::{Rows, put};
use crate::connector::selection::Selection;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::Event;
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
        let first = client::newest_url(self.instance, name);
        let mut next = Some(series.start(self.instance, first));
        while let Some(url) = next.take() {
            let read = client::artifacts(self.instance, &url, name).await;
            let page = telling.page(&series, &url, read)?;
            telling.complain(name, page.complaints);
            let is_new = |at: Option<Timestamp>| at.is_some_and(|at| at >= from);
            // Listed by when they were pushed, whenever they were given their tags.
            let is_through = page.items.iter().any(|one| !is_new(one.push_time));
            next = page.next.filter(|_| !is_through);
            let mut batch = Batch::default();
            for one in page.items.iter().filter(|one| is_new(one.touched())) {
                seen.insert(one.digest.clone());
                telling.take(&mut batch, self.origin.artifact(name, one));
                self.beside(name, one, &mut batch, telling).await?;
                series.keep(&mut batch, &one.digest, is_open(one));
            }
            series.go_on(&mut batch, next.as_ref());
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
        self.environments(name, &seen, &mut batch, telling).await?;
        series.done(&mut batch, self.instance.http.skew());
        telling.batch(batch)
    }

    /// `seen` is what was read already, with all that lies beside it.
    async fn environments(
        &self,
        name: &str,
        seen: &BTreeSet<String>,
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
            if seen.contains(&artifact.digest) {
                continue;
            }
            // What is live is scanned again now and then, and signed late.
            telling.take(batch, self.origin.artifact(name, &artifact));
            self.beside(name, &artifact, batch, telling).await?;
        }
        Ok(())
    }

    /// What refers to an artifact and is known to Harbor only as something that does: asked of the registry, once for each that is new.
    async fn beside(
        &self,
        name: &str,
        artifact: &Artifact,
        batch: &mut Batch,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let all = artifact.accessories.iter().flatten();
        let unnamed = all.filter(|one| one.kind == REFERS);
        let unnamed: BTreeSet<&str> = unnamed.map(|one| one.digest.as_str()).collect();
        let key = cursor::referrers(name, &artifact.digest);
        let told: BTreeSet<String> = self.rows.get(&key).unwrap_or_default();
        if unnamed.iter().all(|one| told.contains(*one)) {
            return Ok(());
        }
        let listed = match client::referrers(self.instance, name, &artifact.digest).await {
            Ok(listed) => listed,
            // The account may read Harbor and not pull from it.
            Err(error) if is_of_one(&error) => {
                telling.warn(
                    name,
                    format!("what refers to its artifacts cannot be told apart: {error}"),
                );
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let fresh = listed
            .iter()
            .filter(|one| unnamed.contains(one.digest.as_str()));
        let fresh = fresh.filter(|one| !told.contains(&one.digest));
        for one in fresh {
            let event = if referrer::of(one) == Referrer::Report {
                self.report(name, artifact, one, telling).await?
            } else {
                self.origin.referrer(name, artifact, one)
            };
            batch.events.extend(event);
        }
        put(batch, key, &unnamed);
        Ok(())
    }

    /// What a scanner says whose report was put beside an artifact.
    async fn report(
        &self,
        name: &str,
        artifact: &Artifact,
        one: &Descriptor,
        telling: &mut Telling<'_>,
    ) -> Result<Option<Event<String>>, ConnectorError> {
        let read = match client::report(self.instance, name, &one.digest).await {
            Err(error) if is_of_one(&error) => None,
            other => other?,
        };
        let Some(report) = read else {
            let text = format!(
                "a scanner's report lies beside an artifact ({}) that cannot be had, is too large or of no known form: not counted",
                one.digest
            );
            telling.warn(name, text);
            return Ok(None);
        };
        Ok(self.origin.reported(name, artifact, one, report))
    }
}

/// Whether an error is of one thing in the registry, and no reason to read nothing else. Harbor may send one elsewhere for a blob, where leadtime does not go.
fn is_of_one(error: &ConnectorError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Forbidden | ErrorKind::Unauthorized | ErrorKind::NotFound | ErrorKind::Malformed
    )
}

/// What Harbor calls everything that refers to an artifact and that it does not know itself.
const REFERS: &str = "subject.accessory";
