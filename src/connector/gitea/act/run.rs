//! A run is run again: whole, only what failed of it, or one job. That makes a new attempt, whose starter Gitea names.

use serde::{Deserialize, Serialize};

use super::{Probe, Tool};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitea::translate::run::{is_over, read_id};
use crate::connector::gitea::wire::{Run, login};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing, Verb};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    pub repository: String,
    pub run: i64,
    /// The newest attempt, and when it ended, before.
    pub attempt: u32,
    pub ended: Option<Timestamp>,
    pub user: Option<String>,
    pub page: String,
}

async fn read(tool: &Tool<'_>, repository: &str, run: i64) -> Result<Run, ConnectorError> {
    let what = format!("{repository}: run {run}");
    let path = format!("/repos/{repository}/actions/runs/{run}");
    tool.reach.one(&what, &path).await
}

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let target = order.target.as_ref();
    let named = target.and_then(|target| {
        let repository = tool.reach.instance.within(&target.source)?;
        Some((repository, read_id(&target.id)?))
    });
    let Some((repository, (id, job))) = named else {
        let what = format!("{} of {}", order.verb.word(), order.workload);
        let id = target.map_or("nothing", |target| target.id.as_str());
        let detail = format!("{id:?} is no run of Actions of this Gitea");
        return Err(ConnectorError::new(ErrorKind::NotFound, what, detail));
    };
    let now = read(tool, repository, id).await?;
    let user = tool.reach.me().await?;
    let mut prepared = Prepared {
        user: user.clone(),
        ..Prepared::default()
    };
    if !is_over(&now) {
        let text = format!("run {id} has not ended: it is {}", now.status);
        prepared.objections.push((text, Some("its end".to_owned())));
        return Ok(prepared);
    }
    let (what, rest) = match (order.verb, job) {
        (Verb::RetryFailed, _) => (
            format!("run the failed jobs of run {id} again"),
            "rerun-failed-jobs".to_owned(),
        ),
        (_, Some(job)) => (
            format!("run job {job} of run {id} again, and what depends on it"),
            format!("jobs/{job}/rerun"),
        ),
        (_, None) => (format!("run run {id} again"), "rerun".to_owned()),
    };
    let probe = Probe::Again(Again {
        repository: repository.to_owned(),
        run: id,
        attempt: now.attempt(),
        ended: now.completed_at,
        user,
        page: now.html_url.clone(),
    });
    let what = format!("{what} ({}) in {repository}", now.file());
    let path = format!("/repos/{repository}/actions/runs/{id}/{rest}");
    prepared
        .requests
        .push(tool.request(what, &path, None, &probe));
    Ok(prepared)
}

/// How what was to be run again stands.
pub async fn ask(tool: &Tool<'_>, deed: &Again) -> Result<Standing, ConnectorError> {
    let now = read(tool, &deed.repository, deed.run).await?;
    let is_again = now.attempt() > deed.attempt;
    if !is_again && is_over(&now) && now.completed_at == deed.ended {
        return Ok(Standing::Open);
    }
    let by = login(now.trigger_actor.as_ref());
    let word = if is_over(&now) { "has run" } else { "runs" };
    Ok(match (&deed.user, by) {
        (Some(user), Some(by)) if is_again && by == *user => Standing::Done(Receipt {
            text: format!("{word} again, as attempt {}", now.attempt()),
            url: Some(deed.page.clone()),
        }),
        (Some(_), Some(by)) if is_again => Standing::Moved(format!("{by} ran it again")),
        // Before 1.27 Gitea keeps no attempts, nor who began one.
        _ => Standing::Unknown(format!("it {word} again; Gitea does not tell by whom")),
    })
}
