//! Gitea's API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. Lists come in pages; how
//! long they may be the server decides, so a page is the last one when its `Link` names no next.

use serde::de::DeserializeOwned;

use super::config::Base;
use super::wire::{Problem, User, Version};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::page::Links;
use crate::connector::http::plain::Plain;
use crate::connector::http::{Answer, Http, parse};

/// Things in a page.
pub const LIMIT: usize = 50;

/// Who asks, and where.
pub struct Reach<'a> {
    pub http: &'a Http<Plain>,
    pub base: &'a Base,
    /// The name of the source in the configuration.
    pub source: &'a str,
}

/// One page of a list.
pub struct Page<T> {
    pub items: Vec<T>,
    /// Items that could not be read, in words.
    pub complaints: Vec<String>,
    pub is_last: bool,
}

impl Reach<'_> {
    /// One thing.
    pub async fn one<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<T, ConnectorError> {
        let answer = self.answer(what, path).await?;
        parse::one(&answer.body).map_err(|why| parse::unreadable(what, &why))
    }

    /// A page of a list: the body itself, or the list under `field` of it.
    pub async fn page<T: DeserializeOwned>(
        &self,
        what: &str,
        (path, field): (&str, Option<&str>),
        number: usize,
    ) -> Result<Page<T>, ConnectorError> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{mark}limit={LIMIT}&page={number}");
        let answer = self.answer(what, &path).await?;
        let parsed =
            parse::list(&answer.body, field).map_err(|why| parse::unreadable(what, &why))?;
        let read = parsed.items.len() + parsed.complaints.len();
        let next = Links::read(answer.header("link")).next;
        Ok(Page {
            is_last: read == 0
                || (next.is_none() && (read < LIMIT || answer.header("link").is_some())),
            items: parsed.items,
            complaints: parsed.complaints,
        })
    }

    /// A list, to its end.
    pub async fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        field: Option<&str>,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut items = Vec::new();
        for number in 1.. {
            let page: Page<T> = self.page(what, (path, field), number).await?;
            items.extend(page.items);
            if page.is_last {
                break;
            }
        }
        Ok(items)
    }

    /// Who Gitea takes us for. `None`: nobody, or the token may not say.
    pub async fn me(&self) -> Result<Option<String>, ConnectorError> {
        match self.one::<User>("whose token it is", "/user").await {
            Ok(user) => Ok(Some(user.login).filter(|login| !login.is_empty())),
            Err(error) if error.kind == ErrorKind::Forbidden => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn version(&self) -> Result<String, ConnectorError> {
        let version: Version = self.one("the version", "/version").await?;
        Ok(version.version)
    }

    async fn answer(&self, what: &str, path: &str) -> Result<Answer, ConnectorError> {
        let url = format!("{}{path}", self.base.url);
        match self.http.get(&url, None).await {
            Ok(answer) if answer.is_success() => Ok(answer),
            Ok(answer) => Err(refused(self.source, what, &answer)),
            Err(stop) => Err(stop.into_error(what)),
        }
    }
}

/// What an answer says, cleaned.
#[must_use]
pub fn says(answer: &Answer) -> String {
    let problem: Problem = serde_json::from_str(&answer.body).unwrap_or_default();
    let all = std::iter::once(problem.message).chain(problem.errors);
    let all: Vec<String> = all.filter(|text| !text.is_empty()).collect();
    let text = all.join("; ");
    let clean: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    if clean.is_empty() {
        format!("answers {}", answer.status)
    } else {
        clean
    }
}

/// The error for an answer that is a refusal.
fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let says = says(answer);
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("Gitea refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `token` of [[sources]] name = {source:?}: is it revoked, or another host's? It is made under Settings > Applications"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(format!(
            "the token of source {source:?} needs the scopes read:repository, read:issue, read:organization and read:user"
        )),
        404 => error(ErrorKind::NotFound, "not found".to_owned()).hinted(format!(
            "it is gone, switched off in the repository, or the owner of the token of source {source:?} may not see it"
        )),
        status => error(
            ErrorKind::Malformed,
            format!("unexpected answer {status}: {says}"),
        ),
    }
}
