//! Alertmanager's API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do.

use serde::de::DeserializeOwned;

use super::config::Base;
use super::wire::{About, Group, Receiver, Silence};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::parse::{self, Parsed};
use crate::connector::http::plain::Plain;
use crate::connector::http::{Answer, Http};

/// Who asks, and where.
pub struct Reach<'a> {
    pub http: &'a Http<Plain>,
    pub base: &'a Base,
    /// The name of the source in the configuration.
    pub source: &'a str,
}

impl Reach<'_> {
    /// All alerts that are there, put together as they are told of; those that are silenced or inhibited as well.
    pub async fn groups(&self) -> Result<Parsed<Group>, ConnectorError> {
        self.list(&["alerts", "groups"], "the alerts").await
    }

    pub async fn silences(&self) -> Result<Parsed<Silence>, ConnectorError> {
        self.list(&["silences"], "the silences").await
    }

    pub async fn receivers(&self) -> Result<Parsed<Receiver>, ConnectorError> {
        self.list(&["receivers"], "the receivers").await
    }

    pub async fn about(&self) -> Result<About, ConnectorError> {
        let body = self.body(&["status"], "its status").await?;
        parse::one(&body).map_err(|why| malformed("its status", &why))
    }

    async fn list<T: DeserializeOwned>(
        &self,
        pieces: &[&str],
        what: &str,
    ) -> Result<Parsed<T>, ConnectorError> {
        let body = self.body(pieces, what).await?;
        parse::list(&body, None).map_err(|why| malformed(what, &why))
    }

    async fn body(&self, pieces: &[&str], what: &str) -> Result<String, ConnectorError> {
        match self.http.get(&self.base.api(pieces), None).await {
            Ok(answer) if answer.is_success() => Ok(answer.body),
            Ok(answer) => Err(refused(self.source, what, &answer)),
            Err(stop) => Err(stop.into_error(what)),
        }
    }
}

fn malformed(what: &str, why: &str) -> ConnectorError {
    parse::unreadable(what, why)
        .hinted("is `url` the address of Alertmanager itself, as it is opened in a browser?")
}

/// The error for an answer that is a refusal.
fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("what is in front of Alertmanager refuses the login of source {source:?}"),
        )
        .hinted(format!(
            "look at `token`, and `user` where it is a password, of [[sources]] name = {source:?}"
        )),
        403 => error(ErrorKind::Forbidden, "not allowed".to_owned()).hinted(format!(
            "what is in front of Alertmanager must let the account of source {source:?} read /api/v2"
        )),
        404 => error(ErrorKind::NotFound, "not found".to_owned())
            .hinted("`url` is the address of Alertmanager (0.16 or newer) with its path, without /api/v2"),
        status => error(ErrorKind::Malformed, format!("unexpected answer {status}")),
    }
}
