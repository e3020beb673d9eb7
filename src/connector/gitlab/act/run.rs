//! Pipelines and jobs: run again, and stop. What is run again gets jobs of new numbers, so a number above the newest that there was, by our hand, is ours. Who
//! stopped something GitLab does not tell; that it was stopped after we asked is all that can be known.

use serde::{Deserialize, Serialize};

use super::Probe;
use super::tool::{Draft, Thing, Tool, at, is, who};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::translate::pipeline::{self, Standing as Stands};
use crate::connector::gitlab::wire::{Deployment, Job, Pipeline};
use crate::event::kind::Outcome;
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Prepared, Receipt, Standing, Verb};

/// Clocks may differ by so much.
const SLACK: Span = Span::from_seconds(300);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    pub project: String,
    pub pipeline: i64,
    /// The name of the job, where one job is run again.
    pub job: Option<String>,
    /// The highest number of a job of the pipeline, before.
    pub newest: i64,
    pub user: Option<String>,
    pub page: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub project: String,
    /// `pipelines` or `jobs`.
    pub part: String,
    pub id: i64,
    pub at: Timestamp,
    pub page: Option<String>,
}

/// The pipeline or job that an order is about; a deployment stands for its job.
async fn meant(tool: &Tool<'_>, order: &Order) -> Result<(String, Thing), ConnectorError> {
    let (project, thing) = tool.target(order)?;
    let Thing::Deployment(id) = thing else {
        return Ok((project, thing));
    };
    let what = format!("{project}: deployment {id}");
    let path = at(&project, &format!("/deployments/{id}"));
    let found: Deployment = tool.read(&what, &path).await?;
    match found.deployable {
        Some(job) => Ok((project, Thing::Job(job.id))),
        None => Err(ConnectorError::new(
            ErrorKind::NotFound,
            what,
            "was reported from outside: GitLab has no job to run again or to stop",
        )),
    }
}

pub async fn again(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let (project, thing) = meant(tool, order).await?;
    match thing {
        Thing::Job(id) => {
            let path = at(&project, &format!("/jobs/{id}"));
            let job: Job = tool.read(&format!("{project}: job {id}"), &path).await?;
            let only_failed = order.verb == Verb::RetryFailed;
            if only_failed && job.status == "success" {
                return objected(tool, format!("job {id} has not failed")).await;
            }
            job_again(tool, &project, &job).await
        }
        Thing::Pipeline(id) | Thing::Deployment(id) => {
            pipeline_again(tool, order, &project, id).await
        }
    }
}

async fn objected(tool: &Tool<'_>, text: String) -> Result<Prepared, ConnectorError> {
    Ok(Prepared {
        user: tool.me().await?.username,
        objections: vec![(text, None)],
        ..Prepared::default()
    })
}

/// Runs one job again, whatever came of it; how a rollback is done as well.
pub async fn job_again(
    tool: &Tool<'_>,
    project: &str,
    job: &Job,
) -> Result<Prepared, ConnectorError> {
    let name = pipeline::name(job).unwrap_or_else(|| job.id.to_string());
    let ended = matches!(pipeline::standing(&job.status), Some(Stands::Ended(outcome)) if outcome != Outcome::Skipped);
    let Some(pipeline) = job.pipeline.as_ref().filter(|_| ended) else {
        let text = format!(
            "job {name:?} is {}: only what has ended can be run again",
            job.status
        );
        return objected(tool, text).await;
    };
    let jobs = jobs(tool, project, pipeline.id).await?;
    let me = tool.me().await?;
    let draft = Draft {
        what: format!(
            "run the job {name:?} of pipeline {} in {project} again",
            pipeline.id
        ),
        method: "POST",
        path: at(project, &format!("/jobs/{}/retry", job.id)),
        body: None,
        probe: Probe::Again(Again {
            project: project.to_owned(),
            pipeline: pipeline.id,
            job: job.name.clone(),
            newest: newest(&jobs).max(job.id),
            user: me.username.clone(),
            page: pipeline.web_url.clone().or_else(|| job.web_url.clone()),
        }),
    };
    Ok(Prepared {
        requests: vec![tool.request(draft)],
        user: me.username,
        ..Prepared::default()
    })
}

async fn pipeline_again(
    tool: &Tool<'_>,
    order: &Order,
    project: &str,
    id: i64,
) -> Result<Prepared, ConnectorError> {
    let what = format!("{project}: pipeline {id}");
    let path = at(project, &format!("/pipelines/{id}"));
    let now: Pipeline = tool.read(&what, &path).await?;
    if !matches!(now.status.as_str(), "failed" | "canceled") {
        let text = format!(
            "pipeline {id} is {}: GitLab runs again only what failed or was cancelled",
            now.status
        );
        let mut prepared = objected(tool, text).await?;
        for objection in &mut prepared.objections {
            objection.1 = Some("run one of its jobs again".to_owned());
        }
        return Ok(prepared);
    }
    let jobs = jobs(tool, project, id).await?;
    let me = tool.me().await?;
    let draft = Draft {
        what: format!("run again what failed or was cancelled of pipeline {id} in {project}"),
        method: "POST",
        path: format!("{path}/retry"),
        body: None,
        probe: Probe::Again(Again {
            project: project.to_owned(),
            pipeline: id,
            job: None,
            newest: newest(&jobs),
            user: me.username.clone(),
            page: now.web_url,
        }),
    };
    let mut notes = Vec::new();
    if order.verb == Verb::Retry {
        notes.push("GitLab runs again only what failed or was cancelled, not the whole".to_owned());
    }
    Ok(Prepared {
        requests: vec![tool.request(draft)],
        notes,
        user: me.username,
        ..Prepared::default()
    })
}

