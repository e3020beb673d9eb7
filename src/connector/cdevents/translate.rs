//! Whole lines into documents, each told by its line in the file where it is none; and what was pushed: one event, a list of them, or lines.

use std::io::Read;

use serde_json::value::RawValue;

use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, Heard};
use crate::event::cdevents::{self, Document};
use crate::event::time::Timestamp;

/// How much of what is wrong is told one by one.
const TOLD: usize = 10;

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
    // Only the beginning of a file tells how it is encoded: what goes on in its midst does not begin with its first line, but after the end of another.
    let (above, before) = match before.checked_sub(1) {
        Some(before) => (&b"\n"[..], before),
        None => (&b""[..], 0),
    };
    for document in cdevents::documents(above.chain(text), now) {
        match document {
            Ok(document) => read.documents.push(document),
            Err(error) => read.bad.push((before + error.line, error.problem)),
        }
    }
    read
}

/// What is told one by one of what is wrong: `line 3: …`; the rest is counted.
pub fn told(bad: &[(u64, String)], what: &str) -> Vec<String> {
    let first = bad.iter().take(TOLD);
    let first = first.map(|(place, problem)| format!("{what} {place}: {problem}"));
    let rest = bad.len().saturating_sub(TOLD);
    let rest = (rest > 0).then(|| format!("{rest} more {what}s are no events"));
    first.chain(rest).collect()
}

/// The events of a push. One that is none spoils none of the others, and is told.
pub fn pushed(body: &str, now: Timestamp) -> Result<Heard, ConnectorError> {
    // A line end within JSON is a space; one that stands in a text is escaped.
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    let list: Result<Vec<&RawValue>, _> = serde_json::from_str(body);
    let whole: Result<&RawValue, _> = serde_json::from_str(body);
    let (text, what) = match (list, whole) {
        (Ok(all), _) => {
            let all = all.into_iter().map(|one| line(one.get()));
            (all.collect::<Vec<_>>().join("\n"), "event")
        }
        (_, Ok(one)) => (line(one.get()), "event"),
        _ => (body.to_owned(), "line"),
    };
    let wrong = |why: String| ConnectorError::new(ErrorKind::Malformed, "what was pushed", why);
    if body.trim().is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    let read = lines(text.as_bytes(), 0, now);
    let left_out = told(&read.bad, what);
    match left_out.first() {
        Some(first) if read.documents.is_empty() => Err(wrong(first.clone())),
        _ => Ok(Heard {
            documents: read.documents,
            left_out,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_file_tells_its_encoding() {
        let event = br#"{"context":{"specversion":"0.5.1","id":"a","source":"ci","type":"dev.cdevents.testcaserun.started.0.3.0","timestamp":"2026-03-01T10:00:00Z"},"subject":{"id":"t","content":{}}}"#;
        let text = [&b"\xff\xfe\n"[..], event, b"\n"].concat();
        let now = Timestamp::from_seconds(1_772_400_000);
        let first = lines(&text, 0, now);
        assert!(first.documents.is_empty(), "{first:?}");
        assert!(first.bad[0].1.starts_with("this is UTF-16"), "{first:?}");
        // Further down the same bytes are a line that is no event, and the next one is read.
        let further = lines(&text, 7, now);
        assert_eq!(further.documents.len(), 1, "{further:?}");
        let [(8, why)] = further.bad.as_slice() else {
            panic!("{further:?}");
        };
        assert!(!why.contains("UTF-16"), "{why}");
    }

    #[test]
    fn one_event_a_list_and_lines_are_taken() {
        let event = |id: &str| {
            format!(
                "{{\"context\":{{\"specversion\":\"0.5.1\",\"id\":\"{id}\",\"source\":\"ci\",\n\"type\":\"dev.cdevents.testcaserun.started.0.3.0\",\"timestamp\":\"2026-03-01T10:00:00Z\"}},\"subject\":{{\"id\":\"t\",\"content\":{{}}}}}}"
            )
        };
        let now = Timestamp::from_seconds(1_772_400_000);
        let ids = |body: &str| {
            let read = pushed(body, now).unwrap().documents.into_iter();
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
        let left_out = |body: &str| pushed(body, now).unwrap().left_out;
        assert_eq!(left_out(&event("a")), [""; 0]);
        assert_eq!(
            left_out(&format!("[{},7]", event("a"))),
            ["event 2: not an event: 7"]
        );
        let found = left_out(&format!("{}\n{}", flat("a"), "bad\n".repeat(12)));
        assert_eq!(found.len(), 11);
        assert!(found[0].starts_with("line 2: not JSON: "), "{found:?}");
        assert_eq!(found[10], "2 more lines are no events");
        for wrong in ["", "{}", "no", "[7]"] {
            let read = pushed(wrong, now);
            assert!(
                read.is_err() || read.unwrap().documents.is_empty(),
                "{wrong}"
            );
        }
    }
}
