//! One reading: the incidents and alerts that were made since the last, the newest first, and those that were open, one by one. How far it got is kept with
//! each page, and one that is stopped goes on there.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{Kind, LAST, Reach};
use super::cursor::{ALL, OPEN, SERVICE};
use super::translate::Origin;
use super::wire::Trouble;
use crate::connector::error::ErrorKind;
use crate::connector::pattern::Names;
use crate::connector::rows::{Rows, put};
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::{Span, Timestamp};

/// How far back the first reading goes, where nobody says.
const FIRST: Span = Span::from_seconds(180 * 86_400);
/// What is asked for again, since incidents appear a little late.
const AGAIN: Span = Span::from_seconds(3_600);

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub origin: Origin<'a>,
    pub services: &'a Names,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

/// Incidents or alerts, from a page on.
struct Part<'a> {
    kind: Kind,
    first: usize,
    series: &'a Series<'a>,
}

/// What was learned in a reading.
#[derive(Default)]
struct Seen {
    ids: BTreeSet<String>,
    /// Names of services by their ids.
    names: BTreeMap<String, String>,
    /// Incidents are not to be had.
    closed: bool,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, ALL, self.now, self.since).reaching(FIRST, AGAIN);
        let (word, page): (String, usize) = series.next().unwrap_or_default();
        let stopped = Kind::ALL.iter().position(|kind| kind.word() == word);
        let mut seen = Seen::default();
        let mut telling = Telling::new(sink, "Opsgenie");
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            let first = match stopped {
                Some(stopped) if place < stopped => continue,
                Some(stopped) if place == stopped => page,
                _ => 0,
            };
            let part = Part {
                kind,
                first,
                series: &series,
            };
            match self.lately(&part, &mut seen, &mut telling).await {
                Ok(()) => {}
                // Not every plan has incidents, and not every key may read both.
                Err(error) if kind == Kind::Incident && is_closed(&error) => {
                    let text = format!("only alerts are read: {error}");
                    telling.warn(self.origin.source, text);
                    seen.closed = true;
                }
                Err(error) => return Err(error),
            }
        }
        let mut batch = Batch::default();
        series.done(&mut batch, self.reach.instance.http.skew());
        telling.batch(batch)?;
        telling.clock(self.reach.instance);
        self.open(&mut seen, &mut telling).await
    }

    async fn lately(
        &self,
        part: &Part<'_>,
        seen: &mut Seen,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let (kind, from) = (part.kind, part.series.from());
        for number in part.first..Reach::pages() {
            telling.going(format!("{} since {from}", kind.word()), seen.ids.len());
            let (page, more) = self.reach.page(kind, number).await?;
            for complaint in page.complaints {
                let text = format!("{}: {complaint}", kind.word());
                telling.warn(self.origin.source, text);
            }
            let mut batch = Batch::default();
            let mut through = !more;
            for trouble in &page.items {
                through |= trouble.created().is_some_and(|at| at < from);
                seen.ids.insert(trouble.id.clone());
                let new = trouble.created().is_none_or(|at| at >= from);
                if new || self.rows.names(&row(kind, &trouble.id)).next().is_some() {
                    self.take(kind, trouble, (&mut batch, seen), telling)
                        .await?;
                }
            }
            if !through {
                part.series
                    .go_on(&mut batch, Some(&(kind.word(), number + 1)));
            }
            telling.batch(batch)?;
            if through {
                return Ok(());
            }
        }
        let text = format!(
            "there are more than {LAST} {}: Opsgenie does not give the rest",
            kind.word()
        );
        telling.warn(self.origin.source, text);
        Ok(())
    }

    /// Those that were open and are older than what was asked for.
    async fn open(&self, seen: &mut Seen, telling: &mut Telling<'_>) -> Result<(), ConnectorError> {
        for kind in Kind::ALL {
            if kind == Kind::Incident && seen.closed {
                continue;
            }
            let start = row(kind, "");
            let open = self.rows.names(&start).filter(|id| !seen.ids.contains(*id));
            let open: Vec<String> = open.map(str::to_owned).collect();
            for id in open {
                let mut batch = Batch::default();
                if let Some(trouble) = self.reach.one(kind, &id).await? {
                    self.take(kind, &trouble, (&mut batch, seen), telling)
                        .await?;
                } else {
                    let text = format!(
                        "{id} is gone, and nobody says that it is over: `leadtime mark ignore {id}` takes it out"
                    );
                    telling.warn(self.origin.source, text);
                    batch.cursors.push((row(kind, &id), None));
                }
                telling.batch(batch)?;
            }
        }
        Ok(())
    }

    async fn take(
        &self,
        kind: Kind,
        trouble: &Trouble,
        (batch, seen): (&mut Batch, &mut Seen),
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let mut named = Vec::new();
        for id in &trouble.impacted_services {
            named.push(self.name(id, batch, seen).await?);
        }
        let mut services = self.origin.services(trouble, named);
        services.retain(|name| self.services.want(name.as_deref().unwrap_or_default()));
        telling.take(batch, self.origin.facts(kind, trouble, &services));
        let key = row(kind, &trouble.id);
        if trouble.is_open() && !services.is_empty() {
            put(batch, key, &true);
        } else if self.rows.get::<bool>(&key).is_some() {
            batch.cursors.push((key, None));
        }
        Ok(())
    }

    /// The name of a service: asked for once, and kept. One that is gone is called by its id.
    async fn name(
        &self,
        id: &str,
        batch: &mut Batch,
        seen: &mut Seen,
    ) -> Result<String, ConnectorError> {
        let key = format!("{SERVICE}{id}");
        let known = seen.names.get(id).cloned().or_else(|| self.rows.get(&key));
        if let Some(name) = known {
            return Ok(name);
        }
        let found = self.reach.service(id).await?;
        let name = found
            .map(|service| service.name)
            .filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| id.to_owned());
        put(batch, key, &name);
        seen.names.insert(id.to_owned(), name.clone());
        Ok(name)
    }
}

fn row(kind: Kind, id: &str) -> String {
    format!("{OPEN}{} {id}", kind.word())
}

/// Whether a list is closed to the key, or is not there.
fn is_closed(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound)
}
