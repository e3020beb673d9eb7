//! What GitLab means when it refuses, in words, and what to do about it.

use serde_json::Value;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;

/// What the tool says, in one line: `message` or `error`, a text, a list, or lists by field.
#[must_use]
pub fn says(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let mut parts = Vec::new();
    for key in ["message", "error", "error_description"] {
        gather(&body[key], &mut parts);
    }
    let text = parts.join("; ");
    text.chars().filter(|c| !c.is_control()).take(240).collect()
}

fn gather(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::String(text) => parts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, parts)),
        Value::Object(fields) => {
            for (field, value) in fields {
                let mut inner = Vec::new();
                gather(value, &mut inner);
                parts.push(format!("{field}: {}", inner.join(", ")));
            }
        }
        _ => {}
    }
}

/// The error for an answer that is a refusal. `source` is the configured name, `what` was asked for.
#[must_use]
pub fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let says = says(answer);
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("GitLab refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `token` of [[sources]] name = {source:?}: is it expired, revoked, or another host's? To read it needs the scope read_api, to act the scope api"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(if says
            .contains("insufficient_scope")
        {
            format!("give the token of source {source:?} the scope read_api, or api to act")
        } else {
            format!(
                "the owner of the token of source {source:?} needs at least the role Reporter in the project, Developer for its environments"
            )
        }),
        404 | 410 => error(
            ErrorKind::NotFound,
            "not found: it is gone, or the token may not see it".to_owned(),
        )
        .hinted(format!(
            "check the spelling in `repositories` of source {source:?}, and whether the owner of its token is a member of the project"
        )),
        status => error(
            ErrorKind::Malformed,
            format!("unexpected answer {status}: {says}"),
        ),
    }
}

/// Why a deed was not done, and what to do about it.
#[must_use]
pub fn declined(source: &str, answer: &Answer) -> String {
    let says = says(answer);
    match answer.status {
        301 | 302 | 307 | 308 => {
            "the project has moved; nothing was done (name it as it is called now)".to_owned()
        }
        401 => format!(
            "GitLab refuses the token of source {source:?}: {says} (is it expired or revoked? To act it needs the scope api)"
        ),
        403 => format!(
            "not allowed: {says} (the owner of the token of source {source:?} needs the role Developer, and for what is protected to be named in its rules; the token needs the scope api)"
        ),
        404 => format!(
            "not found: it is gone, this edition of GitLab has no such thing, or the token of source {source:?} may not see it"
        ),
        405 | 406 | 422 => format!("GitLab does not do it: {says}"),
        409 => format!("something has changed meanwhile: {says}"),
        400 => format!("GitLab does not take it: {says}"),
        status => format!("answers {status}: {says}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_complaint_is_read() {
        let says = |body: &str| {
            says(&Answer {
                status: 400,
                headers: http::HeaderMap::new(),
                body: body.to_owned(),
                moved: false,
            })
        };
        assert_eq!(
            says(r#"{"message":"404 Project Not Found"}"#),
            "404 Project Not Found"
        );
        assert_eq!(
            says(r#"{"message":{"base":["Reference not found","No stages"]}}"#),
            "base: Reference not found, No stages"
        );
        assert_eq!(
            says(r#"{"error":"insufficient_scope","error_description":"needs\nmore"}"#),
            "insufficient_scope; needsmore"
        );
        assert_eq!(says("<html>"), "");
    }
}
