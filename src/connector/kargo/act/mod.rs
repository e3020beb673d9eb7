//! Acting in Kargo: [`promote`] has a piece of freight promoted to a stage, and approves it for the stage first where it was not verified on its way; [`stop`] aborts a
//! promotion; [`verify`] has a stage verified again. Kargo says of a promotion who created it, and not who we are, so nothing is taken for ours whose answer was lost.

mod promote;
mod stop;
mod verify;

use serde::{Deserialize, Serialize};

use super::Kargo;
use super::translate::{Named, read_id};
use crate::connector::acting::{foreign, nothing_to, probe, standing, target};
use crate::connector::http::{Answer, parse};
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[
    Verb::Approve,
    Verb::Promote,
    Verb::Rollback,
    Verb::Retry,
    Verb::Cancel,
];

pub const WAYS: &[&str] = &["application"];

const NAME: &str = "Kargo";

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
enum Probe {
    Allow(promote::Deed),
    Promote(promote::Deed),
    Stop(stop::Deed),
    Verify(verify::Deed),
}

impl Actor for Kargo {
    fn speaks_for(&self, source: &str) -> bool {
        let project = self.instance.within(source);
        project.is_some_and(|project| self.names.want(project))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Approve => promote::approve(self, order).await,
                Verb::Promote | Verb::Rollback => promote::prepare(self, order).await,
                Verb::Retry => verify::prepare(self, order).await,
                Verb::Cancel => stop::prepare(self, order).await,
                _ => Err(nothing_to(order, NAME, &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let receipt = |answer: &Answer| {
                let made: super::wire::Promotion = parse::one(&answer.body).unwrap_or_default();
                let name = made.metadata.name;
                Receipt {
                    text: if name.is_empty() {
                        format!("Kargo took it ({}): {}", answer.status, request.what)
                    } else {
                        format!("Kargo took it: promotion {name}")
                    },
                    url: None,
                }
            };
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl Kargo {
    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        match probe(request)? {
            Probe::Allow(probe) => promote::ask_allow(self, &probe).await,
            Probe::Promote(probe) => promote::ask(self, &probe).await,
            Probe::Stop(probe) => stop::ask(self, &probe).await,
            Probe::Verify(probe) => verify::ask(self, &probe).await,
        }
    }

    /// The project and the thing that an order is about.
    fn named<'o>(&self, order: &'o Order) -> Result<(&'o str, Named<'o>), ConnectorError> {
        let target = target(order, NAME)?;
        let project = self.instance.within(&target.source);
        match (project, read_id(&target.id)) {
            (Some(project), Some(named)) => Ok((project, named)),
            _ => Err(foreign(order, NAME)),
        }
    }
}
