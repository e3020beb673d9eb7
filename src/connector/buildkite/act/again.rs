//! Running again: a job, what failed of a build, or a build as a new one. A job tells who retried it, a build what it was rebuilt from.

use serde::{Deserialize, Serialize};

use super::{Buildkite, Probe, by, part};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, foreign, objected, whose};
use crate::connector::buildkite::client;
use crate::connector::buildkite::translate::{Part, Thing, has_ended, job};
use crate::connector::buildkite::wire::{Build, Job};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// States of jobs that can be run again because they failed.
const FAILED: [&str; 4] = ["failed", "timed_out", "expired", "canceled"];

/// Jobs that are run again within their build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jobs {
    pub slug: String,
    pub number: u64,
    pub ids: Vec<String>,
    /// The id of who we are.
    pub user: Option<String>,
    pub page: Option<String>,
}

/// A build that is made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuild {
    pub slug: String,
    pub number: u64,
    /// The id of the build.
    pub build: String,
    pub user: Option<String>,
    pub at: Timestamp,
    pub page: Option<String>,
}

fn failed_job(job: &Job) -> bool {
    job.kind == "script" && !job.retried && FAILED.contains(&job.state.as_str())
}

pub async fn retry(this: &Buildkite, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = this.thing(order)?;
    let build = client::build(&this.instance, &thing).await?;
    match &thing.part {
        Some((Part::Block, _)) => Err(foreign(order, super::NAME)),
        Some((Part::Job, _)) => {
            let one = part(&build, &thing, Part::Job)?;
            let user = this.me().await?;
            let name = user.as_ref().map(|me| me.name.clone());
            if one.retried || !(FAILED.contains(&one.state.as_str()) || one.state == "passed") {
                let text = if one.retried {
                    format!("{:?} was run again already", job::name(one))
                } else {
                    format!(
                        "{:?} is {}: only what has ended can be run again",
                        job::name(one),
                        one.state
                    )
                };
                return Ok(objected(name, text, None));
            }
            let url = client::build_url(&this.instance, &thing, &["jobs", &one.id, "retry"]);
            let what = format!("run {:?} of {} again", job::name(one), thing.build());
            let probe = Probe::Jobs(Jobs {
                slug: thing.slug.clone(),
                number: thing.number,
                ids: vec![one.id.clone()],
                user: user.map(|me| me.id),
                page: one.web_url.clone().or(build.web_url),
            });
            Ok(prepared(this, (what, url), probe, name))
        }
        None => rebuild(this, order, (&thing, &build)).await,
    }
}

async fn rebuild(
    this: &Buildkite,
    order: &Order,
    (thing, build): (&Thing, &Build),
) -> Result<Prepared, ConnectorError> {
    let user = this.me().await?;
    let name = user.as_ref().map(|me| me.name.clone());
    if !has_ended(build) {
        let text = format!("{} has not ended: it is {}", thing.build(), build.state);
        return Ok(objected(name, text, Some("wait for it, or cancel it")));
    }
    let url = client::build_url(&this.instance, thing, &["rebuild"]);
    let what = format!("build {} again, as a new build", thing.build());
    let probe = Probe::Rebuild(Rebuild {
        slug: thing.slug.clone(),
        number: thing.number,
        build: build.id.clone(),
        user: user.map(|me| me.id),
        at: order.at,
        page: build.web_url.clone(),
    });
    Ok(prepared(this, (what, url), probe, name))
}

pub async fn failed(this: &Buildkite, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = this.thing(order)?;
    let build = client::build(&this.instance, &thing).await?;
    let user = this.me().await?;
    let name = user.as_ref().map(|me| me.name.clone());
    let jobs: Vec<&Job> = build.jobs.iter().filter(|one| failed_job(one)).collect();
    if jobs.is_empty() {
        let text = format!("nothing of {} has failed", thing.build());
        return Ok(objected(name, text, Some("run it again as a whole")));
    }
    let names: Vec<String> = jobs.iter().map(|one| job::name(one)).collect();
    let what = format!(
        "run again what failed of {}: {}",
        thing.build(),
        names.join(", ")
    );
    let url = client::build_url(&this.instance, &thing, &["retry_failed_jobs"]);
    let probe = Probe::Jobs(Jobs {
        slug: thing.slug.clone(),
        number: thing.number,
        ids: jobs.iter().map(|one| one.id.clone()).collect(),
        user: user.map(|me| me.id),
        page: build.web_url.clone(),
    });
    Ok(prepared(this, (what, url), probe, name))
}

fn prepared(
    this: &Buildkite,
    (what, url): (String, String),
    probe: Probe,
    user: Option<String>,
) -> Prepared {
    let draft = Draft {
        what,
        method: "PUT",
        url,
        body: None,
        probe,
    };
    Prepared {
        requests: vec![this.instance.request(draft)],
        user,
        ..Prepared::default()
    }
}

pub async fn ask_jobs(this: &Buildkite, probe: &Jobs) -> Result<Standing, ConnectorError> {
    let thing = Thing {
        slug: probe.slug.clone(),
        number: probe.number,
        part: None,
    };
    let build = client::build(&this.instance, &thing).await?;
    let was_retried = |one: &&Job| one.retried && probe.ids.contains(&one.id);
    let Some(one) = build.jobs.iter().find(was_retried) else {
        return Ok(Standing::Open);
    };
    let by_whom = match &one.retried_by {
        Some(user) => Some(user.clone()),
        None => {
            client::job(&this.instance, &thing, &one.id)
                .await?
                .retried_by
        }
    };
    let who = (by(by_whom.as_ref()), probe.user.as_deref());
    // It had not been when this was prepared.
    Ok(whose("ran it again", who, false, probe.page.clone()))
}

pub async fn ask_rebuild(this: &Buildkite, probe: &Rebuild) -> Result<Standing, ConnectorError> {
    let earliest = this.instance.earliest(probe.at);
    let fresh = client::since(&this.instance, &probe.slug, earliest, &[]).await?;
    let of_it = |one: &&Build| {
        let from = one.rebuilt_from.as_ref();
        from.is_some_and(|from| from.id == probe.build)
    };
    let mut all = fresh.iter().filter(of_it);
    let me = probe.user.as_deref();
    let is_ours = |one: &&Build| by(one.creator.as_ref()).is_some_and(|(id, _)| Some(id) == me);
    if let Some(one) = all.clone().find(is_ours) {
        return Ok(Standing::Done(Receipt {
            text: format!(
                "it runs again as build {}, which is {}",
                one.number, one.state
            ),
            url: one.web_url.clone().or_else(|| probe.page.clone()),
        }));
    }
    Ok(match all.next() {
        None => Standing::Open,
        Some(one) => {
            let deed = format!("built it again as {}", one.number);
            whose(&deed, (by(one.creator.as_ref()), me), false, None)
        }
    })
}
