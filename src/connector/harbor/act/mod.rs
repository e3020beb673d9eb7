//! Acting in Harbor: [`promote`] gives an artifact a tag, which is how a version is brought somewhere, and [`scan`] has one scanned again. Harbor does not tell who did
//! either.

mod promote;
mod scan;

use serde::{Deserialize, Serialize};

use super::Harbor;
use crate::connector::acting::{nothing_to, probe, standing};
use crate::connector::http::Answer;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[Verb::Promote, Verb::Rollback, Verb::Retry];

pub const WAYS: &[&str] = &["image", "tag"];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
enum Probe {
    Untag(promote::Move),
    Tag(promote::Move),
    Scan(scan::Scan),
}

impl Actor for Harbor {
    fn speaks_for(&self, source: &str) -> bool {
        let name = self.instance.within(source);
        name.is_some_and(|name| self.selection.has(name))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Promote | Verb::Rollback => promote::prepare(self, order).await,
                Verb::Retry => scan::prepare(self, order).await,
                _ => Err(nothing_to(order, "Harbor", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let receipt = |answer: &Answer| Receipt {
                text: format!("Harbor took it ({}): {}", answer.status, request.what),
                url: None,
            };
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl Harbor {
    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        match probe(request)? {
            Probe::Untag(probe) => promote::ask_untag(self, &probe).await,
            Probe::Tag(probe) => promote::ask_tag(self, &probe).await,
            Probe::Scan(probe) => scan::ask(self, &probe).await,
        }
    }
}
