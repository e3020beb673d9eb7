//! Cancelling a workflow: to stop it, and to refuse what is on hold in it, for which CircleCI has nothing else. Who cancelled it CircleCI tells.

use serde::{Deserialize, Serialize};

use super::tool::{Draft, Thing, Tool, objected};
use super::{Probe, gate};
use crate::connector::ConnectorError;
use crate::connector::circleci::wire::{Job, User, Workflow};
use crate::connector::http::address::encoded;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub slug: String,
    pub workflow: String,
    /// The approval that is refused by it.
    pub gate: Option<String>,
    /// The id of who we are, and the name.
    pub user: String,
    pub login: String,
    pub at: Timestamp,
    pub page: Option<String>,
}

pub async fn reject(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = tool.target(order)?;
    let jobs = tool.jobs(&thing).await?;
    let job = gate::approval(&thing, &jobs)?;
    let me = tool.me().await?;
    if let Some(text) = gate::gone(tool, &job).await {
        return Ok(objected(&me, text, None));
    }
    let workflow = tool.workflow(&thing).await?;
    let what = format!(
        "reject {:?}: cancel the workflow {:?} in {}",
        job.name, workflow.name, thing.slug
    );
    let mut prepared = prepared(tool, order, (&thing, &workflow, me), what);
    let note = "CircleCI cannot reject an approval: the whole workflow is cancelled instead";
    prepared.notes.insert(0, note.to_owned());
    prepared.notes.extend(stopped(&jobs));
    if let Some(comment) = &order.comment {
        prepared.notes.push(format!(
            "CircleCI keeps no reason with it: {comment:?} is kept in leadtime's journal"
        ));
    }
    Ok(prepared)
}

pub async fn cancel(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = tool.target(order)?;
    let workflow = tool.workflow(&thing).await?;
    let me = tool.me().await?;
    if workflow.has_ended() {
        let text = format!(
            "the workflow {:?} is {}: there is nothing to stop",
            workflow.name, workflow.status
        );
        return Ok(objected(&me, text, None));
    }
    let jobs = tool.jobs(&thing).await?;
    let what = format!("cancel the workflow {:?} in {}", workflow.name, thing.slug);
    let mut prepared = prepared(tool, order, (&thing, &workflow, me), what);
    if thing.job.is_some() {
        let note = "the whole workflow is cancelled, and not this job alone";
        prepared.notes.push(note.to_owned());
    }
    prepared.notes.extend(stopped(&jobs));
    Ok(prepared)
}

/// What runs, and is stopped along.
fn stopped(jobs: &[Job]) -> Option<String> {
    let running = jobs.iter().filter(|job| job.status == "running");
    let names: Vec<&str> = running.map(|job| job.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("this stops what runs in it: {}", names.join(", ")))
}

fn prepared(
    tool: &Tool<'_>,
    order: &Order,
    (thing, workflow, me): (&Thing, &Workflow, User),
    what: String,
) -> Prepared {
    let draft = Draft {
        what,
        path: format!("/workflow/{}/cancel", encoded(&thing.workflow)),
        body: None,
        probe: Probe::Stop(Stop {
            slug: thing.slug.clone(),
            workflow: thing.workflow.clone(),
            gate: thing.job.clone().filter(|_| thing.gate),
            user: me.id,
            login: me.login.clone(),
            at: order.at,
            page: tool.page(thing, workflow),
        }),
    };
    Prepared {
        requests: vec![tool.request(draft)],
        user: Some(me.login),
        ..Prepared::default()
    }
}

/// How what was to be cancelled stands.
pub async fn ask(tool: &Tool<'_>, probe: &Stop) -> Result<Standing, ConnectorError> {
    let thing = Thing {
        slug: probe.slug.clone(),
        workflow: probe.workflow.clone(),
        job: probe.gate.clone(),
        gate: probe.gate.is_some(),
    };
    let now = tool.workflow(&thing).await?;
    if now.status == "canceled" {
        let by = now.canceled_by.as_deref().filter(|id| !id.is_empty());
        let before = now.stopped_at.is_some_and(|at| at < tool.since(probe.at));
        return Ok(match by {
            None => {
                Standing::Unknown("it is cancelled, and CircleCI does not tell by whom".to_owned())
            }
            Some(by) if by == probe.user && !before => Standing::Done(Receipt {
                text: format!("cancelled by {}", probe.login),
                url: probe.page.clone(),
            }),
            Some(by) => Standing::Moved(format!("{} cancelled it", tool.who(Some(by)).await)),
        });
    }
    if now.has_ended() {
        let text = format!("the workflow has ended meanwhile: it is {}", now.status);
        return Ok(Standing::Moved(text));
    }
    if thing.gate {
        // What is not on hold any more was decided otherwise.
        let jobs = tool.jobs(&thing).await?;
        if let Some(gone) = gate::gone(tool, thing.job_of(&jobs)?).await {
            return Ok(Standing::Moved(gone));
        }
    }
    Ok(Standing::Open)
}
