//! What GitHub means when it refuses, in words, and what to do about it.

use super::wire::Problem;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;

/// The error for an answer that is a refusal. `source` is the configured name, `what` was asked for.
#[must_use]
pub fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let says = says(answer);
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

/// Why a deed was not done, in GitHub's own words, and what to do about it.
#[must_use]
pub fn declined(source: &str, answer: &Answer) -> String {
    let says = says(answer);
    let limited = says.to_ascii_lowercase().contains("rate limit");
    match answer.status {
        301 | 302 | 307 | 308 => {
            "the repository has moved; nothing was done (name it as it is called now)".to_owned()
        }
        401 => format!(
            "GitHub refuses the token of source {source:?}: {says} (is it expired, or revoked?)"
        ),
        403 if limited => {
            format!("asked to slow down: {says}; nothing was done (try again in a minute)")
        }
        403 => format!(
            "not allowed: {says} ({})",
            allowance_of(source, answer, "write")
        ),
        404 => format!(
            "not found: {says} (it is gone, or the token of source {source:?} may not write there: it needs write access to actions, deployments, contents and pull requests; classic: scope repo)"
        ),
        405 => {
            format!("GitHub does not do it: {says} (what the branch's rules ask for is missing)")
        }
        409 => format!("something has changed meanwhile: {says}"),
        422 => format!("GitHub does not take it: {says}"),
        status => format!("answers {status}: {says}"),
    }
}

/// What an error answer says, as one line.
fn says(answer: &Answer) -> String {
    let problem: Problem = serde_json::from_str(&answer.body).unwrap_or_default();
    let mut texts: Vec<String> = problem.message.into_iter().collect();
    for error in &problem.errors {
        let field = |name: &str| error.get(name).and_then(serde_json::Value::as_str);
        let text = error.as_str().or_else(|| field("message"));
        match (text, field("field"), field("code")) {
            (Some(text), ..) => texts.push(text.to_owned()),
            (None, Some(field), Some(code)) => texts.push(format!("{field}: {code}")),
            _ => {}
        }
    }
    let text = texts.join("; ");
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// What a token would need, as far as the answer tells.
fn allowance(source: &str, answer: &Answer) -> String {
    allowance_of(source, answer, "read")
}

fn allowance_of(source: &str, answer: &Answer, kind: &str) -> String {
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
        _ => format!("grant the token of source {source:?} {kind} access to it"),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            headers: HeaderMap::new(),
            body: body.to_owned(),
            moved: false,
        }
    }

    #[test]
    fn a_refusal_repeats_all_that_github_says_on_one_line() {
        let body = r#"{"message":"Validation\u001b Failed","errors":["why",{"message":"so"},{"field":"ref","code":"invalid"},{"code":"x"},7]}"#;
        assert_eq!(
            declined("gh", &answer(422, body)),
            "GitHub does not take it: Validation Failed; why; so; ref: invalid"
        );
        let long = format!("{{\"message\":\"{}\"}}", "x".repeat(10_000));
        assert!(declined("gh", &answer(409, &long)).len() < 300);
        assert!(declined("gh", &answer(404, "<html>")).contains("write access"));
        let limited = r#"{"message":"You have exceeded a secondary rate limit"}"#;
        assert!(declined("gh", &answer(403, limited)).contains("slow down"));
        let mut sso = answer(403, r#"{"message":"Resource protected"}"#);
        let url = "required; url=https://github.com/orgs/acme/sso"
            .parse()
            .unwrap();
        sso.headers.insert("x-github-sso", url);
        assert!(declined("gh", &sso).contains("https://github.com/orgs/acme/sso"));
    }
}
