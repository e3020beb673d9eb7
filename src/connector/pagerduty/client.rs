//! `PagerDuty`'s REST API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do.

use serde::de::DeserializeOwned;

use super::config::Base;
use super::wire::{Incident, Named, One, Page, Problem};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::parse::{self, Parsed};
use crate::connector::http::plain::Plain;
use crate::connector::http::{Answer, Http};
use crate::event::time::Timestamp;

/// How many are asked for at once: the most that there may be.
const PAGE: usize = 100;
/// `PagerDuty` gives no more than so many of one list.
const LAST: usize = 10_000;

/// Who asks, and where.
pub struct Reach<'a> {
    pub http: &'a Http<Plain>,
    pub base: &'a Base,
    /// The name of the source in the configuration.
    pub source: &'a str,
}

impl Reach<'_> {
    /// The incidents that were triggered in a span, and what of them could not be read or had.
    pub async fn incidents(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Parsed<Incident>, ConnectorError> {
        let (from, to) = (from.to_string(), to.to_string());
        let query = [
            ("since", from.as_str()),
            ("until", to.as_str()),
            ("sort_by", "created_at:desc"),
        ];
        self.all("incidents", &query).await
    }

    pub async fn services(&self) -> Result<Parsed<Named>, ConnectorError> {
        self.all("services", &[]).await
    }

    /// One incident; `None` where it is gone.
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, ConnectorError> {
        let url = self.base.api(&["incidents", id], &[]);
        match self.body(&url, id).await {
            Ok(body) => {
                let one: One = parse::one(&body).map_err(|why| parse::unreadable(id, &why))?;
                Ok(Some(one.incident))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A list to its end.
    async fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        query: &[(&str, &str)],
    ) -> Result<Parsed<T>, ConnectorError> {
        let mut all = Parsed {
            items: Vec::new(),
            complaints: Vec::new(),
        };
        for offset in (0..LAST).step_by(PAGE) {
            let (limit, offset) = (PAGE.to_string(), offset.to_string());
            let mut query = query.to_vec();
            query.extend([("limit", limit.as_str()), ("offset", offset.as_str())]);
            let url = self.base.api(&[what], &query);
            let body = self.body(&url, what).await?;
            let read = || {
                let found = parse::list(&body, Some(what))?;
                Ok((found, parse::one::<Page>(&body)?))
            };
            let (found, page): (Parsed<T>, Page) =
                read().map_err(|why: String| parse::unreadable(what, &why))?;
            all.items.extend(found.items);
            all.complaints.extend(found.complaints);
            if !page.more {
                return Ok(all);
            }
        }
        all.complaints.push(format!(
            "there are more than {LAST}: PagerDuty does not give the rest"
        ));
        Ok(all)
    }

    async fn body(&self, url: &str, what: &str) -> Result<String, ConnectorError> {
        match self.http.get(url, None).await {
            Ok(answer) if answer.is_success() => Ok(answer.body),
            Ok(answer) => Err(refused(self.source, what, &answer)),
            Err(stop) => Err(stop.into_error(what)),
        }
    }
}

/// The error for an answer that is a refusal.
fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let problem: Problem = serde_json::from_str(&answer.body).unwrap_or_default();
    let says = problem
        .error
        .message
        .chars()
        .filter(|c| !c.is_control())
        .take(300);
    let says: String = says.collect();
    let says = if says.is_empty() {
        format!("answers {}", answer.status)
    } else {
        says
    };
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("PagerDuty refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `token` of [[sources]] name = {source:?}: a read-only key of the REST API (Integrations, API Access Keys), and of the right region (`url`)"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(format!(
            "the key of source {source:?} must be allowed to read incidents and services"
        )),
        404 => error(ErrorKind::NotFound, format!("not found: {says}")),
        status => error(ErrorKind::Malformed, format!("unexpected answer {status}: {says}")),
    }
}
