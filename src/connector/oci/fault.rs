//! What a registry means when it refuses, in words, and what to do about it.

use super::wire::Problems;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;

/// The registry's own words, cleaned, or nothing.
#[must_use]
pub fn says(answer: &Answer) -> String {
    let problems: Problems = serde_json::from_str(&answer.body).unwrap_or_default();
    let first = problems.errors.unwrap_or_default().into_iter().next();
    let (code, message) = match first {
        Some(problem) => (problem.code, problem.message),
        None => (None, problems.details.or(problems.message)),
    };
    let words = [code, message];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let clean = |c: &char| !c.is_control();
    words.join(": ").chars().filter(clean).take(200).collect()
}

/// The error for an answer that is a refusal. `source` is the configured name, `what` was asked for.
#[must_use]
pub fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let said = match says(answer) {
        said if said.is_empty() => String::new(),
        said => format!(" ({said})"),
    };
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("the registry does not let in who asks{said}"),
        )
        .hinted(format!(
            "give `user` and `token` to [[sources]] name = {source:?}, or `docker login` to it: the account needs the right to pull. Some registries say this of a repository that does not exist"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed{said}")).hinted(format!(
            "grant the account of source {source:?} the right to pull it"
        )),
        404 => error(ErrorKind::NotFound, format!("not found{said}")).hinted(format!(
            "check the spelling in `repositories` of source {source:?}, and whether its account may see it"
        )),
        status => error(
            ErrorKind::Malformed,
            format!("unexpected answer {status}{said}"),
        ),
    }
}
