//! Runs: again, whole or only what failed or one job, and stopped. Running again makes a new attempt, whose starter GitHub names; who stopped a run it
//! does not tell.

use serde::{Deserialize, Serialize};

use super::answer::Run;
use super::tool::{Draft, Tool, is, objection, who};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Prepared, Receipt, Standing, Target};

/// How long after it began GitHub runs a run again.
const AGAIN: Span = Span::from_seconds(30 * 24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Retry,
    RetryFailed,
    Cancel,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub repository: String,
    pub run: i64,
    /// The newest attempt when it was prepared.
    pub attempt: u32,
    pub deed: Deed,
    pub user: Option<String>,
    pub at: Timestamp,
    pub page: Option<String>,
}

/// A run, or one job of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    pub run: i64,
    pub job: Option<i64>,
}

impl Aim {
    /// What the events of a run, a job or a gate call it. Only its address tells which run a job is of.
    fn of(target: &Target) -> Option<Self> {
        let digits = target.id.split(['.', '/']).next()?;
        let id: i64 = digits.parse().ok()?;
        let by_url = target.url.as_deref().and_then(Self::in_log);
        match by_url {
            Some(aim) if aim.job == Some(id) => Some(aim),
            _ => Some(Self { run: id, job: None }),
        }
    }

    /// The run, and the job where it is named, in the address of a log.
    #[must_use]
    pub fn in_log(url: &str) -> Option<Self> {
        let (_, rest) = url.split_once("/actions/runs/")?;
        let mut words = rest.split(['/', '?', '#']);
        let run = words.next()?.parse().ok()?;
        let job = words.next().filter(|word| *word == "job");
        let job = job.and_then(|_| words.next()?.parse().ok());
        Some(Self { run, job })
    }
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    deed: Deed,
) -> Result<Prepared, ConnectorError> {
    let (repository, target) = tool.target(order)?;
    let Some(aim) = Aim::of(target) else {
        let what = format!("{:?} of {repository}", target.id);
        let detail = "is neither a run nor a job of GitHub";
        return Err(ConnectorError::new(ErrorKind::NotFound, what, detail));
    };
    prepare_for(tool, order, deed, (repository, aim)).await
}

/// What is done with a run that is known.
pub async fn prepare_for(
    tool: &Tool<'_>,
    order: &Order,
    deed: Deed,
    (repository, aim): (&str, Aim),
) -> Result<Prepared, ConnectorError> {
    let path = format!("/repos/{repository}/actions/runs/{}", aim.run);
    let now: Run = tool
        .read(&format!("{repository}: run {}", aim.run), &path)
        .await?;
    let user = tool.user().await?;
    let (what, path) = match (deed, aim.job) {
        (Deed::Retry, Some(job)) => (
            format!(
                "run job {job} of run {} again, and what depends on it",
                aim.run
            ),
            format!("/repos/{repository}/actions/jobs/{job}/rerun"),
        ),
        (Deed::Retry, None) => (
            format!("run run {} again", aim.run),
            format!("{path}/rerun"),
        ),
        (Deed::RetryFailed, _) => (
            format!("run the failed jobs of run {} again", aim.run),
            format!("{path}/rerun-failed-jobs"),
        ),
        (Deed::Cancel, _) => (format!("stop run {}", aim.run), format!("{path}/cancel")),
    };
    let what = match &now.name {
        Some(name) => format!("{what} ({name}) in {repository}"),
        None => format!("{what} in {repository}"),
    };
    let probe = Probe {
        repository: repository.to_owned(),
        run: aim.run,
        attempt: now.attempt(),
        deed,
        user: user.clone(),
        at: order.at,
        page: now.html_url.clone(),
    };
    let request = tool.request(Draft {
        what,
        method: "POST",
        path,
        body: None,
        probe: super::Probe::Run(probe),
    });
    Ok(Prepared {
        requests: vec![request],
        objections: objections(&now, deed, order.at).into_iter().collect(),
        user,
        ..Prepared::default()
    })
}

