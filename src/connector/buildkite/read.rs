//! One reading: of each list the builds that were created since the last, those that ended since (a build that is retried ends again), and those that had not
//! ended, one by one.

use std::collections::{BTreeSet, VecDeque};

use super::client;
use super::config::{List, lists};
use super::cursor::OPEN;
use super::translate::{self, Origin, Thing};
use super::wire::Build;
use crate::connector::error::ErrorKind;
use crate::connector::gone;
use crate::connector::http::instance::Instance;
use crate::connector::rows::Rows;
use crate::connector::selection::Selection;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::Timestamp;

/// One reading, under way.
pub struct Reader<'a> {
    pub instance: &'a Instance,
    pub selection: &'a Selection,
    pub origin: Origin<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let mut telling = Telling::new(sink, "Buildkite");
        let lists = lists(self.selection);
        for (done, list) in lists.iter().enumerate() {
            let read = self.list(list, &mut telling).await;
            telling.part(list.name(), read)?;
            telling.progress("builds", done + 1, lists.len());
        }
        telling.clock(self.instance);
        Ok(())
    }

    async fn list(&self, list: &List, telling: &mut Telling<'_>) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, list.name(), self.now, self.since);
        let mut seen = BTreeSet::new();
        let mut pages = self.pages(list, &series);
        while let Some(url) = pages.pop_front() {
            let read = client::builds(self.instance, &url, list.name()).await;
            let page = telling.page(&series, &url, read)?;
            telling.complain(list.name(), page.complaints);
            let mut batch = Batch::default();
            for build in &page.items {
                let Some(thing) = thing(list, build) else {
                    continue;
                };
                if self.selection.has(&thing.slug) && seen.insert(thing.build()) {
                    self.take(&series, (&thing, build), &mut batch, telling);
                }
            }
            if let Some(next) = page.next {
                pages.push_front(next);
            }
            series.go_on(&mut batch, pages.front());
            telling.batch(batch)?;
        }
        self.open(&series, &seen, telling).await?;
        let mut batch = Batch::default();
        series.done(&mut batch, self.instance.http.skew());
        telling.batch(batch)
    }

    /// The pages from which on a list is read: its first, or the one at which the last reading was stopped, and the first of what ended since.
    fn pages(&self, list: &List, series: &Series<'_>) -> VecDeque<String> {
        let mut keys = vec!["created_from"];
        if series.is_known() {
            keys.push("finished_from");
        }
        let from = series.from();
        let first = |key: &&str| client::builds_url(self.instance, list, key, from);
        let mut pages: VecDeque<String> = keys.iter().map(first).collect();
        if let Some(next) = series.page(self.instance) {
            let is_of = |key: &&str| next.contains(&format!("{key}="));
            let place = keys.iter().position(is_of).unwrap_or_default();
            pages.drain(..=place);
            pages.push_front(next);
        }
        pages
    }

    /// The builds that had not ended and are in no list of what is new.
    async fn open(
        &self,
        series: &Series<'_>,
        seen: &BTreeSet<String>,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let open = series.open();
        let unseen = open.iter().filter(|id| !seen.contains(*id));
        let mut things: Vec<Thing> = unseen.filter_map(|id| translate::read_id(id)).collect();
        things.sort_by_key(|thing| std::cmp::Reverse(thing.number));
        for thing in things.iter().take(OPEN) {
            let mut batch = Batch::default();
            match client::build(self.instance, thing).await {
                Ok(build) => self.take(series, (thing, &build), &mut batch, telling),
                Err(error) if error.kind == ErrorKind::NotFound => {
                    let text = "it is gone before it was seen to end";
                    telling.warn(&thing.build(), text);
                    let source = format!("{}/{}", self.origin.instance, thing.slug);
                    series.forget(&mut batch, &source, &thing.build());
                }
                Err(error) => return Err(error),
            }
            telling.batch(batch)?;
        }
        Ok(())
    }

    fn take(
        &self,
        series: &Series<'_>,
        (thing, build): (&Thing, &Build),
        batch: &mut Batch,
        telling: &mut Telling<'_>,
    ) {
        let facts = translate::build(&self.origin, &thing.slug, build);
        series.hold(batch, &thing.build(), &gone::waiting(&facts));
        telling.take(batch, facts);
        let is_open = !translate::has_ended(build);
        series.keep(batch, &thing.build(), is_open);
    }
}

/// The build that an item of a list is.
fn thing(list: &List, build: &Build) -> Option<Thing> {
    let slug = match (list, &build.pipeline) {
        (List::Pipeline(slug), _) => slug.clone(),
        (List::Organization(name), Some(pipeline)) => format!("{name}/{}", pipeline.slug),
        (List::Organization(_), None) => return None,
    };
    Some(Thing {
        slug,
        number: build.number,
        part: None,
    })
}
