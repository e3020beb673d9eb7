//! From what CircleCI answers to events: pure, no network and no clock. The identity of an event is made of CircleCI's own ids, so that the same fact, read
//! twice or by another way, is one event. A word that is not known becomes `Other`, and is told.

pub mod gate;
pub mod run;

use std::collections::{BTreeMap, BTreeSet};

use super::config::{long, pages, short};
use super::cursor::Known;
use super::wire::{Job, Pipeline, Workflow};
use crate::connector::facts::{Facts, given};
use crate::connector::http::instance::Instance;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// Names of people by their ids.
pub type People = BTreeMap<String, String>;

/// A pipeline, whole.
pub struct Whole {
    pub pipeline: Known,
    pub workflows: Vec<Workflow>,
    /// The jobs of each workflow, by its place, but for those that are told.
    pub jobs: BTreeMap<usize, Vec<Job>>,
    pub complaints: Vec<String>,
}

/// Where facts come from: one pipeline of one project.
pub struct Origin<'a> {
    pub source: String,
    pub pages: &'a str,
    pub pipeline: &'a Known,
}

impl Origin<'_> {
    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.clone(),
            id,
            at,
            kind,
        }
    }

    /// The page of a workflow, for people.
    fn page(&self, workflow: &Workflow) -> Option<String> {
        let number = self.pipeline.number?;
        Some(page(self.pages, &self.pipeline.slug, number, &workflow.id))
    }
}

/// The source of the events of a pipeline.
#[must_use]
pub fn source(instance: &Instance, pipeline: &Known) -> String {
    format!("{}{}", before(&instance.host), pipeline.slug)
}

/// The page of a workflow, for people.
#[must_use]
pub fn page(pages: &str, slug: &str, number: i64, workflow: &str) -> String {
    let slug = long(slug);
    format!("{pages}/pipelines/{slug}/{number}/workflows/{workflow}")
}

/// What stands before the project in the source of every event of a host.
#[must_use]
pub fn before(host: &str) -> String {
    format!("circleci:{host}/")
}

/// The names of things in events, which is how orders name them.
#[must_use]
pub fn workflow_id(workflow: &str) -> String {
    format!("workflow/{workflow}")
}

#[must_use]
pub fn job_id(workflow: &str, job: &str) -> String {
    format!("workflow/{workflow}/job/{job}")
}

#[must_use]
pub fn gate_id(workflow: &str, job: &str) -> String {
    format!("workflow/{workflow}/approval/{job}")
}

/// What of a pipeline its events tell. One that CircleCI's newer integrations set off tells its commit among its parameters.
#[must_use]
pub fn known(pipeline: &Pipeline) -> Known {
    let slug = short(&pipeline.project_slug);
    let git = &pipeline.trigger_parameters["git"];
    let told = |key: &str| git[key].as_str().map(str::to_owned);
    let vcs = &pipeline.vcs;
    let repository = vcs.target_repository_url.as_deref().and_then(path_of);
    let by_slug = || match slug.split_once('/') {
        Some(("gh" | "bb", rest)) => Some(rest.to_owned()),
        _ => None,
    };
    let by_parameters = || {
        let owner = told("repo_owner")?;
        Some(format!("{owner}/{}", told("repo_name")?))
    };
    Known {
        id: pipeline.id.clone(),
        number: pipeline.number,
        repository: repository.or_else(by_parameters).or_else(by_slug),
        sha: given(vcs.revision.as_ref()).or_else(|| told("checkout_sha")),
        branch: given(vcs.branch.as_ref())
            .or_else(|| given(vcs.tag.as_ref()))
            .or_else(|| told("branch")),
        by: given(Some(&pipeline.trigger.actor.login)),
        created: pipeline.created_at,
        state: pipeline.state.clone(),
        error: pipeline.state == "errored" || !pipeline.errors.is_empty(),
        slug,
    }
}

/// `acme/checkout` of the address of a repository.
fn path_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty()).then(|| path.to_owned())
}

/// The people whose names are needed, by their ids.
#[must_use]
pub fn deciders(whole: &Whole) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (place, jobs) in &whole.jobs {
        let workflow = whole.workflows.get(*place);
        for job in jobs.iter().filter(|job| job.is_approval()) {
            let stopped = workflow.filter(|one| one.status == "canceled");
            let by = [
                job.approved_by.as_ref(),
                job.canceled_by.as_ref(),
                stopped.and_then(|one| one.canceled_by.as_ref()),
            ];
            ids.extend(
                by.into_iter()
                    .flatten()
                    .filter(|id| !id.is_empty())
                    .cloned(),
            );
        }
    }
    ids
}

/// All that a pipeline tells.
#[must_use]
pub fn pipeline(instance: &Instance, whole: &Whole, people: &People, now: Timestamp) -> Facts {
    let pipeline = &whole.pipeline;
    let origin = Origin {
        source: source(instance, pipeline),
        pages: pages(instance),
        pipeline,
    };
    let mut facts = Facts::default();
    if pipeline.error && whole.workflows.is_empty() {
        facts.add(run::failed(&origin));
    }
    for (place, jobs) in &whole.jobs {
        let Some(workflow) = whole.workflows.get(*place) else {
            continue;
        };
        facts.add(run::workflow(&origin, workflow, jobs));
        for job in jobs {
            facts.add(match job.kind.as_str() {
                "approval" => gate::approval(&origin, (workflow, jobs), job, (people, now)),
                _ => run::job(&origin, (workflow, jobs), job),
            });
        }
    }
    facts
}

impl Job {
    #[must_use]
    pub fn is_approval(&self) -> bool {
        self.kind == "approval"
    }
}

impl Workflow {
    /// Whether nothing of it goes on any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        match self.status.as_str() {
            "success" | "failed" | "error" | "canceled" | "not_run" | "unauthorized" => true,
            "running" | "failing" | "on_hold" => false,
            _ => self.stopped_at.is_some(),
        }
    }
}
