//! One reading: the sites with what is published on each; of each the deploys since the last reading, the newest first, and those that were under way, one by one.

use std::collections::BTreeSet;

use super::client;
use super::cursor::{self, Published};
use super::translate::{Origin, is_open};
use super::wire::{Deploy, Site};
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::pattern::Names;
use crate::connector::rows::{Rows, put};
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::Timestamp;

/// One reading, under way.
pub struct Reader<'a> {
    pub instance: &'a Instance,
    pub names: &'a Names,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let mut telling = Telling::new(sink, "Netlify");
        let sites = client::sites(self.instance).await?;
        telling.complain("sites", sites.complaints);
        let sites = sites
            .items
            .iter()
            .filter(|site| self.names.want(&site.name));
        let sites: Vec<&Site> = sites.collect();
        for (done, site) in sites.iter().enumerate() {
            let read = self.site(site, &mut telling).await;
            telling.part(&site.name, read)?;
            telling.progress("sites", done + 1, sites.len());
        }
        telling.clock(self.instance);
        Ok(())
    }

    async fn site(&self, site: &Site, telling: &mut Telling<'_>) -> Result<(), ConnectorError> {
        let origin = Origin {
            instance: &self.instance.source,
            site,
        };
        let series = Series::new(&self.rows, &cursor::series(&site.id), self.now, self.since);
        let from = series.from();
        let mut seen = BTreeSet::new();
        let first = client::deploys_url(self.instance, &site.id);
        let mut next = Some(series.start(self.instance, first));
        while let Some(url) = next.take() {
            let read = client::deploys(self.instance, &url, &site.name).await;
            let page = telling.page(&series, &url, read)?;
            telling.complain(&site.name, page.complaints);
            let is_new = |one: &Deploy| one.created_at.is_some_and(|at| at >= from);
            let total = page.items.len();
            let items: Vec<Deploy> = page.items.into_iter().filter(is_new).collect();
            next = page.next.filter(|_| items.len() == total);
            let mut batch = Batch::default();
            for one in &items {
                seen.insert(one.id.clone());
                telling.take(&mut batch, origin.deploy(one));
                series.keep(&mut batch, &one.id, is_open(one));
            }
            series.go_on(&mut batch, next.as_ref());
            telling.batch(batch)?;
        }
        for id in series.open().iter().filter(|id| !seen.contains(*id)) {
            let mut batch = Batch::default();
            match client::deploy(self.instance, &site.id, id).await {
                Ok(one) => {
                    telling.take(&mut batch, origin.deploy(&one));
                    series.keep(&mut batch, id, is_open(&one));
                }
                Err(error) if error.kind == ErrorKind::NotFound => {
                    let text = format!("deploy {id} is gone before it was seen to end");
                    telling.warn(&site.name, text);
                    series.keep(&mut batch, id, false);
                }
                Err(error) => return Err(error),
            }
            telling.batch(batch)?;
        }
        let mut batch = Batch::default();
        let key = cursor::published(&site.id);
        let before: Option<Published> = self.rows.get(&key);
        let (facts, kept) = origin.published(before.as_ref(), self.now);
        telling.take(&mut batch, facts);
        if kept != before {
            match kept {
                Some(kept) => put(&mut batch, key, &kept),
                None => batch.cursors.push((key, None)),
            }
        }
        series.done(&mut batch, self.instance.http.skew());
        telling.batch(batch)
    }
}
