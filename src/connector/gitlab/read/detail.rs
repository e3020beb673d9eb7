//! What a list does not tell: what was said about a request and its commits, the times, jobs and manual jobs of a pipeline and the pipelines that it started, the
//! approvals of a deployment. Each is one batch, which also says that it was read.

use std::collections::BTreeMap;

use super::Reach;
use crate::connector::error::ErrorKind;
use crate::connector::facts::Facts;
use crate::connector::gitlab::cursor::{OpenDeployment, OpenPipeline, Todo, pipeline_key};
use crate::connector::gitlab::translate::gate::Offer;
use crate::connector::gitlab::translate::{change, deployment, gate, pipeline};
use crate::connector::gitlab::wire::{Approvals, Commit, Deployment, Job, Note, Pipeline, Request};
use crate::connector::http::Stop;
use crate::connector::origin::Origin;
use crate::connector::piece::Done;
use crate::connector::rows::put;
use crate::event::time::Span;

/// What has not moved for so long never will.
const GIVEN_UP: Span = Span::from_seconds(40 * 24 * 3600);

/// Something to be read, and what is known around it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub origin: Origin,
    pub key: String,
    pub todo: Todo,
    /// Where manual jobs deploy to, by their number.
    pub offers: BTreeMap<i64, Offer>,
    /// Who may approve in the environment of a deployment.
    pub approvers: Vec<String>,
    pub tags: Vec<String>,
    /// The number of the project, and the pipelines of it that are being watched.
    pub project: Option<i64>,
    pub open: BTreeMap<String, Todo>,
}

/// Reads it.
pub async fn read(reach: &Reach<'_>, detail: Detail) -> Result<Done, Stop> {
    let mut done = Done::default();
    let left = match detail.todo.clone() {
        Todo::Request(request) => {
            read_request(reach, &detail.origin, &request, &mut done).await?;
            None
        }
        Todo::Deployment(open) => {
            let left = read_deployment(reach, &detail, *open, &mut done).await?;
            left.map(|open| Todo::Deployment(Box::new(open)))
        }
        Todo::Pipeline(open) => {
            let reading = PipelineReading {
                reach,
                detail: &detail,
                facts: Facts::default(),
            };
            let left = reading.read(*open, &mut done).await?;
            left.map(|open| Todo::Pipeline(Box::new(open)))
        }
    };
    match left {
        Some(left) => put(&mut done.batch, detail.key, &left),
        None => done.batch.cursors.push((detail.key, None)),
    }
    Ok(done)
}

async fn read_request(
    reach: &Reach<'_>,
    origin: &Origin,
    request: &Request,
    done: &mut Done,
) -> Result<(), Stop> {
    let what = format!("{}!{}", origin.repository, request.iid);
    let path = |rest: &str| {
        format!(
            "{}/merge_requests/{}/{rest}",
            Reach::project(&origin.repository),
            request.iid
        )
    };
    let notes = path("notes?order_by=created_at&sort=desc");
    let notes = reach.all::<Note>(&what, &notes, None, done).await?;
    let notes = notes.map(|(notes, _)| notes).unwrap_or_default();
    let mut facts = change::notes(origin, request, &notes);
    let approvals = reach
        .one::<Approvals>(&what, &path("approvals"), None)
        .await;
    if let Some((approvals, _)) = unless_hidden(approvals)? {
        facts.add(change::approvals(origin, request, &approvals, &notes));
    }
    let commits = path("commits");
    if let Some((commits, _)) = reach.all::<Commit>(&what, &commits, None, done).await? {
        facts.add(change::commits(origin, request, &commits));
    }
    done.take(facts);
    Ok(())
}

/// What an edition or a role does not show is as good as not there.
fn unless_hidden<T>(read: Result<Option<T>, Stop>) -> Result<Option<T>, Stop> {
    match read {
        Err(Stop::Failed(error))
            if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound) =>
        {
            Ok(None)
        }
        other => other,
    }
}

