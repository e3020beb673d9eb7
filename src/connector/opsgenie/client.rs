//! Opsgenie's REST API, as far as it is asked: lists by pages, the newest first.

use serde::de::DeserializeOwned;

use super::wire::{One, Page, Service, Trouble};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse::{self, Parsed};

/// How many are asked for at once: the most that there may be.
const PAGE: usize = 100;
/// Opsgenie gives no more than so many of one list.
pub const LAST: usize = 20_000;

/// A kind of trouble, and where it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Incident,
    /// Those that bear the tag `incident`.
    Alert,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Incident, Self::Alert];

    /// The word for it, in rows and for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Incident => "incidents",
            Self::Alert => "alerts",
        }
    }

    const fn version(self) -> &'static str {
        match self {
            Self::Incident => "v1",
            Self::Alert => "v2",
        }
    }
}

/// Who asks, and where.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
}

impl Reach<'_> {
    /// A page of incidents or alerts, the newest first, and whether there is another.
    pub async fn page(
        &self,
        kind: Kind,
        page: usize,
    ) -> Result<(Parsed<Trouble>, bool), ConnectorError> {
        let mut query = vec![("sort", "createdAt"), ("order", "desc")];
        if kind == Kind::Alert {
            query.push(("query", "tag:incident"));
        }
        self.list((kind.version(), kind.word()), &query, page).await
    }

    /// One of them; `None` where it is gone.
    pub async fn one(&self, kind: Kind, id: &str) -> Result<Option<Trouble>, ConnectorError> {
        let url = self
            .instance
            .address(&[kind.version(), kind.word(), id], &[]);
        self.found(&url, id).await
    }

    /// The name of a service; `None` where it is gone.
    pub async fn service(&self, id: &str) -> Result<Option<Service>, ConnectorError> {
        let url = self.instance.address(&["v1", "services", id], &[]);
        self.found(&url, "a service").await
    }

    pub async fn services(&self) -> Result<Parsed<Service>, ConnectorError> {
        let mut all = Parsed {
            items: Vec::new(),
            complaints: Vec::new(),
        };
        for page in 0..LAST / PAGE {
            let (found, more) = self.list(("v1", "services"), &[], page).await?;
            all.items.extend(found.items);
            all.complaints.extend(found.complaints);
            if !more {
                break;
            }
        }
        Ok(all)
    }

    async fn found<T: DeserializeOwned>(
        &self,
        url: &str,
        what: &str,
    ) -> Result<Option<T>, ConnectorError> {
        match self.instance.one::<One<T>>(url, what).await {
            Ok(one) => Ok(Some(one.data)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn list<T: DeserializeOwned>(
        &self,
        (version, what): (&str, &str),
        query: &[(&str, &str)],
        page: usize,
    ) -> Result<(Parsed<T>, bool), ConnectorError> {
        let (limit, offset) = (PAGE.to_string(), (PAGE * page).to_string());
        let mut query = query.to_vec();
        query.extend([("limit", limit.as_str()), ("offset", offset.as_str())]);
        let url = self.instance.address(&[version, what], &query);
        let answer = self.instance.answer(&url, what).await?;
        let unreadable = |why: String| self.instance.unreadable(what, &why);
        let found = parse::list(&answer.body, Some("data")).map_err(unreadable)?;
        let told: Page = parse::one(&answer.body).map_err(unreadable)?;
        Ok((found, told.paging.next.is_some()))
    }

    /// How many pages there may be.
    #[must_use]
    pub const fn pages() -> usize {
        LAST / PAGE
    }
}
