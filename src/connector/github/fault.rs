//! What GitHub means when it refuses, in words, and what to do about it.

use super::wire::Problem;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;

/// The error for an answer that is a refusal. `source` is the configured name, `what` was asked for.
#[must_use]
pub fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let says = serde_json::from_str::<Problem>(&answer.body)
        .unwrap_or_default()
        .message
        .unwrap_or_default();
    let says: String = says.chars().filter(|c| !c.is_control()).take(200).collect();
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("GitHub refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `token` of [[sources]] name = {source:?}: is it expired, revoked, or another host's? It needs read access to contents, pull requests, actions, deployments and environments (classic: scope repo)"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}"))
            .hinted(allowance(source, answer)),
        404 | 410 | 451 => error(
            ErrorKind::NotFound,
            "not found: it is gone, or the token may not see it".to_owned(),
        )
        .hinted(format!(
            "check the spelling in `repositories` of source {source:?}, and whether its token was granted this repository"
        )),
        status => error(
            ErrorKind::Malformed,
            format!("unexpected answer {status}: {says}"),
        ),
    }
}

/// What a token would need, as far as the answer tells.
fn allowance(source: &str, answer: &Answer) -> String {
    if let Some(sso) = answer.header("x-github-sso") {
        let url = sso.split("url=").nth(1).unwrap_or_default();
        return format!(
            "the organization asks for single sign-on: authorize the token of source {source:?} for it at {url}"
        );
    }
    if let Some(needs) = answer.header("x-accepted-github-permissions") {
        return format!("the token of source {source:?} needs the permission {needs}");
    }
    match (
        answer.header("x-accepted-oauth-scopes"),
        answer.header("x-oauth-scopes"),
    ) {
        (Some(needs), Some(has)) if !needs.is_empty() => {
            format!(
                "the token of source {source:?} has the scopes {has:?} and needs one of {needs:?}"
            )
        }
        _ => format!("grant the token of source {source:?} read access to it"),
    }
}