/// Every job of a pipeline, those that were run again included.
pub async fn jobs(
    tool: &Tool<'_>,
    project: &str,
    pipeline: i64,
) -> Result<Vec<Job>, ConnectorError> {
    let rest = format!("/pipelines/{pipeline}/jobs?include_retried=true");
    let what = format!("{project}: the jobs of pipeline {pipeline}");
    tool.list(&what, &at(project, &rest)).await
}

fn newest(jobs: &[Job]) -> i64 {
    jobs.iter().map(|job| job.id).max().unwrap_or(0)
}

/// How what was to be run again stands.
pub async fn ask(tool: &Tool<'_>, probe: &Again) -> Result<Standing, ConnectorError> {
    let jobs = jobs(tool, &probe.project, probe.pipeline).await?;
    let fits = |job: &&Job| job.id > probe.newest && (probe.job.is_none() || job.name == probe.job);
    let user = probe.user.as_deref();
    let ours = jobs
        .iter()
        .filter(fits)
        .find(|job| is(job.user.as_ref(), user));
    if let Some(job) = ours {
        return Ok(Standing::Done(Receipt {
            text: format!("runs again as job {}, which is {} now", job.id, job.status),
            url: job.web_url.clone().or_else(|| probe.page.clone()),
        }));
    }
    Ok(match jobs.iter().find(fits) {
        None => Standing::Open,
        Some(job) if user.is_none() => Standing::Unknown(format!(
            "it was run again as job {}, and GitLab does not tell who we are",
            job.id
        )),
        Some(job) => Standing::Moved(format!(
            "{} ran it again, as job {}",
            who(job.user.as_ref()),
            job.id
        )),
    })
}

pub async fn stop(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let (project, thing) = meant(tool, order).await?;
    let (part, word, id) = match thing {
        Thing::Job(id) => ("jobs", "job", id),
        Thing::Pipeline(id) | Thing::Deployment(id) => ("pipelines", "pipeline", id),
    };
    let path = at(&project, &format!("/{part}/{id}"));
    let now: Ends = tool.read(&format!("{project}: {word} {id}"), &path).await?;
    if !now.can_be_stopped() {
        let text = format!("{word} {id} is {}: there is nothing to stop", now.status);
        return objected(tool, text).await;
    }
    let draft = Draft {
        what: format!("cancel {word} {id} in {project}"),
        method: "POST",
        path: format!("{path}/cancel"),
        body: None,
        probe: Probe::Stop(Stop {
            project: project.clone(),
            part: part.to_owned(),
            id,
            at: order.at,
            page: now.web_url,
        }),
    };
    Ok(Prepared {
        requests: vec![tool.request(draft)],
        user: tool.me().await?.username,
        ..Prepared::default()
    })
}

/// A pipeline or a job, as far as stopping it goes.
#[derive(Clone, Debug, Deserialize)]
struct Ends {
    status: String,
    web_url: Option<String>,
    #[serde(default)]
    finished_at: Option<Timestamp>,
    #[serde(default)]
    updated_at: Option<Timestamp>,
}

impl Ends {
    fn can_be_stopped(&self) -> bool {
        match pipeline::standing(&self.status) {
            Some(Stands::Queued | Stands::Running) => self.status != "canceling",
            Some(Stands::Ahead) => matches!(self.status.as_str(), "created" | "scheduled"),
            _ => false,
        }
    }
}

/// How what was to be stopped stands.
pub async fn stopped(tool: &Tool<'_>, probe: &Stop) -> Result<Standing, ConnectorError> {
    let what = format!("{}: {} {}", probe.project, probe.part, probe.id);
    let path = at(&probe.project, &format!("/{}/{}", probe.part, probe.id));
    let now: Ends = tool.read(&what, &path).await?;
    if now.can_be_stopped() {
        return Ok(Standing::Open);
    }
    let ended = now.finished_at.or(now.updated_at);
    let after = ended.is_none_or(|at| at >= probe.at - SLACK);
    Ok(match now.status.as_str() {
        "canceled" | "canceling" if after => Standing::Done(Receipt {
            text: format!("it is {} now; GitLab does not tell by whom", now.status),
            url: probe.page.clone(),
        }),
        status => Standing::Moved(format!("it has ended meanwhile: it is {status}")),
    })
}
