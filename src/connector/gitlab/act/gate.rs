//! Gates: the approval of a deployment that is blocked, whose comment carries the action's key and is listed with it, and a manual job, which is played. A manual
//! job cannot be refused, only left.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::tool::{Draft, Thing, Tool, at, is, short, who};
use super::{Probe, may};
use crate::connector::ConnectorError;
use crate::connector::acting::signed;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::translate::{deployment, gate, pipeline};
use crate::connector::gitlab::wire::{Deployment, Job, User};
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub project: String,
    pub deployment: i64,
    pub key: String,
    pub user: Option<String>,
    pub page: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Play {
    pub project: String,
    pub job: i64,
    pub user: Option<String>,
    pub page: Option<String>,
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    approves: bool,
) -> Result<Prepared, ConnectorError> {
    let (project, thing) = tool.target(order)?;
    match thing {
        Thing::Deployment(id) => approval(tool, order, (&project, id), approves).await,
        Thing::Job(id) if approves => {
            let what = format!("{project}: job {id}");
            let job: Job = tool.read(&what, &at(&project, &format!("/jobs/{id}"))).await?;
            let environment = order.environment.as_deref();
            play(tool, (&project, environment), &job, None).await
        }
        Thing::Job(id) => Err(ConnectorError::new(
            ErrorKind::Configuration,
            format!("{project}: job {id}"),
            "GitLab knows no refusal of a manual job",
        )
        .hinted("leave it, or cancel its pipeline; a gate that can be refused is an environment with approval rules")),
        Thing::Pipeline(id) => Err(ConnectorError::new(
            ErrorKind::NotFound,
            format!("{project}: pipeline {id}"),
            "is no gate: what is decided is a deployment or a manual job of it",
        )),
    }
}

fn path(project: &str, id: i64) -> String {
    at(project, &format!("/deployments/{id}"))
}

async fn approval(
    tool: &Tool<'_>,
    order: &Order,
    (project, id): (&str, i64),
    approves: bool,
) -> Result<Prepared, ConnectorError> {
    let what = format!("{project}: deployment {id}");
    let now: Deployment = tool.read(&what, &path(project, id)).await?;
    let me = tool.me().await?;
    let mut prepared = Prepared {
        user: me.username.clone(),
        ..Prepared::default()
    };
    if !deployment::is_blocked(&now) {
        let text = gone(&now);
        prepared.objections.push((text, None));
        return Ok(prepared);
    }
    objections(tool, project, &now, &me, &mut prepared).await?;
    let job = now.deployable.as_ref();
    if approves && job.is_some_and(|job| job.status == "manual") {
        prepared.notes.push(
            "after the last approval its job still has to be played: that is a gate of its own"
                .to_owned(),
        );
    }
    let (verb, status) = if approves {
        ("approve", "approved")
    } else {
        ("reject", "rejected")
    };
    let comment = signed(order);
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "{verb} deployment {id} of {} to {} in {project}",
            short(&now.sha),
            now.environment.name
        ),
        method: "POST",
        path: format!("{}/approval", path(project, id)),
        body: Some(json!({"comment": comment, "status": status})),
        probe: Probe::Approval(Approval {
            project: project.to_owned(),
            deployment: id,
            key: order.key.clone(),
            user: me.username,
            page: job.and_then(|job| job.web_url.clone()),
        }),
    }));
    Ok(prepared)
}

async fn objections(
    tool: &Tool<'_>,
    project: &str,
    now: &Deployment,
    me: &User,
    prepared: &mut Prepared,
) -> Result<(), ConnectorError> {
    let name = me.username.as_deref();
    let votes = gate::votes(now);
    if let Some(vote) = votes.iter().find(|vote| is(vote.user.as_ref(), name)) {
        let text = format!("{} has {} it already", who(Some(me)), vote.status);
        let lifted = "somebody else decides".to_owned();
        prepared.objections.push((text, Some(lifted)));
    }
    let summary = now.approval_summary.as_ref();
    let mut rules = summary.map(|all| all.rules.clone()).unwrap_or_default();
    if rules.is_empty() {
        let protected = may::rules(tool, project, &now.environment.name).await?;
        rules = protected.map(|all| all.approval_rules).unwrap_or_default();
    }
    prepared
        .objections
        .extend(may::not(tool, project, &rules, me).await?);
    if is(now.user.as_ref(), name) {
        prepared.notes.push(format!(
            "{} started the deployment: GitLab takes the approval only where the environment lets those who start one approve it",
            who(Some(me))
        ));
    }
    if let Some(left) = now.pending_approval_count.filter(|left| *left > 1) {
        let text = format!("{left} approvals are missing, of which this is one");
        prepared.notes.push(text);
    }
    Ok(())
}

