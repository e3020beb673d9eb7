//! What a list does not tell: the reviews and commits of a request, the jobs, earlier attempts and gates of a run, the statuses of a deployment,
//! the time of a tag. Each is one batch, which also says that it was read.

use serde::de::DeserializeOwned;

use super::{Reach, parse};
use crate::connector::error::ErrorKind;
use crate::connector::facts::Facts;
use crate::connector::github::cursor::{OpenDeployment, OpenRun, Todo};
use crate::connector::github::fault::refused;
use crate::connector::github::translate::{Origin, change, commit, deployment, gate, run};
use crate::connector::github::wire::{
    Approval, Commit, DeploymentStatus, Job, PendingDeployment, Pull, Review, Run, Tag,
};
use crate::connector::http::Stop;
use crate::connector::http::page::Links;
use crate::connector::piece::Done;
use crate::connector::rows::put;
use crate::event::time::{Span, Timestamp};

/// A run or a deployment that has not moved for so long never will: GitHub itself gives up after 35 days.
const GIVEN_UP: Span = Span::from_seconds(40 * 24 * 3600);

/// Something to be read, and what is known around it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub origin: Origin,
    pub key: String,
    pub todo: Todo,
    /// Environments that ask for a decision, and who may decide.
    pub approvers: Vec<(String, Vec<String>)>,
    pub tags: Vec<String>,
    /// The time of the tag's commit, where it was just read.
    pub dated: Option<Timestamp>,
}

/// Reads it.
pub async fn read(reach: &Reach<'_>, detail: Detail) -> Result<Done, Stop> {
    let Detail {
        origin, key, todo, ..
    } = detail.clone();
    let mut done = Done::default();
    let left = match todo {
        Todo::Pull(pull) => {
            read_pull(reach, &origin, &pull, &mut done).await?;
            None
        }
        Todo::Tag(tag) => {
            read_tag(reach, &detail, &tag, &mut done).await?;
            None
        }
        Todo::Deployment(open) => {
            let tags = &detail.tags;
            let left = read_deployment(reach, &origin, *open, tags, &mut done).await?;
            left.map(|open| Todo::Deployment(Box::new(open)))
        }
        Todo::Run(open) => {
            let reading = RunReading {
                reach,
                origin: &origin,
                approvers: &detail.approvers,
                facts: Facts::default(),
                jobs: Vec::new(),
            };
            let left = reading.read(*open, &mut done).await?;
            left.map(|open| Todo::Run(Box::new(open)))
        }
    };
    match left {
        Some(left) => put(&mut done.batch, key, &left),
        None => done.batch.cursors.push((key, None)),
    }
    Ok(done)
}

/// Every page of a list, unless its first page is what it was.
struct All<T> {
    items: Vec<T>,
    etag: Option<String>,
}

async fn all<T: DeserializeOwned>(
    reach: &Reach<'_>,
    ask: &Ask<'_>,
    done: &mut Done,
) -> Result<Option<All<T>>, Stop> {
    let mut all = All {
        items: Vec::new(),
        etag: None,
    };
    for page in 1.. {
        let path = match page {
            1 => ask.path.clone(),
            page => format!("{}&page={page}", ask.path),
        };
        let etag = ask.etag.filter(|_| page == 1);
        let answer = reach.ask(&path, etag).await?;
        if answer.is_unchanged() {
            return Ok(None);
        }
        if !answer.is_success() {
            return Err(refused(reach.source, ask.what, &answer).into());
        }
        let parsed =
            parse::list(&answer.body, ask.field).map_err(|why| reach.unreadable(ask.what, &why))?;
        for complaint in parsed.complaints {
            done.warn(ask.what, &format!("{complaint}; left out"));
        }
        all.items.extend(parsed.items);
        let more = Links::read(answer.header("link")).next.is_some();
        if page == 1 && !more {
            all.etag = answer.etag();
        }
        if !more {
            break;
        }
    }
    Ok(Some(all))
}

struct Ask<'a> {
    what: &'a str,
    path: String,
    field: Option<&'a str>,
    etag: Option<&'a str>,
}

async fn read_pull(
    reach: &Reach<'_>,
    origin: &Origin,
    pull: &Pull,
    done: &mut Done,
) -> Result<(), Stop> {
    let what = format!("{}#{}", origin.repository, pull.number);
    let ask = |list: &str| Ask {
        what: &what,
        path: format!(
            "/repos/{}/pulls/{}/{list}?per_page=100",
            origin.repository, pull.number
        ),
        field: None,
        etag: None,
    };
    let mut facts = Facts::default();
    if let Some(reviews) = all::<Review>(reach, &ask("reviews"), done).await? {
        for review in &reviews.items {
            facts.add(change::review(origin, pull.number, review));
        }
    }
    if let Some(commits) = all::<Commit>(reach, &ask("commits"), done).await? {
        facts.add(change::commits(origin, pull, &commits.items));
    }
    done.take(facts);
    Ok(())
}

