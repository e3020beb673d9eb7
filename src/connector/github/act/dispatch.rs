//! Promoting by a workflow that is dispatched. GitHub answers with the run where it is new enough to; else, and when the answer is lost, the run is looked
//! for: of this workflow, on this branch, dispatched by us, not before we asked. A run whose title holds the action's key is ours for certain.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Content, Repository, Run, Runs, Workflow, Workflows};
use super::tool::{Draft, Tool, is, objection, who};
use super::workflow::Triggers;
use crate::connector::ConnectorError;
use crate::connector::http::address::encoded;
use crate::connector::wish::{wish, wrong};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// So many inputs GitHub takes.
const MOST: usize = 25;

/// So many runs are looked through, newest first.
const LOOKED_THROUGH: usize = 100;

/// What is to be dispatched.
pub struct Wanted {
    pub repository: String,
    pub workflow: String,
    pub reference: Option<String>,
    pub inputs: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub repository: String,
    pub workflow: String,
    pub branch: String,
    pub user: Option<String>,
    pub key: String,
    pub at: Timestamp,
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    wanted: Wanted,
) -> Result<Prepared, ConnectorError> {
    if wanted.inputs.len() > MOST {
        let count = wanted.inputs.len();
        return Err(wrong(
            order,
            format!("has {count} inputs; GitHub takes {MOST}"),
        ));
    }
    let repository = &wanted.repository;
    let file = wanted.workflow.rsplit('/').next().unwrap_or_default();
    let path = format!("/repos/{repository}/actions/workflows/{}", encoded(file));
    let answer = tool.get(&path).await?;
    if answer.status == 404 {
        return Err(unknown_workflow(tool, order, &wanted).await);
    }
    let workflow: Workflow = tool.understood(&format!("{repository}: {file}"), &answer)?;
    // A server of one's own may be too old to tell which run it started.
    let is_old = answer.header("x-github-enterprise-version").is_some();
    let branch = match wanted.reference.as_deref() {
        Some(given) => given.to_owned(),
        None => default_branch(tool, order, repository).await?,
    };
    let mut prepared = Prepared {
        user: tool.user().await?,
        ..Prepared::default()
    };
    stands(&mut prepared, &workflow, file);
    if is_sha(&branch) {
        let text = format!("a workflow runs on a branch or a tag, not on a commit ({branch})");
        let lifted = "give the commit as an input, and a branch or a tag as `ref`".to_owned();
        prepared.objections.push(objection(text, Some(lifted)));
    }
    read_file(tool, &mut prepared, &wanted, &workflow, &branch).await;
    if !names_version(order, &wanted.inputs, &branch) {
        let text = format!("the workflow is not told the version: it deploys what {branch} holds");
        prepared.notes.push(text);
    }
    let mut body = json!({"ref": branch, "inputs": wanted.inputs});
    if !is_old {
        body["return_run_details"] = json!(true);
    }
    let probe = Probe {
        repository: repository.clone(),
        workflow: file.to_owned(),
        branch: branch.clone(),
        user: prepared.user.clone(),
        key: order.key.clone(),
        at: order.at,
    };
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "{}: dispatch {file} on {branch} in {repository}",
            wish(order)
        ),
        method: "POST",
        path: format!("{path}/dispatches"),
        body: Some(body),
        probe: super::Probe::Dispatch(probe),
    }));
    Ok(prepared)
}

/// Whether the workflow can be dispatched at all.
fn stands(prepared: &mut Prepared, workflow: &Workflow, file: &str) {
    if let Some(state) = workflow.state.as_deref().filter(|state| *state != "active") {
        let at = workflow.html_url.as_deref().unwrap_or("GitHub");
        let lifted = format!("enable it at {at}");
        let text = format!("the workflow {file} is {}", state.replace('_', " "));
        prepared.objections.push(objection(text, Some(lifted)));
    }
}

/// What the file says of its inputs; where it cannot be read, that much is not known.
async fn read_file(
    tool: &Tool<'_>,
    prepared: &mut Prepared,
    wanted: &Wanted,
    workflow: &Workflow,
    branch: &str,
) {
    let repository = &wanted.repository;
    let Some(path) = workflow.path.as_deref() else {
        return;
    };
    let parts: Vec<String> = path.split('/').map(encoded).collect();
    let url = format!(
        "/repos/{repository}/contents/{}?ref={}",
        parts.join("/"),
        encoded(branch)
    );
    let found = tool.find::<Content>(path, &url).await;
    let text = match found {
        Ok(Some(Content {
            content: Some(text),
        })) => decoded(&text),
        Ok(None) => {
            let text = format!("there is no {path} on {branch}");
            let lifted = format!("merge it into {branch}, or name another `ref`");
            return prepared.objections.push(objection(text, Some(lifted)));
        }
        _ => None,
    };
    match text.as_deref().map(Triggers::read) {
        Some(Ok(triggers)) => triggers.advise(prepared, &wanted.inputs, branch),
        _ => prepared.notes.push(format!(
            "{path} could not be read: its inputs are not checked"
        )),
    }
}