#[expect(clippy::match_same_arms, reason = "each deed is told with its reason")]
fn objections(now: &Run, deed: Deed, at: Timestamp) -> Option<(String, Option<String>)> {
    let word = now.word();
    match deed {
        Deed::Cancel if now.is_finished() => Some(objection(
            format!("run {} is not running: {word}", now.id),
            None,
        )),
        Deed::Cancel => None,
        Deed::Retry | Deed::RetryFailed if !now.is_finished() => Some(objection(
            format!("run {} has not ended: {word}", now.id),
            Some("wait for its end, or stop it first".to_owned()),
        )),
        Deed::Retry | Deed::RetryFailed if at - now.created_at > AGAIN => Some(objection(
            format!(
                "run {} began more than 30 days ago: GitHub does not run it again",
                now.id
            ),
            Some("start a new run".to_owned()),
        )),
        Deed::RetryFailed if word == "success" => Some(objection(
            format!("no job of run {} failed", now.id),
            Some("run it again as a whole".to_owned()),
        )),
        Deed::Retry | Deed::RetryFailed => None,
    }
}

pub async fn ask(tool: &Tool<'_>, probe: &Probe) -> Result<Standing, ConnectorError> {
    let what = format!("{}: run {}", probe.repository, probe.run);
    let path = format!("/repos/{}/actions/runs/{}", probe.repository, probe.run);
    let now: Run = tool.read(&what, &path).await?;
    let done = |text: String| {
        let url = probe.page.clone();
        Ok(Standing::Done(Receipt { text, url }))
    };
    let (attempt, word) = (now.attempt(), now.word());
    if attempt > probe.attempt {
        let starter = now.triggering_actor.as_ref();
        let text = format!("{} started attempt {attempt}", who(starter));
        let by_us = is(
            starter.and_then(|user| user.login.as_deref()),
            probe.user.as_deref(),
        );
        return match (probe.deed, &probe.user) {
            (Deed::Retry | Deed::RetryFailed, Some(_)) if by_us && attempt == probe.attempt + 1 => {
                done(text)
            }
            (Deed::Retry | Deed::RetryFailed, None) => {
                let text = format!("{text}; whether by leadtime, GitHub does not tell of an app");
                Ok(Standing::Unknown(text))
            }
            _ => Ok(Standing::Moved(text)),
        };
    }
    Ok(match (probe.deed, now.is_finished()) {
        (Deed::Cancel, false) | (Deed::Retry | Deed::RetryFailed, true) => Standing::Open,
        (Deed::Cancel, true) if word == "cancelled" => {
            if now.updated_at < tool.earliest(probe.at) {
                return Ok(Standing::Moved("it was stopped before".to_owned()));
            }
            return done("the run is stopped; by whom, GitHub does not tell".to_owned());
        }
        (Deed::Cancel, true) => Standing::Moved(format!("the run ended first: {word}")),
        (Deed::Retry | Deed::RetryFailed, false) => {
            Standing::Moved(format!("the run has not ended: {word}"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_jobs_are_told_apart() {
        let aim = |id: &str, url: Option<&str>| {
            Aim::of(&Target {
                id: id.to_owned(),
                url: url.map(str::to_owned),
                ..Target::default()
            })
        };
        let job = "https://github.com/a/b/actions/runs/42/job/7";
        let of = |run, job| Some(Aim { run, job });
        assert_eq!(aim("42", None), of(42, None));
        assert_eq!(aim("7", Some(job)), of(42, Some(7)));
        assert_eq!(aim("42", Some(job)), of(42, None));
        assert_eq!(aim("42.2/production", None), of(42, None));
        assert_eq!(aim("purl", None), None);
        assert_eq!(Aim::in_log("https://x.example/42"), None);
        assert_eq!(Aim::in_log(job), of(42, Some(7)));
        assert_eq!(
            Aim::in_log("https://github.com/a/b/actions/runs/42"),
            of(42, None)
        );
    }
}
