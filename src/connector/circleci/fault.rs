//! What CircleCI means when it refuses, in words, and what to do about it.

use serde_json::Value;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;

/// What the tool says, in one line.
#[must_use]
pub fn says(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let text = ["message", "error"]
        .iter()
        .find_map(|key| body[key].as_str());
    let clean = text.unwrap_or_default().chars();
    let clean: String = clean.filter(|c| !c.is_control()).take(240).collect();
    if clean.is_empty() {
        format!("answers {}", answer.status)
    } else {
        clean
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
            format!("CircleCI refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `token` of [[sources]] name = {source:?}: it has to be a personal API token, since the API takes no project tokens"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(format!(
            "the owner of the token of source {source:?} has to be a member of the organization, and may need to follow the project"
        )),
        404 => error(
            ErrorKind::NotFound,
            "not found: it is gone, or the token may not see it".to_owned(),
        )
        .hinted(format!(
            "check the spelling in `projects` of source {source:?} (gh/acme/checkout), and whether the owner of its token sees the project in CircleCI"
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
        301 | 302 | 307 | 308 => "the project has moved; nothing was done".to_owned(),
        400 | 422 => format!("CircleCI does not take it: {says}"),
        401 => format!(
            "CircleCI refuses the token of source {source:?}: {says} (it has to be a personal API token, and not a revoked one)"
        ),
        403 => format!(
            "not allowed: {says} (the owner of the token of source {source:?} needs to be able to push to the repository, and to be in the security groups of the contexts behind it)"
        ),
        404 => format!(
            "not found: it is gone, or the token of source {source:?} may not see it: {says}"
        ),
        409 => format!("something has changed meanwhile: {says}"),
        status => format!("answers {status}: {says}"),
    }
}
