//! Approving: what is on hold goes on. CircleCI keeps no comment and no key with it, but who approved and when.

use serde::{Deserialize, Serialize};

use super::Probe;
use super::tool::{Draft, Thing, Tool, objected};
use crate::connector::ConnectorError;
use crate::connector::circleci::wire::{Job, User};
use crate::connector::error::ErrorKind;
use crate::connector::http::address::encoded;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub slug: String,
    pub workflow: String,
    pub job: String,
    /// The id of who we are, and the name.
    pub user: String,
    pub login: String,
    pub at: Timestamp,
    pub page: Option<String>,
}

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = tool.target(order)?;
    let jobs = tool.jobs(&thing).await?;
    let job = approval(&thing, &jobs)?;
    let me = tool.me().await?;
    if let Some(text) = gone(tool, &job).await {
        return Ok(objected(&me, text, None));
    }
    let Some(asked) = &job.approval_request_id else {
        let detail = "CircleCI does not say by which id it is approved";
        return Err(ConnectorError::new(
            ErrorKind::Malformed,
            thing.name(),
            detail,
        ));
    };
    let workflow = tool.workflow(&thing).await?;
    let mut notes = Vec::new();
    if let Some(comment) = &order.comment {
        notes.push(format!(
            "CircleCI keeps no comment with an approval: {comment:?} is kept in leadtime's journal"
        ));
    }
    let page = tool.page(&thing, &workflow);
    let draft = Draft {
        what: format!(
            "approve {:?} of the workflow {:?} in {}",
            job.name, workflow.name, thing.slug
        ),
        path: format!(
            "/workflow/{}/approve/{}",
            encoded(&thing.workflow),
            encoded(asked)
        ),
        body: None,
        probe: Probe::Approval(Approval {
            slug: thing.slug,
            workflow: thing.workflow,
            job: job.id,
            user: me.id,
            login: me.login.clone(),
            at: order.at,
            page,
        }),
    };
    Ok(Prepared {
        requests: vec![tool.request(draft)],
        notes,
        user: Some(me.login),
        ..Prepared::default()
    })
}

/// The approval that an order is about.
pub fn approval(thing: &Thing, jobs: &[Job]) -> Result<Job, ConnectorError> {
    if !thing.gate {
        let detail = "is no approval, so there is nothing to decide";
        return Err(ConnectorError::new(
            ErrorKind::NotFound,
            thing.name(),
            detail,
        ));
    }
    thing.job_of(jobs).cloned()
}

/// Why an approval waits for nobody.
pub async fn gone(tool: &Tool<'_>, job: &Job) -> Option<String> {
    if job.status == "on_hold" {
        return None;
    }
    let at = job
        .stopped_at
        .map_or(String::new(), |at| format!(" at {at}"));
    Some(match job.status.as_str() {
        "success" => {
            let by = tool.who(job.approved_by.as_deref()).await;
            format!("{by} approved it{at}")
        }
        "canceled" => {
            let by = tool.who(job.canceled_by.as_deref()).await;
            format!("{by} cancelled it{at}")
        }
        "blocked" => "it does not wait yet: what it needs is not done".to_owned(),
        other => format!("it waits for nobody: it is {other}"),
    })
}

/// How an approval stands.
pub async fn ask(tool: &Tool<'_>, probe: &Approval) -> Result<Standing, ConnectorError> {
    let thing = Thing {
        slug: probe.slug.clone(),
        workflow: probe.workflow.clone(),
        job: Some(probe.job.clone()),
        gate: true,
    };
    let jobs = tool.jobs(&thing).await?;
    let job = thing.job_of(&jobs)?;
    let me = User {
        id: probe.user.clone(),
        login: probe.login.clone(),
    };
    let Some(gone) = gone(tool, job).await else {
        return Ok(Standing::Open);
    };
    if job.status != "success" {
        return Ok(Standing::Moved(gone));
    }
    let by = job.approved_by.as_ref().filter(|id| !id.is_empty());
    let before = job.stopped_at.is_some_and(|at| at < tool.since(probe.at));
    Ok(match by {
        None => Standing::Unknown("it is approved, and CircleCI does not tell by whom".to_owned()),
        Some(by) if *by == me.id && !before => Standing::Done(Receipt {
            text: format!("approved by {}", me.login),
            url: probe.page.clone(),
        }),
        Some(_) => Standing::Moved(gone),
    })
}
