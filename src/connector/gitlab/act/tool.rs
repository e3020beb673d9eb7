//! What every deed needs of GitLab: reading one thing or a list, who we are, whose the target of an order is, and how a request is written down.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Probe;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::client::next;
use crate::connector::gitlab::config::Selection;
use crate::connector::gitlab::translate::before;
use crate::connector::gitlab::wire::User;
use crate::connector::http::address::encoded;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse;
use crate::connector::{ConnectorError, acting};
use crate::plan::request::{Order, Request};

/// Lists are looked through to here: so many hundreds.
const PAGES: usize = 10;

pub struct Tool<'a> {
    pub instance: &'a Instance,
    pub selection: &'a Selection,
}

/// A request, as its family writes it.
pub struct Draft {
    pub what: String,
    pub method: &'static str,
    /// Below the base.
    pub path: String,
    pub body: Option<Value>,
    pub probe: Probe,
}

/// What an order is about: a thing of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    Pipeline(i64),
    Job(i64),
    Deployment(i64),
}

impl Tool<'_> {
    /// One thing. Where it is not found: an error that says so.
    pub async fn read<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<T, ConnectorError> {
        self.instance.one(&self.instance.at(path), what).await
    }

    /// One thing that an edition or a role may not show.
    pub async fn seen<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<Option<T>, ConnectorError> {
        match self.read(what, path).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A list, whole as far as is reasonable.
    pub async fn list<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<Vec<T>, ConnectorError> {
        let (path, more) = path.split_once('?').unwrap_or((path, ""));
        let mut query = match more {
            "" => "per_page=100".to_owned(),
            more => format!("{more}&per_page=100"),
        };
        let mut items = Vec::new();
        for _ in 0..PAGES {
            let url = self.instance.at(&format!("{path}?{query}"));
            let answer = self.instance.answer(&url, what).await?;
            let parsed = parse::list(&answer.body, None);
            let parsed = parsed.map_err(|why| self.instance.unreadable(what, &why))?;
            items.extend(parsed.items);
            match next(&answer, &query).filter(|next| *next != query) {
                Some(next) => query = next,
                None => break,
            }
        }
        Ok(items)
    }

    /// Who GitLab takes us for.
    pub async fn me(&self) -> Result<User, ConnectorError> {
        let me: Option<User> = self.seen("whose token it is", "/user").await?;
        Ok(me.unwrap_or_default())
    }

    #[must_use]
    pub fn request(&self, draft: Draft) -> Request {
        self.instance.request(acting::Draft {
            what: draft.what,
            method: draft.method,
            url: self.instance.at(&draft.path),
            body: draft.body,
            probe: draft.probe,
        })
    }

    /// The project and the thing that an order is about.
    pub fn target(&self, order: &Order) -> Result<(String, Thing), ConnectorError> {
        let what = format!("{} in {}", order.verb.word(), self.instance.host);
        let missing = |detail: String| ConnectorError::new(ErrorKind::NotFound, what, detail);
        let Some(target) = &order.target else {
            return Err(missing("nothing says what it is about".to_owned()));
        };
        let Some(project) = target.source.strip_prefix(&before(&self.instance.host)) else {
            let from = &target.source;
            return Err(missing(format!("{from:?} is no source of this GitLab's")));
        };
        match thing(&target.id) {
            Some(thing) => Ok((project.to_owned(), thing)),
            None => Err(missing(format!(
                "{:?} is no pipeline, job or deployment of {project}",
                target.id
            ))),
        }
    }
}

/// As events call them.
fn thing(id: &str) -> Option<Thing> {
    let (kind, number) = id.split_once('/').unwrap_or(("deployment", id));
    let number: i64 = number.parse().ok()?;
    match kind {
        "pipeline" => Some(Thing::Pipeline(number)),
        "job" => Some(Thing::Job(number)),
        "deployment" => Some(Thing::Deployment(number)),
        _ => None,
    }
}

/// The address of a project's part, below the base.
#[must_use]
pub fn at(project: &str, rest: &str) -> String {
    format!("/projects/{}{rest}", encoded(project))
}

/// A name, or that there is none.
#[must_use]
pub fn who(user: Option<&User>) -> String {
    user.and_then(|user| user.username.clone())
        .unwrap_or_else(|| "somebody".to_owned())
}

/// Whether somebody is the one that we were taken for. Without a name, nobody is.
#[must_use]
pub fn is(user: Option<&User>, name: Option<&str>) -> bool {
    name.is_some() && user.and_then(|user| user.username.as_deref()) == name
}

#[must_use]
pub fn short(sha: &str) -> &str {
    sha.get(..8).unwrap_or(sha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_named_as_events_name_them() {
        assert_eq!(thing("pipeline/12"), Some(Thing::Pipeline(12)));
        assert_eq!(thing("job/7"), Some(Thing::Job(7)));
        assert_eq!(thing("deployment/3"), Some(Thing::Deployment(3)));
        assert_eq!(thing("41"), Some(Thing::Deployment(41)));
        assert_eq!(thing("environment/3/stopped/x"), None);
        assert_eq!(thing("merge/3"), None);
    }
}
