//! What every deed needs of CircleCI: reading one thing or a list, who we are, whose the target of an order is, and how a request is written down.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Probe;
use crate::connector::circleci::client::{Reach, jobs, workflow};
use crate::connector::circleci::config::{Selection, pages};
use crate::connector::circleci::translate::{before, page};
use crate::connector::circleci::wire::{Job, User, Workflow};
use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, acting};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Request};

pub struct Tool<'a> {
    pub reach: Reach<'a>,
    pub selection: &'a Selection,
}

/// A request, as its family writes it.
pub struct Draft {
    pub what: String,
    /// Below the base.
    pub path: String,
    pub body: Option<Value>,
    pub probe: Probe,
}

/// What an order is about: a workflow, or a job of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    pub slug: String,
    pub workflow: String,
    pub job: Option<String>,
    /// The job is an approval.
    pub gate: bool,
}

impl Tool<'_> {
    pub async fn one<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<T, ConnectorError> {
        let read = self.reach.one(what, path).await;
        read.map_err(|stop| stop.into_error(what))
    }

    pub async fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<Vec<T>, ConnectorError> {
        let read = self.reach.all(what, path).await;
        let (items, _) = read.map_err(|stop| stop.into_error(what))?;
        Ok(items)
    }

    pub async fn workflow(&self, thing: &Thing) -> Result<Workflow, ConnectorError> {
        self.one(&thing.name(), &workflow(&thing.workflow)).await
    }

    pub async fn jobs(&self, thing: &Thing) -> Result<Vec<Job>, ConnectorError> {
        let what = format!("{}: its jobs", thing.name());
        self.all(&what, &jobs(&thing.workflow)).await
    }

    pub async fn me(&self) -> Result<User, ConnectorError> {
        let me = self.reach.me().await;
        me.map_err(|stop| stop.into_error(&self.reach.instance.host))
    }

    /// What to call somebody of whom CircleCI tells an id.
    pub async fn who(&self, id: Option<&str>) -> String {
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return "somebody".to_owned();
        };
        let user: Result<User, _> = self.one("who did it", &format!("/user/{id}")).await;
        let login = user.map(|user| user.login).unwrap_or_default();
        if login.is_empty() {
            format!("user {id}")
        } else {
            login
        }
    }

    /// The page of a workflow, for people.
    #[must_use]
    pub fn page(&self, thing: &Thing, workflow: &Workflow) -> Option<String> {
        let pages = pages(self.reach.instance);
        let number = workflow.pipeline_number?;
        Some(page(pages, &thing.slug, number, &workflow.id))
    }

    /// From when on what we ask for can have happened, by CircleCI's own clock.
    #[must_use]
    pub fn since(&self, at: Timestamp) -> Timestamp {
        self.reach.instance.earliest(at)
    }

    #[must_use]
    pub fn request(&self, draft: Draft) -> Request {
        self.reach.instance.request(acting::Draft {
            what: draft.what,
            method: "POST",
            url: self.reach.instance.at(&draft.path),
            body: draft.body,
            probe: draft.probe,
        })
    }

    /// What an order is about.
    pub fn target(&self, order: &Order) -> Result<Thing, ConnectorError> {
        let host = &self.reach.instance.host;
        let what = format!("{} in {host}", order.verb.word());
        let missing = |detail: String| ConnectorError::new(ErrorKind::NotFound, what, detail);
        let Some(target) = &order.target else {
            return Err(missing("nothing says what it is about".to_owned()));
        };
        let Some(slug) = target.source.strip_prefix(&before(host)) else {
            let from = &target.source;
            return Err(missing(format!("{from:?} is no source of this CircleCI's")));
        };
        match thing(slug, &target.id) {
            Some(thing) => Ok(thing),
            None => Err(missing(format!(
                "{:?} is no workflow, job or approval of {slug}",
                target.id
            ))),
        }
    }
}

/// As events call them.
fn thing(slug: &str, id: &str) -> Option<Thing> {
    let parts: Vec<&str> = id.split('/').collect();
    let (workflow, job, gate) = match parts.as_slice() {
        ["workflow", workflow] => (workflow, None, false),
        ["workflow", workflow, "job", job] => (workflow, Some(*job), false),
        ["workflow", workflow, "approval", job] => (workflow, Some(*job), true),
        _ => return None,
    };
    Some(Thing {
        slug: slug.to_owned(),
        workflow: (*workflow).to_owned(),
        job: job.map(str::to_owned),
        gate,
    })
}

impl Thing {
    /// Its workflow, in words.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}: workflow {}", self.slug, self.workflow)
    }

    /// Its job.
    pub fn job_of<'j>(&self, jobs: &'j [Job]) -> Result<&'j Job, ConnectorError> {
        let wanted = self.job.as_deref().unwrap_or_default();
        jobs.iter().find(|job| job.id == wanted).ok_or_else(|| {
            let detail = format!("has no job {wanted} any more");
            ConnectorError::new(ErrorKind::NotFound, self.name(), detail)
        })
    }
}

/// What is told where nothing can be done.
#[must_use]
pub fn objected(user: &User, text: String, lifted: Option<&str>) -> Prepared {
    Prepared {
        user: Some(user.login.clone()),
        objections: vec![(text, lifted.map(str::to_owned))],
        ..Prepared::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_named_as_events_name_them() {
        let job =
            |id: &str| thing("gh/a/b", id).map(|thing| (thing.workflow, thing.job, thing.gate));
        assert_eq!(job("workflow/w"), Some(("w".to_owned(), None, false)));
        let of = |gate| Some(("w".to_owned(), Some("j".to_owned()), gate));
        assert_eq!(job("workflow/w/job/j"), of(false));
        assert_eq!(job("workflow/w/approval/j"), of(true));
        assert_eq!(job("pipeline/p"), None);
        assert_eq!(job("w"), None);
    }
}