/// Whether the thing is gone; any other trouble is trouble.
fn unless_gone<T>(read: Result<Option<T>, Stop>) -> Result<Result<Option<T>, ()>, Stop> {
    match read {
        Err(Stop::Failed(error)) if error.kind == ErrorKind::NotFound => Ok(Err(())),
        other => other.map(Ok),
    }
}

async fn read_deployment(
    reach: &Reach<'_>,
    detail: &Detail,
    open: OpenDeployment,
    done: &mut Done,
) -> Result<Option<OpenDeployment>, Stop> {
    let origin = &detail.origin;
    let id = open.deployment.id;
    let what = format!("{}: deployment {id}", origin.repository);
    let path = format!("{}/deployments/{id}", Reach::project(&origin.repository));
    let read = reach
        .one::<Deployment>(&what, &path, open.etag.as_deref())
        .await;
    let Ok(read) = unless_gone(read)? else {
        if open.gate {
            done.take(gate::vanished(origin, &open.deployment, reach.now));
        }
        return Ok(None);
    };
    let changed = Todo::Deployment(Box::new(open.clone())).changed();
    let given_up = reach.now - changed > GIVEN_UP;
    let Some((now, etag)) = read else {
        return Ok((!given_up).then_some(open));
    };
    let mut facts = deployment::deployment(origin, &now, &detail.tags);
    let gate = gate::approval(origin, &now, &detail.approvers, &detail.tags);
    let blocked = deployment::is_blocked(&now);
    let closed = gate
        .events
        .iter()
        .any(|event| event.id.ends_with("/closed"));
    if open.gate && !blocked && !closed {
        let at = now.updated_at.unwrap_or(reach.now);
        facts.add(gate::vanished(origin, &now, at));
    }
    facts.add(gate);
    done.take(facts);
    let idle = deployment::is_offered(&now) && !blocked;
    let stays = (blocked || idle) && !given_up;
    Ok(stays.then_some(OpenDeployment {
        deployment: now,
        etag,
        gate: blocked,
        idle,
    }))
}

/// One pipeline, while its parts are read.
struct PipelineReading<'a> {
    reach: &'a Reach<'a>,
    detail: &'a Detail,
    facts: Facts,
}

