//! Running again: a workflow whole, from what failed, or one job of it. What runs again is a new workflow of the same pipeline, so one of the same name that
//! was not there before, by our hand, is ours.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Probe;
use super::tool::{Draft, Thing, Tool, objected};
use crate::connector::ConnectorError;
use crate::connector::circleci::client::workflows;
use crate::connector::circleci::config::pages;
use crate::connector::circleci::translate::page;
use crate::connector::circleci::wire::Workflow;
use crate::connector::error::ErrorKind;
use crate::connector::http::address::encoded;
use crate::plan::request::{Order, Prepared, Receipt, Standing, Verb};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    pub slug: String,
    pub pipeline: String,
    /// The name of the workflow, and the ids of those that were there.
    pub name: String,
    pub known: Vec<String>,
    /// The id of who we are, and the name.
    pub user: String,
    pub login: String,
    pub page: Option<String>,
}

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = tool.target(order)?;
    if thing.gate {
        let detail = "is an approval: there is nothing to run again";
        return Err(ConnectorError::new(
            ErrorKind::NotFound,
            thing.name(),
            detail,
        ));
    }
    let workflow = tool.workflow(&thing).await?;
    let me = tool.me().await?;
    let only_failed = order.verb == Verb::RetryFailed;
    let name = &workflow.name;
    if !workflow.has_ended() {
        let text = format!(
            "the workflow {name:?} is {}: only what has ended can be run again",
            workflow.status
        );
        return Ok(objected(&me, text, Some("wait for it, or cancel it")));
    }
    if only_failed && workflow.status == "success" {
        let text = format!("nothing of the workflow {name:?} has failed");
        return Ok(objected(&me, text, Some("run it again as a whole")));
    }
    let (what, body, notes) = part(tool, (&thing, &workflow), only_failed).await?;
    let all = all(tool, &thing, &workflow.pipeline_id).await?;
    let draft = Draft {
        what: format!("{what} in {}", thing.slug),
        path: format!("/workflow/{}/rerun", encoded(&thing.workflow)),
        body: Some(body),
        probe: Probe::Again(Again {
            slug: thing.slug.clone(),
            pipeline: workflow.pipeline_id.clone(),
            name: workflow.name.clone(),
            known: all.into_iter().map(|one| one.id).collect(),
            user: me.id,
            login: me.login.clone(),
            page: tool.page(&thing, &workflow),
        }),
    };
    Ok(Prepared {
        requests: vec![tool.request(draft)],
        notes,
        user: Some(me.login),
        ..Prepared::default()
    })
}

/// What of a workflow runs again: in words, as it is sent, and what the one who decides should know.
async fn part(
    tool: &Tool<'_>,
    (thing, workflow): (&Thing, &Workflow),
    only_failed: bool,
) -> Result<(String, Value, Vec<String>), ConnectorError> {
    let mut notes = Vec::new();
    let name = &workflow.name;
    let (what, body) = match &thing.job {
        Some(id) if !only_failed => {
            let jobs = tool.jobs(thing).await?;
            let job = thing.job_of(&jobs)?;
            notes.push("what needs this job runs again after it".to_owned());
            let what = format!("run the job {:?} of the workflow {name:?} again", job.name);
            (what, json!({"jobs": [id]}))
        }
        _ if only_failed => {
            let what = format!("run the workflow {name:?} again from what failed");
            (what, json!({"from_failed": true}))
        }
        _ => (
            format!("run the workflow {name:?} again from its start"),
            json!({"from_failed": false}),
        ),
    };
    Ok((what, body, notes))
}

async fn all(
    tool: &Tool<'_>,
    thing: &Thing,
    pipeline: &str,
) -> Result<Vec<Workflow>, ConnectorError> {
    let what = format!("{}: the workflows of its pipeline", thing.slug);
    tool.all(&what, &workflows(pipeline)).await
}

/// How what was to be run again stands.
pub async fn ask(tool: &Tool<'_>, probe: &Again) -> Result<Standing, ConnectorError> {
    let thing = Thing {
        slug: probe.slug.clone(),
        workflow: String::new(),
        job: None,
        gate: false,
    };
    let all = all(tool, &thing, &probe.pipeline).await?;
    let fresh = |one: &&Workflow| one.name == probe.name && !probe.known.contains(&one.id);
    let ours = |one: &&Workflow| one.started_by.as_ref() == Some(&probe.user);
    if let Some(one) = all.iter().filter(fresh).find(ours) {
        let pages = pages(tool.reach.instance);
        let number = one.pipeline_number;
        let page = number.map(|number| page(pages, &probe.slug, number, &one.id));
        return Ok(Standing::Done(Receipt {
            text: format!(
                "runs again as workflow {}, which is {} now",
                one.id, one.status
            ),
            url: page.or_else(|| probe.page.clone()),
        }));
    }
    let Some(other) = all.iter().find(fresh) else {
        return Ok(Standing::Open);
    };
    let by = other.started_by.as_deref().filter(|id| !id.is_empty());
    Ok(match by {
        None => Standing::Unknown(format!(
            "it was run again as workflow {}, and CircleCI does not tell by whom",
            other.id
        )),
        Some(by) => Standing::Moved(format!(
            "{} ran it again, as workflow {}",
            tool.who(Some(by)).await,
            other.id
        )),
    })
}
