//! What a source hands over, kept as a log would keep it: documents word for word, cursors by their keys, findings.

use std::collections::BTreeMap;

use leadtime::connector::{Batch, Connector, ConnectorError, Finding, Progress, Reading, Sink};
use leadtime::event::cdevents::Document;
use leadtime::event::time::Timestamp;

#[derive(Debug, Default)]
pub struct Heard {
    /// By source and id: what comes twice is there once.
    pub log: BTreeMap<(String, String), String>,
    /// All that came, in order.
    pub came: Vec<Document>,
    pub cursors: BTreeMap<String, String>,
    pub findings: Vec<Finding>,
    pub now: Option<Timestamp>,
}

impl Sink for Heard {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        assert!(batch.events.is_empty(), "documents came as events");
        self.documents(Vec::new(), batch.cursors)
    }

    fn documents(
        &mut self,
        documents: Vec<Document>,
        cursors: Vec<(String, Option<String>)>,
    ) -> Result<(), ConnectorError> {
        for document in documents {
            let name = (document.source.clone(), document.id.clone());
            self.log.insert(name, document.body.clone());
            self.came.push(document);
        }
        for (key, value) in cursors {
            match value {
                Some(value) => self.cursors.insert(key, value),
                None => self.cursors.remove(&key),
            };
        }
        Ok(())
    }

    fn progress(&mut self, _: Progress) {}

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Heard {
    /// Reads what is new; what came and was found is of this reading alone.
    pub async fn read(&mut self, source: &dyn Connector) -> Result<(), ConnectorError> {
        self.came.clear();
        self.findings.clear();
        let start = Timestamp::from_seconds(1_700_000_000);
        let reading = Reading {
            cursors: self.cursors.clone().into_iter().collect(),
            since: None,
            now: self.now.unwrap_or(start),
        };
        source.read(reading, self).await
    }

    /// The ids of what came.
    pub fn ids(&self) -> Vec<&str> {
        self.came.iter().map(|one| one.id.as_str()).collect()
    }

    pub fn found(&self) -> String {
        let texts: Vec<&str> = self.findings.iter().map(|one| one.text.as_str()).collect();
        texts.join("\n")
    }
}

/// An event of a tool that leadtime knows nothing of, with a field that it knows nothing of.
pub fn line(id: &str) -> String {
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"{id}","source":"tool","type":"dev.cdeventsx.tool-thing.done.0.1.0","timestamp":"2023-11-14T12:00:00Z"}},"subject":{{"id":"t","content":{{"odd":[1,2.50]}}}}}}"#
    )
}
