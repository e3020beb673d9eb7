//! What a tool means when it refuses, in words, and what to do about it. Which words of an answer say why, and what is to be looked at, a connector tells as
//! data.

use serde_json::Value;

use super::Answer;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// How a tool refuses, and what helps.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Where its answer says why: JSON pointers, all of which are told.
    pub says: &'static [&'static str],
    /// Where a token comes from, and which kind is wanted.
    pub token: &'static str,
    /// What the account of the token needs to be allowed.
    pub rights: &'static str,
    /// What it may be where something is not found.
    pub missing: &'static str,
}

/// The most that is repeated of what a tool says, in characters.
const LONGEST: usize = 300;

impl Refusal {
    /// What an answer says, in one line without control characters.
    #[must_use]
    pub fn says(&self, answer: &Answer) -> String {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let mut parts = Vec::new();
        for pointer in self.says {
            gather(body.pointer(pointer).unwrap_or_default(), &mut parts);
        }
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
                .hinted(self.missing.to_owned()),
            status => error(
                ErrorKind::Malformed,
                format!("unexpected answer {status}: {says}"),
            ),
        }
    }

    /// Why a deed was not done, and what to do about it.
    #[must_use]
    pub fn declined(&self, tool: &str, source: &str, answer: &Answer) -> String {
        let says = self.says(answer);
        match answer.status {
            301 | 302 | 307 | 308 => "it has moved; nothing was done".to_owned(),
            400 | 422 => format!("{tool} does not take it: {says}"),
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
        says: &["/message", "/errors"],
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