async fn read_tag(
    reach: &Reach<'_>,
    detail: &Detail,
    tag: &Tag,
    done: &mut Done,
) -> Result<(), Stop> {
    let origin = &detail.origin;
    if let Some(at) = detail.dated {
        done.take(commit::tag(origin, tag, at));
        return Ok(());
    }
    let what = format!("{}: tag {}", origin.repository, tag.name);
    let path = format!("/repos/{}/commits/{}", origin.repository, tag.commit.sha);
    let answer = reach.ask(&path, None).await?;
    if answer.status == 422 {
        // A tag of something that is no commit.
        return Ok(());
    }
    if !answer.is_success() {
        return Err(refused(reach.source, &what, &answer).into());
    }
    let read: Commit = parse::one(&answer.body).map_err(|why| reach.unreadable(&what, &why))?;
    let signed = read
        .commit
        .committer
        .as_ref()
        .or(read.commit.author.as_ref());
    if let Some(at) = signed.and_then(|signature| signature.date) {
        done.take(commit::tag(origin, tag, at));
    }
    done.take(commit::commit(origin, &read));
    Ok(())
}

async fn read_deployment(
    reach: &Reach<'_>,
    origin: &Origin,
    open: OpenDeployment,
    tags: &[String],
    done: &mut Done,
) -> Result<Option<OpenDeployment>, Stop> {
    let id = open.deployment.id;
    let ask = Ask {
        what: &format!("{}: deployment {id}", origin.repository),
        path: format!(
            "/repos/{}/deployments/{id}/statuses?per_page=100",
            origin.repository
        ),
        field: None,
        etag: open.etag.as_deref(),
    };
    let given_up = reach.now - open.deployment.updated_at > GIVEN_UP;
    let Some(statuses) = all::<DeploymentStatus>(reach, &ask, done).await? else {
        return Ok((!given_up).then_some(open));
    };
    let newest = statuses
        .items
        .iter()
        .max_by_key(|status| (status.created_at, status.id));
    let is_final = newest.is_some_and(|status| deployment::is_final(&status.state));
    let facts = deployment::statuses(origin, &open.deployment, &statuses.items, tags);
    done.take(facts);
    Ok((!is_final && !given_up).then_some(OpenDeployment {
        etag: statuses.etag,
        ..open
    }))
}

/// One run, while its parts are read.
struct RunReading<'a> {
    reach: &'a Reach<'a>,
    origin: &'a Origin,
    approvers: &'a [(String, Vec<String>)],
    facts: Facts,
    jobs: Vec<Job>,
}

