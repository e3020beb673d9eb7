//! One reading: the incidents that were triggered since the last, in spans of time from the newest backwards, and those that were open, one by one. How far
//! it got is kept with each span, and one that is stopped goes on there.

use std::collections::BTreeSet;

use super::client::Reach;
use super::cursor::{ALL, OPEN};
use super::translate::{Origin, is_open, service};
use super::wire::Incident;
use crate::connector::pattern::Names;
use crate::connector::rows::{Rows, put};
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::{Span, Timestamp};

const DAY: Span = Span::from_seconds(86_400);
/// What is asked for at once: `PagerDuty` refuses more than half a year.
const SPAN: Span = Span::from_seconds(30 * 86_400);
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

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, ALL, self.now, self.since).reaching(FIRST, AGAIN);
        let from = series.from();
        let mut seen = BTreeSet::new();
        let mut telling = Telling::new(sink, "PagerDuty");
        let mut to = series.next().unwrap_or(self.now + DAY);
        while to > from {
            let start = from.max(to - SPAN);
            telling.going(format!("incidents since {start}"), 0);
            let found = self.reach.incidents(start, to).await?;
            for complaint in found.complaints {
                telling.warn(self.origin.source, format!("incidents: {complaint}"));
            }
            let mut batch = Batch::default();
            for incident in &found.items {
                seen.insert(incident.id.clone());
                self.take(incident, &mut batch, &mut telling);
            }
            if start > from {
                series.go_on(&mut batch, Some(&start));
            } else {
                series.done(&mut batch, self.reach.instance.http.skew());
            }
            telling.batch(batch)?;
            to = start;
        }
        telling.clock(self.reach.instance);
        self.open(&seen, &mut telling).await
    }

    /// Those that were open and are older than what was asked for.
    async fn open(
        &self,
        seen: &BTreeSet<String>,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        for id in self.rows.names(OPEN).filter(|id| !seen.contains(*id)) {
            let mut batch = Batch::default();
            if let Some(incident) = self.reach.incident(id).await? {
                self.take(&incident, &mut batch, telling);
            } else {
                let text = format!(
                    "incident {id} is gone, and nobody says that it is over: `leadtime mark ignore {id}` takes it out"
                );
                telling.warn(self.origin.source, text);
                batch.cursors.push((format!("{OPEN}{id}"), None));
            }
            telling.batch(batch)?;
        }
        Ok(())
    }

    fn take(&self, incident: &Incident, batch: &mut Batch, telling: &mut Telling<'_>) {
        let name = service(incident);
        if !name.as_deref().is_none_or(|name| self.services.want(name)) {
            return;
        }
        telling.take(batch, self.origin.facts(incident));
        let key = format!("{OPEN}{}", incident.id);
        if is_open(incident) {
            put(batch, key, &true);
        } else if self.rows.get::<bool>(&key).is_some() {
            batch.cursors.push((key, None));
        }
    }
}
