//! One reading: asks what runs, and tells it where it is another than before. Where nobody answers for as long as the configuration says, that is an incident,
//! until somebody does.

use super::client::{Reach, is_down};
use super::cursor::{DOWN, Down, LIVE};
use super::find::Live;
use super::translate::{outage, seen};
use crate::connector::rows::{Rows, put};
use crate::connector::{Batch, ConnectorError, Progress, Sink};
use crate::event::kind::IncidentPhase;
use crate::event::time::Timestamp;

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub rows: Rows,
    pub now: Timestamp,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        sink.progress(Progress {
            what: "the running version".to_owned(),
            done: 0,
            total: Some(1),
        });
        let mut batch = Batch::default();
        let asked = self.reach.live().await;
        match &asked {
            Err(error) if is_down(error) => self.down(error, &mut batch),
            // It answers, if not as it should.
            other => {
                self.up(&mut batch);
                if let Ok(live) = other {
                    self.live(live, &mut batch);
                }
            }
        }
        if !batch.cursors.is_empty() {
            sink.batch(batch)?;
        }
        asked.map(drop)
    }

    fn live(&self, live: &Live, batch: &mut Batch) {
        if self.rows.get::<Live>(LIVE).as_ref() != Some(live) {
            batch.events.push(seen(self.reach, live, self.now));
            put(batch, LIVE.to_owned(), live);
        }
    }

    fn down(&self, error: &ConnectorError, batch: &mut Batch) {
        let Some(after) = self.reach.told.incident_after else {
            return;
        };
        let known: Option<Down> = self.rows.get(DOWN);
        let mut down = known.unwrap_or(Down {
            since: self.now,
            told: false,
        });
        if !down.told && self.now - down.since >= after {
            let why = format!("does not answer: {}", error.detail);
            let at = (down.since, Some(why.as_str()));
            batch
                .events
                .push(outage(self.reach, &down, at, IncidentPhase::Detected));
            down.told = true;
        }
        if known != Some(down) {
            put(batch, DOWN.to_owned(), &down);
        }
    }

    fn up(&self, batch: &mut Batch) {
        let Some(down) = self.rows.get::<Down>(DOWN) else {
            return;
        };
        if down.told {
            let at = (self.now, None);
            batch
                .events
                .push(outage(self.reach, &down, at, IncidentPhase::Resolved));
        }
        batch.cursors.push((DOWN.to_owned(), None));
    }
}
