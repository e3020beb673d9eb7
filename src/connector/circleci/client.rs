//! CircleCI's API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. A list names the
//! token of its next page. Retries and limits are the wrapper's ([`crate::connector::http`]).

use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::config::List;
use super::wire::{Next, User};
use crate::connector::http::address::encoded;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::Page;
use crate::connector::http::{Stop, parse};

/// Short lists are read to here: so many pages.
const PAGES: usize = 20;

/// Asks an instance.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
}

impl Reach<'_> {
    async fn body(&self, what: &str, path: &str) -> Result<String, Stop> {
        let url = self.instance.at(path);
        let answer = self.instance.asked(&url, what, &HeaderMap::new()).await?;
        Ok(answer.body)
    }

    /// One thing.
    pub async fn one<T: DeserializeOwned>(&self, what: &str, path: &str) -> Result<T, Stop> {
        let body = self.body(what, path).await?;
        let read = parse::one(&body);
        Ok(read.map_err(|why| self.instance.unreadable(what, &why))?)
    }

    /// A page of a list.
    pub async fn page<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        token: Option<&str>,
    ) -> Result<Page<T>, Stop> {
        let path = match token {
            None => path.to_owned(),
            Some(token) => {
                let and = if path.contains('?') { '&' } else { '?' };
                format!("{path}{and}page-token={}", encoded(token))
            }
        };
        let body = self.body(what, &path).await?;
        let unreadable = |why: String| self.instance.unreadable(what, &why);
        let parsed = parse::list(&body, Some("items")).map_err(unreadable)?;
        let next: Next = parse::one(&body).map_err(unreadable)?;
        Ok(Page {
            items: parsed.items,
            complaints: parsed.complaints,
            next: next.next_page_token.filter(|next| !next.is_empty()),
        })
    }

    /// A short list, to its end; and what of it cannot be read.
    pub async fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<(Vec<T>, Vec<String>), Stop> {
        let (mut items, mut complaints) = (Vec::new(), Vec::new());
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let page = self.page(what, path, token.as_deref()).await?;
            items.extend(page.items);
            complaints.extend(page.complaints);
            match page.next.filter(|next| token.as_ref() != Some(next)) {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        Ok((items, complaints))
    }

    /// Who CircleCI takes us for.
    pub async fn me(&self) -> Result<User, Stop> {
        self.one("whose token it is", "/me").await
    }
}

/// The address of a list of pipelines, below the base.
#[must_use]
pub fn pipelines(list: &List) -> String {
    match list {
        List::Project(slug) => format!("/project/{}/pipeline", encoded(slug)),
        List::Organization(slug) => format!("/pipeline?org-slug={}", encoded(slug)),
    }
}

#[must_use]
pub fn workflows(pipeline: &str) -> String {
    format!("/pipeline/{}/workflow", encoded(pipeline))
}

#[must_use]
pub fn workflow(id: &str) -> String {
    format!("/workflow/{}", encoded(id))
}

#[must_use]
pub fn jobs(workflow: &str) -> String {
    format!("/workflow/{}/job", encoded(workflow))
}
