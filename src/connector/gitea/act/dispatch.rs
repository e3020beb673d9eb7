//! A workflow is dispatched. Its run is known by the key, where the workflow puts it into its title; else as the only run of that workflow that was dispatched
//! since by the same account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Probe, Tool, wrong};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitea::client::{LIMIT, Page};
use crate::connector::gitea::wire::{Repository, Run, login};
use crate::connector::http::address::encoded;
use crate::connector::wish::wish;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    pub repository: String,
    pub workflow: String,
    /// The newest run that was dispatched before.
    pub after: i64,
    pub key: String,
    pub user: Option<String>,
}

/// The newest runs that were dispatched.
async fn dispatched(tool: &Tool<'_>, repository: &str) -> Result<Vec<Run>, ConnectorError> {
    let what = format!("{repository}: dispatched runs");
    let path = format!("/repos/{repository}/actions/runs?event=workflow_dispatch");
    let page: Page<Run> = tool
        .reach
        .page(&what, (&path, Some("workflow_runs")), 1)
        .await?;
    Ok(page.items)
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    (repository, file): (&str, &str),
    (reference, inputs): (Option<String>, BTreeMap<String, String>),
) -> Result<Prepared, ConnectorError> {
    let workflow = format!("/repos/{repository}/actions/workflows/{}", encoded(file));
    let known: Result<serde_json::Value, _> = tool.reach.one(file, &workflow).await;
    let found: Repository = tool
        .reach
        .one(repository, &format!("/repos/{repository}"))
        .await?;
    let mut prepared = Prepared {
        user: tool.reach.me().await?,
        ..Prepared::default()
    };
    match known {
        Ok(workflow) => {
            let state = workflow["state"].as_str().unwrap_or("active");
            if state != "active" {
                let text = format!("the workflow {file} is {}", state.replace('_', " "));
                let lifted = "enabling it in the repository's Actions".to_owned();
                prepared.objections.push((text, Some(lifted)));
            }
        }
        Err(error) if error.kind == ErrorKind::NotFound => {
            let detail = format!("names the workflow {file:?}, which {repository} does not have");
            return Err(wrong(order, &detail));
        }
        Err(error) => return Err(error),
    }
    let reference = reference.unwrap_or(found.default_branch);
    if let Some(to) = &order.to {
        let names = [&to.version, &to.sha, &to.digest, &to.artifact];
        let told = |name: &String| {
            reference.contains(name.as_str()) || inputs.values().any(|value| value.contains(name))
        };
        if !names.into_iter().flatten().any(told) {
            prepared.notes.push(format!(
                "neither `ref` nor an input names the version: what is deployed is what {file} makes of it"
            ));
        }
    }
    let all = dispatched(tool, repository).await?;
    let probe = Probe::Dispatch(Dispatch {
        repository: repository.to_owned(),
        workflow: file.to_owned(),
        after: all.iter().map(|run| run.id).max().unwrap_or(0),
        key: order.key.clone(),
        user: prepared.user.clone(),
    });
    let what = format!(
        "{}: dispatch {file} on {reference} in {repository}",
        wish(order)
    );
    let body = json!({"inputs": inputs, "ref": reference});
    let path = format!("{workflow}/dispatches?return_run_details=true");
    prepared
        .requests
        .push(tool.request(what, &path, Some(body), &probe));
    Ok(prepared)
}

/// How a dispatch stands.
pub async fn ask(tool: &Tool<'_>, deed: &Dispatch) -> Result<Standing, ConnectorError> {
    let all = dispatched(tool, &deed.repository).await?;
    let is_cut = all.len() >= LIMIT && all.iter().all(|run| run.id > deed.after);
    let fresh: Vec<&Run> = all
        .iter()
        .filter(|run| run.id > deed.after && run.file() == deed.workflow)
        .collect();
    let done = |run: &Run| {
        Standing::Done(Receipt {
            text: format!("run {} was dispatched; it is {}", run.id, run.status),
            url: Some(run.html_url.clone()),
        })
    };
    if let Some(run) = fresh
        .iter()
        .find(|run| run.display_title.contains(&deed.key))
    {
        return Ok(done(run));
    }
    let by = |run: &&&Run| login(run.trigger_actor.as_ref());
    let ours: Vec<&&Run> = fresh
        .iter()
        .filter(|run| deed.user.is_none() || by(run) == deed.user || by(run).is_none())
        .collect();
    Ok(match ours.as_slice() {
        [] if is_cut => Standing::Unknown(format!(
            "more than {LIMIT} runs were dispatched since: leadtime's may be among the older"
        )),
        [] => Standing::Open,
        [one] if deed.user.is_some() && by(one) == deed.user => done(one),
        many => {
            let numbers: Vec<String> = many.iter().map(|run| run.id.to_string()).collect();
            Standing::Unknown(format!(
                "dispatched since: {}; whether by leadtime cannot be told (put {{id}} into an input and into the workflow's `run-name`)",
                numbers.join(", ")
            ))
        }
    })
}
