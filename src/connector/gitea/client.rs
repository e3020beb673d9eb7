//! Gitea's API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. Lists come in pages; how
//! long they may be the server decides, so a page is the last one when its `Link` names no next.

use serde::de::DeserializeOwned;

use super::wire::{User, Version};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::linked;
use crate::connector::http::parse;

/// Things in a page.
pub const LIMIT: usize = 50;

/// Asks an instance.
pub struct Reach<'a> {
    pub instance: &'a Instance,
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
        self.instance.one(&self.instance.at(path), what).await
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
        let answer = self.instance.answer(&self.instance.at(&path), what).await?;
        let parsed = parse::list(&answer.body, field);
        let parsed = parsed.map_err(|why| self.instance.unreadable(what, &why))?;
        let read = parsed.items.len() + parsed.complaints.len();
        let next = linked(&answer);
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
}