impl RunReading<'_> {
    async fn read(mut self, mut open: OpenRun, done: &mut Done) -> Result<Option<OpenRun>, Stop> {
        let exists = self.itself(&mut open).await?;
        if exists {
            self.jobs(&mut open, done).await?;
            self.attempts(&mut open).await?;
            self.gates(&mut open, done).await?;
        } else {
            for environment in std::mem::take(&mut open.gates) {
                self.facts
                    .add(gate::vanished(self.origin, &open.run, &environment));
            }
        }
        done.take(self.facts);
        let given_up = self.reach.now - open.run.updated_at > GIVEN_UP;
        let watched = exists && !run::is_finished(&open.run) && !given_up;
        Ok(watched.then_some(OpenRun {
            fresh: false,
            ..open
        }))
    }

    fn path(&self, run: &Run, rest: &str) -> String {
        format!(
            "/repos/{}/actions/runs/{}{rest}",
            self.origin.repository, run.id
        )
    }

    fn what(&self, run: &Run) -> String {
        format!("{}: run {}", self.origin.repository, run.id)
    }

    /// The run as it is now, where it was not just read in the list. `false` when it is gone.
    async fn itself(&mut self, open: &mut OpenRun) -> Result<bool, Stop> {
        if open.fresh {
            return Ok(true);
        }
        let path = self.path(&open.run, "?exclude_pull_requests=true");
        let answer = self.reach.ask(&path, open.run_etag.as_deref()).await?;
        if answer.is_unchanged() {
            return Ok(true);
        }
        if matches!(answer.status, 404 | 410) {
            return Ok(false);
        }
        let what = self.what(&open.run);
        if !answer.is_success() {
            return Err(refused(self.reach.source, &what, &answer).into());
        }
        open.run = parse::one(&answer.body).map_err(|why| self.reach.unreadable(&what, &why))?;
        open.run_etag = answer.etag();
        self.facts.add(run::run(self.origin, &open.run));
        Ok(true)
    }

    async fn jobs(&mut self, open: &mut OpenRun, done: &mut Done) -> Result<(), Stop> {
        let ask = Ask {
            what: &self.what(&open.run),
            path: self.path(&open.run, "/jobs?filter=all&per_page=100"),
            field: Some("jobs"),
            etag: open.jobs_etag.as_deref(),
        };
        if let Some(jobs) = all::<Job>(self.reach, &ask, done).await? {
            open.jobs_etag = jobs.etag;
            self.jobs = jobs.items;
            for job in &self.jobs {
                self.facts.add(run::job(self.origin, job));
            }
        }
        Ok(())
    }

    /// Attempts before the newest one: they do not change any more.
    async fn attempts(&mut self, open: &mut OpenRun) -> Result<(), Stop> {
        let newest = open.run.run_attempt.unwrap_or(1);
        for attempt in open.attempts..newest {
            let rest = format!("/attempts/{attempt}?exclude_pull_requests=true");
            let path = self.path(&open.run, &rest);
            let answer = self.reach.ask(&path, None).await?;
            let what = self.what(&open.run);
            if answer.is_success() {
                let earlier: Run =
                    parse::one(&answer.body).map_err(|why| self.reach.unreadable(&what, &why))?;
                self.facts.add(run::run(self.origin, &earlier));
            } else if answer.status != 404 {
                return Err(refused(self.reach.source, &what, &answer).into());
            }
            open.attempts = attempt + 1;
        }
        Ok(())
    }

    async fn gates(&mut self, open: &mut OpenRun, done: &mut Done) -> Result<(), Stop> {
        let mut gone: Vec<String> = Vec::new();
        if run::is_waiting(&open.run) {
            let ask = Ask {
                what: &self.what(&open.run),
                path: self.path(&open.run, "/pending_deployments"),
                field: None,
                etag: open.pending_etag.as_deref(),
            };
            let pending = all::<PendingDeployment>(self.reach, &ask, done).await;
            if let Some(pending) = optional(pending, done, ask.what)? {
                open.pending_etag = pending.etag;
                let mut waiting = Vec::new();
                for gate in &pending.items {
                    waiting.extend(gate.environment.name.clone());
                    self.facts
                        .add(gate::opened(self.origin, &open.run, &self.jobs, gate));
                }
                gone = std::mem::replace(&mut open.gates, waiting);
                gone.retain(|environment| !open.gates.contains(environment));
            }
        } else {
            gone = std::mem::take(&mut open.gates);
        }
        let finished = run::is_finished(&open.run);
        if !gone.is_empty() || (finished && !self.approvers.is_empty()) {
            self.decisions(&open.run, &gone, done).await?;
        }
        Ok(())
    }

    async fn decisions(&mut self, run: &Run, gone: &[String], done: &mut Done) -> Result<(), Stop> {
        let ask = Ask {
            what: &self.what(run),
            path: self.path(run, "/approvals"),
            field: None,
            etag: None,
        };
        let approvals = all::<Approval>(self.reach, &ask, done).await;
        let approvals = optional(approvals, done, ask.what)?;
        let approvals = approvals.map(|all| all.items).unwrap_or_default();
        let known = self.approvers;
        let required = |environment: &str| {
            let found = known.iter().find(|(name, _)| name == environment);
            found.map(|(_, who)| who.clone()).unwrap_or_default()
        };
        let facts = gate::decided(self.origin, run, &self.jobs, &approvals, &required);
        self.facts.add(facts);
        for environment in gone {
            let decided = approvals.iter().any(|approval| {
                let mut named = approval.environments.iter();
                approval.state != "pending"
                    && named.any(|named| named.name.as_ref() == Some(environment))
            });
            if !decided {
                self.facts
                    .add(gate::vanished(self.origin, run, environment));
            }
        }
        Ok(())
    }
}

/// Not being allowed to see gates does not keep the rest from being read.
fn optional<T>(
    read: Result<Option<T>, Stop>,
    done: &mut Done,
    what: &str,
) -> Result<Option<T>, Stop> {
    match read {
        Err(Stop::Failed(error))
            if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound) =>
        {
            done.warn(what, &format!("its gates cannot be read: {error}"));
            Ok(None)
        }
        other => other,
    }
}
