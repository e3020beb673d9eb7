//! `PagerDuty`'s REST API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do.

use serde::de::DeserializeOwned;

use super::wire::{Incident, Named, One, Page};
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
        self.all("incidents", &query).await
    }

    pub async fn services(&self) -> Result<Parsed<Named>, ConnectorError> {
        self.all("services", &[]).await
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
            let url = self.instance.address(&[what], &query);
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
