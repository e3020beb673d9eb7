//! The first page of a source, read and thrown away: whether events can be made of what it answers. Nothing of it is kept, neither an event nor how far it was
//! read.

use crate::connector::error::ErrorKind;
use crate::connector::{Batch, Connector, ConnectorError, Finding, Progress, Reading, Sink};
use crate::event::Event;
use crate::event::time::{Span, Timestamp};

/// How far back is looked.
pub const BACK: Span = Span::from_seconds(30 * 86_400);

/// What a first page came to.
#[derive(Debug, Default)]
pub struct Trial {
    pub events: Vec<Event<String>>,
    pub findings: Vec<Finding>,
}

impl Trial {
    /// Reads until there are events; an error where it came to none.
    pub async fn of(connector: &dyn Connector, now: Timestamp) -> Result<Self, ConnectorError> {
        let mut trial = Self::default();
        let reading = Reading {
            cursors: Vec::new(),
            since: Some(now - BACK),
            now,
        };
        let read = connector.read(reading, &mut trial).await;
        match read {
            Err(error) if trial.events.is_empty() => Err(error),
            _ => Ok(trial),
        }
    }
}

impl Sink for Trial {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        self.events.extend(batch.events);
        if self.events.is_empty() {
            return Ok(());
        }
        // A batch that is not kept ends the reading.
        let enough = "there are enough events to see that they can be made";
        Err(ConnectorError::new(ErrorKind::Store, "the trial", enough))
    }

    fn progress(&mut self, _: Progress) {}

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
