//! `PagerDuty`'s REST API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do.

use serde::de::DeserializeOwned;

use super::wire::{Incident, LogEntry, Me, Named, Note, One, Page, User};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse::{self, Parsed};
use crate::event::time::Timestamp;

/// How many are asked for at once: the most that there may be.
const PAGE: usize = 100;
/// `PagerDuty` gives no more than so many of one list.
const LAST: usize = 10_000;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
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
        self.all(&["incidents"], "incidents", &query).await
    }

    pub async fn services(&self) -> Result<Parsed<Named>, ConnectorError> {
        self.all(&["services"], "services", &[]).await
    }

    /// What was done to an incident, as far as it changed it.
    pub async fn log(&self, id: &str) -> Result<Parsed<LogEntry>, ConnectorError> {
        let query = [("is_overview", "true")];
        self.all(&["incidents", id, "log_entries"], "log_entries", &query)
            .await
    }

    pub async fn notes(&self, id: &str) -> Result<Parsed<Note>, ConnectorError> {
        let url = self.instance.address(&["incidents", id, "notes"], &[]);
        self.instance.list(&url, Some("notes"), "notes").await
    }

    /// Whose key it is; `None` where it is that of an account, and nobody's own.
    pub async fn own(&self) -> Result<Option<User>, ConnectorError> {
        let url = self.instance.address(&["users", "me"], &[]);
        match self.instance.one::<Me>(&url, "the user of the key").await {
            Ok(me) => Ok(Some(me.user)),
            // It answers 400 to a key of the account.
            Err(error) if matches!(error.kind, ErrorKind::Malformed | ErrorKind::NotFound) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The user with an address.
    pub async fn user(&self, address: &str) -> Result<Option<User>, ConnectorError> {
        let query = [("query", address)];
        let found: Parsed<User> = self.all(&["users"], "users", &query).await?;
        let is = |user: &User| {
            let own = user.email.as_deref();
            own.is_some_and(|own| own.eq_ignore_ascii_case(address))
        };
        Ok(found.items.into_iter().find(is))
    }

    /// One incident; `None` where it is gone.
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, ConnectorError> {
        let url = self.instance.address(&["incidents", id], &[]);
        match self.instance.one::<One>(&url, id).await {
            Ok(one) => Ok(Some(one.incident)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A list to its end.
    async fn all<T: DeserializeOwned>(
        &self,
        path: &[&str],
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
            let url = self.instance.address(path, &query);
            let body = self.instance.answer(&url, what).await?.body;
            let read = || {
                let found = parse::list(&body, Some(what))?;
                Ok((found, parse::one::<Page>(&body)?))
            };
            let (found, page): (Parsed<T>, Page) =
                read().map_err(|why: String| self.instance.unreadable(what, &why))?;
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
}
