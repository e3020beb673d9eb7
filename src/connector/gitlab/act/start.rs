//! Promoting by running a pipeline: what it is told are its variables, and one more of them carries the action's key, by which the pipeline is found again. Where
//! the project lets nobody set variables, it is known by who started it and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Probe;
use super::tool::{Draft, Tool, at, is, short};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::wire::{Id, Pipeline, Rules, Variable};
use crate::connector::http::address::encoded;
use crate::connector::wish::{wish, wrong};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// The variable that carries the key.
pub const KEY: &str = "LEADTIME_ACTION";
/// Clocks may differ by so much.
const SLACK: Span = Span::from_seconds(300);
/// So many of the newest pipelines are looked at for the key.
const NEWEST: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub project: String,
    pub reference: String,
    /// Whether the key went along.
    pub keyed: bool,
    pub key: String,
    pub user: Option<String>,
    pub at: Timestamp,
}

#[expect(clippy::too_many_lines, reason = "one check after the other")]
pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    project: &str,
    (reference, inputs): (Option<String>, &BTreeMap<String, String>),
) -> Result<Prepared, ConnectorError> {
    let rules: Rules = tool.read(project, &at(project, "")).await?;
    let Some(reference) = reference.or(rules.default_branch) else {
        return Err(wrong(
            order,
            "names no `ref`, and the project has no default branch",
        ));
    };
    let what = format!("{project}: {reference}");
    let path = at(
        project,
        &format!("/repository/commits/{}", encoded(&reference)),
    );
    let Some(tip) = tool.seen::<Id>(&what, &path).await? else {
        let detail = "there is no such branch or tag";
        return Err(ConnectorError::new(ErrorKind::NotFound, what, detail)
            .hinted("change `ref`; {version}, {sha} and the like are filled in"));
    };
    let me = tool.me().await?;
    let mut prepared = Prepared {
        user: me.username.clone(),
        ..Prepared::default()
    };
    let wanted = order.to.as_ref().and_then(|version| version.sha.as_deref());
    if wanted.is_some_and(|sha| sha != tip.id) {
        prepared.notes.push(format!(
            "{reference} is at {} and the version at {}: what is deployed is what the pipeline makes of its variables",
            short(&tip.id),
            wanted.map_or("", short)
        ));
    }
    let role = rules.ci_pipeline_variables_minimum_override_role;
    let keyed = role.as_deref() != Some("no_one_allowed");
    if !keyed && !inputs.is_empty() {
        let text = format!("{project} lets nobody set the variables of a pipeline");
        let lifted = "Settings > CI/CD > Variables: the minimum role to use pipeline variables";
        prepared.objections.push((text, Some(lifted.to_owned())));
    }
    let mut body = json!({"ref": reference});
    if keyed {
        let told = inputs
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}));
        let key = json!({"key": KEY, "value": order.key});
        body["variables"] = told.chain([key]).collect();
    }
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "{}: run a pipeline on {reference} of {project}",
            wish(order)
        ),
        method: "POST",
        path: at(project, "/pipeline"),
        body: Some(body),
        probe: Probe::Start(Start {
            project: project.to_owned(),
            reference,
            keyed,
            key: order.key.clone(),
            user: me.username,
            at: order.at,
        }),
    }));
    Ok(prepared)
}

/// How a pipeline that was to be run stands.
pub async fn ask(tool: &Tool<'_>, probe: &Start) -> Result<Standing, ConnectorError> {
    let project = &probe.project;
    let what = format!("{project}: pipelines on {}", probe.reference);
    let rest = format!(
        "/pipelines?order_by=id&ref={}&sort=desc&updated_after={}",
        encoded(&probe.reference),
        probe.at - SLACK
    );
    let all: Vec<Pipeline> = tool.list(&what, &at(project, &rest)).await?;
    let fresh = |one: &&Pipeline| one.created_at.is_some_and(|at| at >= probe.at - SLACK);
    for one in all.iter().filter(fresh).take(NEWEST) {
        let path = |rest: &str| at(project, &format!("/pipelines/{}{rest}", one.id));
        let done = || {
            Standing::Done(Receipt {
                text: format!("pipeline {} runs; it is {} now", one.id, one.status),
                url: one.web_url.clone(),
            })
        };
        if probe.keyed {
            let variables = tool
                .seen::<Vec<Variable>>(&what, &path("/variables"))
                .await?;
            let ours = |variable: &Variable| {
                variable.key == KEY && variable.value.as_ref() == Some(&probe.key)
            };
            if variables.is_some_and(|all| all.iter().any(ours)) {
                return Ok(done());
            }
            continue;
        }
        let whole: Pipeline = tool.read(&what, &path("")).await?;
        let user = probe.user.as_deref();
        if whole.source.as_deref() == Some("api") && is(whole.user.as_ref(), user) {
            return Ok(done());
        }
    }
    Ok(Standing::Open)
}