impl PipelineReading<'_> {
    async fn read(
        mut self,
        mut open: OpenPipeline,
        done: &mut Done,
    ) -> Result<Option<OpenPipeline>, Stop> {
        let before = open.etag.clone().filter(|_| open.idle);
        let Some(pipeline) = self.itself(&mut open).await? else {
            for job in open.gates {
                let gone = gate::gone(&self.detail.origin, job, self.reach.now);
                self.facts.add(gone);
            }
            done.take(self.facts);
            return Ok(None);
        };
        if before.is_some() && before == open.etag {
            // It still waits.
            open.pipeline = Some(pipeline);
            return Ok(Some(open));
        }
        // A report from outside has no jobs to ask for.
        if pipeline.source.as_deref() != Some("external") {
            self.jobs(&mut open, &pipeline, done).await?;
            self.children(&mut open, done).await?;
        }
        done.take(self.facts);
        let given_up = self.reach.now - open.changed > GIVEN_UP;
        let moving = pipeline::is_moving(&pipeline) && !given_up;
        let stays = moving || !open.gates.is_empty();
        open.idle = !moving;
        open.pipeline = Some(pipeline);
        Ok(stays.then_some(open))
    }

    fn path(&self, id: i64, rest: &str) -> String {
        let project = Reach::project(&self.detail.origin.repository);
        format!("{project}/pipelines/{id}{rest}")
    }

    fn what(&self, id: i64) -> String {
        format!("{}: pipeline {id}", self.detail.origin.repository)
    }

    /// The pipeline as it is now; `None` when it is gone.
    async fn itself(&mut self, open: &mut OpenPipeline) -> Result<Option<Box<Pipeline>>, Stop> {
        // Without what was read before, an answer that nothing has changed would be of no use.
        let etag = open.etag.as_deref().filter(|_| open.pipeline.is_some());
        let what = self.what(open.id);
        let read = self
            .reach
            .one::<Pipeline>(&what, &self.path(open.id, ""), etag)
            .await;
        let Ok(read) = unless_gone(read)? else {
            return Ok(None);
        };
        let Some((pipeline, etag)) = read else {
            return Ok(open.pipeline.take());
        };
        open.etag = etag;
        open.changed = open
            .changed
            .max(pipeline.updated_at.unwrap_or(open.changed));
        let facts = pipeline::pipeline(&self.detail.origin, &pipeline);
        self.facts.add(facts);
        Ok(Some(Box::new(pipeline)))
    }

    async fn jobs(
        &mut self,
        open: &mut OpenPipeline,
        pipeline: &Pipeline,
        done: &mut Done,
    ) -> Result<(), Stop> {
        let path = self.path(open.id, "/jobs?include_retried=true");
        let what = self.what(open.id);
        let jobs = self
            .reach
            .all::<Job>(&what, &path, open.jobs_etag.as_deref(), done);
        let Some((jobs, etag)) = jobs.await? else {
            return Ok(());
        };
        open.jobs_etag = etag;
        for job in &jobs {
            let job = of(job, pipeline);
            self.facts
                .add(pipeline::job(&self.detail.origin, &job, self.reach.now));
        }
        self.gates(open, pipeline, &jobs);
        Ok(())
    }

    fn gates(&mut self, open: &mut OpenPipeline, pipeline: &Pipeline, jobs: &[Job]) {
        let origin = &self.detail.origin;
        let offer = |id: i64| self.detail.offers.get(&id);
        let before = std::mem::take(&mut open.gates);
        for job in jobs {
            let whole = of(job, pipeline);
            if gate::is_gate(job, offer(job.id)) {
                open.gates.push(job.id);
                let facts = gate::waiting(origin, &whole, jobs, offer(job.id));
                self.facts.add(facts);
            } else if before.contains(&job.id) && job.status != "manual" {
                let facts = gate::taken(origin, &whole, offer(job.id), open.changed);
                self.facts.add(facts);
            }
        }
    }

    /// The pipelines of this project that the pipeline has started: no list holds them.
    async fn children(&mut self, open: &mut OpenPipeline, done: &mut Done) -> Result<(), Stop> {
        let path = self.path(open.id, "/bridges");
        let what = self.what(open.id);
        let etag = open.bridges_etag.as_deref();
        let bridges = self.reach.all::<Job>(&what, &path, etag, done).await;
        let Some((bridges, etag)) = unless_hidden(bridges)? else {
            return Ok(());
        };
        open.bridges_etag = etag;
        for bridge in &bridges {
            let facts = pipeline::job(&self.detail.origin, bridge, self.reach.now);
            self.facts.add(facts);
            let Some(child) = bridge.downstream_pipeline.as_ref().filter(|child| {
                child.project_id.is_some() && child.project_id == self.detail.project
            }) else {
                continue;
            };
            let key = pipeline_key(&self.detail.origin.repository, child.id);
            if !self.detail.open.contains_key(&key) {
                let todo = OpenPipeline::new(child.id, open.changed);
                put(&mut done.batch, key, &Todo::Pipeline(Box::new(todo)));
            }
        }
        Ok(())
    }
}

/// A job with the commit of its pipeline, where it does not say itself.
fn of(job: &Job, pipeline: &Pipeline) -> Job {
    let mut job = job.clone();
    if job.commit.is_none() {
        job.commit = Some(crate::connector::gitlab::wire::Id {
            id: pipeline.sha.clone(),
        });
    }
    job
}

/// The manual jobs behind which deployments wait, by the rows of their deployments.
#[must_use]
pub fn offers(
    open: &BTreeMap<String, Todo>,
    approvers: impl Fn(&str) -> Vec<String>,
) -> BTreeMap<i64, Offer> {
    let mut offers = BTreeMap::new();
    for todo in open.values() {
        let Todo::Deployment(open) = todo else {
            continue;
        };
        let deployment = &open.deployment;
        let Some(job) = &deployment.deployable else {
            continue;
        };
        let environment = &deployment.environment.name;
        offers.insert(
            job.id,
            Offer {
                environment: Some(environment.clone()),
                approvers: approvers(environment),
                blocked: deployment::is_blocked(deployment),
            },
        );
    }
    offers
}
