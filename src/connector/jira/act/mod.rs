//! Deciding in Jira: [`transition`] moves an issue from the status in which it waits to the one that means yes or no; [`approval`] answers an approval of Jira
//! Service Management.

pub mod approval;
pub mod transition;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Jira;
use super::client::Reach;
use super::translate::gate::{Place, of_gate};
use super::wire::Person;
use crate::connector::acting::{ELSEWHERE, nothing_to, probe, standing};
use crate::connector::error::ErrorKind;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[Verb::Approve, Verb::Reject];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
pub enum Probe {
    Transition(transition::Move),
    Approval(approval::Answer),
}

/// Who we are, as a probe keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub account: Option<String>,
    pub name: Option<String>,
    pub said: String,
}

impl Me {
    fn of(person: Person) -> Self {
        Self {
            said: person.said().unwrap_or_default(),
            account: person.account_id,
            name: person.name,
        }
    }

    fn is(&self, person: &Person) -> bool {
        person.is(&Person {
            name: self.name.clone(),
            account_id: self.account.clone(),
            display_name: None,
        })
    }
}

impl Actor for Jira {
    fn speaks_for(&self, source: &str) -> bool {
        source == self.instance.source
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let approve = match order.verb {
                Verb::Approve => true,
                Verb::Reject => false,
                _ => return Err(nothing_to(order, "Jira", &self.instance.name)),
            };
            let id = order.target.as_ref().map_or("", |target| &target.id);
            let reach = self.reach();
            match of_gate(id) {
                Some((key, Place::Status(status))) => {
                    transition::prepare(&reach, order, (key, status), approve).await
                }
                Some((key, Place::Approval(id))) => {
                    approval::prepare(&reach, order, (key, id), approve).await
                }
                None => {
                    let context = format!("{} in {}", order.verb.word(), self.instance.name);
                    let detail = format!("{id:?} is no gate of an issue");
                    Err(ConnectorError::new(ErrorKind::NotFound, context, detail))
                }
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let reach = self.reach();
            let ours = probe(request).is_ok_and(|probe: Probe| {
                request.method == "POST" && request.url == probe.address(&reach)
            });
            if !ours {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let page = || request.probe["page"].as_str().map(str::to_owned);
            let receipt = |_: &_| Receipt {
                text: "Jira took the decision".to_owned(),
                url: page(),
            };
            let http = &self.instance.http;
            http.carry_out(request, receipt, |answer| self.instance.declined(answer))
                .await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move {
            let reach = self.reach();
            standing(match probe(request) {
                Ok(Probe::Transition(probe)) => transition::ask(&reach, &probe).await,
                Ok(Probe::Approval(probe)) => approval::ask(&reach, &probe).await,
                Err(error) => Err(error),
            })
        })
    }
}

impl Probe {
    fn address(&self, reach: &Reach<'_>) -> String {
        match self {
            Self::Transition(probe) => reach.api(&["issue", &probe.key, "transitions"], &[]),
            Self::Approval(probe) => reach.desk(&[&probe.key, "approval", &probe.id], &[]),
        }
    }

    /// The request that does it.
    fn request(&self, reach: &Reach<'_>, what: String, body: &Value) -> Request {
        Request {
            connector: reach.instance.name.clone(),
            what,
            method: "POST".to_owned(),
            url: self.address(reach),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Some(body.to_string()),
            probe: serde_json::to_value(self).unwrap_or_default(),
        }
    }
}

/// What is told where nothing can be done.
fn objected(me: Me, text: String, lifted: Option<String>) -> Prepared {
    Prepared {
        user: Some(me.said),
        objections: vec![(text, lifted)],
        ..Prepared::default()
    }
}
