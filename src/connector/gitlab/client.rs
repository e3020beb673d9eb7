//! GitLab's API, as far as it is asked: things, lists to their end, each unless it is what it was; and how its errors say what could not be read.

use serde::de::DeserializeOwned;

use crate::connector::http::address::encoded;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::Links;
use crate::connector::http::{Answer, Stop, parse};
use crate::connector::piece::Done;
use crate::event::time::Timestamp;

/// What every request needs.
pub struct Reach<'a> {
    pub instance: &'a Instance,
    pub now: Timestamp,
    pub since: Timestamp,
}

impl Reach<'_> {
    /// Asks for a path below the base.
    pub async fn ask(&self, path: &str, etag: Option<&str>) -> Result<Answer, Stop> {
        self.instance.http.get(&self.instance.at(path), etag).await
    }

    /// The address of a project, below the base.
    #[must_use]
    pub fn project(project: &str) -> String {
        format!("/projects/{}", encoded(project))
    }

    /// The error for an answer that cannot be read.
    #[must_use]
    pub fn unreadable(&self, what: &str, why: &str) -> Stop {
        self.instance.unreadable(what, why).into()
    }

    /// One thing, unless it is what it was.
    pub async fn one<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        etag: Option<&str>,
    ) -> Result<Option<(T, Option<String>)>, Stop> {
        let answer = self.ask(path, etag).await?;
        if answer.is_unchanged() {
            return Ok(None);
        }
        if !answer.is_success() {
            return Err(self.instance.refused(what, &answer).into());
        }
        let read = parse::one(&answer.body).map_err(|why| self.unreadable(what, &why))?;
        Ok(Some((read, answer.etag())))
    }

    /// Every page of a list, unless its first page is what it was.
    pub async fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        etag: Option<&str>,
        done: &mut Done,
    ) -> Result<Option<(Vec<T>, Option<String>)>, Stop> {
        let mut items = Vec::new();
        let mut query = String::from("per_page=100");
        let (path, more) = path.split_once('?').unwrap_or((path, ""));
        if !more.is_empty() {
            query = format!("{more}&{query}");
        }
        let mut first = true;
        loop {
            let etag = etag.filter(|_| first);
            let answer = self.ask(&format!("{path}?{query}"), etag).await?;
            if answer.is_unchanged() {
                return Ok(None);
            }
            if !answer.is_success() {
                return Err(self.instance.refused(what, &answer).into());
            }
            let parsed =
                parse::list::<T>(&answer.body, None).map_err(|why| self.unreadable(what, &why))?;
            for complaint in parsed.complaints {
                done.warn(what, &format!("{complaint}; left out"));
            }
            items.extend(parsed.items);
            match next(&answer, &query) {
                Some(next) if next != query => query = next,
                _ => {
                    let etag = answer.etag().filter(|_| first);
                    return Ok(Some((items, etag)));
                }
            }
            first = false;
        }
    }
}

/// The query of the page after this one. GitLab gives its whole address, in which the host may be another than the one that is asked; older versions, and some
/// proxies, leave only a number. What holds for a list with page numbers and for one with keys is the query.
#[must_use]
pub fn next(answer: &Answer, query: &str) -> Option<String> {
    if let Some(url) = Links::read(answer.header("link")).next {
        let (_, next) = url.split_once('?')?;
        return Some(next.to_owned());
    }
    let page = answer.header("x-next-page").map(str::trim)?;
    let page: u64 = page.parse().ok()?;
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("page="))
        .collect();
    Some(format!("{}&page={page}", kept.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_a_query_whoever_gives_it() {
        let answer = |name: &'static str, value: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            Answer {
                status: 200,
                headers,
                body: String::new(),
                moved: false,
            }
        };
        let keyset =
            "<https://internal:8080/api/v4/projects/1/jobs?cursor=eyJ&per_page=100>; rel=\"next\"";
        assert_eq!(
            next(&answer("link", keyset), "per_page=100").as_deref(),
            Some("cursor=eyJ&per_page=100")
        );
        assert_eq!(
            next(&answer("x-next-page", "3"), "a=b&page=2&per_page=100").as_deref(),
            Some("a=b&per_page=100&page=3")
        );
        assert_eq!(next(&answer("x-next-page", ""), "per_page=100"), None);
        assert_eq!(next(&answer("link", "<x?y>; rel=\"first\""), ""), None);
    }
}
