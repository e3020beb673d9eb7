//! Whole lines into documents, each told by its line in the file where it is none; and what was pushed: one event, a list of them, or lines.

use serde_json::value::RawValue;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::event::cdevents::{self, Document};
use crate::event::time::Timestamp;

/// What stands in some lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub documents: Vec<Document>,
    /// The line, counted from the beginning of the file, and what is wrong with it.
    pub bad: Vec<(u64, String)>,
}

/// Reads lines that come after `before` others.
pub fn lines(text: &[u8], before: u64, now: Timestamp) -> Lines {
    let mut read = Lines::default();
    for document in cdevents::documents(text, now) {
        match document {
            Ok(document) => read.documents.push(document),
            Err(error) => read.bad.push((before + error.line, error.problem)),
        }
    }
    read
}

/// The events of a push. One that is none spoils none of the others, and is told.
pub fn pushed(body: &str, now: Timestamp) -> Result<Vec<Document>, ConnectorError> {
    // A line end within JSON is a space; one that stands in a text is escaped.
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    let list: Result<Vec<&RawValue>, _> = serde_json::from_str(body);
    let whole: Result<&RawValue, _> = serde_json::from_str(body);
    let text = match (list, whole) {
        (Ok(all), _) => {
            let all = all.into_iter().map(|one| line(one.get()));
            all.collect::<Vec<_>>().join("\n")
        }
        (_, Ok(one)) => line(one.get()),
        _ => body.to_owned(),
    };
    let wrong = |why: String| ConnectorError::new(ErrorKind::Malformed, "what was pushed", why);
    if body.trim().is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    let read = lines(text.as_bytes(), 0, now);
    match read.bad.first() {
        Some((place, why)) if read.documents.is_empty() => {
            Err(wrong(format!("event {place}: {why}")))
        }
        _ => {
            for (place, why) in &read.bad {
                tracing::warn!(event = place, %why, "an event that was pushed cannot be read");
            }
            Ok(read.documents)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_a_list_and_lines_are_taken() {
        let event = |id: &str| {
            format!(
                "{{\"context\":{{\"specversion\":\"0.5.1\",\"id\":\"{id}\",\"source\":\"ci\",\n\"type\":\"dev.cdevents.testcaserun.started.0.3.0\",\"timestamp\":\"2026-03-01T10:00:00Z\"}},\"subject\":{{\"id\":\"t\",\"content\":{{}}}}}}"
            )
        };
        let now = Timestamp::from_seconds(1_772_400_000);
        let ids = |body: &str| {
            let read = pushed(body, now).unwrap().into_iter();
            read.map(|one| one.id).collect::<Vec<_>>()
        };
        let flat = |id: &str| event(id).replace('\n', "");
        assert_eq!(ids(&event("a")), ["a"]);
        assert_eq!(
            ids(&format!("[{},\n{}]", event("a"), event("b"))),
            ["a", "b"]
        );
        assert_eq!(ids(&format!("{}\n{}\n", flat("a"), flat("b"))), ["a", "b"]);
        assert_eq!(ids(&format!("[{},{{}}]", event("a"))), ["a"]);
        assert_eq!(ids("[]"), [""; 0]);
        for wrong in ["", "{}", "no", "[7]"] {
            let read = pushed(wrong, now);
            assert!(
                read.as_ref().is_err() || read.unwrap().is_empty(),
                "{wrong}"
            );
        }
    }
}
