//! One reading: of each project its stages, its freight and its promotions, whole, and of what they tell that which happened since the last.

use super::client;
use super::cursor::series;
use super::translate::Whole;
use crate::connector::http::instance::Instance;
use crate::connector::pattern::Names;
use crate::connector::rows::Rows;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::Timestamp;

/// One reading, under way.
pub struct Reader<'a> {
    pub instance: &'a Instance,
    pub names: &'a Names,
    pub service: Option<&'a str>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let mut telling = Telling::new(sink, "Kargo");
        let found = client::projects(self.instance).await?;
        telling.complain("projects", found.complaints);
        let names = found.items.into_iter().map(|one| one.metadata.name);
        let names: Vec<String> = names.filter(|name| self.names.want(name)).collect();
        for (done, name) in names.iter().enumerate() {
            let read = self.project(name, &mut telling).await;
            telling.part(name, read)?;
            telling.progress("projects", done + 1, names.len());
        }
        telling.clock(self.instance);
        Ok(())
    }

    async fn project(&self, name: &str, telling: &mut Telling<'_>) -> Result<(), ConnectorError> {
        let stages = client::stages(self.instance, name).await?;
        let freight = client::freight(self.instance, name).await?;
        let promotions = client::promotions(self.instance, name).await?;
        let is_whole = [
            &stages.complaints,
            &freight.complaints,
            &promotions.complaints,
        ]
        .iter()
        .all(|complaints| complaints.is_empty());
        telling.complain(name, stages.complaints);
        telling.complain(name, freight.complaints);
        telling.complain(name, promotions.complaints);
        let source = format!("{}/{name}", self.instance.source);
        let whole = Whole {
            source: &source,
            service: self.service.unwrap_or(name),
            stages: &stages.items,
            freight: &freight.items,
            promotions: &promotions.items,
        };
        let series = Series::new(&self.rows, &series(name), self.now, self.since);
        let from = series.from();
        let mut facts = whole.facts();
        facts.events.retain(|event| event.at >= from);
        facts
            .events
            .sort_by_key(|event| std::cmp::Reverse(event.at));
        let mut batch = Batch::default();
        telling.take(&mut batch, facts);
        // What could not be read now may tell of this time later.
        if is_whole {
            series.done(&mut batch);
        }
        telling.batch(batch)
    }
}