/// Base64 that is broken into lines, as text.
fn decoded(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(joined).ok()?).ok()
}

/// Whether what is dispatched depends on the version that is wanted.
fn names_version(order: &Order, inputs: &BTreeMap<String, String>, branch: &str) -> bool {
    let Some(to) = &order.to else { return false };
    let names = [&to.version, &to.sha, &to.digest, &to.artifact];
    let mut names = names.into_iter().flatten().filter(|name| !name.is_empty());
    let told = |name: &String| inputs.values().any(|value| value.contains(name.as_str()));
    names.any(|name| branch == name || branch.ends_with(&format!("/{name}")) || told(name))
}

fn is_sha(text: &str) -> bool {
    text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit())
}

async fn default_branch(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
) -> Result<String, ConnectorError> {
    let found: Repository = tool
        .read(repository, &format!("/repos/{repository}"))
        .await?;
    let unknown = || {
        wrong(
            order,
            "needs a `ref`: GitHub does not tell the default branch",
        )
    };
    found.default_branch.ok_or_else(unknown)
}

/// There is no such workflow: which there are.
async fn unknown_workflow(tool: &Tool<'_>, order: &Order, wanted: &Wanted) -> ConnectorError {
    let repository = &wanted.repository;
    let path = format!("/repos/{repository}/actions/workflows?per_page=100");
    let found = tool.find::<Workflows>(repository, &path).await;
    let known: Vec<String> = match found {
        Ok(Some(found)) => {
            let paths = found.workflows.iter().filter_map(|one| one.path.as_deref());
            let files = paths.filter_map(|path| path.rsplit('/').next());
            files.map(str::to_owned).collect()
        }
        Ok(None) => Vec::new(),
        Err(error) => return error,
    };
    let (names, text) = (known.join(", "), &wanted.workflow);
    let error = wrong(
        order,
        format!("names {text:?}, which {repository} does not have"),
    );
    if names.is_empty() {
        error.hinted("check `workflow` and `repository`, and whether the token may see it")
    } else {
        error.hinted(format!("it has {names}"))
    }
}

pub async fn ask(tool: &Tool<'_>, probe: &Probe) -> Result<Standing, ConnectorError> {
    let path = format!(
        "/repos/{}/actions/workflows/{}/runs?event=workflow_dispatch&per_page={LOOKED_THROUGH}",
        probe.repository,
        encoded(&probe.workflow),
    );
    let what = format!("{}: runs of {}", probe.repository, probe.workflow);
    let found: Runs = tool.read(&what, &path).await?;
    let titled = |run: &&Run| {
        let titles = [&run.display_title, &run.name];
        titles
            .into_iter()
            .flatten()
            .any(|title| title.contains(&probe.key))
    };
    let runs = found.workflow_runs.iter();
    if let Some(run) = runs.clone().find(titled) {
        return Ok(Standing::Done(receipt(run, "its title says so")));
    }
    let branch = probe.branch.trim_start_matches("refs/heads/");
    let branch = branch.trim_start_matches("refs/tags/");
    let earliest = tool.earliest(probe.at);
    let candidates: Vec<&Run> = runs
        .filter(|run| {
            run.event
                .as_deref()
                .is_none_or(|event| event == "workflow_dispatch")
        })
        .filter(|run| run.created_at >= earliest)
        .filter(|run| run.head_branch.as_deref().is_none_or(|name| name == branch))
        .filter(|run| probe.user.is_none() || by(run, probe))
        .collect();
    Ok(match candidates.as_slice() {
        [] if is_cut(&found.workflow_runs, earliest) => Standing::Unknown(format!(
            "more than {LOOKED_THROUGH} runs were dispatched since: leadtime's may be among the older"
        )),
        [] => Standing::Open,
        [one] if by(one, probe) => Standing::Done(receipt(one, "the only one since")),
        [one] => Standing::Unknown(format!(
            "run {} was dispatched by {}; whether by leadtime, GitHub does not tell of an app",
            one.id,
            who(one.actor.as_ref())
        )),
        many => Standing::Unknown(format!(
            "{} runs were dispatched since, and which is leadtime's cannot be told: {} (put {{id}} into an input and into the workflow's `run-name`)",
            many.len(),
            many.iter()
                .map(|run| run.id.to_string())
                .collect::<Vec<_>>()
                .join(", ")
        )),
    })
}

/// Whether there may be more that are new enough.
fn is_cut(runs: &[Run], earliest: Timestamp) -> bool {
    runs.len() >= LOOKED_THROUGH && runs.iter().all(|run| run.created_at >= earliest)
}

fn by(run: &Run, probe: &Probe) -> bool {
    let actor = run.actor.as_ref().and_then(|user| user.login.as_deref());
    is(actor, probe.user.as_deref())
}

fn receipt(run: &Run, why: &str) -> Receipt {
    Receipt {
        text: format!(
            "run {} was started by {}: {why}",
            run.id,
            who(run.actor.as_ref())
        ),
        url: run.html_url.clone(),
    }
}
