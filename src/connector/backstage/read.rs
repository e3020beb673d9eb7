//! One reading: all components, and of them those that are another than they were.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Found;
use super::cursor::TOLD;
use super::translate::{component, event};
use crate::connector::pattern::Names;
use crate::connector::rows::{Rows, put};
use crate::connector::{Batch, ConnectorError, Finding, Progress, Sink};
use crate::event::kind::Component;
use crate::event::time::Timestamp;

/// One reading, under way.
pub struct Reader<'a> {
    pub source: &'a str,
    pub components: &'a Names,
    pub rows: Rows,
    pub now: Timestamp,
}

impl Reader<'_> {
    pub fn read(&self, found: &Found, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        for (subject, why) in &found.complaints {
            let text = format!("it cannot be read: {why}; left out");
            sink.finding(Finding::warning(subject, text));
        }
        sink.progress(Progress {
            what: "components".to_owned(),
            done: found.entities.len() as u64,
            total: Some(found.entities.len() as u64),
        });
        let mut batch = Batch::default();
        let mut seen = BTreeSet::new();
        let components = found.entities.iter().filter(|one| one.is_component());
        for entity in components.filter(|one| self.components.want(&one.metadata.name)) {
            let fact = component(entity);
            if !seen.insert(fact.component.clone()) {
                let text = "it is described twice: the first is taken".to_owned();
                sink.finding(Finding::warning(&fact.component, text));
                continue;
            }
            let (row, digest) = (format!("{TOLD}{}", fact.component), digest(&fact));
            if self.rows.get::<String>(&row).as_deref() != Some(&digest) {
                put(&mut batch, row, &digest);
                batch
                    .events
                    .push(event(self.source, fact, &digest, self.now));
            }
        }
        if batch.events.is_empty() {
            return Ok(());
        }
        sink.batch(batch)
    }
}

/// What a component is known by, to see whether it is another.
fn digest(fact: &Component<String>) -> String {
    let text = serde_json::to_string(fact).unwrap_or_default();
    let digest = Sha256::digest(text.as_bytes());
    let number = digest
        .iter()
        .take(6)
        .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}
