//! GitHub as those who act meet it: asked for things that may be missing, told who asks, and spoken to in requests of a plan.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Probe;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::github::client::Crab;
use crate::connector::github::config::{Base, is_repository};
use crate::connector::github::fault::refused;
use crate::connector::github::read::parse;
use crate::connector::github::wire::User;
use crate::connector::http::{Answer, Http};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Request, Target};

/// GitHub tells whole seconds, and its clock is known to a second.
const TOLERANCE: Span = Span::from_seconds(2);

/// One source's access.
pub struct Tool<'a> {
    pub http: Http<Crab>,
    pub base: &'a Base,
    pub source: &'a str,
}

/// A request but for where it goes.
pub struct Draft<'a> {
    pub what: String,
    pub method: &'a str,
    /// Below the base.
    pub path: String,
    pub body: Option<Value>,
    pub probe: Probe,
}

impl Tool<'_> {
    /// Whatever is answered.
    pub async fn get(&self, path: &str) -> Result<Answer, ConnectorError> {
        let url = format!("{}{path}", self.base.url);
        let answer = self.http.get(&url, None).await;
        answer.map_err(|stop| stop.into_error(&self.base.host))
    }

    /// What must be there.
    pub async fn read<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<T, ConnectorError> {
        let answer = self.get(path).await?;
        self.understood(what, &answer)
    }

    /// What may be missing.
    pub async fn find<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<Option<T>, ConnectorError> {
        let answer = self.get(path).await?;
        if matches!(answer.status, 404 | 410) {
            return Ok(None);
        }
        self.understood(what, &answer).map(Some)
    }

    pub fn understood<T: DeserializeOwned>(
        &self,
        what: &str,
        answer: &Answer,
    ) -> Result<T, ConnectorError> {
        if !answer.is_success() {
            return Err(refused(self.source, what, answer));
        }
        parse::one(&answer.body).map_err(|why| parse::unreadable(what, &why))
    }

    /// Who the token belongs to; `None` where it is an app's.
    pub async fn user(&self) -> Result<Option<String>, ConnectorError> {
        let answer = self.get("/user").await?;
        if matches!(answer.status, 403 | 404) {
            return Ok(None);
        }
        let user: User = self.understood("whose token it is", &answer)?;
        Ok(user.login)
    }

    /// The earliest time, by GitHub's clock, of what was caused at this time of ours.
    #[must_use]
    pub fn earliest(&self, at: Timestamp) -> Timestamp {
        at + self.http.skew().unwrap_or(Span::ZERO) - TOLERANCE
    }

    /// The repository and the id of what is acted on.
    pub fn target<'o>(&self, order: &'o Order) -> Result<(&'o str, &'o Target), ConnectorError> {
        let wrong = |detail: String| {
            ConnectorError::new(
                ErrorKind::NotFound,
                format!("{} of {}", order.verb.word(), order.workload),
                detail,
            )
        };
        let target = order.target.as_ref();
        let target = target.ok_or_else(|| wrong("it is not said what to act on".to_owned()))?;
        let repository = repository_in(&self.base.host, &target.source).ok_or_else(|| {
            wrong(format!(
                "{} is not of {}, which source {:?} reads",
                target.source, self.base.host, self.source
            ))
        })?;
        Ok((repository, target))
    }

    /// The request, as it will be sent.
    #[must_use]
    pub fn request(&self, draft: Draft<'_>) -> Request {
        Request {
            connector: self.source.to_owned(),
            what: draft.what,
            method: draft.method.to_owned(),
            url: format!("{}{}", self.base.url, draft.path),
            headers: Vec::new(),
            body: draft.body.map(|body| body.to_string()),
            probe: serde_json::to_value(draft.probe).unwrap_or_default(),
        }
    }
}

/// The repository of an event's source, where it is of this host.
#[must_use]
pub fn repository_in<'s>(host: &str, source: &'s str) -> Option<&'s str> {
    source
        .strip_prefix("github:")?
        .strip_prefix(host)?
        .strip_prefix('/')
        .filter(|repository| is_repository(repository))
}

/// The first letters of a sha, as people say them.
#[must_use]
pub fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}

/// Whether two logins are one.
#[must_use]
pub fn is(one: Option<&str>, other: Option<&str>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
}

/// Somebody, by login.
#[must_use]
pub fn who(user: Option<&User>) -> &str {
    user.and_then(|user| user.login.as_deref())
        .unwrap_or("somebody")
}

/// An objection of the tool, and what would change that.
#[must_use]
pub fn objection(text: impl Into<String>, lifted: Option<String>) -> (String, Option<String>) {
    (text.into(), lifted)
}
