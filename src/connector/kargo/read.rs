//! One reading: of each project its stages, its freight and its promotions, whole, and of what they tell that which happened since the last.

use std::collections::{BTreeMap, BTreeSet};

use super::client;
use super::cursor::series;
use super::translate::Whole;
use crate::connector::facts::Facts;
use crate::connector::http::instance::Instance;
use crate::connector::pattern::Names;
use crate::connector::rows::Rows;
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::kind::{GatePhase, Kind};
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
            now: self.now,
        };
        let series = Series::new(&self.rows, &series(name), self.now, self.since);
        let from = series.from();
        let mut facts = whole.facts();
        let mut batch = Batch::default();
        // What could not be read now may tell of this time later.
        let (begun, gone) = if is_whole {
            series.done(&mut batch, self.instance.http.skew());
            gates(&facts, &series, &mut batch)
        } else {
            (BTreeSet::new(), BTreeSet::new())
        };
        facts
            .events
            .extend(gone.iter().map(|gate| whole.gone(gate)));
        facts
            .events
            .retain(|event| event.at >= from || begun.contains(&event.id));
        facts
            .events
            .sort_by_key(|event| std::cmp::Reverse(event.at));
        telling.take(&mut batch, facts);
        telling.batch(batch)
    }
}

/// The beginnings of gates that are told whenever they were: a stage may begin to wait for a person when freight has long been there for it, since nobody
/// promotes it by itself any more, or since it asks for it only now. What is told to wait has a row until it does not; and what was told to wait and is not
/// spoken of any more is gone: Kargo throws freight away that nobody promotes.
fn gates(
    facts: &Facts,
    series: &Series<'_>,
    batch: &mut Batch,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let from = series.from();
    let mut told: BTreeSet<String> = series.open().into_iter().collect();
    let of_gates = || {
        facts.events.iter().filter_map(|event| match &event.kind {
            Kind::Gate(gate) => Some((event, gate)),
            _ => None,
        })
    };
    let ended: BTreeMap<&str, Timestamp> = of_gates()
        .filter(|(_, gate)| gate.phase == GatePhase::Closed)
        .map(|(event, gate)| (gate.gate.as_str(), event.at))
        .collect();
    let mut begun = BTreeSet::new();
    for (event, gate) in of_gates().filter(|(_, gate)| gate.phase == GatePhase::Created) {
        let end = ended.get(gate.gate.as_str());
        series.keep(batch, &gate.gate, end.is_none());
        if !told.remove(&gate.gate) && end.is_none_or(|end| *end >= from) {
            begun.insert(event.id.clone());
        }
    }
    for gate in &told {
        series.keep(batch, gate, false);
    }
    (begun, told)
}
