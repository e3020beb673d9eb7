//! What a tool means when it refuses, in words, and what to do about it. Which words of an answer say why, and what is to be looked at, a connector tells as
//! data.

use serde_json::Value;

use super::Answer;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// How a tool refuses, and what helps.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Where its answer says why, all of which is told: JSON pointers (`/message`); headers, and after a space what they are to be read as (`x-error`);
    /// and, where nothing else says it, the title of its page ([`TITLE`]).
    pub says: &'static [&'static str],
    /// Where a token comes from, and which kind is wanted.
    pub token: &'static str,
    /// What the account of the token needs to be allowed.
    pub rights: &'static str,
    /// What it may be where something is not found.
    pub missing: &'static str,
}

/// What is between `<title>` and `</title>`, for tools that refuse with a page.
pub const TITLE: &str = "<title>";

/// The most that is repeated of what a tool says, in characters.
const LONGEST: usize = 300;

impl Refusal {
    /// What an answer says, in one line without control characters.
    #[must_use]
    pub fn says(&self, answer: &Answer) -> String {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let mut parts = Vec::new();
        for place in self.says {
            if place.starts_with('/') {
                gather(body.pointer(place).unwrap_or_default(), &mut parts);
            } else if *place == TITLE {
                parts.extend(title(&answer.body).filter(|_| parts.is_empty()));
            } else {
                parts.extend(header(answer, place));
            }
        }
        // Some say the same in two fields.
        parts.dedup();
        let text = parts.join("; ");
        let clean = text.chars().filter(|c| !c.is_control()).take(LONGEST);
        let clean: String = clean.collect();
        match clean.trim() {
            "" => format!("answers {}", answer.status),
            said => said.to_owned(),
        }
    }

    /// The error for an answer that is a refusal. `source` is the configured name, `what` was asked for.
    #[must_use]
    pub fn error(&self, tool: &str, source: &str, what: &str, answer: &Answer) -> ConnectorError {
        let says = self.says(answer);
        let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
        match answer.status {
            401 => error(
                ErrorKind::Unauthorized,
                format!("{tool} refuses the token of source {source:?}: {says}"),
            )
            .hinted(format!(
                "look at `token` of [[sources]] name = {source:?}: {}",
                self.token
            )),
            403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(format!(
                "the account of source {source:?} needs {}",
                self.rights
            )),
            404 | 410 => error(ErrorKind::NotFound, format!("not found: {says}"))
                .hinted(format!("{}; looked for by source {source:?}", self.missing)),
            status => error(
                ErrorKind::Malformed,
                format!("unexpected answer {status}: {says}"),
            )
            .hinted(format!(
                "is `url` of source {source:?} the address of {tool} itself?"
            )),
        }
    }

    /// Why a deed was not done, and what to do about it.
    #[must_use]
    pub fn declined(&self, tool: &str, source: &str, answer: &Answer) -> String {
        let says = self.says(answer);
        match answer.status {
            301 | 302 | 307 | 308 => {
                "it has moved; nothing was done (name it as it is called now)".to_owned()
            }
            400 | 405 | 406 | 422 | 423 => format!("{tool} does not take it: {says}"),
            401 => format!(
                "{tool} refuses the token of source {source:?}: {says} ({})",
                self.token
            ),
            403 => format!(
                "not allowed: {says} (the account of source {source:?} needs {})",
                self.rights
            ),
            404 | 410 => format!("not found: {says} ({})", self.missing),
            409 | 412 => format!("something has changed meanwhile: {says}"),
            status => format!("answers {status}: {says}"),
        }
    }
}

/// What a header says, after the words that make it a sentence.
fn header(answer: &Answer, place: &str) -> Option<String> {
    let (name, words) = place.split_once(' ').unwrap_or((place, ""));
    let text = answer.header(name)?;
    Some(format!("{words} {text}").trim().to_owned())
}

fn title(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(TITLE)?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.replace("&#039;", "'").replace("&quot;", "\""))
}

/// The texts of a value: itself, those of a list, those by field.
fn gather(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.trim().is_empty() => parts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, parts)),
        Value::Object(fields) => {
            for (field, value) in fields {
                let mut inner = Vec::new();
                gather(value, &mut inner);
                if !inner.is_empty() {
                    parts.push(format!("{field}: {}", inner.join(", ")));
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSAL: Refusal = Refusal {
        says: &["/message", "/errors", "x-error", "x-needs it needs", TITLE],
        token: "a token of the kind X",
        rights: "the role Reader",
        missing: "it is gone",
    };

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            headers: http::HeaderMap::new(),
            body: body.to_owned(),
            moved: false,
        }
    }

    #[test]
    fn every_form_of_complaint_is_read() {
        let says = |body: &str| REFUSAL.says(&answer(418, body));
        assert_eq!(says(r#"{"message":"no\u001b[2J such"}"#), "no[2J such");
        assert_eq!(
            says(r#"{"message":"wrong","errors":["a",{"name":["is taken","is long"]}]}"#),
            "wrong; a; name: is taken, is long"
        );
        assert_eq!(says("<html>"), "answers 418");
        let page = "<html><head><title>No \u{7}&quot;job&quot;</title>";
        assert_eq!(says(page), "No \"job\"");
        let mut told = answer(403, page);
        told.headers.insert("x-needs", "Job/Build".parse().unwrap());
        assert_eq!(REFUSAL.says(&told), "it needs Job/Build");
        assert_eq!(says(r#"{"message":" "}"#), "answers 418");
        let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(1000));
        assert_eq!(says(&long).len(), LONGEST);
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let error = |status| REFUSAL.error("Tool", "ci", "its runs", &answer(status, "{}"));
        for (status, kind, says) in [
            (401, ErrorKind::Unauthorized, "kind X"),
            (403, ErrorKind::Forbidden, "role Reader"),
            (404, ErrorKind::NotFound, "it is gone"),
            (418, ErrorKind::Malformed, "418"),
        ] {
            let error = error(status);
            assert_eq!(error.kind, kind);
            assert!(error.to_string().contains(says), "{error}");
            let declined = REFUSAL.declined("Tool", "ci", &answer(status, "{}"));
            assert!(declined.contains(says), "{declined}");
        }
    }
}
