//! Acting in a cluster: an order becomes the exact requests, by what the family of its object can do ([`deployment`], [`rollout`], …). Nearly all are patches
//! that hold first what must still be so, and so are refused by the cluster itself where something has changed; each leaves a mark by which it is known again
//! ([`probe`]). Which object is meant is told by the step's `application`, else by the gate, run or deployment that the order is about.

pub mod build;
pub mod case;
pub mod deployment;
pub mod flux;
pub mod kargo;
pub mod knative;
pub mod probe;
pub mod rollout;
pub mod tekton;

use serde_json::Value;

use self::case::Case;
use super::Kubernetes;
use super::client::{Cluster, Served};
use super::cursor::Row;
use super::families::{FAMILIES, family};
use super::family::{Deeds, Family};
use super::translate::read_id;
use super::wire::Object;
use crate::connector::acting::{ELSEWHERE, nothing_to};
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

impl Actor for Kubernetes {
    fn speaks_for(&self, source: &str) -> bool {
        source == self.instance.source
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let cluster = self.cluster();
            let found = find(&cluster, order).await?;
            let mut beside = Vec::new();
            for wanted in found.family.needed(&found.object) {
                beside.push(cluster.beside(&found.served, &wanted).await?);
            }
            let mut case = Case {
                order,
                connector: &self.instance.name,
                family: found.family,
                url: found.url,
                object: found.object,
                beside,
                thing: found.thing,
                user: self.user.as_deref(),
                row: Row::default(),
                made: Prepared {
                    user: self.user.clone(),
                    ..Prepared::default()
                },
            };
            match draft(&mut case) {
                Some(Ok(())) => Ok(case.made),
                Some(Err(error)) => Err(error),
                // What the tool cannot hold leadtime holds alone.
                None if matches!(order.verb, Verb::Hold | Verb::Release) => {
                    let kind = found.family.resource().kind;
                    let note = format!("nothing is sent to the cluster: a {kind} cannot be held");
                    case.made.notes.push(note);
                    Ok(case.made)
                }
                None => Err(nothing_to(
                    order,
                    found.family.resource().kind,
                    &self.instance.name,
                )),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            if !request.url.starts_with(&self.instance.address(&[], &[])) {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let receipt = |answer: &Answer| Receipt {
                text: format!("the cluster took it ({}): {}", answer.status, request.what),
                url: None,
            };
            let refusal = |answer: &Answer| match answer.status {
                // A test of the patch failed.
                422 => format!(
                    "something has changed meanwhile, or the cluster does not take it: {}",
                    self.instance.says(answer)
                ),
                _ => self.instance.declined(answer),
            };
            self.instance
                .http
                .carry_out(request, receipt, refusal)
                .await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { probe::ask(&self.cluster(), request).await })
    }
}

/// Makes the requests of an order. `None`: nothing of the kind can be done.
fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    match case.family.deeds()? {
        Deeds::Deployment => deployment::draft(case),
        Deeds::Rollout => rollout::draft(case),
        Deeds::Flux => flux::draft(case),
        Deeds::Pipeline => tekton::pipeline(case),
        Deeds::Task => tekton::task(case),
        Deeds::Approval => tekton::approval(case),
        Deeds::Build => build::draft(case),
        Deeds::Kargo => kargo::draft(case),
        Deeds::Knative => knative::draft(case),
    }
}

/// The object that an order is about.
struct Found {
    family: &'static dyn Family,
    served: Served,
    url: String,
    object: Object,
    thing: String,
}

async fn find(cluster: &Cluster<'_>, order: &Order) -> Result<Found, ConnectorError> {
    let named = order.way.as_ref().and_then(|way| way.get("application"));
    let target = order.target.iter().map(|target| target.id.as_str());
    let target: Vec<&str> = target.collect();
    let live = order.from.iter().chain(order.to.iter());
    let ids = live.filter_map(|version| version.deployment.as_deref());
    let found = if let Some(text) = named.and_then(Value::as_str) {
        by_word(text).ok_or_else(|| unnamed(cluster, order))?
    } else {
        let ids = target.iter().copied().chain(ids);
        let mut found = ids.filter_map(|id| {
            let (name, namespace, object, rest) = read_id(id)?;
            Some((family(name)?, namespace, object, rest))
        });
        found.next().ok_or_else(|| unnamed(cluster, order))?
    };
    let (family, namespace, name, thing) = found;
    let served = cluster.served().await?;
    let place = (namespace, name);
    let resource = family.resource();
    let Some((url, object)) = cluster.find(&served, resource, place).await? else {
        return Err(ConnectorError::new(
            ErrorKind::NotFound,
            format!("{} {namespace}/{name}", resource.kind),
            "the cluster has none, or the login may not see it",
        ));
    };
    Ok(Found {
        family,
        served,
        url,
        object,
        thing: thing.to_owned(),
    })
}

/// `deployment/shop/web`.
fn by_word(text: &str) -> Option<(&'static dyn Family, &str, &str, &str)> {
    let mut parts = text.splitn(3, '/');
    let (word, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
    let mut all = FAMILIES.iter().copied();
    let family = all.find(|family| family.word().eq_ignore_ascii_case(word))?;
    Some((family, namespace, name, ""))
}

fn unnamed(cluster: &Cluster<'_>, order: &Order) -> ConnectorError {
    let environment = order.environment.as_deref().unwrap_or("its environment");
    let detail = format!(
        "nothing tells which object deploys {} to {environment}: no deployment of it was reported, and `application` names none",
        order.workload
    );
    let context = format!("{} {}", order.verb.word(), order.workload);
    let key = if order.verb == Verb::Rollback {
        "rollback"
    } else {
        "promote"
    };
    ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(format!(
        "name it in the step: {key} = {{ from = {:?}, application = \"deployment/<namespace>/<name>\" }}",
        cluster.instance.name
    ))
}