/// Why a deployment waits for nobody.
fn gone(now: &Deployment) -> String {
    match gate::votes(now).last() {
        Some(vote) => format!(
            "{} {} it at {}; it is {} now",
            who(vote.user.as_ref()),
            vote.status,
            vote.created_at,
            now.status
        ),
        None => format!("it waits for no approval: it is {} now", now.status),
    }
}

/// How an approval stands.
pub async fn ask(tool: &Tool<'_>, probe: &Approval) -> Result<Standing, ConnectorError> {
    let what = format!("{}: deployment {}", probe.project, probe.deployment);
    let now: Deployment = tool
        .read(&what, &path(&probe.project, probe.deployment))
        .await?;
    let votes = gate::votes(&now);
    let ours = votes.iter().find(|vote| {
        let comment = vote.comment.as_deref().unwrap_or_default();
        comment.contains(&probe.key)
    });
    if let Some(vote) = ours {
        return Ok(Standing::Done(Receipt {
            text: format!("{} at {}", vote.status, vote.created_at),
            url: probe.page.clone(),
        }));
    }
    let user = probe.user.as_deref();
    let other = votes.iter().find(|vote| is(vote.user.as_ref(), user));
    Ok(match other {
        Some(vote) => Standing::Moved(format!(
            "{} {} it by another way at {}",
            who(vote.user.as_ref()),
            vote.status,
            vote.created_at
        )),
        None if deployment::is_blocked(&now) => Standing::Open,
        None => Standing::Moved(gone(&now)),
    })
}

/// Plays a manual job: what an approval of it is, and a way to promote.
pub async fn play(
    tool: &Tool<'_>,
    (project, environment): (&str, Option<&str>),
    job: &Job,
    variables: Option<serde_json::Value>,
) -> Result<Prepared, ConnectorError> {
    let me = tool.me().await?;
    let mut prepared = Prepared {
        user: me.username.clone(),
        ..Prepared::default()
    };
    let name = pipeline::name(job).unwrap_or_else(|| job.id.to_string());
    if job.status != "manual" {
        let by = who(job.user.as_ref());
        let text = format!("job {name:?} does not wait: it is {} ({by}'s)", job.status);
        let lifted = "to run it again is another deed".to_owned();
        prepared.objections.push((text, Some(lifted)));
        return Ok(prepared);
    }
    if let Some(environment) = environment
        && let Some(protected) = may::rules(tool, project, environment).await?
    {
        let objection = may::not(tool, project, &protected.deploy_access_levels, &me).await?;
        prepared.objections.extend(objection);
    }
    let sha = job.commit.as_ref().map(|commit| commit.id.as_str());
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "play the manual job {name:?} of {} in {project}",
            sha.map_or("its pipeline", short)
        ),
        method: "POST",
        path: at(project, &format!("/jobs/{}/play", job.id)),
        body: variables.map(|all| json!({"job_variables_attributes": all})),
        probe: Probe::Play(Play {
            project: project.to_owned(),
            job: job.id,
            user: me.username,
            page: job.web_url.clone(),
        }),
    }));
    Ok(prepared)
}

/// How a manual job stands: whoever played it is its user.
pub async fn played(tool: &Tool<'_>, probe: &Play) -> Result<Standing, ConnectorError> {
    let what = format!("{}: job {}", probe.project, probe.job);
    let path = at(&probe.project, &format!("/jobs/{}", probe.job));
    let now: Job = tool.read(&what, &path).await?;
    let ours = is(now.user.as_ref(), probe.user.as_deref());
    let stopped = now.started_at.is_none() && matches!(now.status.as_str(), "canceled" | "skipped");
    Ok(match now.status.as_str() {
        "manual" => Standing::Open,
        status if stopped => Standing::Moved(format!("it was {status} before anybody played it")),
        status if ours => Standing::Done(Receipt {
            text: format!("played; it is {status} now"),
            url: probe.page.clone(),
        }),
        status if probe.user.is_none() => Standing::Unknown(format!(
            "it was played (it is {status} now), and GitLab does not tell who we are"
        )),
        status => Standing::Moved(format!(
            "{} played it; it is {status} now",
            who(now.user.as_ref())
        )),
    })
}
