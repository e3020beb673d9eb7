//! Acting in Netlify: [`publish`] makes a deploy that was made before the one that is live, which brings an earlier version back or lets one out that was held; [`hold`] locks
//! what is live, so that nothing takes its place, and unlocks it. Netlify does not tell who did either.

mod hold;
mod publish;

use serde::{Deserialize, Serialize};

use super::Netlify;
use super::client;
use super::wire::Site;
use crate::connector::acting::{Draft, nothing_to, probe, standing};
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[Verb::Promote, Verb::Rollback, Verb::Hold, Verb::Release];

pub const WAYS: &[&str] = &["application"];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
enum Probe {
    Publish(publish::Publish),
    Hold(hold::Hold),
}

impl Actor for Netlify {
    fn speaks_for(&self, source: &str) -> bool {
        let site = self.instance.within(source);
        site.is_some_and(|site| self.names.want(site))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Promote | Verb::Rollback => publish::prepare(self, order).await,
                Verb::Hold => hold::prepare(self, order, true).await,
                Verb::Release => hold::prepare(self, order, false).await,
                _ => Err(nothing_to(order, "Netlify", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let receipt = |answer: &Answer| Receipt {
                text: format!("Netlify took it ({}): {}", answer.status, request.what),
                url: request.probe["page"].as_str().map(str::to_owned),
            };
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl Netlify {
    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        match probe(request)? {
            Probe::Publish(probe) => publish::ask(self, &probe).await,
            Probe::Hold(probe) => hold::ask(self, &probe).await,
        }
    }

    /// The site that an order is about: the one that the way names, else the one of the deployment.
    async fn site(&self, order: &Order) -> Result<Site, ConnectorError> {
        let way = order.way.as_ref().and_then(|way| way.get("application"));
        let named = way.and_then(|name| name.as_str());
        let target = order.target.as_ref();
        let target = target.and_then(|target| self.instance.within(&target.source));
        let what = format!("{} of {}", order.verb.word(), order.workload);
        let wrong = |detail: String| {
            ConnectorError::new(ErrorKind::Configuration, what, detail)
                .hinted("rollback = { application = \"shop\" }")
        };
        let Some(name) = named.or(target) else {
            return Err(wrong("nothing says which site is meant".to_owned()));
        };
        let all = client::sites(&self.instance).await?;
        let found = all.items.into_iter().find(|site| site.name == name);
        found.ok_or_else(|| wrong(format!("there is no site {name:?}, or it may not be seen")))
    }

    fn request(&self, what: String, rest: &[&str], probe: Probe) -> Request {
        self.instance.request(Draft {
            what,
            method: "POST",
            url: client::url(&self.instance, rest, &[]),
            body: None,
            probe,
        })
    }

    async fn me(&self) -> Result<Option<String>, ConnectorError> {
        Ok(client::me(&self.instance).await?.name())
    }
}
